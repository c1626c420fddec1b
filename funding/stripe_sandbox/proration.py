"""What a change in the middle of a period costs, to the second. Pure."""

from __future__ import annotations


def share(amount: int, *, at: int, start: int, end: int) -> int:
    """The part of ``amount`` that falls on ``at`` to ``end`` of a period from ``start`` to ``end``.

    To the nearest minor unit, half away from zero: ``share(500, at=15, start=0, end=30) == 250``.
    """
    left, whole = end - at, end - start
    if not 0 <= left <= whole or whole <= 0:
        raise ValueError("this moment is not in the period")
    size = (2 * abs(amount) * left + whole) // (2 * whole)
    return size if amount >= 0 else -size
