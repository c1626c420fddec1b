"""Random elections for the tests of the tally, and lots to break their ties with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction

from hypothesis import strategies as st

from governance.voting.tally.ballots import Approval, Ranking, ranking
from governance.voting.tally.ties import Lot

LOT = Lot(bytes(32), bytes(range(32)))
LETTERS = "ABCDEF"

sizes = st.integers(2, 6)


def read(*lines: str) -> dict[Ranking, int]:
    """Rankings as they are written by hand: ``"5 A>B=C>D"``."""
    merged: Counter[Ranking] = Counter()
    for line in lines:
        cast, _space, order = line.partition(" ")
        merged[ranking(group.split("=") for group in order.split(">") if order)] += int(cast)
    return merged


def approve(*lines: str) -> dict[Approval, int]:
    """Approvals as they are written by hand: ``"5 A,B"``."""
    merged: Counter[Approval] = Counter()
    for line in lines:
        cast, _space, options = line.partition(" ")
        merged[frozenset(options.split(",")) if options else frozenset()] += int(cast)
    return merged


@st.composite
def weak_orders(draw: st.DrawFn, options: str, *, complete: bool = False) -> Ranking:
    """A ranking with ties; not complete, it may leave options out, all of them too."""
    levels = draw(st.lists(st.integers(0, 4), min_size=len(options), max_size=len(options)))
    groups: list[list[str]] = [[] for _level in range(5)]
    for option, level in zip(options, levels, strict=True):
        if complete or level < 4:
            groups[level].append(option)
    return ranking(groups)


@st.composite
def strict_orders(draw: st.DrawFn, options: str) -> Ranking:
    order = draw(st.permutations(options))
    length = draw(st.integers(0, len(options)))
    return tuple((option,) for option in order[:length])


def merged(patterns: Iterable[Ranking], weights: Iterable[int]) -> dict[Ranking, int]:
    found: Counter[Ranking] = Counter()
    for pattern, weight in zip(patterns, weights, strict=False):
        found[pattern] += weight
    return found


@st.composite
def rankings(
    draw: st.DrawFn, *, complete: bool = False, strict: bool = False, least: int = 0
) -> tuple[str, dict[Ranking, int]]:
    """Options, and merged ballots over them."""
    options = LETTERS[: draw(sizes)]
    pattern = strict_orders(options) if strict else weak_orders(options, complete=complete)
    patterns = draw(st.lists(pattern, min_size=least, max_size=8))
    weights = draw(st.lists(st.integers(1, 30), min_size=len(patterns), max_size=len(patterns)))
    return options, merged(patterns, weights)


@st.composite
def budgets(
    draw: st.DrawFn,
) -> tuple[dict[Approval, int], dict[str, Fraction], Fraction]:
    """Approvals of projects, their costs, and a budget."""
    projects = LETTERS[: draw(sizes)]
    costs = {one: Fraction(draw(st.integers(1, 40))) for one in projects}
    ballots: Counter[Approval] = Counter()
    for approval in draw(st.lists(st.frozensets(st.sampled_from(projects)), max_size=8)):
        ballots[approval] += draw(st.integers(1, 3))
    budget = Fraction(draw(st.integers(1, int(sum(costs.values())))))
    return ballots, costs, budget
