"""The pictures of results: every number is the result's, and no vote leaves the picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from governance.voting.chart import bars, duels, flow, shares
from governance.voting.chart.colours import WIDTH, key
from governance.voting.rule import MOST_OPTIONS
from governance.voting.tally import approval, equal_shares, schulze, stv
from governance.voting.tally.ballots import Approval, Ranking
from governance.voting.tally.outcome import Count
from tests.governance.voting.tally.profiles import LOT, approve, budgets, rankings, read

UNIT = 100_000


def as_result(count: Count) -> dict[str, Any]:
    """A count as it is stored: JSON, there and back."""
    result: dict[str, Any] = json.loads(json.dumps({"abstained": 0} | count.as_json()))
    return result


def names(options: object) -> dict[str, str]:
    return {one: f"Option {one}" for one in options}  # type: ignore[attr-defined]


def units(votes: str) -> int:
    return int(Fraction(votes) * UNIT)


def test_keys_are_all_different() -> None:
    keys = [key(number) for number in range(MOST_OPTIONS)]
    assert len(set(keys)) == MOST_OPTIONS
    assert (keys[0], keys[25], keys[26], keys[27], keys[52]) == ("A", "Z", "AA", "AB", "BA")


# Approval


@given(
    st.dictionaries(st.frozensets(st.sampled_from("ABCDEF")), st.integers(1, 30), max_size=8),
    st.integers(1, 6),
    st.integers(0, 40),
    st.sampled_from([None, Fraction(1, 2), Fraction(2, 3)]),
)
def test_approval_bars_say_what_the_result_says(
    ballots: Mapping[Approval, int], seats: int, quorum: int, majority: Fraction | None
) -> None:
    count = approval.count(
        ballots, "ABCDEF", lot=LOT, seats=seats, quorum=quorum, majority=majority
    )
    result = as_result(count)
    drawn = bars.approval_bars(result, names("ABCDEF"))
    assert [(bar.choice, bar.count) for bar in drawn] == [
        (row["candidate"], row["votes"]) for row in result["rounds"]
    ]
    assert [bar.choice for bar in drawn if bar.wins] == result["winners"]
    for bar in drawn:
        assert 0 <= bar.length <= WIDTH
        assert bar.wins == (not bar.short)
        if bar.mark is not None:
            # A bar reaches its mark exactly when its option has the votes.
            assert (bar.length >= bar.mark) == (bar.count >= quorum) or bar.length == bar.mark


# Schulze


@given(rankings(), st.booleans(), st.integers(0, 20))
def test_duels_are_those_of_the_result(
    election: tuple[str, dict[Ranking, int]], with_default: bool, quorum: int
) -> None:
    options, ballots = election
    count = schulze.count(
        ballots,
        options,
        lot=LOT,
        default=options[-1] if with_default else None,
        quorum=quorum if with_default else 0,
    )
    result = as_result(count)
    drawn = duels.duels(result, names(options))
    table = result["pairwise"]
    everybody = [row.label.removeprefix("Option ") for row in drawn.rows]
    assert sorted(everybody) == sorted(options)
    assert [one for one, row in zip(everybody, drawn.rows, strict=True) if row.place] == result[
        "order"
    ]
    for one, row in zip(everybody, drawn.rows, strict=True):
        for other, cell in zip(everybody, row.cells, strict=True):
            if one == other:
                assert cell.votes is None
            else:
                assert cell.votes == table[one][other]
                assert (cell.ended == "won") == (table[one][other] > table[other][one])
    for duel in drawn.first:
        assert duel.ahead + duel.behind + duel.neither == result["cast"]
        assert 0 <= duel.ahead_length + duel.behind_length <= WIDTH
    if drawn.there and drawn.back and not drawn.by_lot:
        assert _strength(drawn.there) > _strength(drawn.back)
    for way in (drawn.there, drawn.back):
        if way:
            assert all(step.ended == "won" for step in way.steps)
            assert _strength(way) == min((step.ahead, -step.behind) for step in way.steps)
            assert all(one.other == other.label for one, other in pairwise(way.steps))


def _strength(way: duels.Way) -> tuple[int, int]:
    return way.weakest.ahead, -way.weakest.behind


def test_a_circle_is_told_by_both_ways() -> None:
    ballots = read("7 a>b>c", "6 b>c>a", "5 c>a>b")
    drawn = duels.duels(as_result(schulze.count(ballots, "abc", lot=LOT)), names("abc"))
    assert (drawn.winner, drawn.second, drawn.circle) == ("Option a", "Option b", True)
    assert drawn.there
    assert drawn.back
    assert drawn.there.is_direct
    assert [(step.label, step.other) for step in drawn.back.steps] == [
        ("Option b", "Option c"),
        ("Option c", "Option a"),
    ]
    assert (drawn.back.weakest.ahead, drawn.back.weakest.behind) == (11, 7)


def test_a_hundred_options_have_no_table_of_duels() -> None:
    options = [f"o{number}" for number in range(MOST_OPTIONS)]
    count = schulze.count({tuple((one,) for one in options): 3}, options, lot=LOT)
    drawn = duels.duels(as_result(count), {})
    assert drawn.rows == ()
    assert len(drawn.first) == MOST_OPTIONS - 1
    assert drawn.finish == tuple(options)


# Single transferable vote


@given(rankings(strict=True), st.integers(1, 4))
def test_no_vote_leaves_the_picture(election: tuple[str, dict[Ranking, int]], seats: int) -> None:
    options, ballots = election
    result = as_result(stv.count(ballots, options, lot=LOT, seats=min(seats, len(options))))
    drawn = flow.flow(result, names(options))
    assert len(drawn.stages) == len(result["rounds"])
    whole = all("." not in votes for stage in drawn.stages for votes in stage.votes)
    for stage, said in zip(drawn.stages, result["rounds"], strict=True):
        assert sum(piece.units for piece in stage.pieces) == result["valid"] * UNIT
        assert stage.pieces[0].start == 0
        assert stage.pieces[-1].start + stage.pieces[-1].length == WIDTH
        for one, other in pairwise(stage.pieces):
            assert one.start + one.length == other.start
        # What the table says is what the result says.
        for candidate, votes in zip(drawn.candidates, stage.votes, strict=True):
            if votes:
                assert units(votes) == units(said["votes"][candidate.id])
                assert ("." in votes) is not whole
            else:
                assert units(said["votes"][candidate.id]) == 0
        assert units(stage.not_transferable) == units(said["nonTransferable"])
        assert units(stage.lost) == units(said["lost"])
        passed = [units(votes) for votes in said["transfers"].values() if units(votes)]
        assert [units(one.votes) for one in stage.transfers] == passed
    elected = [one.id for one in drawn.candidates if one.elected_at]
    assert elected == result["winners"]
    assert len({one.key for one in drawn.candidates}) == len(drawn.candidates)


def test_whoever_passed_on_a_surplus_fills_one_quota() -> None:
    ballots = read("9 a>b", "3 b", "3 c", "2 d>c")
    result = as_result(stv.count(ballots, "abcd", lot=LOT, seats=2))
    drawn = flow.flow(result, names("abcd"))
    assert result["rounds"][1]["action"] == "surplus"
    first = drawn.stages[1].pieces[0]
    assert (first.label, first.start + first.length) == ("Option a", drawn.quotas[0])


def test_an_election_that_nobody_voted_in_draws_nothing() -> None:
    drawn = flow.flow(as_result(stv.count({}, "abc", lot=LOT)), names("abc"))
    assert drawn == flow.Flow((), (), ())


# Equal Shares


@given(budgets())
def test_the_money_in_the_picture_is_the_results(
    election: tuple[dict[Approval, int], dict[str, Fraction], Fraction],
) -> None:
    ballots, costs, budget = election
    result = as_result(equal_shares.count(ballots, costs, budget=budget, lot=LOT))
    whole = {one: int(cost) for one, cost in costs.items()}
    drawn = shares.shares(result, names(costs), whole, "EUR")
    assert drawn.spent.minor + drawn.left.minor == drawn.budget.minor == int(budget)
    assert sum(one.cost.minor for one in drawn.funded) == drawn.spent.minor
    assert [one.label for one in drawn.funded] == [f"Option {one}" for one in result["winners"]]
    told = len(drawn.funded) + len(drawn.not_funded) + len(drawn.set_aside)
    assert told == len(costs)
    for row, one in zip(result["rounds"], drawn.funded, strict=True):
        assert one.in_full + one.gave_all == one.supporters == row["supporters"]
        assert one.payment.minor == int(Fraction(row["payment"]))
        assert one.last_start + one.last_length == one.length <= WIDTH
    for lacking in drawn.not_funded:
        assert lacking.had_left.minor + lacking.lacked.minor == lacking.cost.minor
        assert lacking.left_length <= lacking.length
    for parts, spent in ((drawn.parts, drawn.spent), (drawn.greedy.parts, drawn.greedy.spent)):
        assert sum(part.cost.minor for part in parts) == spent.minor
        assert all(one.start + one.length == two.start for one, two in pairwise(parts))
    assert drawn.greedy.spent.minor + drawn.greedy.left.minor == drawn.budget.minor


def test_who_gave_all_they_had_is_drawn_at_the_end() -> None:
    ballots = approve("3 garden,bikes", "1 garden,repair", "1 repair,choir", "1 choir")
    costs = {"garden": 500, "repair": 300, "bikes": 450, "choir": 200}
    count = equal_shares.count(
        ballots,
        {one: Fraction(cost) for one, cost in costs.items()},
        budget=Fraction(1000),
        lot=LOT,
    )
    drawn = shares.shares(as_result(count), {}, costs, "EUR")
    repair = drawn.funded[-1]
    assert (repair.in_full, repair.gave_all, repair.from_them.minor) == (1, 1, 148)
    assert repair.last_length == round(repair.length * 0.4944)
    assert drawn.greedy.adds == ("bikes",)
    assert drawn.greedy.drops == ("choir", "repair")
