"""Scottish STV: known elections, each rule by hand, and that no vote is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.voting.tally import stv
from governance.voting.tally.ballots import Ranking, ranking, without
from governance.voting.tally.outcome import NO_QUORUM, NOBODY, Count
from governance.voting.tally.ties import LOT as BY_LOT
from governance.voting.tally.ties import Lot
from tests.governance.voting.tally.profiles import LOT, rankings, read

Ballots = Mapping[Ranking, int]


def count(ballots: Ballots, options: str, seats: int = 1, **more: Any) -> Count:
    return stv.count(ballots, list(options), seats=seats, **({"lot": LOT} | more))


def stages(counted: Count) -> list[tuple[str, str | None]]:
    return [(stage["action"], stage["candidate"]) for stage in counted.rounds]


# --- known elections
# --------------------------------------------------------------------------------


def test_the_food_for_the_party() -> None:
    """Twenty guests, three kinds of food (the long-standing example of Wikipedia's page on STV)."""
    ballots = read("4 O", "2 P>O", "8 C>S", "4 C>W", "1 S", "1 W")
    counted = count(ballots, "OPCSW", seats=3)
    assert counted.figures["quota"] == 6
    assert counted.winners == ("C", "O", "S")
    assert stages(counted) == [
        ("first", None),
        ("surplus", "C"),
        ("exclusion", "P"),
        ("exclusion", "W"),
    ]
    assert counted.rounds[1]["transfers"] == {"S": "4.00000", "W": "2.00000"}
    assert counted.rounds[2]["elected"] == ["O"]
    assert counted.rounds[3]["filled"] == ["S"]


def test_one_seat_is_the_instant_run_off() -> None:
    """The capital of Tennessee: Knoxville, from third place."""
    ballots = read("42 M>N>C>K", "26 N>C>K>M", "15 C>K>N>M", "17 K>C>N>M")
    counted = count(ballots, "MNCK")
    assert counted.winners == ("K",)
    assert stages(counted)[1:] == [("exclusion", "C"), ("exclusion", "N")]


# --- each rule by hand
# ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("valid", "seats", "quota"), [(100, 1, 51), (99, 2, 34), (100, 3, 26), (101, 3, 26), (1, 3, 1)]
)
def test_rule_46_the_quota(valid: int, seats: int, quota: int) -> None:
    assert count(read(f"{valid} A"), "ABCD", seats).figures["quota"] == quota


def test_rule_47_the_quota_itself_elects() -> None:
    counted = count(read("6 A", "5 B"), "AB")
    assert counted.figures["quota"] == 6
    assert counted.rounds[0]["elected"] == ["A"]


def test_rule_48_a_transfer_value_has_five_decimals_and_the_rest_is_ignored() -> None:
    """Surplus 3 of 9 votes: 0.33333. Three papers bring 0.99999, which is less than one vote."""
    counted = count(read("3 A>Y", "6 A", "1 X", "5 Z"), "AXYZ", seats=2)
    surplus = counted.rounds[1]
    assert surplus["values"] == [{"from": "1.00000", "to": "0.33333", "papers": 9}]
    assert surplus["votes"]["Y"] == "0.99999"
    assert surplus["nonTransferable"] == "1.99998"
    assert surplus["lost"] == "0.00003"
    # With fractions Y and X would tie, and a lot would decide.
    assert stages(counted)[2] == ("exclusion", "Y")
    assert counted.ties == ()


def test_rule_48_papers_that_came_at_a_value_go_on_at_their_share_of_it() -> None:
    """A's surplus of 4 of 8 lifts B to 5.5: B's papers pass on 1.5/5.5 of 1 and of 0.5."""
    counted = count(read("5 A>B>C", "3 A>D", "3 B>C", "1 C", "1 D"), "ABCD", seats=3)
    assert counted.figures["quota"] == 4
    assert stages(counted)[1:3] == [("surplus", "A"), ("surplus", "B")]
    second = counted.rounds[2]
    assert second["surplus"] == "1.50000"
    assert second["values"] == [
        {"from": "1.00000", "to": "0.27272", "papers": 3},
        {"from": "0.50000", "to": "0.13636", "papers": 5},
    ]
    assert second["votes"]["C"] == str(1 + Decimal("0.27272") * 3 + Decimal("0.13636") * 5)


def test_rule_48_next_preferences_pass_over_whoever_is_elected() -> None:
    """A and B reach the quota of 6 together: A's papers go past B to C."""
    counted = count(read("9 A>B>C", "8 B", "2 C", "1 D", "1 E"), "ABCDE", seats=3)
    assert counted.rounds[0]["elected"] == ["A", "B"]
    assert counted.rounds[1]["transfers"] == {"C": str(9 * Decimal("0.33333"))}


def test_rule_49_the_largest_surplus_goes_first() -> None:
    counted = count(read("9 A>C", "12 B>D", "1 C", "1 D", "1 E"), "ABCDE", seats=3)
    assert stages(counted)[1:3] == [("surplus", "B"), ("surplus", "A")]


def test_rule_50_nobody_is_excluded_while_a_surplus_waits() -> None:
    counted = count(read("9 A>C", "9 B>C", "2 C", "3 D", "1 E"), "ABCDE", seats=3)
    assert [action for action, _who in stages(counted)][:3] == ["first", "surplus", "surplus"]


def test_rule_50_excluded_papers_keep_the_value_they_came_with() -> None:
    """B has four papers of A's at half a vote and one of its own: excluded, it passes on both."""
    counted = count(read("4 A>B>C", "4 A", "1 B>D", "4 C", "4 D"), "ABCD", seats=3)
    assert counted.figures["quota"] == 5
    assert counted.rounds[1]["values"] == [{"from": "1.00000", "to": "0.37500", "papers": 8}]
    assert stages(counted)[2] == ("exclusion", "B")
    assert counted.rounds[2]["transfers"] == {"C": "1.50000", "D": "1.00000"}


def test_rule_51_a_tie_for_last_looks_at_the_latest_stage_that_was_unequal() -> None:
    """C and D have 3 each at stage 2, C had 2 and D 3 at stage 1: C goes."""
    counted = count(read("6 A", "5 B", "3 D", "2 C", "1 E>C"), "ABCDE")
    assert stages(counted)[1:3] == [("exclusion", "E"), ("exclusion", "C")]
    [tie] = counted.ties
    assert (tie.where, tie.how, tie.candidates, tie.step) == (
        "exclusion",
        stv.EARLIER_STAGE,
        ("C", "D"),
        3,
    )
    assert tie.order == ("D", "C")


def test_rule_51_then_the_lot_decides_and_it_is_listed() -> None:
    ballots = read("6 A", "3 B", "3 C")
    seen = set()
    for one in range(20):
        lot = Lot(bytes([one]), b"")
        counted = count(ballots, "ABC", lot=lot, seats=2)
        [tie] = [tie for tie in counted.ties if tie.where == "exclusion"]
        assert (tie.how, tie.order) == (BY_LOT, tuple(lot.order("BC")))
        assert counted.winners == ("A", lot.order("BC")[0])
        seen.add(counted.winners)
    assert len(seen) == 2


def test_rule_52_the_last_places_are_filled_without_a_transfer() -> None:
    counted = count(read("10 A>B", "3 B", "2 C"), "ABC", seats=3)
    assert len(counted.rounds) == 1
    assert counted.winners == ("A", "B", "C")
    assert counted.rounds[0]["filled"] == ["B", "C"]


def test_a_paper_ends_where_it_ranks_equal() -> None:
    counted = count(read("6 A>B=C>D", "3 B", "2 C", "1 B=C", "2 "), "ABCD", seats=2)
    assert (counted.figures["valid"], counted.figures["invalid"]) == (11, 3)
    assert counted.rounds[1]["transfers"] == {}
    assert counted.rounds[1]["nonTransferable"] == str(Decimal("0.33333") * 6)


def test_whoever_withdrew_is_passed_over() -> None:
    ballots = without(read("6 W>A", "5 B", "1 W=A>B"), {"W"})
    assert ballots == read("6 A", "5 B", "1 A>B")
    assert count(ballots, "AB").winners == ("A",)


def test_with_too_few_ballots_nobody_is_elected() -> None:
    assert count(read("4 A", "1 "), "AB", quorum=6).outcome == NO_QUORUM
    assert count(read("4 A", "1 "), "AB", quorum=5).winners == ("A",)
    assert count(read("4 "), "AB").outcome == NOBODY


# --- properties
# -------------------------------------------------------------------------------------


@given(rankings(strict=True, least=1), st.integers(1, 4))
def test_no_vote_is_lost(election: tuple[str, Ballots], seats: int) -> None:
    """After each stage, votes, papers that end and cut-off decimals add up to the valid papers."""
    options, ballots = election
    seats = min(seats, len(options))
    counted = count(ballots, options, seats)
    for stage in counted.rounds:
        rest = Decimal(stage["nonTransferable"]) + Decimal(stage["lost"])
        assert sum(map(Decimal, stage["votes"].values())) + rest == counted.figures["valid"]
        assert all(Decimal(votes) >= 0 for votes in stage["votes"].values())
    if counted.figures["valid"]:
        assert len(counted.winners) == len(set(counted.winners)) == seats
    else:
        assert counted.winners == ()


@given(rankings(strict=True, least=1), st.integers(1, 4))
def test_whoever_reaches_the_quota_is_elected_and_keeps_it(
    election: tuple[str, Ballots], seats: int
) -> None:
    options, ballots = election
    counted = count(ballots, options, min(seats, len(options)))
    quota = counted.figures["quota"]
    reached: set[str] = set()
    for stage in counted.rounds:
        for one, votes in stage["votes"].items():
            if Decimal(votes) >= quota:
                reached.add(one)
            else:
                assert one not in reached
    assert reached <= set(counted.winners)
    filled = [one for stage in counted.rounds for one in stage["filled"]]
    assert set(counted.winners) == reached | set(filled)


@given(rankings(strict=True, least=1), st.randoms(use_true_random=False), st.integers(1, 3))
def test_the_order_of_ballots_does_not_matter(
    election: tuple[str, Ballots], shuffled: Any, seats: int
) -> None:
    options, ballots = election
    papers = [pattern for pattern, cast in ballots.items() for _one in range(cast)]
    shuffled.shuffle(papers)
    seats = min(seats, len(options))
    assert count(Counter(papers), options, seats) == count(ballots, options, seats)


@given(rankings(strict=True, least=1), st.permutations("ABCDEF"), st.integers(1, 3))
def test_names_do_not_matter_but_for_the_lot(
    election: tuple[str, Ballots], names: list[str], seats: int
) -> None:
    options, ballots = election
    seats = min(seats, len(options))
    other = dict(zip("ABCDEF", names, strict=True))
    renamed = {
        ranking([other[one] for one in group] for group in pattern): cast
        for pattern, cast in ballots.items()
    }
    here = count(ballots, options, seats)
    there = count(renamed, "".join(other[one] for one in options), seats)
    if all(tie.how != BY_LOT for tie in here.ties):
        assert tuple(other[one] for one in here.winners) == there.winners


@given(rankings(strict=True, least=1))
def test_a_solid_majority_takes_the_single_seat(election: tuple[str, Ballots]) -> None:
    """Whoever more than half rank first is elected, in the first stage."""
    options, ballots = election
    firsts: Counter[str] = Counter()
    for pattern, cast in ballots.items():
        if pattern:
            firsts[pattern[0][0]] += cast
    for one, votes in firsts.items():
        if 2 * votes > firsts.total():
            counted = count(ballots, options)
            assert (counted.winners, len(counted.rounds)) == ((one,), 1)
