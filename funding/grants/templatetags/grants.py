"""What templates of grants read."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django import template

from funding.grants import round_plans
from funding.grants.round_plans import RoundPlan

register = template.Library()


@register.filter
def round_plan(content: Mapping[str, Any]) -> RoundPlan:
    """What a proposal for a round says."""
    return round_plans.read(content)


@register.filter
def of_a_hundred(written: str) -> int:
    """A share written p/q in parts of a hundred, rounded up: "1/10" is 10."""
    return -(-Fraction(written) * 100 // 1)
