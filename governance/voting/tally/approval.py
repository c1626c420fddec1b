"""Approval voting: the options that most approve of. Pure, exact.

Each ballot approves of as many options as it likes; each option has as many votes as ballots that
approve of it (Brams and Fishburn, *Approval Voting*, 1983). The ``seats`` options with the most
votes win, provided that each

- has at least ``quorum`` votes (votes in favour, as everywhere here: staying away cannot defeat
  what voting against could not), and
- where a ``majority`` is asked, is approved by at least that share of the ballots that approve of
  anything, and by more of them than not.

A ballot that approves of nothing abstains: it takes part and counts for and against nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby

from governance.voting.tally.ballots import Approvals
from governance.voting.tally.outcome import ELECTED, NO_QUORUM, NOBODY, Count
from governance.voting.tally.ties import LOT, Lot, Tie

METHOD = "approval"


def votes_of(ballots: Approvals, options: Sequence[str]) -> dict[str, int]:
    """How many ballots approve of each option."""
    votes: Counter[str] = Counter()
    for approval, cast in ballots.items():
        for option in approval:
            votes[option] += cast
    return {option: votes[option] for option in options}


def count(
    ballots: Approvals,
    options: Sequence[str],
    *,
    lot: Lot,
    seats: int = 1,
    quorum: int = 0,
    majority: Fraction | None = None,
) -> Count:
    """Count approvals. ``rounds`` has one entry for each option, the most votes first."""
    votes = votes_of(ballots, options)
    cast = sum(ballots.values())
    expressed = cast - ballots.get(frozenset(), 0)
    ranked, ties = _ranked(votes, seats, lot)
    winners: list[str] = []
    rounds = []
    for option in ranked:
        quorum_met = votes[option] >= max(quorum, 1)
        majority_met = majority is None or (
            votes[option] >= majority * expressed and 2 * votes[option] > expressed
        )
        wins = quorum_met and majority_met and len(winners) < seats
        if wins:
            winners.append(option)
        rounds.append(
            {
                "candidate": option,
                "votes": votes[option],
                "quorumMet": quorum_met,
                "majorityMet": majority_met,
                "wins": wins,
            }
        )
    short = any(row["votes"] and not row["quorumMet"] for row in rounds)
    return Count(
        method=METHOD,
        outcome=ELECTED if winners else NO_QUORUM if short else NOBODY,
        winners=tuple(winners),
        rounds=rounds,
        ties=tuple(ties),
        figures={
            "cast": cast,
            "abstained": cast - expressed,
            "seats": seats,
            "quorum": quorum,
            "majority": None if majority is None else str(majority),
        },
    )


def _ranked(votes: dict[str, int], seats: int, lot: Lot) -> tuple[list[str], list[Tie]]:
    """Options by votes, ties by lot; a tie is listed where it bears on who wins or their order."""
    ranked: list[str] = []
    ties = []
    by_votes = sorted(votes, key=lambda option: -votes[option])
    for number, group in groupby(by_votes, key=votes.__getitem__):
        level = lot.order(group)
        if len(level) > 1 and len(ranked) < seats and number:
            ties.append(Tie("place", len(ranked) + 1, tuple(sorted(level)), LOT, tuple(level)))
        ranked += level
    return ranked, ties
