"""What a ballot may choose in each method, and that there is one way to write it."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.voting.choices import fit, groups
from governance.voting.rule import APPROVED, METHODS, RANKED, SCHULZE, STV, YES_NO

OPTIONS = ("a", "b", "c")


@pytest.mark.parametrize("method", METHODS)
def test_every_method_lets_one_abstain(method: str) -> None:
    options = ("yes", "no", "abstain") if method == YES_NO else OPTIONS
    assert fit(["abstain"], method, options)
    assert groups(["abstain"]) == []
    if method != YES_NO:
        assert not fit(["abstain", "a"], method, options)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("choices", [[], ["d"], ["a", "a"], ["a", "d"], ["a="], ["=a"], ["a=a"]])
def test_what_is_no_vote_does_not_fit(method: str, choices: list[str]) -> None:
    assert not fit(choices, method, OPTIONS)


def test_yes_or_no_takes_one() -> None:
    assert fit(["a"], YES_NO, OPTIONS)
    assert not fit(["a", "b"], YES_NO, OPTIONS)
    assert not fit(["a=b"], YES_NO, OPTIONS)


@pytest.mark.parametrize("method", APPROVED)
@given(chosen=st.sets(st.sampled_from(OPTIONS), min_size=1))
def test_an_approval_is_written_in_the_order_of_the_options(method: str, chosen: set[str]) -> None:
    written = [order for order in permutations(chosen) if fit(order, method, OPTIONS)]
    assert written == [tuple(sorted(chosen))]


@pytest.mark.parametrize("method", RANKED)
@given(ranked=st.lists(st.sampled_from(OPTIONS), min_size=1, unique=True))
def test_a_ranking_is_in_the_voters_order(method: str, ranked: list[str]) -> None:
    assert fit(ranked, method, OPTIONS)
    assert groups(ranked) == [[option] for option in ranked]


def test_only_schulze_holds_options_equal_and_writes_them_in_one_order() -> None:
    assert fit(["b", "a=c"], SCHULZE, OPTIONS)
    assert groups(["b", "a=c"]) == [["b"], ["a", "c"]]
    assert not fit(["b", "c=a"], SCHULZE, OPTIONS)
    assert not fit(["a", "a=b"], SCHULZE, OPTIONS)
    assert not fit(["b", "a=c"], STV, OPTIONS)
