"""“Your dues went here”: the share of one member's dues in one payment, by one rule. Pure.

The rule: a payment to a project is shared out over everybody who paid dues in the budget's period,
in proportion to what each paid. The period is the year before members adopted the round. What was
returned to a member, or taken back by their bank, is not dues. What rounds down is given out a
cent at a time, the largest remainders first, so that the shares of a payment sum to it to the cent.

A payment of more than was paid in dues (from what earlier years left) is shared out in the same
way: the share says where money went, not how much of it was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

Who = TypeVar("Who")

# How long the period is that a round's budget is paid from.
PERIOD = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when dues count towards a budget; the end is not part of it."""

    start: datetime
    end: datetime


def period_of(adopted_at: datetime) -> Period:
    """The period of the budget of a round that members adopted then."""
    return Period(adopted_at - PERIOD, adopted_at)


def shares(minor: int, *, paid: Mapping[Who, int]) -> dict[Who, int]:
    """How ``minor`` is shared out by what each has ``paid``; the shares sum to ``minor``.

    Of equal remainders who paid more comes first, and then the order of ``paid`` decides, which has
    to be the same every time. Nobody gets a share who paid nothing, and where nobody paid there are
    no shares.
    """
    total = sum(paid.values())
    if total <= 0:
        return {}
    given = {who: minor * part // total for who, part in paid.items()}
    left = minor - sum(given.values())
    by_remainder = sorted(paid, key=lambda who: (-(minor * paid[who] % total), -paid[who]))
    for who in by_remainder[:left]:
        given[who] += 1
    return {who: part for who, part in given.items() if part}


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody's shares follow from, without a name of anybody.

    ``paid`` is what they paid, ``counts`` how many people paid each amount (they among them), and
    ``before`` how many of those who paid the same come before them.
    """

    paid: int
    counts: Mapping[int, int]
    before: int

    def share(self, minor: int) -> int:
        """Their share of ``minor``: what :func:`shares` gives them."""
        total = sum(paid * people for paid, people in self.counts.items())
        if self.paid <= 0 or total <= 0:
            return 0
        given, remainder = divmod(minor * self.paid, total)
        left = sum(minor * paid % total * people for paid, people in self.counts.items()) // total
        ahead = self.before + sum(
            people
            for paid, people in self.counts.items()
            if (minor * paid % total, paid) > (remainder, self.paid)
        )
        return given + (1 if ahead < left else 0)
