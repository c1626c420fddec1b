"""Approval: most votes win, with a quorum and a majority where they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.voting.tally import approval
from governance.voting.tally.ballots import Approval
from governance.voting.tally.outcome import ELECTED, NO_QUORUM, NOBODY
from tests.governance.voting.tally.profiles import LOT, approve, budgets


def test_the_most_votes_win_in_order() -> None:
    counted = approval.count(approve("5 A,B", "3 B,C", "4 C", "2 "), "ABC", lot=LOT, seats=2)
    assert counted.winners == ("B", "C")
    assert [(row["candidate"], row["votes"]) for row in counted.rounds] == [
        ("B", 8),
        ("C", 7),
        ("A", 5),
    ]
    assert (counted.figures["cast"], counted.figures["abstained"]) == (14, 2)
    assert counted.ties == ()


def test_a_tie_at_the_last_seat_is_drawn_and_listed() -> None:
    counted = approval.count(approve("5 A", "3 B", "3 C"), "ABC", lot=LOT, seats=2)
    first = LOT.order("BC")[0]
    assert counted.winners == ("A", first)
    [tie] = counted.ties
    assert (tie.where, tie.step, tie.candidates) == ("place", 2, ("B", "C"))
    assert approval.count(approve("5 A", "3 B", "3 C"), "ABC", lot=LOT).ties == ()


@pytest.mark.parametrize(
    ("ballots", "quorum", "majority", "winners", "outcome"),
    [
        (approve("5 A", "4 B"), 5, None, ("A",), ELECTED),
        (approve("5 A", "4 B"), 6, None, (), NO_QUORUM),
        (approve("5 A", "4 B", "1 "), 0, Fraction(1, 2), ("A",), ELECTED),
        (approve("5 A", "5 B"), 0, Fraction(1, 2), (), NOBODY),
        (approve("6 A", "3 B"), 0, Fraction(2, 3), ("A",), ELECTED),
        (approve("6 A", "4 B"), 0, Fraction(2, 3), (), NOBODY),
    ],
)
def test_quorum_and_majority(
    ballots: Mapping[Approval, int],
    quorum: int,
    majority: Fraction | None,
    winners: tuple[str, ...],
    outcome: str,
) -> None:
    counted = approval.count(ballots, "AB", lot=LOT, quorum=quorum, majority=majority)
    assert (counted.winners, counted.outcome) == (winners, outcome)


@given(budgets(), st.integers(1, 3))
def test_nobody_beside_has_more_votes_than_a_winner(
    election: tuple[dict[Approval, int], dict[str, Fraction], Fraction], seats: int
) -> None:
    ballots, prices, _budget = election
    counted = approval.count(ballots, list(prices), lot=LOT, seats=seats)
    votes = {row["candidate"]: row["votes"] for row in counted.rounds}
    assert votes == {
        one: sum(cast for pattern, cast in ballots.items() if one in pattern) for one in prices
    }
    assert len(counted.winners) == min(seats, sum(1 for number in votes.values() if number))
    rest = [votes[one] for one in votes if one not in counted.winners]
    assert all(votes[one] >= max(rest, default=0) for one in counted.winners)


@given(budgets(), st.permutations("ABCDEF"))
def test_names_do_not_matter_but_for_the_lot(
    election: tuple[dict[Approval, int], dict[str, Fraction], Fraction], names: list[str]
) -> None:
    ballots, prices, _budget = election
    other = dict(zip("ABCDEF", names, strict=True))
    here = approval.count(ballots, list(prices), lot=LOT)
    renamed = {frozenset(other[one] for one in key): cast for key, cast in ballots.items()}
    there = approval.count(renamed, [other[one] for one in prices], lot=LOT)
    assert here.ties or tuple(other[one] for one in here.winners) == there.winners
