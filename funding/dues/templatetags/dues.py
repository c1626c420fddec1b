"""How a scale of dues is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings

from funding.dues import plans
from funding.dues.models import Plan
from funding.dues.plans import Interval, Level
from kernel.money import Money

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

register = template.Library()


@dataclass(frozen=True, slots=True)
class ShownScale:
    """A scale in rows: the level in words, what it costs by the month and by the year."""

    rows: tuple[tuple[StrOrPromise, Money, Money], ...]
    waivers: int


@register.filter
def scale(content: dict[str, Any]) -> ShownScale:
    """What a proposal to change the dues says."""
    spec = plans.read(content)
    names = dict(Plan.LEVELS)
    return ShownScale(
        rows=tuple(
            (
                names[level.value],
                Money(spec.cost(level, Interval.MONTH), settings.CURRENCY),
                Money(spec.cost(level, Interval.YEAR), settings.CURRENCY),
            )
            for level in Level
        ),
        waivers=spec.waivers_each_year,
    )
