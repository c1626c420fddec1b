"""Months and other stretches of days: every figure of the books is for one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


def month_of(day: date) -> date:
    """The first day of the month that ``day`` is in."""
    return day.replace(day=1)


def month_after(day: date) -> date:
    """The first day of the month after that of ``day``. Raises ``ValueError`` for the last one."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` on and before ``until``."""

    first: date
    until: date

    @property
    def last(self) -> date:
        return self.until - timedelta(days=1)
