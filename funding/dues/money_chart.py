"""The chart of money in and out by month: where each bar stands. Pure; the template draws it.

Lengths are units of the drawing, whose width is ``WIDTH``. Two bars for each month, what came in on
the left and what went out on the right, to one scale from zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from funding.ledger.figures import Month
from kernel.money import Money

WIDTH = 480
HEIGHT = 260
_TOP, _BOTTOM, _SIDE = 30, 44, 6
_WIDEST = 80


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle from the base line up."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Group:
    """One month: its two bars, the middle to put its name under, and whether to add the year."""

    first: date
    middle: float
    came_in: Bar
    went_out: Bar
    year: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything to draw: the base line, the top line with its amount, and the months."""

    base: float
    top: float
    highest: Money
    groups: tuple[Group, ...]


def draw(months: Sequence[Month], *, currency: str) -> Chart:
    """Lay out ``months``, in order and without gaps; there is room for the names of twelve."""
    highest = max((max(m.came_in.minor, m.went_out.minor, 0) for m in months), default=0)
    base, room = HEIGHT - _BOTTOM, HEIGHT - _TOP - _BOTTOM
    slot = min((WIDTH - 2 * _SIDE) / max(len(months), 1), _WIDEST)

    def bar(x: float, amount: Money) -> Bar:
        height = round(room * max(amount.minor, 0) / highest, 1) if highest else 0.0
        return Bar(round(x, 1), round(base - height, 1), round(slot * 0.38, 1), height)

    groups = tuple(
        Group(
            first=month.first,
            middle=round(_SIDE + slot * (number + 0.5), 1),
            came_in=bar(_SIDE + slot * (number + 0.1), month.came_in),
            went_out=bar(_SIDE + slot * (number + 0.52), month.went_out),
            # December's would run into January's.
            year=month.first.month == 1 or (number == 0 and month.first.month < 12),
        )
        for number, month in enumerate(months)
    )
    return Chart(base=base, top=_TOP, highest=Money(highest, currency), groups=groups)
