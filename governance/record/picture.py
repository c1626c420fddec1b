"""The picture of a consistency proof: the tree of now over the parts that make it up. Pure.

The proof has one hash for each part. Those under the entries of then lead to the root of then; all
of them lead to the root of now. What is drawn is that second way, part by part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from governance.record.merkle import consistency_ranges

STEP = 48
ROW = 36
MARGIN = 28


@dataclass(frozen=True, slots=True)
class Part:
    """Entries ``first`` to ``last``, counted from 1, under one hash.

    ``number`` is its place among the hashes of the proof; 0 for the root of then, which is none of
    them: whoever checks the proof has it.
    """

    number: int
    first: int
    last: int
    then: bool
    hash: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True, slots=True)
class Picture:
    """What to draw, in units of the drawing; ``dots`` are hashes computed on the way."""

    width: int
    height: int
    parts: tuple[Part, ...]
    dots: tuple[tuple[int, int], ...]
    lines: tuple[Line, ...]
    top: tuple[int, int]
    then: Line
    label: int


def draw(old: int, new: int, *, old_root: str, proof: Sequence[str]) -> Picture:
    """The picture of ``proof`` (hex), from a tree of ``old`` to one of ``new``, ``0 < old < new``.

    Raises ``ValueError`` for a proof of another length.
    """
    ranges = consistency_ranges(old, new)
    numbered = dict(zip(ranges, enumerate(proof, start=1), strict=True))
    if (0, old) not in numbered and min(numbered)[0] > 0:
        numbered[0, old] = (0, old_root)
    order = sorted(numbered)
    columns = {span: MARGIN + at * STEP for at, span in enumerate(order)}
    drawing = _Drawing(columns)
    top, height = drawing.place(0, new)
    base = MARGIN + height * ROW
    then = [columns[span] for span in order if span[1] <= old]
    return Picture(
        width=2 * MARGIN + (len(order) - 1) * STEP,
        height=base + 84,
        parts=tuple(
            Part(
                number=numbered[start, stop][0],
                first=start + 1,
                last=stop,
                then=stop <= old,
                hash=numbered[start, stop][1],
                x=columns[start, stop],
                y=base,
            )
            for start, stop in order
        ),
        dots=tuple((x, base - level * ROW) for x, level in drawing.dots),
        lines=tuple(
            Line(x1, base - from_ * ROW, x2, base - to * ROW) for x1, from_, x2, to in drawing.lines
        ),
        top=(top, base - height * ROW),
        then=Line(then[0] - 12, base + 44, then[-1] + 12, base + 44),
        label=base + 68,
    )


class _Drawing:
    """Places each node above the middle of what is below it, parts at level 0."""

    def __init__(self, columns: dict[tuple[int, int], int]) -> None:
        self._columns = columns
        self.dots: list[tuple[int, int]] = []
        self.lines: list[tuple[int, int, int, int]] = []

    def place(self, start: int, stop: int) -> tuple[int, int]:
        """Where the hash over leaves [start, stop) is drawn, and how far above the parts."""
        if (start, stop) in self._columns:
            return self._columns[start, stop], 0
        # Where RFC 6962 splits.
        middle = start + (1 << ((stop - start - 1).bit_length() - 1))
        below = [self.place(start, middle), self.place(middle, stop)]
        x, level = sum(at for at, _ in below) // 2, 1 + max(level for _, level in below)
        self.dots.append((x, level))
        self.lines += [(x, level, at, under) for at, under in below]
        return x, level
