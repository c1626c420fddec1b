"""Where the bars of the money chart stand."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from funding.dues import money_chart
from funding.ledger.figures import Month
from kernel.money import Money

AMOUNTS = st.integers(-(10**6), 10**9)


def month(year: int, number: int, came_in: int, went_out: int) -> Month:
    zero = Money(0, "EUR")
    spent = Money(went_out, "EUR")
    return Month(date(year, number, 1), Money(came_in, "EUR"), zero, zero, spent, zero)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), max_size=120))
def test_every_bar_is_on_the_drawing_and_to_scale(amounts: list[tuple[int, int]]) -> None:
    months = [month(2020 + n // 12, n % 12 + 1, *both) for n, both in enumerate(amounts)]
    chart = money_chart.draw(months, currency="EUR")
    most = max((minor for both in amounts for minor in both), default=0)
    assert chart.highest == Money(max(most, 0), "EUR")
    end = 0.0
    for group, both in zip(chart.groups, amounts, strict=True):
        for bar, minor in zip((group.came_in, group.went_out), both, strict=True):
            assert end <= bar.x
            assert bar.x + bar.width <= money_chart.WIDTH
            assert bar.y >= chart.top - 0.1
            assert abs(bar.y + bar.height - chart.base) < 0.11
            assert (bar.height == 0) or minor > 0
            end = bar.x + bar.width - 0.2


def test_the_highest_amount_reaches_the_top_and_half_of_it_half_way() -> None:
    chart = money_chart.draw([month(2026, 1, 1000, 500)], currency="EUR")
    (group,) = chart.groups
    assert group.came_in.y == chart.top
    assert group.went_out.height == group.came_in.height / 2


def test_each_year_is_written_once_under_its_first_month() -> None:
    months = [month(2026 + n // 12, n % 12 + 1, 1, 1) for n in range(4, 26)]
    groups = money_chart.draw(months, currency="EUR").groups
    assert [group.first for group in groups if group.year] == [
        date(2026, 5, 1),
        date(2027, 1, 1),
        date(2028, 1, 1),
    ]
    groups = money_chart.draw(months[7:10], currency="EUR").groups
    assert [group.first for group in groups if group.year] == [date(2027, 1, 1)]
