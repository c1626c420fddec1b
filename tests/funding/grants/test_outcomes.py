"""What becomes of each project, read from real counts of Equal Shares."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.grants import outcomes
from funding.grants.application_stages import AWARDED, NOT_CHOSEN, RESERVE
from governance.voting.tally import equal_shares
from governance.voting.tally.ties import Lot

PROJECTS = ("a", "b", "c", "d")


@given(
    approvals=st.lists(st.frozensets(st.sampled_from(PROJECTS)), max_size=8),
    costs=st.tuples(*[st.integers(1, 1_000) for _ in PROJECTS]),
    quorum=st.integers(0, 4),
)
def test_each_project_has_one_outcome_and_the_awarded_fit_the_budget(
    approvals: list[frozenset[str]], costs: tuple[int, ...], quorum: int
) -> None:
    cost = {project: Fraction(each) for project, each in zip(PROJECTS, costs, strict=True)}
    ballots = {approval: approvals.count(approval) for approval in approvals}
    count = equal_shares.count(
        ballots, cost, budget=Fraction(1_000), lot=Lot(bytes(32), bytes(32)), quorum=quorum
    )
    found = outcomes.read(count.as_json(), PROJECTS)
    assert [one.project for one in found] == list(PROJECTS)
    awarded = [one.project for one in found if one.outcome == AWARDED]
    assert set(awarded) == set(count.winners)
    assert sum(cost[project] for project in awarded) <= 1_000
    ranks = sorted(one.rank for one in found if one.rank is not None)
    assert ranks == list(range(1, len(ranks) + 1))
    for one in found:
        supported = any(one.project in approval for approval in approvals)
        if len(approvals) < quorum:
            assert (one.outcome, one.why) == (NOT_CHOSEN, outcomes.NO_QUORUM)
        elif one.outcome == NOT_CHOSEN:
            assert not supported
        else:
            assert supported
            assert (one.rank is not None) == (one.outcome == RESERVE)


def test_a_project_of_which_the_count_says_nothing_is_no_outcome() -> None:
    result = {"outcome": "elected", "rounds": [], "notFunded": []}
    with pytest.raises(ValueError, match="does not speak"):
        outcomes.read(result, ["a"])
