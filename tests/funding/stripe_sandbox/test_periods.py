"""When periods end."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from funding.stripe_sandbox.periods import boundary, next_boundary

intervals = st.sampled_from(["day", "week", "month", "year"])
moments = st.integers(min_value=1_000_000_000, max_value=2_000_000_000)


def on(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, 9, 30, tzinfo=UTC).timestamp())


def test_months_keep_the_day_or_take_the_last_one() -> None:
    ends = [boundary(on(2026, 1, 31), interval="month", count=1, number=n) for n in range(4)]
    assert ends == [on(2026, 2, 28), on(2026, 3, 31), on(2026, 4, 30), on(2026, 5, 31)]


def test_a_year_from_a_leap_day() -> None:
    ends = [boundary(on(2028, 2, 29), interval="year", count=1, number=n) for n in (0, 3)]
    assert ends == [on(2029, 2, 28), on(2032, 2, 29)]


def test_december_is_followed_by_january() -> None:
    assert boundary(on(2026, 12, 5), interval="month", count=1, number=0) == on(2027, 1, 5)
    assert boundary(on(2026, 11, 5), interval="month", count=3, number=0) == on(2027, 2, 5)


@settings(deadline=None)
@given(moments, intervals, st.integers(1, 4), st.integers(0, 20))
def test_each_period_follows_the_one_before(
    anchor: int, interval: str, count: int, number: int
) -> None:
    end = boundary(anchor, interval=interval, count=count, number=number)
    following = boundary(anchor, interval=interval, count=count, number=number + 1)
    assert anchor < end < following
    assert next_boundary(anchor, end, interval=interval, count=count) == following
    assert next_boundary(anchor, end - 1, interval=interval, count=count) == end
