"""The parts of a year sum to the year, and no return takes back more than there is. No database."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.dues import earning
from funding.ledger import chart
from funding.ledger.calendar_months import month_after
from funding.ledger.entries import LegSpec, check_balanced
from kernel.money import Money

TOTALS = st.integers(1, 10**9)
MONTHS = st.integers(1, 60)
DAYS = st.dates(date(2020, 1, 1), date(2060, 1, 1))


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def on(legs: list[LegSpec], account: str) -> int:
    return sum(leg.amount.minor for leg in legs if leg.account == account)


@given(TOTALS, MONTHS, DAYS)
def test_the_parts_are_even_and_sum_to_the_whole(total: int, months: int, starts_on: date) -> None:
    parts = earning.schedule(euros(total), starts_on=starts_on, months=months)
    amounts = [amount.minor for _month, amount in parts]
    assert sum(amounts) == total
    assert len(parts) == months
    assert max(amounts) - min(amounts) <= 1
    assert parts[0][0] == starts_on.replace(day=1)
    firsts = [month for month, _amount in parts]
    assert firsts == sorted(set(firsts))
    assert all(month.day == 1 for month in firsts)


@given(TOTALS, MONTHS, DAYS, st.lists(st.tuples(st.integers(0, 70), st.integers(1, 10**9))))
def test_earned_and_returned_never_exceed_what_was_paid(
    total: int, months: int, starts_on: date, returns: list[tuple[int, int]]
) -> None:
    """Any returns at any time: in the end, all is either earned or was taken back unearned."""
    earned, taken_back, given_back = euros(0), euros(0), euros(0)
    month = starts_on.replace(day=1)
    for number in range(months + 12):
        for when, wanted in returns:
            amount = euros(min(wanted, total - given_back.minor))
            if when != number or not amount:
                continue
            unearned = earning.unearned_part(
                amount, total=euros(total), earned=earned, taken_back=taken_back
            )
            legs = earning.legs_returned(amount, unearned=unearned)
            check_balanced(legs)
            assert on(legs, chart.RETURNED_DUES) == amount.minor == -on(legs, chart.STRIPE)
            assert on(legs, chart.DEFERRED_DUES) == unearned.minor == -on(legs, chart.DUES)
            given_back += amount
            taken_back += unearned
        by_then = earning.earned_by(
            month,
            starts_on=starts_on,
            months=months,
            total=euros(total),
            taken_back=taken_back,
        )
        assert by_then.minor >= earned.minor
        earned = by_then
        assert (earned + taken_back).minor <= total
        assert taken_back.minor <= given_back.minor <= total
        month = month_after(month)
    assert earned + taken_back == euros(total)


def test_a_return_takes_the_last_months_first() -> None:
    """120 for a year from March; 30 returned in May: nine months are left to earn."""
    earned_by = partial(earning.earned_by, starts_on=date(2026, 3, 15), months=12, total=euros(120))
    assert earned_by(date(2026, 4, 1), taken_back=euros(0)) == euros(20)
    assert earned_by(date(2026, 11, 1), taken_back=euros(30)) == euros(90)
    assert earned_by(date(2027, 2, 1), taken_back=euros(30)) == euros(90)


def test_what_is_earned_already_cannot_be_taken_back_unearned() -> None:
    part = earning.unearned_part(
        euros(100), total=euros(120), earned=euros(90), taken_back=euros(10)
    )
    assert part == euros(20)
    legs = earning.legs_returned(euros(100), unearned=part, out_of=chart.DISPUTED)
    assert on(legs, chart.DISPUTED) == -100
    assert on(legs, chart.DEFERRED_DUES) == 20
    with pytest.raises(ValueError, match="unearned"):
        earning.legs_returned(euros(100), unearned=euros(101))


@given(TOTALS, st.integers(0, 10**9), st.sampled_from([chart.DUES, chart.DEFERRED_DUES, chart.POT]))
def test_what_is_received_balances(gross: int, fee: int, to: str) -> None:
    legs = earning.legs_received(euros(gross), euros(min(fee, gross)), to=to)
    check_balanced(legs)
    assert on(legs, to) == -gross
    assert on(legs, chart.STRIPE) + on(legs, chart.PAYMENT_FEES) == gross


def test_what_is_earned_leaves_the_debt() -> None:
    parts = {chart.DUES: euros(30), chart.GIFTS: euros(12)}
    assert on(earning.legs_earned(parts), chart.DEFERRED_DUES) == 42
    check_balanced(earning.legs_earned(parts))
    assert earning.legs_earned({chart.DUES: euros(0)}) == []


@pytest.mark.parametrize(
    ("starts_on", "days", "months"),
    [
        (date(2026, 3, 15), 366, 12),
        (date(2027, 3, 15), 367, 12),
        (date(2026, 2, 1), 28, 1),
        (date(2026, 1, 15), 32, 1),
        (date(2026, 1, 15), 1, 1),
        (date(2026, 1, 15), 183, 6),
    ],
)
def test_days_are_counted_in_months(starts_on: date, days: int, months: int) -> None:
    assert earning.months_covered(starts_on, starts_on + timedelta(days=days)) == months
