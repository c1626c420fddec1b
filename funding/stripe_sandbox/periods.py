"""When a subscription's periods end. Pure."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta


def boundary(anchor: int, *, interval: str, count: int, number: int) -> int:
    """When the period ``number`` (0 is the first) ends, for periods counted from ``anchor``.

    Months and years keep the anchor's day of the month, or take the month's last day where it is
    shorter: anchored on 31 January, periods end on 28 February, 31 March, 30 April.
    """
    begun = datetime.fromtimestamp(anchor, UTC)
    steps = count * (number + 1)
    if interval in ("day", "week"):
        days = steps * (7 if interval == "week" else 1)
        return int((begun + timedelta(days=days)).timestamp())
    months = begun.year * 12 + begun.month - 1 + steps * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    moved = begun.replace(year=year, month=month + 1, day=min(begun.day, last))
    return int(moved.timestamp())


def next_boundary(anchor: int, after: int, *, interval: str, count: int) -> int:
    """The first boundary later than ``after``."""
    number = 0
    while (end := boundary(anchor, interval=interval, count=count, number=number)) <= after:
        number += 1
    return end
