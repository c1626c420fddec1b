"""The chart of money in and out by month: where each bar stands. Pure; the template draws it.

Lengths are units of the drawing, whose width is ``WIDTH``. Two bars for each month, income on the
left and expense on the right, to one scale from zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kernel.money import Money

WIDTH = 720
HEIGHT = 240
_TOP, _BOTTOM, _SIDE = 24, 32, 8
_WIDEST = 96


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle from the base line up."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Group:
    """One month: its two bars, the middle to put its name under, and whether it has room."""

    first: date
    middle: float
    income: Bar
    expense: Bar
    named: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything to draw: the base line, the top line with its amount, and the months."""

    base: float
    top: float
    highest: Money
    groups: tuple[Group, ...]


def draw(months: Sequence[tuple[date, Money, Money]], *, currency: str) -> Chart:
    """Lay out months in order: each its first day, what came in and what went out."""
    highest = max((max(i.minor, o.minor, 0) for _first, i, o in months), default=0)
    base, room = HEIGHT - _BOTTOM, HEIGHT - _TOP - _BOTTOM
    slot = min((WIDTH - 2 * _SIDE) / max(len(months), 1), _WIDEST)
    # At most twelve names fit side by side.
    every = -(-len(months) // 12) or 1

    def bar(x: float, amount: Money) -> Bar:
        height = round(room * max(amount.minor, 0) / highest, 1) if highest else 0.0
        return Bar(round(x, 1), round(base - height, 1), round(slot * 0.38, 1), height)

    groups = tuple(
        Group(
            first=first,
            middle=round(_SIDE + slot * (number + 0.5), 1),
            income=bar(_SIDE + slot * (number + 0.1), income),
            expense=bar(_SIDE + slot * (number + 0.52), expense),
            named=number % every == 0,
        )
        for number, (first, income, expense) in enumerate(months)
    )
    return Chart(base=base, top=_TOP, highest=Money(highest, currency), groups=groups)


def without_gaps(
    months: Sequence[tuple[date, Money, Money]], *, currency: str
) -> list[tuple[date, Money, Money]]:
    """The same months with those in between in which nothing moved."""
    known = {first: (income, expense) for first, income, expense in months}
    if not known:
        return []
    zero = Money(0, currency)
    filled: list[tuple[date, Money, Money]] = []
    first, last = min(known), max(known)
    while first <= last:
        filled.append((first, *known.get(first, (zero, zero))))
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return filled
