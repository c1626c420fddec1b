"""The picture of a result: a bar for each choice, drawn on the server. Pure.

Colours are Okabe and Ito's, which people tell apart whatever their sight; each bar has its label.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WIDTH = 600
_LABEL = 96
_NUMBER = 72
_ROW = 40
_BAR = 24
_COLOURS = {"yes": "#009e73", "no": "#d55e00", "abstain": "#8f8f8f"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with where its parts stand, in units of the drawing."""

    choice: str
    label: str
    count: int
    colour: str
    top: int
    middle: int
    length: int
    end: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars on one scale, and where the number needed in favour stands on it."""

    bars: list[Bar]
    left: int
    width: int
    height: int
    bar_height: int
    needed_at: int


def bars(counts: Mapping[str, int], labels: Mapping[str, str], *, needed: int) -> Chart:
    """Draw ``counts`` in their order, on a scale that also holds ``needed``."""
    most = max(*counts.values(), needed, 1)
    room = WIDTH - _LABEL - _NUMBER
    drawn = []
    for row, (choice, count) in enumerate(counts.items()):
        length = round(room * count / most)
        drawn.append(
            Bar(
                choice=choice,
                label=labels.get(choice, choice),
                count=count,
                colour=_COLOURS[choice],
                top=row * _ROW + 4,
                middle=row * _ROW + 4 + _BAR // 2 + 5,
                length=length,
                end=_LABEL + length + 8,
            )
        )
    return Chart(
        bars=drawn,
        left=_LABEL,
        width=WIDTH,
        height=len(drawn) * _ROW,
        bar_height=_BAR,
        needed_at=_LABEL + round(room * needed / most),
    )
