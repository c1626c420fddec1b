"""Schulze's method with a default option, as the Debian Constitution counts (A.5). Pure, integers.

1. An option that fewer than ``quorum`` ballots rank above the default option is dropped.
2. An option that does not defeat the default option by its majority is dropped: it must be ranked
   above it by at least the ``majority``'s share of the ballots that rank one above the other, and
   by more than half of them. (A share of 3/4 is Debian's ratio of 3:1.)
3. Among what is left, A defeats B if more ballots rank A above B than B above A.
4. The Schwartz set: those who, directly or through others, defeat everyone who so defeats them.
5. While there are defeats within it, the weakest are dropped (fewest for it; of these, most
   against) and the set is made anew.
6. Whoever is left wins; of several, the lot decides.

This is Schulze's beatpath method with winning votes. The beat paths also give the full order of
finish: whoever is beaten by nobody left, by the strength of their paths, comes next. Without a
default option nothing is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from governance.voting.tally.ballots import Rankings
from governance.voting.tally.outcome import DEFAULT, ELECTED, NOBODY, Count
from governance.voting.tally.pairwise import (
    Duels,
    Strengths,
    beat_paths,
    duels,
    schwartz_set,
    strengths,
)
from governance.voting.tally.ties import LOT, Lot, Tie

METHOD = "schulze"
HALF = Fraction(1, 2)


def count(
    ballots: Rankings,
    options: Sequence[str],
    *,
    lot: Lot,
    default: str | None = None,
    quorum: int = 0,
    majority: Fraction = HALF,
) -> Count:
    """Count rankings. ``figures`` holds the duels, the order of finish and the beat paths.

    Raises ``ValueError`` where the default is no option, or a quorum or majority has none to be
    measured against.
    """
    if default is None and (quorum or majority != HALF):
        raise ValueError("quorum and majority are measured against a default option")
    if default is not None and default not in options:
        raise ValueError(f"the default option is none of the options: {default!r}")
    table = duels(ballots, options)
    rounds: list[dict[str, Any]] = []
    standing = list(options)
    if default is not None:
        checks = [
            _against_default(option, default, table, quorum, majority)
            for option in options
            if option != default
        ]
        rounds.append({"step": "default", "default": default, "checks": checks})
        dropped = {check["candidate"] for check in checks if check["dropped"]}
        standing = [option for option in options if option not in dropped]
    defeats = strengths(table, standing)
    best, paths = beat_paths(defeats)
    left = _schwartz_rounds(defeats, table, rounds)
    order, ties = _order_of_finish(best, lot)
    expressed = any(by for row in table.values() for by in row.values())
    if not expressed and default is None:
        # Nobody preferred anything to anything: there is nothing to draw lots about.
        left, order, ties = [], [], []
    winner = order[:1]
    return Count(
        method=METHOD,
        outcome=DEFAULT if winner == [default] else ELECTED if winner else NOBODY,
        winners=tuple(winner),
        rounds=rounds,
        ties=tuple(ties),
        figures={
            "cast": sum(ballots.values()),
            "abstained": ballots.get((), 0),
            "default": default,
            "quorum": quorum,
            "majority": str(majority),
            "tiedFirst": left,
            "order": order,
            "dropped": [option for option in options if option not in standing],
            "pairwise": table,
            "beatPaths": [
                {"from": one, "to": other, "path": path, **_weakest(path, table, defeats)}
                for one, row in paths.items()
                for other, path in row.items()
                if path
            ],
        },
    )


def _against_default(
    option: str, default: str, table: Duels, quorum: int, majority: Fraction
) -> dict[str, Any]:
    above, below = table[option][default], table[default][option]
    quorum_met = above >= quorum
    majority_met = above > below and above >= majority * (above + below)
    return {
        "candidate": option,
        "above": above,
        "below": below,
        "quorumMet": quorum_met,
        "majorityMet": majority_met,
        "dropped": not (quorum_met and majority_met),
    }


def _schwartz_rounds(defeats: Strengths, table: Duels, rounds: list[dict[str, Any]]) -> list[str]:
    """Make the Schwartz set, drop its weakest defeats, and again; each time a round."""
    standing = {one: dict(row) for one, row in defeats.items()}
    while True:
        inside = schwartz_set(standing)
        within = [
            (standing[one][other], one, other)
            for one in inside
            for other in inside
            if one != other and standing[one][other]
        ]
        weakest = min((strength for strength, _one, _other in within), default=0)
        falling = [(one, other) for strength, one, other in within if strength == weakest]
        rounds.append(
            {
                "step": "schwartz",
                "set": inside,
                "dropped": [
                    {
                        "winner": one,
                        "loser": other,
                        "for": table[one][other],
                        "against": table[other][one],
                    }
                    for one, other in falling
                ],
            }
        )
        if not falling:
            return inside
        for one, other in falling:
            standing[one][other] = 0


def _order_of_finish(best: Strengths, lot: Lot) -> tuple[list[str], list[Tie]]:
    order: list[str] = []
    ties = []
    left = list(best)
    while left:
        first = [
            one
            for one in left
            if all(best[one][other] >= best[other][one] for other in left if other != one)
        ]
        drawn = lot.order(first)
        if len(first) > 1:
            ties.append(Tie("place", len(order) + 1, tuple(sorted(first)), LOT, tuple(drawn)))
        order.append(drawn[0])
        left.remove(drawn[0])
    return order, ties


def _weakest(path: list[str], table: Duels, defeats: Strengths) -> dict[str, int]:
    """The votes for and against in the weakest defeat on a path."""
    steps = pairwise(path)
    one, other = min(steps, key=lambda step: defeats[step[0]][step[1]])
    return {"for": table[one][other], "against": table[other][one]}
