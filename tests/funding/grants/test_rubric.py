"""Criteria, weights, scores and their spread: exact whatever they are."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.grants import rubric
from funding.grants.rubric import Criterion, Unfit


@st.composite
def criteria(draw: st.DrawFn) -> tuple[Criterion, ...]:
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=rubric.MOST_CRITERIA - 1)))
    edges = [0, *cuts, 100]
    return tuple(
        Criterion(f"c{place}", "Reach", "1: nobody, 5: many", after - before)
        for place, (before, after) in enumerate(itertools.pairwise(edges))
    )


def scores_of(judged: tuple[Criterion, ...]) -> st.SearchStrategy[dict[str, int]]:
    return st.fixed_dictionaries({one.name: st.integers(1, 5) for one in judged})


@given(criteria())
def test_what_is_written_down_reads_back_the_same(judged: tuple[Criterion, ...]) -> None:
    assert rubric.read([criterion.as_content() for criterion in judged]) == judged


@given(st.data())
def test_a_weighted_score_lies_between_the_lowest_and_the_highest(data: st.DataObject) -> None:
    judged = data.draw(criteria())
    scores = data.draw(scores_of(judged))
    rubric.check_scores(judged, scores)
    assert min(scores.values()) <= rubric.weighted(judged, scores) <= max(scores.values())


@given(st.data())
def test_a_better_score_never_counts_for_less(data: st.DataObject) -> None:
    judged = data.draw(criteria())
    scores = data.draw(scores_of(judged))
    raised = data.draw(st.sampled_from(judged)).name
    better = {**scores, raised: min(5, scores[raised] + 1)}
    difference = rubric.weighted(judged, better) - rubric.weighted(judged, scores)
    assert (difference > 0) == (scores[raised] < 5)


@given(st.data())
def test_the_spread_names_each_criterion_and_holds_every_score(data: st.DataObject) -> None:
    judged = data.draw(criteria())
    reviews = data.draw(st.lists(scores_of(judged), min_size=1, max_size=5))
    found = rubric.spread(judged, reviews)
    assert [one.criterion for one in found] == list(judged)
    for one in found:
        given_scores = [scores[one.criterion.name] for scores in reviews]
        assert (one.lowest, one.highest) == (min(given_scores), max(given_scores))
        assert one.lowest <= one.mean <= one.highest
        assert one.is_wide == (one.highest - one.lowest >= 3)
    mean = rubric.mean(judged, reviews)
    weighted = sum((one.mean * one.criterion.weight for one in found), Fraction(0)) / 100
    assert mean == weighted


def test_without_a_review_there_is_no_mean_and_no_spread() -> None:
    judged = (Criterion("reach", "Reach", "1 to 5", 100),)
    assert rubric.mean(judged, []) is None
    assert rubric.spread(judged, []) == ()


@pytest.mark.parametrize("total", [99, 101])
def test_weights_make_a_hundred(total: int) -> None:
    judged = [Criterion("a", "A", "1 to 5", 50), Criterion("b", "B", "1 to 5", total - 50)]
    with pytest.raises(Unfit, match=str(total)):
        rubric.check(judged)


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        [1],
        [{"name": "a"}],
        [{"name": "A b", "title": "T", "guidance": "G", "weight": 100}],
        [{"name": "a", "title": " ", "guidance": "G", "weight": 100}],
        [{"name": "a", "title": "T", "guidance": "G", "weight": "100"}],
        [{"name": "a", "title": "T", "guidance": "G", "weight": True}],
        [{"name": "a", "title": "T", "guidance": "G", "weight": 0}],
        [{"name": "a", "title": "T", "guidance": "G", "weight": 50}] * 2,
    ],
)
def test_what_are_no_criteria_is_refused(content: Any) -> None:
    with pytest.raises(Unfit):
        rubric.read(content)


@pytest.mark.parametrize(
    "scores", [{}, {"a": 0}, {"a": 6}, {"a": 3.0}, {"a": True}, {"a": "3"}, {"a": 3, "b": 3}]
)
def test_a_score_is_a_whole_number_from_one_to_five(scores: dict[str, Any]) -> None:
    with pytest.raises(Unfit):
        rubric.check_scores([Criterion("a", "A", "1 to 5", 100)], scores)
