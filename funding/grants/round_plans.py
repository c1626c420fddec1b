"""What a proposal for a grant round says: the JSON of its text, and the dates it comes to. Pure.

Dates count from the day on which members adopt it: nobody knows that day when they propose. ::

    {"title": "…", "purpose": "…", "small": true, "currency": "EUR",
     "budget": 1000000, "smallest": 50000, "largest": 250000,
     "criteria": [{"name": "c1", "title": "…", "guidance": "…", "weight": 100}],
     "hold_back": 0, "opens_after": 7, "open_days": 30, "hear_days": 21, "vote_days": 14,
     "vote_quorum": "1/10", "sponsors_needed": 5}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from funding.grants import rubric
from funding.grants.rubric import Criterion
from kernel.money import Money

LONGEST_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPlan:
    """A round as members decide about it. ``hold_back`` is parts of a hundred."""

    title: str
    purpose: str
    small: bool
    budget: Money
    smallest: Money
    largest: Money
    criteria: tuple[Criterion, ...]
    hold_back: int
    opens_after: int
    open_days: int
    hear_days: int
    vote_days: int
    vote_quorum: str
    sponsors_needed: int

    def as_content(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "purpose": self.purpose,
            "small": self.small,
            "currency": self.budget.currency,
            "budget": self.budget.minor,
            "smallest": self.smallest.minor,
            "largest": self.largest.minor,
            "criteria": [criterion.as_content() for criterion in self.criteria],
            "hold_back": self.hold_back,
            "opens_after": self.opens_after,
            "open_days": self.open_days,
            "hear_days": self.hear_days,
            "vote_days": self.vote_days,
            "vote_quorum": self.vote_quorum,
            "sponsors_needed": self.sponsors_needed,
        }

    def opens_at(self, adopted_at: datetime) -> datetime:
        return adopted_at.replace(microsecond=0) + timedelta(days=self.opens_after)

    def closes_at(self, adopted_at: datetime) -> datetime:
        return self.opens_at(adopted_at) + timedelta(days=self.open_days)

    def hear_by(self, adopted_at: datetime) -> datetime:
        return self.closes_at(adopted_at) + timedelta(days=self.hear_days)


def read(content: Mapping[str, Any]) -> RoundPlan:
    """What :meth:`RoundPlan.as_content` wrote. Raises ``rubric.Unfit`` for unfit criteria."""
    currency = content["currency"]
    return RoundPlan(
        title=content["title"],
        purpose=content["purpose"],
        small=content["small"],
        budget=Money(content["budget"], currency),
        smallest=Money(content["smallest"], currency),
        largest=Money(content["largest"], currency),
        criteria=rubric.read(content["criteria"]),
        hold_back=content["hold_back"],
        opens_after=content["opens_after"],
        open_days=content["open_days"],
        hear_days=content["hear_days"],
        vote_days=content["vote_days"],
        vote_quorum=content["vote_quorum"],
        sponsors_needed=content["sponsors_needed"],
    )
