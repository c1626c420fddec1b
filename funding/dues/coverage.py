"""Which days a paid invoice covers, and how long a failed charge is forgiven. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

from members.standing import GRACE


def days_covered(start: datetime, end: datetime) -> tuple[date, date]:
    """The UTC days that a paid period touches: the first one, and the first one after them.

    The day on which a period ends is covered too, unless it ends at midnight: the renewal is
    charged in the course of that day, and nobody should lose their vote before it is.
    """
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    ends_on = last.date() if last.time() == time.min else last.date() + timedelta(days=1)
    return first.date(), ends_on


def days_of_grace(start: datetime) -> tuple[date, date]:
    """The days of grace when the charge for a period that begins at ``start`` has failed."""
    first = start.astimezone(UTC).date()
    return first, first + GRACE


def months_later(day: date, months: int) -> date:
    """The same day that many months on; the month's last day where it has no such day."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
