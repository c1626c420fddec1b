"""A closed month stays as it is; what we learn of later is posted in the open one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from funding.ledger import actions, entries, month_checks, sweeps
from funding.ledger.actions import Facts
from funding.ledger.entries import LegSpec
from funding.ledger.models import Entry, Month, Seal
from funding.ledger.month_checks import Finding
from funding.ledger.vouchers import Kind
from governance.record.models import Pending
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Person, RoleGrant
from tests.conftest import TEST

pytestmark = pytest.mark.django_db

MARCH = date(2026, 3, 1)
AT = datetime(2026, 4, 2, 12, tzinfo=UTC)
OURS = ("over", "earlier", "vouchers", "digests", "balance")


@pytest.fixture(autouse=True)
def only_our_own_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of dues are tested with dues."""
    known = month_checks._registry
    monkeypatch.setattr(month_checks, "_registry", {name: known[name] for name in OURS})


@pytest.fixture
def steward(make_person: Callable[..., Person]) -> Person:
    person = make_person("Sam")
    RoleGrant.objects.create(
        person=person, role="steward", starts_on=date(2026, 1, 1), basis="test"
    )
    return person


def post(number: int, on: date, at: datetime = AT) -> Entry:
    return actions.post(
        source_key=f"test:{number}",
        description="Dues paid",
        legs=[LegSpec("stripe", Money(1000, "EUR")), LegSpec("dues", Money(-1000, "EUR"))],
        effective_on=on,
        by=TEST,
        at=at,
    )


def in_march(number: int = 1) -> None:
    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    post(number, at.date(), at)
    sweeps.digest(AT)


def lock(steward: Person, first: date = MARCH, at: datetime = AT) -> Month:
    return actions.lock_month(first=first, by=steward, at=at)


def test_a_month_is_closed_with_a_report_that_the_record_knows(steward: Person) -> None:
    in_march()
    month = lock(steward)
    report = bytes(month.report)
    assert hashlib.sha256(report).hexdigest() == month.report_sha256
    assert "Books of March 2026" in report.decode()
    assert "€10.00" in report.decode()
    said = Pending.objects.get(leaf_hash=month.leaf_hash).content
    assert said["reportSha256"] == month.report_sha256
    assert (said["month"], said["entries"]) == ("2026-03-01", 1)
    # Nobody is named in what is published.
    assert steward.display_name not in report.decode()
    with pytest.raises(Refused, match="closed already"):
        lock(steward)


def test_late_facts_are_posted_in_the_open_month_and_name_their_day(steward: Person) -> None:
    in_march()
    lock(steward)
    late = post(2, date(2026, 3, 30))
    assert (late.effective_on, late.concerns_on) == (date(2026, 4, 1), date(2026, 3, 30))
    on_time = post(3, date(2026, 4, 2))
    assert (on_time.effective_on, on_time.concerns_on) == (date(2026, 4, 2), None)
    # And the chain knows that day.
    assert list(entries.breaks(Seal.objects.links())) == []
    [(link, stored)] = [both for both in Seal.objects.links() if both[0].concerns_on]
    assert link.hash == stored
    assert link.concerns_on == date(2026, 3, 30)


def test_the_database_refuses_what_goes_around_it(steward: Person) -> None:
    in_march()
    lock(steward)
    for concerns in (None, date(2026, 4, 3)):
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            Entry.objects.create(
                source_key="by hand",
                description="Slipped in",
                effective_on=date(2026, 3, 31) if concerns is None else date(2026, 4, 1),
                concerns_on=concerns,
                posted_at=AT,
                seal_id="00000000-0000-0000-0000-000000000001",
            )
    month = Month.objects.filter(first=MARCH)
    for change in (lambda: month.update(entries=9), lambda: month.delete()):
        with pytest.raises(IntegrityError, match="refused"), transaction.atomic():
            change()


def findings(first: date = MARCH, at: datetime = AT) -> dict[str, bool]:
    return dict(zip(OURS, (f.good for f in month_checks.findings(first, at)), strict=True))


def test_the_checklist_says_what_is_missing(
    steward: Person, make_person: Callable[..., Person]
) -> None:
    post(1, date(2026, 2, 10), datetime(2026, 3, 10, tzinfo=UTC))
    early = datetime(2026, 3, 31, 12, tzinfo=UTC)
    assert findings(at=early) == {
        "over": False,
        "earlier": False,
        "vouchers": True,
        "digests": False,
        "balance": True,
    }
    treasurer = make_person("Tom")
    RoleGrant.objects.create(
        person=treasurer, role="treasurer", starts_on=date(2026, 1, 1), basis="test"
    )
    facts = Facts(
        kind=Kind.EXPENSE,
        description="Servers",
        on=date(2026, 3, 5),
        debit="hosting",
        credit="bank",
        amount=Money(100, "EUR"),
        document=b"%PDF-1.7",
    )
    voucher = actions.prepare_voucher(facts=facts, by=treasurer, at=AT)
    assert not findings()["vouchers"]
    with pytest.raises(Refused, match="cannot be closed yet"):
        lock(steward)
    actions.reject_voucher(voucher=voucher, reason="No.", by=steward, at=AT)
    sweeps.digest(AT)
    with pytest.raises(Refused, match="February 2026 is still open"):
        lock(steward)
    lock(steward, date(2026, 2, 1))
    assert all(findings().values())
    lock(steward)
    assert [f"{m.first:%m}" for m in Month.objects.order_by("first")] == ["02", "03"]


def test_only_a_steward_closes_a_month(make_person: Callable[..., Person]) -> None:
    in_march()
    for person in (make_person("Tom", role="treasurer"), make_person("Mia")):
        with pytest.raises(Refused, match="Only a steward"):
            lock(person)


def test_what_is_not_needed_stands_in_nobodys_way(
    steward: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_march()
    monkeypatch.setitem(
        month_checks._registry,
        "soft",
        (8, lambda first, at: Finding("a", "b", False, needed=False)),
    )
    lock(steward)
    monkeypatch.setitem(
        month_checks._registry, "hard", (9, lambda first, at: Finding("a", "It is not so.", False))
    )
    with pytest.raises(Refused, match="It is not so"):
        lock(steward, date(2026, 4, 1), AT + timedelta(days=31))


def test_a_poster_who_began_before_the_lock_is_refused_at_the_seal(steward: Person) -> None:
    """The entry was written while the month was open; its seal comes after it was closed."""
    in_march()
    entry = Entry(
        source_key="slow",
        description="Slow",
        effective_on=date(2026, 3, 31),
        posted_at=AT,
        seal_id="00000000-0000-0000-0000-000000000002",
    )

    @transaction.atomic
    def post_slowly() -> None:
        entry.save(force_insert=True)
        for code, minor in (("stripe", 5), ("dues", -5)):
            entry.legs.create(account_id=code, minor=minor, currency="EUR")
        lock(steward)
        head = Seal.objects.latest("position")
        Seal.objects.create(
            id=entry.pk, position=head.position + 1, previous_hash=head.hash, hash="f" * 64
        )

    with pytest.raises(IntegrityError, match="month is closed"):
        post_slowly()
