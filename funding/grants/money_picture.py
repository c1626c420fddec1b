"""The charts of grants: how far each round's budget has come, and each year. Pure.

Lengths are units of the drawing, whose width is ``WIDTH``; the template draws it, with its table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.money import Money

WIDTH = 480
# More are in the table alone.
MOST_ROUNDS = 8
MOST_YEARS = 10
_ROW, _BAR, _TOP = 56, 18, 40
_LONGEST = 44


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """What a round's budget came to: ``committed`` includes what was paid."""

    title: str
    budget: Money
    committed: Money
    paid: Money


@dataclass(frozen=True, slots=True)
class Row:
    """One round: its name above the bar, and the lengths of its bars, one over the other."""

    title: str
    text_y: float
    y: float
    paid: float
    committed: float
    frame: float


@dataclass(frozen=True, slots=True)
class RoundsChart:
    """Everything to draw; ``height`` of all of it."""

    rows: tuple[Row, ...]
    height: float
    bar: float = _BAR


def draw_rounds(rounds: Sequence[RoundFigures]) -> RoundsChart:
    """A bar for each of the first ``MOST_ROUNDS`` rounds, to one scale: the largest budget."""
    shown = rounds[:MOST_ROUNDS]
    largest = max((one.budget.minor for one in shown), default=0)

    def length(amount: Money) -> float:
        return round(WIDTH * max(amount.minor, 0) / largest, 1) if largest else 0.0

    rows = tuple(
        Row(
            title=_short(one.title),
            text_y=_TOP + place * _ROW + 14,
            y=_TOP + place * _ROW + 22,
            paid=length(one.paid),
            committed=length(one.committed),
            # Its line is drawn within, half on either side.
            frame=max(length(one.budget) - 1, 0.0),
        )
        for place, one in enumerate(shown)
    )
    return RoundsChart(rows=rows, height=_TOP + len(rows) * _ROW)


@dataclass(frozen=True, slots=True)
class YearFigures:
    """What was promised and what was paid in a year, less what came back in it."""

    year: int
    promised: Money
    paid: Money


@dataclass(frozen=True, slots=True)
class Column:
    """One year: its two bars, and the middle to put its name under."""

    year: int
    middle: float
    promised_x: float
    promised_y: float
    promised_height: float
    paid_x: float
    paid_y: float
    paid_height: float


@dataclass(frozen=True, slots=True)
class YearsChart:
    """Everything to draw: the base line, the top line with its amount, and the years."""

    columns: tuple[Column, ...]
    width: float
    base: float
    top: float
    highest: Money


def draw_years(years: Sequence[YearFigures], *, currency: str) -> YearsChart:
    """Two bars for each of the last ``MOST_YEARS`` years, to one scale from zero."""
    shown = years[-MOST_YEARS:]
    highest = max((max(one.promised.minor, one.paid.minor, 0) for one in shown), default=0)
    top, base = 34.0, 204.0
    slot = min((WIDTH - 12) / max(len(shown), 1), 90)

    def height(amount: Money) -> float:
        return round((base - top) * max(amount.minor, 0) / highest, 1) if highest else 0.0

    columns = tuple(
        Column(
            year=one.year,
            middle=round(6 + slot * (place + 0.5), 1),
            promised_x=round(6 + slot * (place + 0.1), 1),
            promised_y=round(base - height(one.promised), 1),
            promised_height=height(one.promised),
            paid_x=round(6 + slot * (place + 0.52), 1),
            paid_y=round(base - height(one.paid), 1),
            paid_height=height(one.paid),
        )
        for place, one in enumerate(shown)
    )
    return YearsChart(
        columns=columns,
        width=round(slot * 0.38, 1),
        base=base,
        top=top,
        highest=Money(highest, currency),
    )


def _short(title: str) -> str:
    """A name that fits above its bar; the table has the whole."""
    return title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1].rstrip()}…"
