"""Yes, no or abstain: the rules, tabled and as properties."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.voting.rule import PollRule, share
from governance.voting.tally.yes_no import (
    ADOPTED,
    NO_QUORUM,
    REJECTED,
    count,
)

SIMPLE = PollRule(method="yes_no", quorum="1/4", majority="1/2")
TWO_THIRDS = PollRule(method="yes_no", quorum="1/4", majority="2/3")
FOUNDING = PollRule(method="yes_no", quorum="1/4", majority="1/2", founding_minimum=3)
NO_SHARE = PollRule(method="yes_no", quorum="0/1", majority="1/2")


@pytest.mark.parametrize(
    ("what", "rule", "eligible", "yes", "no", "abstain", "outcome"),
    [
        ("plainly in favour", SIMPLE, 100, 60, 20, 5, ADOPTED),
        ("plainly against", SIMPLE, 100, 20, 60, 5, REJECTED),
        ("exactly the quorum", SIMPLE, 100, 25, 0, 0, ADOPTED),
        ("one short of the quorum", SIMPLE, 100, 24, 0, 0, NO_QUORUM),
        ("a quorum that is no whole number rounds up", SIMPLE, 101, 25, 0, 0, NO_QUORUM),
        ("and is met by the next", SIMPLE, 101, 26, 0, 0, ADOPTED),
        ("boycott: opponents stay away", SIMPLE, 100, 30, 0, 0, ADOPTED),
        ("had they voted, the same", SIMPLE, 100, 30, 29, 0, ADOPTED),
        ("had more voted, they had won", SIMPLE, 100, 30, 70, 0, REJECTED),
        ("those against do not make the quorum", SIMPLE, 100, 24, 23, 0, NO_QUORUM),
        ("those abstaining do not make it either", SIMPLE, 100, 24, 0, 76, NO_QUORUM),
        ("a tie", SIMPLE, 100, 50, 50, 0, REJECTED),
        ("a tie without a quorum", SIMPLE, 100, 1, 1, 0, REJECTED),
        ("one more than a tie", SIMPLE, 101, 51, 50, 0, ADOPTED),
        ("one voter for it", SIMPLE, 1, 1, 0, 0, ADOPTED),
        ("one voter against it", SIMPLE, 1, 0, 1, 0, REJECTED),
        ("one voter abstaining", SIMPLE, 1, 0, 0, 1, NO_QUORUM),
        ("nobody votes", SIMPLE, 100, 0, 0, 0, NO_QUORUM),
        ("nobody is on the roll", SIMPLE, 0, 0, 0, 0, NO_QUORUM),
        ("all abstain", SIMPLE, 100, 0, 0, 100, NO_QUORUM),
        ("no quorum is asked, nobody votes", NO_SHARE, 100, 0, 0, 0, NO_QUORUM),
        ("no quorum is asked, one is in favour", NO_SHARE, 100, 1, 0, 0, ADOPTED),
        ("exactly two thirds", TWO_THIRDS, 90, 60, 30, 0, ADOPTED),
        ("one short of two thirds", TWO_THIRDS, 90, 59, 31, 0, REJECTED),
        ("a simple majority where two thirds are asked", TWO_THIRDS, 100, 51, 49, 0, REJECTED),
        ("founding: two of four", FOUNDING, 4, 2, 0, 0, NO_QUORUM),
        ("founding: three of four", FOUNDING, 4, 3, 0, 0, ADOPTED),
        ("founding: the share counts when it is more", FOUNDING, 100, 24, 0, 0, NO_QUORUM),
        ("founding: fewer people than the minimum", FOUNDING, 2, 2, 0, 0, NO_QUORUM),
        ("founding: one voter", FOUNDING, 1, 1, 0, 0, NO_QUORUM),
    ],
)
def test_the_table(
    what: str, rule: PollRule, eligible: int, yes: int, no: int, abstain: int, outcome: str
) -> None:
    counted = count(yes=yes, no=no, abstain=abstain, eligible=eligible, rule=rule)
    assert counted.outcome == outcome, what


def test_the_explanation_has_each_rule_with_its_numbers() -> None:
    counted = count(yes=2, no=1, abstain=0, eligible=10, rule=FOUNDING)
    assert counted.explanation == [
        {
            "check": "quorum",
            "share": "1/4",
            "eligible": 10,
            "needed": 3,
            "inFavour": 2,
            "met": False,
            "foundingMinimum": 3,
        },
        {"check": "majority", "share": "1/2", "inFavour": 2, "against": 1, "met": True},
    ]


@pytest.mark.parametrize(("yes", "no", "abstain"), [(-1, 0, 0), (6, 5, 0), (0, 0, 11)])
def test_impossible_counts_are_refused(yes: int, no: int, abstain: int) -> None:
    with pytest.raises(ValueError, match="more ballots than people"):
        count(yes=yes, no=no, abstain=abstain, eligible=10, rule=SIMPLE)


shares = st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)).map(
    lambda pair: f"{min(pair)}/{max(pair)}"
)
majorities = shares.map(lambda one: one if share(one) >= Fraction(1, 2) else "1/2")
rules = st.builds(
    PollRule,
    method=st.just("yes_no"),
    quorum=shares,
    majority=majorities,
    founding_minimum=st.none() | st.integers(1, 10),
)
votes = st.integers(0, 10**12)


@given(rules, votes, votes, votes, votes)
def test_what_is_adopted_meets_every_rule_exactly(
    rule: PollRule, yes: int, no: int, abstain: int, away: int
) -> None:
    eligible = yes + no + abstain + away
    adopted = count(yes=yes, no=no, abstain=abstain, eligible=eligible, rule=rule).outcome
    enough = yes >= share(rule.quorum) * eligible and yes >= (rule.founding_minimum or 0)
    carried = yes > no and Fraction(yes, yes + no or 1) >= share(rule.majority)
    assert (adopted == ADOPTED) is (enough and carried)


@given(rules, votes, votes, votes, votes)
def test_one_more_in_favour_never_hurts_and_one_more_against_never_helps(
    rule: PollRule, yes: int, no: int, abstain: int, away: int
) -> None:
    eligible = yes + no + abstain + away + 1
    before = count(yes=yes, no=no, abstain=abstain, eligible=eligible, rule=rule).outcome
    with_yes = count(yes=yes + 1, no=no, abstain=abstain, eligible=eligible, rule=rule).outcome
    with_no = count(yes=yes, no=no + 1, abstain=abstain, eligible=eligible, rule=rule).outcome
    assert before != ADOPTED or with_yes == ADOPTED
    assert before == ADOPTED or with_no != ADOPTED


@given(rules, votes, votes, votes)
def test_staying_away_and_abstaining_come_to_the_same(
    rule: PollRule, yes: int, no: int, others: int
) -> None:
    eligible = yes + no + others
    abstaining = count(yes=yes, no=no, abstain=others, eligible=eligible, rule=rule)
    away = count(yes=yes, no=no, abstain=0, eligible=eligible, rule=rule)
    assert abstaining.outcome == away.outcome


@given(rules, votes)
def test_the_number_needed_is_the_least_that_meets_the_share(rule: PollRule, eligible: int) -> None:
    needed = rule.needed(eligible)
    assert needed >= share(rule.quorum) * eligible
    asked = share(rule.quorum) * eligible
    assert needed - 1 < asked or needed == rule.founding_minimum
