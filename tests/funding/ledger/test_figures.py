"""Balances as people say them, and months without gaps."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.ledger.chart import BY_CODE, CHART, AccountType, Flow
from funding.ledger.figures import Balance, Movement, months_of
from kernel.money import Money

FIRSTS = st.dates(date(2020, 1, 1), date(2040, 1, 1)).map(lambda day: day.replace(day=1))


@pytest.mark.parametrize(
    ("kind", "said"),
    [("asset", 5), ("expense", 5), ("income", -5), ("liability", -5), ("equity", -5)],
)
def test_an_account_says_how_much_there_is_of_it(kind: str, said: int) -> None:
    balance = Balance("x", "X", AccountType(kind), Money(5, "EUR"))
    assert balance.natural == Money(said, "EUR")


CODES = st.sampled_from([spec.code for spec in CHART])
MOVES = st.lists(st.tuples(FIRSTS, CODES, CODES, st.integers(1, 10**9)), max_size=12)


def moved(moves: list[tuple[date, str, str, int]]) -> list[Movement]:
    """Both sides of each: one account's debit, the other one's credit."""
    sides = [
        side
        for first, debit, credit, minor in moves
        for side in ((first, debit, minor), (first, credit, -minor))
    ]
    return [Movement(first, code, Money(minor, "EUR")) for first, code, minor in sides]


@given(MOVES)
def test_every_month_between_the_first_and_the_last_is_there_once(
    moves: list[tuple[date, str, str, int]],
) -> None:
    months = months_of(moved(moves), "EUR")
    firsts = [first for first, *_rest in moves]
    assert bool(months) == bool(moves)
    for month, after in pairwise(months):
        assert after.first == (month.first + timedelta(days=31)).replace(day=1)
    assert {month.first for month in months} >= set(firsts)
    assert months_of(moved(moves), "USD") == []


@given(MOVES)
def test_what_came_in_and_went_out_is_what_there_is_or_is_owed(
    moves: list[tuple[date, str, str, int]],
) -> None:
    """Nothing is lost: what is neither in, out nor held is owed, or was there at first."""
    months = months_of(moved(moves), "EUR")
    owed = -sum(
        movement.amount.minor
        for movement in moved(moves)
        if BY_CODE[movement.code].flow is Flow.OWED
    )
    came_in = sum(month.came_in.minor for month in months)
    went_out = sum(month.went_out.minor for month in months)
    held = months[-1].held.minor if months else 0
    assert came_in - went_out + owed == held
