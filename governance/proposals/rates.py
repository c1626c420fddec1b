"""How much one person may write in a time: far above what a keen member does. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``most`` in any ``within``."""

    most: int
    within: timedelta


# By what is done: all of them hold.
RATES: dict[str, tuple[Rate, ...]] = {
    "comment": (Rate(20, timedelta(minutes=10)), Rate(150, timedelta(days=1))),
    "idea": (Rate(10, timedelta(hours=1)), Rate(20, timedelta(days=1))),
    "amendment": (Rate(10, timedelta(hours=1)), Rate(40, timedelta(days=1))),
    "flag": (Rate(20, timedelta(hours=1)), Rate(60, timedelta(days=1))),
    "ask": (Rate(60, timedelta(hours=1)), Rate(200, timedelta(days=1))),
    "organisation": (Rate(20, timedelta(hours=1)), Rate(60, timedelta(days=1))),
    # All who are not members together.
    "organisation of anyone": (Rate(60, timedelta(hours=1)), Rate(300, timedelta(days=1))),
    "invitation": (Rate(10, timedelta(hours=1)), Rate(30, timedelta(days=1))),
}


def longest(what: str) -> timedelta:
    """How far back one has to look for ``what``."""
    return max(rate.within for rate in RATES[what])


def free_from(what: str, done: Sequence[datetime], at: datetime) -> datetime | None:
    """When ``what`` may be done again after it was ``done`` so often; None: now.

    ``done`` are the times it was done within :func:`longest`, in any order.
    """
    later = []
    for rate in RATES[what]:
        counted = sorted(when for when in done if at - rate.within < when <= at)
        if len(counted) >= rate.most:
            later.append(counted[len(counted) - rate.most] + rate.within)
    return max(later, default=None)
