"""Balances as people say them, and months without gaps."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.ledger.chart import AccountType
from funding.ledger.figures import Balance, Month, without_gaps
from kernel.money import Money

ZERO = Money(0, "EUR")
FIRSTS = st.dates(date(2020, 1, 1), date(2040, 1, 1)).map(lambda day: day.replace(day=1))


@pytest.mark.parametrize(
    ("kind", "said"),
    [("asset", 5), ("expense", 5), ("income", -5), ("liability", -5), ("equity", -5)],
)
def test_an_account_says_how_much_there_is_of_it(kind: str, said: int) -> None:
    balance = Balance("x", "X", AccountType(kind), Money(5, "EUR"))
    assert balance.natural == Money(said, "EUR")


@given(st.lists(FIRSTS, unique=True, max_size=6))
def test_every_month_between_the_first_and_the_last_is_there_once(firsts: list[date]) -> None:
    moved = [Month(first, Money(5, "EUR"), ZERO) for first in sorted(firsts)]
    filled = without_gaps(moved)
    assert [month for month in filled if month.income] == moved
    assert bool(filled) == bool(moved)
    for month, after in pairwise(filled):
        assert after.first == (month.first + timedelta(days=31)).replace(day=1)
