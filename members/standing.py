"""Standing: who is a member on which day. Pure: periods and a date in, an answer out.

A period covers whole days, ``starts_on`` included and ``ends_on`` excluded. Periods may touch or
overlap; what counts is the union of their days. How standing was obtained (dues, waiver, gift, the
grace after a failed charge) makes no difference to any right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

GRACE = timedelta(days=30)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days of standing: ``starts_on`` included, ``ends_on`` excluded. At least one day."""

    starts_on: date
    ends_on: date

    def __post_init__(self) -> None:
        if self.ends_on <= self.starts_on:
            raise ValueError("a period covers at least one day")


@dataclass(frozen=True, slots=True)
class Standing:
    """The unbroken stretch of standing that holds a day: ``until`` is its first day without."""

    since: date
    until: date


def stretches(periods: Iterable[Period]) -> list[Period]:
    """The union of the periods as the fewest periods, in order."""
    union: list[Period] = []
    for period in sorted(periods):
        if union and period.starts_on <= union[-1].ends_on:
            last = union.pop()
            period = Period(last.starts_on, max(last.ends_on, period.ends_on))
        union.append(period)
    return union


def standing_on(periods: Iterable[Period], day: date) -> Standing | None:
    """The stretch that covers ``day``, or None for somebody without standing that day."""
    for stretch in stretches(periods):
        if stretch.starts_on <= day < stretch.ends_on:
            return Standing(since=stretch.starts_on, until=stretch.ends_on)
    return None


def days_in_standing(periods: Iterable[Period], day: date) -> int:
    """How many days in a row, ``day`` included, somebody has had standing; 0 without it."""
    standing = standing_on(periods, day)
    return (day - standing.since).days + 1 if standing else 0


def next_start(periods: Iterable[Period], day: date) -> date:
    """The day from which standing bought on ``day`` runs: at once, or when the present one ends."""
    standing = standing_on(periods, day)
    return standing.until if standing else day
