"""How evenly something is spread over people, without saying over whom. Pure.

Where so few take part that a figure would speak of somebody, there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median_low

# Of fewer people nothing is told but that they are few.
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Spread:
    """``people`` did ``total`` things; ``top_tenth`` is the share of the tenth that did most.

    ``gini`` is 0 where all did as much, and near 1 where one did nearly all.
    """

    people: int
    total: int
    top_tenth: Fraction
    gini: Fraction


def spread(counts: Sequence[int]) -> Spread | None:
    """How ``counts``, one for each person who did anything, are spread; None for too few people."""
    done = sorted(count for count in counts if count > 0)
    people, total = len(done), sum(done)
    if people < FEWEST:
        return None
    tenth = -(-people // 10)
    ranked = sum(rank * count for rank, count in enumerate(done, start=1))
    return Spread(
        people=people,
        total=total,
        top_tenth=Fraction(sum(done[-tenth:]), total),
        gini=Fraction(2 * ranked, people * total) - Fraction(people + 1, people),
    )


def middle(days: Sequence[int]) -> int | None:
    """The lower median; None for nothing."""
    return median_low(days) if days else None
