"""Equal Shares: examples by hand, a second plain implementation, and what the method promises."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from governance.voting.tally import equal_shares, greedy
from governance.voting.tally.ballots import Approval
from governance.voting.tally.equal_shares import count
from governance.voting.tally.outcome import NO_QUORUM, NOBODY
from governance.voting.tally.purse import Electorate, run
from governance.voting.tally.raises import next_change
from governance.voting.tally.ties import LOT as BY_LOT
from governance.voting.tally.ties import Lot
from tests.governance.voting.tally.profiles import LOT, approve, budgets

Budget = tuple[dict[Approval, int], dict[str, Fraction], Fraction]


def costs(**each: int) -> dict[str, Fraction]:
    return {project: Fraction(cost) for project, cost in each.items()}


def plain(
    ballots: Mapping[Approval, int], prices: Mapping[str, Fraction], share: Fraction, lot: Lot
) -> list[str]:
    """One run as the papers describe it: voter by voter, in fractions, with nothing clever."""
    voters = [approval for approval, cast in ballots.items() for _one in range(cast)]
    money = [share] * len(voters)
    bought: list[str] = []
    while True:
        offers = []
        for project, cost in prices.items():
            behind = [at for at, approval in enumerate(voters) if project in approval]
            if project in bought or sum((money[at] for at in behind), Fraction(0)) < cost:
                continue
            rest, paying = cost, len(behind)
            for at in sorted(behind, key=money.__getitem__):
                if money[at] * paying >= rest:
                    break
                rest, paying = rest - money[at], paying - 1
            each = rest / paying
            offers.append((each / cost, cost, -len(behind), lot.number(project), project, each))
        if not offers:
            return bought
        *_why, project, each = min(offers)
        bought.append(project)
        money = [
            have - min(have, each) if project in approval else have
            for have, approval in zip(money, voters, strict=True)
        ]


# --- by hand
# ----------------------------------------------------------------------------------------


def test_a_minority_gets_its_share() -> None:
    """Sixty of a hundred want A and B, forty want C: greedy spends all on A and B."""
    ballots = approve("60 A,B", "40 C")
    counted = count(ballots, costs(A=50, B=50, C=40), budget=Fraction(100), lot=LOT)
    assert counted.winners == ("A", "C")
    assert set(counted.figures["greedy"]["winners"]) == {"A", "B"}
    assert (counted.figures["spent"], counted.figures["left"]) == ("90.0000", "10.0000")


def test_who_paid_for_what() -> None:
    """Share 10. A: 5 voters pay 8. B: two of its 4 have 2 left, two pay (20 − 4) ÷ 2 = 8."""
    ballots = approve("3 A", "2 A,B", "2 B", "3 ")
    counted = count(ballots, costs(A=40, B=20), budget=Fraction(100), lot=LOT)
    assert counted.rounds == [
        {
            "step": 1,
            "project": "A",
            "cost": "40.0000",
            "supporters": 5,
            "effectiveVotes": "5.0000",
            "payment": "8.0000",
            "paidInFull": 5,
            "paidAllTheyHad": 0,
            "fromThem": "0.0000",
        },
        {
            "step": 2,
            "project": "B",
            "cost": "20.0000",
            "supporters": 4,
            "effectiveVotes": "2.5000",
            "payment": "8.0000",
            "paidInFull": 2,
            "paidAllTheyHad": 2,
            "fromThem": "4.0000",
        },
    ]
    # Everything that anybody asked for is funded: raising shares further brings nothing.
    assert counted.figures["raisedBy"] == 0
    assert counted.figures["left"] == "40.0000"


def test_shares_are_raised_by_one_per_cent_of_the_first_until_the_next_would_overspend() -> None:
    """One of two voters wants A for 60 of 100: at 20 % more, 50 + 10, it is bought."""
    ballots = approve("1 A", "1 B")
    counted = count(ballots, costs(A=60, B=70), budget=Fraction(100), lot=LOT)
    assert counted.winners == ("A",)
    assert [
        (one["percent"], one["projects"], one["overspends"]) for one in counted.figures["raises"]
    ] == [(0, [], False), (20, ["A"], False), (40, ["A", "B"], True)]
    assert counted.figures["raisedBy"] == 39
    assert counted.figures["raisedShare"] == "69.5000"


def test_it_goes_on_after_nothing_more_could_be_added() -> None:
    """With 20 each A is bought, and B does not fit beside it; with 22.6 B comes before A."""
    ballots, prices = approve("2 B", "2 A,B", "1 A"), costs(A=30, B=90)
    counted = count(ballots, prices, budget=Fraction(100), lot=LOT)
    assert _stopped_early(ballots, prices, Fraction(100)) == ["A"]
    assert counted.winners == ("B",)
    assert [(one["percent"], one["projects"]) for one in counted.figures["raises"]] == [
        (0, ["A"]),
        (13, ["B"]),
        (25, ["B", "A"]),
    ]


def _stopped_early(
    ballots: Mapping[Approval, int], prices: Mapping[str, Fraction], budget: Fraction
) -> list[str]:
    """What a rule gives that stops at the first outcome to which nothing could be added."""
    voters = sum(ballots.values())
    before: list[str] = []
    for raised in range(500):
        bought = plain(ballots, prices, budget * (100 + raised) / (100 * voters), LOT)
        spent = sum((prices[one] for one in bought), Fraction(0))
        if spent > budget:
            return before
        if all(one in bought or spent + cost > budget for one, cost in prices.items()):
            return bought
        before = bought
    raise AssertionError("it does not end")


def test_a_project_dearer_than_the_budget_stops_nobody() -> None:
    ballots = approve("9 A", "1 B")
    counted = count(ballots, costs(A=101, B=50), budget=Fraction(100), lot=LOT)
    assert counted.figures["setAside"] == ["A"]
    assert counted.winners == ("B",)


def test_of_two_at_one_price_the_cheaper_then_the_one_with_more_votes_then_the_lot() -> None:
    budget = Fraction(100)
    cheaper = count(approve("1 A,B"), costs(A=60, B=50), budget=budget, lot=LOT)
    assert cheaper.winners == ("B",)
    assert [(tie.how, tie.order) for tie in cheaper.ties] == [("cost", ("B", "A"))]
    drawn = set()
    for one in range(20):
        lot = Lot(bytes([one]), b"")
        counted = count(approve("1 A,B"), costs(A=60, B=60), budget=budget, lot=lot)
        [tie] = counted.ties
        assert (tie.how, tie.order) == (BY_LOT, tuple(lot.order("AB")))
        assert counted.winners == (lot.order("AB")[0],)
        drawn.add(counted.winners)
    assert len(drawn) == 2


def test_the_reserve_is_ordered_by_how_near_the_supporters_came() -> None:
    counted = count(
        approve("5 A", "3 B", "2 C"), costs(A=50, B=90, C=90, D=10), budget=Fraction(100), lot=LOT
    )
    assert [one["project"] for one in counted.figures["notFunded"]][-1] == "D"
    near = [one["project"] for one in counted.figures["notFunded"]]
    assert near == ["B", "C", "D"]


def test_costs_may_have_decimals() -> None:
    prices = {"A": Fraction("33.33"), "B": Fraction("66.67")}
    counted = count(approve("1 A,B"), prices, budget=Fraction(100), lot=LOT)
    assert counted.winners == ("A", "B")
    assert counted.figures["left"] == "0.0000"


def test_with_too_few_ballots_nothing_is_spent() -> None:
    ballots = approve("4 A")
    assert count(ballots, costs(A=1), budget=Fraction(9), lot=LOT, quorum=5).outcome == NO_QUORUM
    assert count(approve("4 "), costs(A=1), budget=Fraction(9), lot=LOT).outcome == NOBODY
    assert count({}, costs(A=1), budget=Fraction(9), lot=LOT).figures["left"] == "9.0000"


def test_what_costs_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="costs something"):
        count({}, costs(A=0), budget=Fraction(9), lot=LOT)


def test_a_dear_project_of_few_is_found_without_counting_a_million_times() -> None:
    """One voter of two thousand wants B: shares rise 139,900 times before it can be bought."""
    ballots = approve("1999 A", "1 B")
    seen: list[int] = []
    counted = count(
        ballots,
        costs(A=10, B=70),
        budget=Fraction(100),
        lot=LOT,
        progress=lambda raised, _spent: seen.append(raised),
    )
    assert counted.winners == ("A", "B")
    assert counted.figures["raisedBy"] == 139_900
    assert len(seen) < 50


# --- against the plain implementation
# ---------------------------------------------------------------


@given(budgets())
@settings(deadline=None)
def test_it_does_what_the_plain_implementation_does(election: Budget) -> None:
    ballots, prices, budget = election
    voters = sum(ballots.values())
    assume(voters)
    admitted = {one: cost for one, cost in prices.items() if cost <= budget}
    supported = {one for one in admitted if any(one in approval for approval in ballots)}
    standing: list[str] = []
    for raised in range(1_500):
        bought = plain(ballots, admitted, budget * (100 + raised) / (100 * voters), LOT)
        if sum(prices[one] for one in bought) > budget:
            break
        standing = bought
        if set(bought) == supported:
            break
    else:
        assume(False)
    assert list(count(ballots, prices, budget=budget, lot=LOT).winners) == standing


@given(budgets(), st.integers(0, 300))
@settings(deadline=None)
def test_raises_that_are_passed_over_would_have_changed_nothing(
    election: Budget, raised: int
) -> None:
    ballots, prices, budget = election
    voters = sum(ballots.values())
    electorate = Electorate(ballots, prices)
    assume(electorate.supporters)
    step = int(budget)
    whole = {one: int(cost) * 100 * voters for one, cost in prices.items()}

    def bought(percent: int) -> list[str]:
        found = run(electorate, whole, step * (100 + percent), lambda tied: LOT.order(tied)[0])
        return [one.project for one in found.purchases]

    here = run(electorate, whole, step * (100 + raised), lambda tied: LOT.order(tied)[0])
    change = next_change(electorate, whole, step, raised, here)
    assert change > raised
    between = {*range(raised, min(change, raised + 40)), *range(max(raised, change - 40), change)}
    for percent in between:
        assert bought(percent) == [one.project for one in here.purchases]


# --- what it promises
# -------------------------------------------------------------------------------


@given(budgets())
@settings(deadline=None)
def test_it_is_feasible_and_what_is_left_stays(election: Budget) -> None:
    ballots, prices, budget = election
    counted = count(ballots, prices, budget=budget, lot=LOT)
    spent = sum((prices[one] for one in counted.winners), Fraction(0))
    assert spent <= budget
    assert Fraction(counted.figures["spent"]) == spent
    assert Fraction(counted.figures["spent"]) + Fraction(counted.figures["left"]) == budget
    assert len(set(counted.winners)) == len(counted.winners)
    # Nobody is made to pay for what they do not want, nor anything bought that nobody wants.
    for bought in counted.rounds:
        assert bought["supporters"] >= bought["paidInFull"] > 0
    rest = {one["project"] for one in counted.figures["notFunded"]}
    assert rest | set(counted.figures["setAside"]) == prices.keys() - set(counted.winners)


@given(budgets())
@settings(deadline=None)
def test_a_cohesive_group_is_represented(election: Budget) -> None:
    """Extended justified representation up to one project, for cost, by trying every group.

    If a group's part of the budget pays for projects that all of it approve of, somebody in it gets
    as much as these cost, or would with one of them more.
    """
    ballots, prices, budget = election
    voters = sum(ballots.values())
    assume(voters)
    won = set(count(ballots, prices, budget=budget, lot=LOT).winners)
    subsets = chain.from_iterable(combinations(prices, size) for size in range(1, len(prices) + 1))
    for wanted in map(set, subsets):
        cost = sum(prices[one] for one in wanted)
        short = 0
        for approval, cast in ballots.items():
            if not wanted <= approval:
                continue
            has = sum(prices[one] for one in approval & won)
            best = max((prices[one] for one in wanted - won), default=Fraction(0))
            if has < cost and has + best <= cost:
                short += cast
        # Had those who fall short been enough to pay, they would have been passed over.
        assert short * budget / voters < cost


@given(budgets(), st.permutations("ABCDEF"))
@settings(deadline=None)
def test_names_do_not_matter_but_for_the_lot(election: Budget, names: list[str]) -> None:
    ballots, prices, budget = election
    other = dict(zip("ABCDEF", names, strict=True))
    here = count(ballots, prices, budget=budget, lot=LOT)
    there = count(
        {frozenset(other[one] for one in approval): cast for approval, cast in ballots.items()},
        {other[one]: cost for one, cost in prices.items()},
        budget=budget,
        lot=LOT,
    )
    # A lot may have been drawn at any raise, also at one that overspent: only where no two projects
    # could ever tie are names of no matter at all.
    votes = {one: sum(cast for a, cast in ballots.items() if one in a) for one in prices}
    assume(len({(prices[one], votes[one]) for one in prices}) == len(prices))
    assert tuple(other[one] for one in here.winners) == there.winners


@given(budgets())
@settings(deadline=None)
def test_greedy_takes_by_votes_and_passes_over_what_does_not_fit(election: Budget) -> None:
    ballots, prices, budget = election
    votes = {one: sum(cast for a, cast in ballots.items() if one in a) for one in prices}
    counted: Any = greedy.count(votes, prices, budget=budget, lot=LOT, cast=sum(ballots.values()))
    left = budget
    for one in sorted(prices, key=lambda one: (-votes[one], LOT.number(one))):
        fits = votes[one] > 0 and prices[one] <= left
        assert (one in counted.winners) is fits
        left -= prices[one] if fits else 0
    assert Fraction(counted.figures["left"]) == left
    assert equal_shares.METHOD != greedy.METHOD == counted.method
