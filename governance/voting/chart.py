"""The picture of a result: a bar for each choice, drawn on the server. Pure.

Only the bars are drawn: their labels and numbers are text beside them, readable at every width.
Colours are Okabe and Ito's, which people tell apart whatever their sight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WIDTH = 600
HEIGHT = 24
_COLOURS = {"yes": "#009e73", "no": "#d55e00", "abstain": "#8f8f8f"}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, its length in units of the drawing, and where to mark a number on it, if anywhere."""

    choice: str
    label: str
    count: int
    colour: str
    length: int
    mark: int | None


def bars(counts: Mapping[str, int], labels: Mapping[str, str], *, needed: int) -> list[Bar]:
    """Draw ``counts`` in their order; ``needed`` is in sight on the same scale, marked on yes."""
    most = max(*counts.values(), needed, 1)
    return [
        Bar(
            choice=choice,
            label=labels.get(choice, choice),
            count=count,
            colour=_COLOURS[choice],
            length=round(WIDTH * count / most),
            mark=round(WIDTH * needed / most) if choice == "yes" and needed else None,
        )
        for choice, count in counts.items()
    ]
