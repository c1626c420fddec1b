"""Standing is the union of the days of its periods, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.standing import (
    GRACE,
    Period,
    Standing,
    days_in_standing,
    next_start,
    standing_on,
    stretches,
)

FIRST = date(2024, 2, 1)  # the days that follow include a leap day
DAY = timedelta(days=1)

days = st.integers(min_value=0, max_value=90).map(lambda number: FIRST + number * DAY)


@st.composite
def a_period(draw: st.DrawFn) -> Period:
    starts_on = draw(days)
    return Period(starts_on, starts_on + draw(st.integers(min_value=1, max_value=40)) * DAY)


some_periods = st.lists(a_period(), max_size=8)


def covered(periods: list[Period]) -> set[date]:
    """The days of the periods, one by one: slow, and plainly right."""
    return {
        period.starts_on + number * DAY
        for period in periods
        for number in range((period.ends_on - period.starts_on).days)
    }


@given(some_periods)
def test_stretches_cover_the_same_days(periods: list[Period]) -> None:
    assert covered(stretches(periods)) == covered(periods)


@given(some_periods)
def test_stretches_are_the_fewest_and_in_order(periods: list[Period]) -> None:
    union = stretches(periods)
    assert union == sorted(union)
    assert all(one.ends_on < other.starts_on for one, other in pairwise(union))


@given(some_periods, st.randoms())
def test_the_order_and_repetition_of_periods_do_not_matter(
    periods: list[Period], random: object
) -> None:
    shuffled = [*periods, *periods]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert stretches(shuffled) == stretches(periods)


@given(some_periods, days)
def test_standing_on_a_day_is_the_unbroken_run_around_it(periods: list[Period], day: date) -> None:
    in_standing = covered(periods)
    standing = standing_on(periods, day)
    if day not in in_standing:
        assert standing is None
        return
    since = until = day
    while since - DAY in in_standing:
        since -= DAY
    while until in in_standing:
        until += DAY
    assert standing == Standing(since=since, until=until)


@given(some_periods, days)
def test_days_in_standing_count_back_to_the_first_gap(periods: list[Period], day: date) -> None:
    in_standing = covered(periods)
    count = 0
    while day - count * DAY in in_standing:
        count += 1
    assert days_in_standing(periods, day) == count


@given(some_periods, days)
def test_new_standing_leaves_no_gap_and_wastes_no_day(periods: list[Period], day: date) -> None:
    start = next_start(periods, day)
    in_standing = covered(periods)
    assert start not in in_standing
    assert all(day + number * DAY in in_standing for number in range((start - day).days))


def test_a_leap_day_is_a_day() -> None:
    year = [Period(date(2024, 1, 1), date(2025, 1, 1))]
    assert standing_on(year, date(2024, 2, 29)) == Standing(date(2024, 1, 1), date(2025, 1, 1))
    assert days_in_standing(year, date(2024, 12, 31)) == 366
    month = [
        Period(date(2024, 1, 29), date(2024, 2, 29)),
        Period(date(2024, 2, 29), date(2024, 3, 1)),
    ]
    assert days_in_standing(month, date(2024, 2, 29)) == 32
    assert standing_on(month, date(2024, 3, 1)) is None


def test_the_end_of_a_period_is_the_first_day_without() -> None:
    period = [Period(date(2026, 1, 1), date(2026, 2, 1))]
    assert standing_on(period, date(2026, 1, 31)) is not None
    assert standing_on(period, date(2026, 2, 1)) is None
    assert next_start(period, date(2026, 1, 31)) == date(2026, 2, 1)
    assert next_start(period, date(2026, 2, 1)) == date(2026, 2, 1)
    assert next_start([], date(2026, 2, 1)) == date(2026, 2, 1)


@pytest.mark.parametrize("length", [0, -1])
def test_a_period_has_at_least_one_day(length: int) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        Period(FIRST, FIRST + length * DAY)


def test_grace_is_thirty_days() -> None:
    assert timedelta(days=30) == GRACE
