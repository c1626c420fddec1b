"""Limits that a keen member never meets, and that end by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.proposals import actions
from governance.proposals.models import Comment, Proposal
from governance.proposals.rates import RATES, free_from, longest
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import NOW

TIMES = st.lists(
    st.integers(0, 3 * 86_400).map(lambda ago: NOW - timedelta(seconds=ago)), max_size=200
)


@given(what=st.sampled_from(sorted(RATES)), done=TIMES)
def test_when_it_is_free_again_no_rate_is_broken(what: str, done: list[datetime]) -> None:
    free = free_from(what, done, NOW)
    if free is None:
        assert all(
            sum(NOW - rate.within < when for when in done) < rate.most for rate in RATES[what]
        )
    else:
        assert NOW < free <= NOW + longest(what)
        assert free_from(what, done, free) is None


def test_a_keen_member_writes_all_day(proposal: Proposal, bob: Person) -> None:
    for minute in range(0, 600, 5):  # every five minutes for ten hours
        at = NOW + timedelta(minutes=minute)
        actions.comment(proposal=proposal, body="And another thing.", by=bob, at=at)


def test_a_flood_is_stopped_and_told_until_when(proposal: Proposal, bob: Person) -> None:
    most = RATES["comment"][0].most
    for _ in range(most):
        actions.comment(proposal=proposal, body="Buy.", by=bob, at=NOW)
    with pytest.raises(Refused, match="12:10") as refused:
        actions.comment(proposal=proposal, body="Buy.", by=bob, at=NOW)
    assert refused.value.code == "too-many"
    assert Comment.objects.count() == most
    actions.comment(proposal=proposal, body="Buy.", by=bob, at=NOW + timedelta(minutes=10))
