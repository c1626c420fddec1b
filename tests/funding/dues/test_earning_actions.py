"""Dues for a year in the books: owed, earned month by month, returned; each once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from funding.dues import earning_sweeps
from funding.dues.actions import earning
from funding.dues.models import Deferral
from funding.ledger import chart, month_checks
from funding.ledger.models import Entry, Leg, PaymentLeaf
from kernel.money import Money
from tests.conftest import TEST
from tests.funding.dues.conftest import books

pytestmark = pytest.mark.django_db


def at(year: int, month: int, day: int = 2) -> datetime:
    return datetime(year, month, day, 3, tzinfo=UTC)


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def receive(number: int = 1, *, to: str = chart.DUES, months: int = 12, **more: object) -> Entry:
    facts: dict[str, object] = {"starts_on": date(2026, 1, 15), **more}
    return earning.receive(
        source_key=f"dues:{number}",
        description="Dues paid",
        gross=euros(12_000),
        fee=euros(200),
        to=to,
        months=months,
        effective_on=date(2026, 1, 15),
        by=TEST,
        at=at(2026, 1, 15),
        **facts,  # type: ignore[arg-type]
    )


def give_back(entry: Entry, minor: int, number: int = 1, **more: str) -> Entry:
    return earning.return_dues(
        source_key=f"refund:{number}",
        description="Dues returned",
        received=entry,
        amount=euros(minor),
        effective_on=date(2026, 4, 10),
        by=TEST,
        at=at(2026, 4, 10),
        **more,
    )


def test_a_year_is_earned_in_twelve_months_and_to_the_cent() -> None:
    receive()
    receive()
    assert books() == {"stripe": 11_800, "payment-fees": 200, "deferred-dues": 12_000}
    assert PaymentLeaf.objects.get().minor == 12_000
    assert earning_sweeps.earn(at(2026, 1, 31)) == 0
    assert earning_sweeps.earn(at(2026, 2)) == 1
    assert books()["dues"] == 1_000
    assert earning_sweeps.earn(at(2026, 2)) == 0
    # The worker slept for months: each is posted by itself, on its own last day.
    assert earning_sweeps.earn(at(2027, 3)) == 11
    assert books() == {"stripe": 11_800, "payment-fees": 200, "deferred-dues": 0, "dues": 12_000}
    earned = Entry.objects.filter(source_key__startswith="earned:").order_by("effective_on")
    assert [f"{e.effective_on}" for e in earned][:2] == ["2026-01-31", "2026-02-28"]
    assert earned.count() == 12
    assert earned[0].source_key == "earned:2026-01:EUR"
    assert earning_sweeps.earn(at(2028, 1)) == 0


def test_a_month_of_dues_is_income_at_once() -> None:
    receive(months=1)
    assert books() == {"stripe": 11_800, "payment-fees": 200, "dues": 12_000}
    assert not Deferral.objects.exists()


def test_what_goes_to_the_pot_is_owed_and_never_earned() -> None:
    receive(to=chart.POT, months=0, starts_on=None)
    assert books()["pot"] == 12_000
    assert earning_sweeps.earn(at(2027, 3)) == 0


def test_a_gift_is_earned_from_when_it_is_accepted() -> None:
    gift = receive(to=chart.GIFTS, starts_on=None)
    assert earning_sweeps.earn(at(2026, 5)) == 0
    earning.start_earning(received=gift, starts_on=date(2026, 5, 20))
    earning.start_earning(received=gift, starts_on=date(2020, 5, 20))
    assert earning_sweeps.earn(at(2026, 7)) == 2
    assert books()["gifts"] == 2_000


def test_a_gift_that_nobody_takes_goes_to_the_pot_once() -> None:
    gift = receive(to=chart.GIFTS, starts_on=None)
    for _ in range(2):
        earning.pass_to_pot(
            source_key="gift:1",
            description="A gift went to the pot",
            received=gift,
            effective_on=date(2026, 4, 1),
            by=TEST,
            at=at(2026, 4),
        )
    assert (books()["deferred-dues"], books()["pot"]) == (0, 12_000)
    earning.start_earning(received=gift, starts_on=date(2026, 5, 20))
    assert earning_sweeps.earn(at(2027, 7)) == 0


def test_a_return_takes_what_is_not_earned_and_shows_all_of_it() -> None:
    paid = receive()
    earning_sweeps.earn(at(2026, 4))
    give_back(paid, 10_000)
    give_back(paid, 10_000)
    # 30 were earned; 90 were not, and all of it goes back to whoever paid.
    assert books() == {
        "stripe": 1_800,
        "payment-fees": 200,
        "deferred-dues": 0,
        "dues": 12_000,
        "returned-dues": -10_000,
    }
    assert earning_sweeps.earn(at(2027, 4)) == 0


def test_a_return_that_failed_is_owed_again() -> None:
    paid = receive()
    earning_sweeps.earn(at(2026, 4))
    returned = give_back(paid, 6_000)
    assert books()["deferred-dues"] == 3_000
    for _ in range(2):
        earning.return_failed(
            returned=returned,
            received=paid,
            description="The return failed",
            effective_on=date(2026, 4, 12),
            by=TEST,
            at=at(2026, 4, 12),
        )
    assert books()["deferred-dues"] == 9_000
    earning_sweeps.earn(at(2027, 4))
    assert (books()["deferred-dues"], books()["dues"], books()["returned-dues"]) == (0, 12_000, 0)


def test_a_lost_dispute_leaves_by_what_was_held_back() -> None:
    paid = receive(months=1)
    give_back(paid, 12_000, out_of=chart.DISPUTED)
    assert books()["disputed"] == -12_000
    assert books()["returned-dues"] == -12_000


def test_what_is_booked_late_is_earned_with_the_next_month() -> None:
    receive(1)
    earning_sweeps.earn(at(2026, 4))
    receive(2)
    assert earning_sweeps.earn(at(2026, 4)) == 0
    assert earning_sweeps.earn(at(2026, 5)) == 1
    # Both are where they should be: four months of each.
    assert books()["dues"] == 2 * 4_000


def test_a_month_is_not_ready_while_its_dues_are_not_earned() -> None:
    receive()
    label = "Dues of the month are earned"
    january = date(2026, 1, 1)

    def is_earned() -> bool:
        found = month_checks.findings(january, at(2026, 2))
        return next(finding.good for finding in found if finding.label == label)

    assert not is_earned()
    earning_sweeps.earn(at(2026, 2))
    assert is_earned()


def test_the_database_lets_nobody_earn_more_than_there_was() -> None:
    receive()
    for change in (
        {"earned_minor": 12_001},
        {"earned_minor": 6_001, "taken_back_minor": 6_000},
        {"total_minor": 13_000},
        {"months": 1},
        {"income": "pot"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Deferral.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deferral.objects.all().delete()
    assert Leg.objects.count() == 3
