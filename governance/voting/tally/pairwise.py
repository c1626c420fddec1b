"""Duels: how many prefer each option to each other, and what follows from that. Pure, integers.

An unranked option is last, below every ranked one, and equal to the other unranked ones (Debian
Constitution, A.5, 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from governance.voting.tally.ballots import Rankings

# Who is preferred to whom by how many: duels[a][b] ballots rank a above b.
Duels = dict[str, dict[str, int]]
# How strong the defeat of b by a is; 0 where a does not defeat b.
Strengths = dict[str, dict[str, int]]


def duels(ballots: Rankings, options: Sequence[str]) -> Duels:
    """Every duel between two of ``options``; what a ballot ranks beside them is passed over."""
    place = {option: at for at, option in enumerate(options)}
    size = len(options)
    table = [[0] * size for _ in options]
    everyone = frozenset(range(size))
    for ranking, cast in ballots.items():
        below = set(everyone)
        for group in ranking:
            level = [place[option] for option in group if option in place]
            below.difference_update(level)
            for winner in level:
                row = table[winner]
                for loser in below:
                    row[loser] += cast
    return {
        one: {other: table[place[one]][place[other]] for other in options if other != one}
        for one in options
    }


def strengths(table: Duels, options: Iterable[str]) -> Strengths:
    """The defeats among ``options``, each as one number that orders them.

    A defeat is the stronger the more ballots are for it (winning votes) and, of two with as many
    for them, the fewer are against it (Debian Constitution, A.5, 7.1; the relation ``≻win`` of
    Schulze, *A new monotonic, clone-independent … method*, 2011, section 2.1).
    """
    among = list(options)
    # More than any number of ballots in one duel, so that "for" outweighs every "against".
    base = 1 + max((votes for row in table.values() for votes in row.values()), default=0)
    return {
        one: {
            other: table[one][other] * base + base - 1 - table[other][one]
            if table[one][other] > table[other][one]
            else 0
            for other in among
            if other != one
        }
        for one in among
    }


def beat_paths(defeats: Strengths) -> tuple[Strengths, dict[str, dict[str, list[str]]]]:
    """The strongest path from each option to each other: its strength, and its options in order.

    A path is as strong as its weakest defeat; no path is 0 and an empty list.
    """
    options = list(defeats)
    best = {one: dict(row) for one, row in defeats.items()}
    before = {one: dict.fromkeys(row, one) for one, row in defeats.items()}
    for through in options:
        for one in options:
            first = best[one].get(through, 0)
            if not first:
                continue
            row, last = best[one], before[one]
            for other, second in best[through].items():
                if other != one and min(first, second) > row[other]:
                    row[other] = min(first, second)
                    last[other] = before[through][other]
    paths: dict[str, dict[str, list[str]]] = {}
    for one in options:
        paths[one] = {}
        for other in best[one]:
            steps = [other] if best[one][other] else []
            while steps and steps[-1] != one:
                steps.append(before[one][steps[-1]])
            paths[one][other] = steps[::-1]
    return best, paths


def schwartz_set(defeats: Strengths) -> list[str]:
    """Who transitively defeats everyone who transitively defeats them (A.5, 5 and 6)."""
    options = list(defeats)
    reached = {one: {other for other, by in defeats[one].items() if by} for one in options}
    for through in options:
        for one in options:
            if through in reached[one]:
                reached[one] |= reached[through]
    return [
        one
        for one in options
        if all(other in reached[one] for other in options if one in reached[other])
    ]
