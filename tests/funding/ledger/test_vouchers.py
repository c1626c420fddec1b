"""Two people for what is put in by hand: one prepares, another approves exactly that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from funding.ledger import actions, chart, documents, vouchers
from funding.ledger.actions import Facts
from funding.ledger.desk import of_the_books
from funding.ledger.entries import check_balanced
from funding.ledger.models import Entry, Leg, Voucher
from funding.ledger.vouchers import Kind
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

BILL = b"%PDF-1.7 a bill"
FACTS = Facts(
    kind=Kind.EXPENSE,
    description="Servers in October",
    on=date(2026, 10, 31),
    debit="hosting",
    credit="bank",
    amount=Money(7_500, "EUR"),
    document=BILL,
)


@pytest.fixture
def treasurer(make_person: Callable[..., Person]) -> Person:
    return make_person("Tom", role="treasurer")


@pytest.fixture
def steward(make_person: Callable[..., Person]) -> Person:
    return make_person("Sam", role="steward")


@pytest.fixture
def prepared(treasurer: Person) -> Voucher:
    return actions.prepare_voucher(facts=FACTS, by=treasurer, at=NOW)


def approve(voucher: Voucher, by: Person, fingerprint: str = "") -> Voucher:
    return actions.approve_voucher(
        voucher=voucher, fingerprint=fingerprint or voucher.fingerprint, by=by, at=NOW
    )


def test_another_person_approves_and_it_is_in_the_books(prepared: Voucher, steward: Person) -> None:
    approve(prepared, steward)
    assert (prepared.state, prepared.decided_by) == ("posted", steward)
    entry = Entry.objects.get()
    assert prepared.entry == entry
    assert (entry.effective_on, entry.description) == (date(2026, 10, 31), "Servers in October")
    assert {leg.account_id: leg.minor for leg in entry.legs.all()} == {
        "hosting": 7_500,
        "bank": -7_500,
    }
    assert documents.read(prepared.document_sha256) == BILL


def test_the_treasurer_approves_nothing_and_nobody_their_own(
    prepared: Voucher, treasurer: Person, steward: Person, make_person: Callable[..., Person]
) -> None:
    others = make_person("Tea", role="treasurer"), make_person("Mia")
    for person, code in (
        (treasurer, "own-voucher"),
        (others[0], "not-a-steward"),
        (others[1], "not-a-steward"),
    ):
        with pytest.raises(Refused) as refused:
            approve(prepared, person)
        assert refused.value.code == code
    own = actions.prepare_voucher(facts=FACTS, by=steward, at=NOW)
    with pytest.raises(Refused, match="somebody else"):
        approve(own, steward)
    with pytest.raises(Refused):
        actions.prepare_voucher(facts=FACTS, by=others[1], at=NOW)
    assert not Entry.objects.exists()


def test_an_edit_voids_the_approval(prepared: Voucher, treasurer: Person, steward: Person) -> None:
    """The steward looked at 75 euros; meanwhile it says 750."""
    seen = prepared.fingerprint
    more = replace(FACTS, amount=Money(75_000, "EUR"), document=None)
    actions.change_voucher(voucher=prepared, facts=more, by=treasurer, at=NOW)
    with pytest.raises(Refused) as refused:
        approve(prepared, steward, seen)
    assert refused.value.code == "changed-since"
    assert not Entry.objects.exists()
    # The document that was attached stays; another one is another voucher.
    assert prepared.document_sha256
    seen = prepared.fingerprint
    other = replace(more, document=b"\x89PNG\r\n\x1a\n another")
    actions.change_voucher(voucher=prepared, facts=other, by=treasurer, at=NOW)
    with pytest.raises(Refused, match="look at it again"):
        approve(prepared, steward, seen)


def test_what_is_rejected_comes_again_once_it_is_changed(
    prepared: Voucher, treasurer: Person, steward: Person
) -> None:
    with pytest.raises(Refused, match="say why"):
        actions.reject_voucher(voucher=prepared, reason=" ", by=steward, at=NOW)
    actions.reject_voucher(voucher=prepared, reason="Not our bill.", by=steward, at=NOW)
    assert (prepared.state, prepared.reason) == ("rejected", "Not our bill.")
    with pytest.raises(Refused, match="decided already"):
        approve(prepared, steward)
    with pytest.raises(Refused):
        actions.change_voucher(voucher=prepared, facts=FACTS, by=steward, at=NOW)
    actions.change_voucher(voucher=prepared, facts=FACTS, by=treasurer, at=NOW)
    assert (prepared.state, prepared.reason, prepared.decided_by) == ("prepared", "", None)
    approve(prepared, steward)
    late: tuple[Callable[[], Voucher], ...] = (
        lambda: approve(prepared, steward),
        lambda: actions.reject_voucher(voucher=prepared, reason="No.", by=steward, at=NOW),
        lambda: actions.change_voucher(voucher=prepared, facts=FACTS, by=treasurer, at=NOW),
        lambda: actions.withdraw_voucher(voucher=prepared, by=treasurer, at=NOW),
    )
    for attempt in late:
        with pytest.raises(Refused, match="decided already"):
            attempt()
    assert Entry.objects.count() == 1


def test_who_prepared_it_can_take_it_back(prepared: Voucher, treasurer: Person) -> None:
    actions.withdraw_voucher(voucher=prepared, by=treasurer, at=NOW)
    assert prepared.state == "withdrawn"
    assert not Leg.objects.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"debit": "bank"}, "voucher-debit"),
        ({"credit": "hosting"}, "voucher-credit"),
        ({"credit": "pot"}, "voucher-credit"),
        ({"debit": "no-such"}, "voucher-debit"),
        ({"kind": Kind.TRANSFER, "debit": "bank"}, "voucher-same"),
        ({"kind": Kind.OPENING, "debit": "bank", "credit": "stripe"}, "voucher-opening"),
        ({"amount": Money(0, "EUR")}, "voucher-amount"),
        ({"on": NOW.date() + timedelta(days=1)}, "voucher-in-the-future"),
        ({"document": None}, "document-missing"),
        ({"document": b"MZ a program"}, "document-type"),
        ({"document": b"<html>"}, "document-type"),
        ({"document": b""}, "document-type"),
        ({"document": b"%PDF-" + bytes(vouchers.LARGEST_DOCUMENT)}, "document-too-large"),
    ],
)
def test_what_does_not_go_together_is_refused(
    treasurer: Person, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        actions.prepare_voucher(facts=replace(FACTS, **changes), by=treasurer, at=NOW)
    assert refused.value.code == code
    assert not Voucher.objects.exists()


@given(
    st.sampled_from(list(Kind)),
    st.sampled_from([spec.code for spec in chart.CHART]),
    st.sampled_from([spec.code for spec in chart.CHART]),
    st.integers(-5, 10**9),
)
def test_whatever_is_allowed_balances_and_touches_no_income(
    kind: Kind, debit: str, credit: str, minor: int
) -> None:
    """No hand writes dues: what members paid comes from payments alone."""
    amount = Money(minor, "EUR")
    if vouchers.problem(kind, debit, credit, amount):
        return
    check_balanced(vouchers.legs(debit, credit, amount))
    income = {s.code for s in chart.CHART if s.type is chart.AccountType.INCOME}
    assert not income & {debit, credit}


@given(st.data())
def test_a_fingerprint_is_of_everything(data: st.DataObject) -> None:
    facts = {
        "kind": "expense",
        "description": "a",
        "on": date(2026, 1, 1),
        "debit": "hosting",
        "credit": "bank",
        "amount": Money(1, "EUR"),
        "document_sha256": "0" * 64,
        "reverses": None,
    }
    others = {
        "kind": "transfer",
        "description": "b",
        "on": date(2026, 1, 2),
        "debit": "legal",
        "credit": "stripe",
        "amount": data.draw(st.sampled_from([Money(2, "EUR"), Money(1, "USD")])),
        "document_sha256": "1" * 64,
        "reverses": "2" * 32,
    }
    name = data.draw(st.sampled_from(list(facts)))
    changed = {**facts, name: others[name]}
    assert vouchers.fingerprint(**facts) != vouchers.fingerprint(**changed)  # type: ignore[arg-type]


def test_what_awaits_is_what_one_can_do_about_it(
    prepared: Voucher, treasurer: Person, steward: Person, make_person: Callable[..., Person]
) -> None:
    def awaits(person: Person) -> list[str]:
        return [item.what for item in of_the_books(person, NOW)]

    own = actions.prepare_voucher(facts=FACTS, by=steward, at=NOW)
    assert awaits(steward) == ["Approve “Servers in October”, or send it back"]
    assert awaits(treasurer) == awaits(make_person("Mia")) == []
    actions.reject_voucher(voucher=prepared, reason="Not ours.", by=steward, at=NOW)
    assert awaits(steward) == []
    assert awaits(treasurer) == ["Put “Servers in October” right, or withdraw it"]
    stu = make_person("Stu", role="steward")
    assert [item.url for item in of_the_books(stu, NOW)] == [own.get_absolute_url()]


def undo(entry: Entry, by: Person, on: date | None = None) -> Voucher:
    return actions.prepare_reversal(
        entry=entry, description="Put in twice", on=on or NOW.date(), by=by, at=NOW
    )


def test_what_was_put_in_by_hand_is_undone_by_two(
    prepared: Voucher, treasurer: Person, steward: Person
) -> None:
    wrong = approve(prepared, steward).entry
    assert wrong is not None
    undoing = undo(wrong, treasurer)
    assert (undoing.debit_id, undoing.credit_id) == ("bank", "hosting")
    assert documents.read(undoing.document_sha256) == BILL
    with pytest.raises(Refused) as refused:
        approve(undoing, treasurer)
    assert refused.value.code == "own-voucher"
    approve(undoing, steward)
    assert undoing.entry is not None
    assert undoing.entry.reverses == wrong
    assert not any(balance.amount for balance in Leg.objects.trial_balance())


def test_an_undoing_is_asked_for_once_and_of_vouchers_alone(
    prepared: Voucher, treasurer: Person, steward: Person, make_person: Callable[..., Person]
) -> None:
    wrong = approve(prepared, steward).entry
    assert wrong is not None
    by_a_program = actions.post(
        source_key="test:1",
        description="Servers",
        legs=vouchers.legs("hosting", "bank", Money(100, "EUR")),
        effective_on=NOW.date(),
        by=steward,
        at=NOW,
    )
    today = NOW.date()
    for entry, by, on, code in (
        (by_a_program, treasurer, today, "posted-by-a-program"),
        (wrong, make_person("Mia"), today, "not-for-you"),
        (wrong, treasurer, date(2026, 10, 30), "voucher-before-the-entry"),
        (wrong, treasurer, today + timedelta(1), "voucher-in-the-future"),
    ):
        with pytest.raises(Refused) as refused:
            undo(entry, by, on)
        assert refused.value.code == code
    undoing = undo(wrong, treasurer)
    with pytest.raises(Refused) as refused:
        undo(wrong, steward)
    assert refused.value.code == "reversed-already"
    with pytest.raises(Refused) as refused:
        actions.change_voucher(voucher=undoing, facts=FACTS, by=treasurer, at=NOW)
    assert refused.value.code == "reversal-as-it-is"
    # Taken back, it can be asked for anew; done, it cannot, nor can the undoing be undone.
    actions.withdraw_voucher(voucher=undoing, by=treasurer, at=NOW)
    again = approve(undo(wrong, treasurer), steward)
    assert again.entry is not None
    for entry, code in ((wrong, "reversed-already"), (again.entry, "reverses-a-reversal")):
        with pytest.raises(Refused) as refused:
            undo(entry, treasurer)
        assert refused.value.code == code


def test_the_database_knows_it_too(prepared: Voucher, treasurer: Person) -> None:
    mine = Voucher.objects.filter(pk=prepared.pk)
    for change in (
        lambda: mine.update(state="posted"),
        lambda: mine.update(decided_by=treasurer),
        lambda: mine.update(state="rejected"),
        lambda: mine.update(state="gone"),
        lambda: mine.delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_documents_lie_encrypted_and_are_found_out_if_they_change(
    prepared: Voucher, settings: Any
) -> None:
    [file] = Path(settings.BOOKS_DIR).glob(f"*/{prepared.document_sha256}")
    assert BILL not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert Path(settings.PUBLIC_ROOT) not in file.parents
    with pytest.raises(documents.DocumentMissing):
        documents.read("0" * 64)
