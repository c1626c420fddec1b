"""The scale: how its file is read, what a year costs, where the cap is. And its rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.dues import plans
from funding.dues.actions import adopt_amounts, ensure_plans, scale_in_force
from funding.dues.actions.plans import PLANS_FILE
from funding.dues.models import Event, Plan
from funding.dues.plans import Interval, Level
from kernel.money import Money
from kernel.refusal import Refused
from tests.conftest import NOW, TEST

SCALE = """
[month]
concession = 200
standard = {standard}
solidarity = 1200
[year]
concession = 2000
standard = 5000
solidarity = 12000
[waivers]
each_year = 3
"""


def test_the_file_we_ship_is_a_whole_scale() -> None:
    found = plans.parse(PLANS_FILE.read_text()).plans
    assert {(plan.level, plan.interval) for plan in found} == {
        (level, interval) for level in Level for interval in Interval
    }
    for level in Level:
        cost = {
            plan.interval: plans.yearly(Money(plan.minor, "EUR"), plan.interval)
            for plan in found
            if plan.level is level
        }
        assert cost[Interval.YEAR].minor <= cost[Interval.MONTH].minor


@pytest.mark.parametrize("standard", ["5.00", "-1", "0", "true", "'500'", "1300", "100"])
def test_what_is_no_scale_is_refused(standard: str) -> None:
    with pytest.raises(ValueError, match="month"):
        plans.parse(SCALE.format(standard=standard))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("solidarity = 1200\n", "solidarity = 1200\npatron = 9\n"), "month must name"),
        (("[year]", "[week]\nstandard = 1\n[year]"), "nobody knows week"),
        (("each_year = 3", "each_year = -1"), "each_year"),
        (("each_year = 3", "each_year = 2000000"), "each_year"),
        (("each_year = 3", ""), "each_year"),
        (("solidarity = 12000", "solidarity = 60001"), "more than one may give"),
        (("concession = 200\n", "concession = 49\n"), "too little"),
    ],
)
def test_what_nobody_knows_or_could_pay_is_refused(change: tuple[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        plans.parse(SCALE.format(standard=500).replace(*change))


def test_a_scale_is_its_content_read_again() -> None:
    scale = plans.parse(SCALE.format(standard=500))
    content = json.loads(json.dumps(scale.as_content(), sort_keys=True))
    assert plans.read(content) == scale


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 10**6))
def test_the_cap_is_what_may_be_reached_and_not_passed(paid: int, cost: int, cap: int) -> None:
    over = plans.over_cap(paid=Money(paid, "EUR"), cost=Money(cost, "EUR"), cap_minor=cap)
    assert over == (paid + cost > cap)


@pytest.mark.django_db
def test_offering_the_plans_again_changes_nothing() -> None:
    first = ensure_plans(by=TEST, at=NOW)
    assert ensure_plans(by=TEST, at=NOW) == first
    assert Plan.objects.count() == Event.objects.filter(verb="plan.offered").count() == 6


@pytest.mark.django_db
def test_once_there_is_a_scale_the_file_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "plans.toml"
    file.write_text(SCALE.format(standard=500))
    ensure_plans(by=TEST, at=NOW, file=file)
    file.write_text(SCALE.format(standard=600))
    ensure_plans(by=TEST, at=NOW, file=file)
    assert Plan.objects.get(level="standard", interval="month").minor == 500


@pytest.mark.django_db
def test_another_amount_is_another_plan_and_has_a_decision_behind_it() -> None:
    ensure_plans(by=TEST, at=NOW)
    old = Plan.objects.on_offer().get(level="standard", interval="month")
    scale = plans.parse(SCALE.format(standard=600))
    with pytest.raises(Refused, match="Only members"):
        adopt_amounts(scale=scale, basis="", by=TEST, at=NOW)
    for _again in range(2):
        adopt_amounts(scale=scale, basis="https://x/proposals/1/", by=TEST, at=NOW)
    old.refresh_from_db()
    assert (old.retired_at, old.minor) == (NOW, 500)
    assert Plan.objects.on_offer().get(level="standard", interval="month").minor == 600
    assert (Plan.objects.on_offer().count(), Plan.objects.count()) == (6, 7)
    assert scale_in_force() == scale
