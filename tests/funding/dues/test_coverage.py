"""Which days a paid invoice covers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.dues.coverage import days_covered, days_of_grace
from members.standing import Period, stretches

MOMENTS = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis adds the timezone
    datetime(2040, 1, 1),  # noqa: DTZ001 - hypothesis adds the timezone
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-11-20T12:00", "2026-12-20T12:00", ("2026-11-20", "2026-12-21")),
        ("2026-11-20T00:00", "2026-12-20T00:00", ("2026-11-20", "2026-12-20")),
        ("2026-11-20T23:59", "2026-11-21T00:00", ("2026-11-20", "2026-11-21")),
        ("2026-11-20T12:00", "2026-11-20T13:00", ("2026-11-20", "2026-11-21")),
    ],
)
def test_every_day_the_period_touches(start: str, end: str, days: tuple[str, str]) -> None:
    covered = days_covered(
        datetime.fromisoformat(start).replace(tzinfo=UTC),
        datetime.fromisoformat(end).replace(tzinfo=UTC),
    )
    assert tuple(day.isoformat() for day in covered) == days


def test_days_are_counted_in_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    start = datetime(2026, 11, 20, 3, tzinfo=tokyo)
    assert days_covered(start, start + timedelta(days=1))[0] == date(2026, 11, 19)


@given(st.lists(MOMENTS, min_size=2, max_size=8, unique=True))
def test_one_period_after_the_other_leaves_no_day_between(moments: list[datetime]) -> None:
    moments.sort()
    paid = [Period(*days_covered(start, end)) for start, end in pairwise(moments)]
    assert len(stretches(paid)) == 1


def test_grace_is_thirty_days_from_the_day_the_period_should_have_begun() -> None:
    first, after = days_of_grace(datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert (first, (after - first).days) == (date(2026, 11, 20), 30)
