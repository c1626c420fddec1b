"""Money that goes out: two approve exactly what is paid, and none of those it concerns."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings
from sepaxml import validation

from funding.dues.actions import match_line
from funding.dues.models import Case
from funding.grants import payee_details, payment_stages
from funding.grants.actions import funds, payees, paying, reversing
from funding.grants.models import (
    Approval,
    BankFile,
    Fund,
    GrantPayment,
    Interest,
    PayeeAccount,
    PayoutMark,
    Reversal,
)
from funding.grants.payee_details import Address
from governance.record.models import Pending
from kernel.money import Money
from kernel.refusal import Refused
from kernel.sealed import unseal
from members.models import OutgoingMail, Person, RoleGrant
from tests.conftest import NOW, TEST
from tests.funding.grants.awards_acting import (
    ADDRESS,
    LATER,
    PAYING_ACCOUNT,
    UnderWay,
    a_line,
    agree,
    approve,
    commit,
    look,
    name_account,
    pay,
    under_way,
)
from tests.funding.grants.awards_scene import IBAN, OTHER_IBAN, Scene, declares_none, set_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(make_person: Callable[..., Person], settings: Settings) -> Scene:
    settings.PAYING_ACCOUNT = PAYING_ACCOUNT
    return set_scene(make_person)


@pytest.fixture
def way(scene: Scene) -> UnderWay:
    return under_way(scene)


def refused(code: str, do: Callable[..., Any], **how: Any) -> None:
    with pytest.raises(Refused) as refusal:
        do(**how)
    assert refusal.value.code == code


def approving(payment: GrantPayment, by: Person) -> dict[str, Any]:
    return {"payment": payment, "fingerprint": payment.fingerprint, "by": by, "at": LATER}


def stage_of(payment: GrantPayment) -> str:
    payment.refresh_from_db()
    return payment.stage


# Accounts


def test_an_account_is_encrypted_masked_and_known_again(scene: Scene) -> None:
    commit(scene)
    account = name_account(scene.applicant, confirmed=False)
    stored = PayeeAccount.objects.values_list("sealed", "masked", "mark", "digest").get()
    for column in stored:
        plain = column.encode() if isinstance(column, str) else bytes(column)
        assert IBAN.encode() not in plain
        assert b"Noor" not in plain
    assert b"Noor Amsel" in unseal(bytes(account.sealed))
    assert account.masked == "DE•• •••• 3000"
    assert name_account(scene.applicant, confirmed=False) == account, "again changes nothing"
    assert PayoutMark.objects.get(person=scene.applicant).fingerprint == account.mark


def test_who_shares_an_account_decides_nothing_about_the_other(
    scene: Scene, make_person: Callable[..., Person]
) -> None:
    way = under_way(scene)
    sam = scene.stewards[0]
    PayoutMark.objects.create(person=sam, fingerprint=way.payment.account.mark, marked_at=NOW)
    refused("conflict-of-interest", paying.approve_payment, **approving(way.payment, sam))


def test_only_who_is_given_money_names_an_account_and_a_good_one(scene: Scene) -> None:
    how: dict[str, Any] = {"name": "Noor", "iban": IBAN, "bic": "", "address": ADDRESS, "at": NOW}
    refused("no-award", payees.name_account, **how, by=scene.applicant)
    commit(scene)
    refused("no-award", payees.name_account, **how, by=scene.treasurer)
    bad = {**how, "iban": "DE89370400440532013001"}
    refused("payee-iban", payees.name_account, **bad, by=scene.applicant)
    bad = {**how, "address": Address(town="", country="DE")}
    refused("payee-town", payees.name_account, **bad, by=scene.applicant)


def test_an_account_is_confirmed_by_mail_and_then_cools_off(scene: Scene) -> None:
    award = agree(scene, commit(scene))
    account = name_account(scene.applicant, confirmed=False)
    mail = OutgoingMail.objects.get(key__endswith=":confirm")
    assert mail.person == scene.applicant
    assert "/grants/account/confirm/" in mail.body
    assert IBAN not in mail.body
    prepare: dict[str, Any] = {
        "milestone": award.milestones.get(number=1),
        "by": scene.treasurer,
    }
    refused("account-unconfirmed", paying.prepare_payment, **prepare, at=LATER)
    payees.confirm_account(account=account, at=NOW)
    early = NOW + payee_details.COOLING_OFF - timedelta(seconds=1)
    refused("account-cooling-off", paying.prepare_payment, **prepare, at=early)
    paying.prepare_payment(**prepare, at=NOW + payee_details.COOLING_OFF)


def test_a_replaced_account_is_not_confirmed_any_more(scene: Scene) -> None:
    commit(scene)
    first = name_account(scene.applicant, confirmed=False)
    name_account(scene.applicant, OTHER_IBAN, confirmed=False)
    refused("account-replaced", payees.confirm_account, account=first, at=NOW)


def test_an_account_is_forgotten_once_nothing_is_owed(scene: Scene) -> None:
    way = under_way(scene)
    payees.forget_accounts(person=scene.applicant, by=TEST, at=LATER)
    assert PayeeAccount.objects.get().sealed
    pay(way)
    type(way.award).objects.filter(pk=way.award.pk).update(stage="closed", ended_at=LATER)
    payees.forget_accounts(person=scene.applicant, by=TEST, at=LATER)
    account = PayeeAccount.objects.get()
    assert (bytes(account.sealed), account.masked) == (b"", "")


# The whole way


def test_two_approve_a_third_sends_and_the_bank_says_that_it_is_paid(way: UnderWay) -> None:
    sam, sue, sid = way.scene.stewards
    payment = way.payment
    paying.approve_payment(**approving(payment, sam))
    assert stage_of(payment) == payment_stages.REQUESTED
    sending: dict[str, Any] = {"payments": [payment], "execute_on": LATER.date(), "at": LATER}
    refused("not-approved", paying.make_bank_file, **sending, by=sid)
    paying.approve_payment(**approving(payment, sue))
    assert stage_of(payment) == payment_stages.APPROVED
    refused("approved-by-you", paying.make_bank_file, **sending, by=sam)
    _hold_office(way.scene.applicant)
    refused("conflict-of-interest", paying.make_bank_file, **sending, by=way.scene.applicant)
    file = paying.make_bank_file(**sending, by=way.scene.treasurer)
    assert stage_of(payment) == payment_stages.SENT
    content = file.content()
    folder = validation.__file__.rpartition("/")[0]
    xmlschema.XMLSchema(f"{folder}/schemas/pain.001.001.09.xsd").validate(content.decode())
    space = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
    root = ElementTree.fromstring(content)  # noqa: S314 - made just now, by us
    assert [one.text for one in root.iterfind(".//p:CdtrAcct//p:IBAN", space)] == [IBAN]
    assert [one.text for one in root.iterfind(".//p:InstdAmt", space)] == ["1200.00"]
    stored = bytes(BankFile.objects.values_list("sealed", flat=True).get())
    assert IBAN.encode() not in stored
    assert not paying.match_payment(payment=payment, by=TEST, at=LATER)
    line = a_line(sid, Money(-120_000, "EUR"), reference="R1", text=f"GRANT {payment.pk.hex}")
    assert paying.match_payment(payment=payment, by=TEST, at=LATER)
    assert stage_of(payment) == payment_stages.PAID
    line.refresh_from_db()
    assert line.entry == payment.entry
    fund = Fund.objects.get()
    assert (fund.committed_minor, fund.paid_minor) == (120_000, 120_000)
    assert "R1" in OutgoingMail.objects.get(key__contains=":paid:").body
    said = [one.content for one in Pending.objects.all() if one.content["type"].endswith(".paid")]
    assert said[0]["approvals"] == 2
    assert payment.entry
    assert said[0]["entry"] == payment.entry.seal.hash
    connection.check_constraints()
    assert funds.prove_funds(by=TEST, at=LATER) == ()


def _hold_office(person: Person) -> None:
    RoleGrant.objects.create(person=person, role="treasurer", starts_on=NOW.date(), basis="test")


def test_by_hand_with_the_banks_reference(way: UnderWay) -> None:
    payment = pay(way)
    assert payment.stage == payment_stages.PAID
    assert payment.bank_reference
    assert funds.prove_funds(by=TEST, at=LATER) == ()


def test_a_line_that_came_first_opened_a_case_and_closes_it(way: UnderWay) -> None:
    sam, sue, sid = way.scene.stewards
    approved = approve(way.payment, sam, sue)
    line = a_line(sid, Money(-120_000, "EUR"), reference="R9")
    match_line(line=line, by=TEST, at=LATER)
    assert Case.objects.open().count() == 1
    paying.record_transfer(
        payment=approved, fingerprint=approved.fingerprint, reference="R9", by=sid, at=LATER
    )
    assert paying.match_payment(payment=approved, by=TEST, at=LATER)
    assert Case.objects.open().count() == 0


def test_a_line_that_may_be_another_payment_is_left_to_people(way: UnderWay) -> None:
    sam, sue, sid = way.scene.stewards
    approved = approve(way.payment, sam, sue)
    paying.make_bank_file(
        payments=[approved], execute_on=LATER.date(), by=way.scene.treasurer, at=LATER
    )
    a_line(sid, Money(-120_000, "EUR"), reference="R1")
    a_line(sid, Money(-120_000, "EUR"), reference="R2")
    assert not paying.match_payment(payment=approved, by=TEST, at=LATER)
    a_line(sid, Money(-120_000, "EUR"), reference="R3", text=approved.pk.hex)
    assert paying.match_payment(payment=approved, by=TEST, at=LATER)


# What is refused


def test_nobody_approves_what_they_prepared_even_under_another_role(way: UnderWay) -> None:
    payment, treasurer = way.payment, way.scene.treasurer
    RoleGrant.objects.create(person=treasurer, role="steward", starts_on=NOW.date(), basis="other")
    declares_none(treasurer, way.scene.application)
    refused("own-payment", paying.approve_payment, **approving(payment, treasurer))


def test_one_person_approves_once_whatever_they_hold(way: UnderWay) -> None:
    sam = way.scene.stewards[0]
    RoleGrant.objects.create(person=sam, role="scrutineer", starts_on=NOW.date(), basis="other")
    paying.approve_payment(**approving(way.payment, sam))
    refused("approved-already", paying.approve_payment, **approving(way.payment, sam))
    assert stage_of(way.payment) == payment_stages.REQUESTED


def test_an_edit_after_approval_voids_it(way: UnderWay) -> None:
    sam, sue, sid = way.scene.stewards
    approved = approve(way.payment, sam, sue)
    seen = approved.fingerprint
    payees.name_account(
        name="Noor", iban=OTHER_IBAN, bic="", address=ADDRESS, by=way.scene.applicant, at=LATER
    )
    assert stage_of(approved) == payment_stages.REQUESTED
    send: dict[str, Any] = {"payment": approved, "reference": "R", "by": sid, "at": LATER}
    refused("changed-since", paying.record_transfer, **send, fingerprint=seen)
    refused("not-approved", paying.record_transfer, **send, fingerprint=approved.fingerprint)
    refused("account-replaced", paying.approve_payment, **approving(approved, sid))
    change: dict[str, Any] = {
        "payment": approved,
        "fingerprint": approved.fingerprint,
        "by": way.scene.treasurer,
    }
    refused("account-unconfirmed", paying.change_payment, **change, at=LATER)
    account = way.scene.applicant.payee_accounts.current().get()
    payees.confirm_account(account=account, at=LATER)
    refused("account-cooling-off", paying.change_payment, **change, at=LATER)
    after = LATER + payee_details.COOLING_OFF
    changed = paying.change_payment(**change, at=after)
    assert changed.account == account
    again = {"payment": changed, "fingerprint": changed.fingerprint, "at": after}
    refused("check-missing", paying.approve_payment, **again, by=sam)
    refused("changed-since", paying.approve_payment, **{**again, "fingerprint": seen}, by=sam)
    assert Approval.objects.filter(fingerprint=changed.fingerprint).count() == 0


def test_back_to_an_account_of_before_has_to_be_approved_again(way: UnderWay) -> None:
    sam, sue, sid = way.scene.stewards
    approve(way.payment, sam, sue)
    for iban in (OTHER_IBAN, IBAN):
        account = payees.name_account(
            name="Noor Amsel", iban=iban, bic="", address=ADDRESS, by=way.scene.applicant, at=LATER
        )
    payees.confirm_account(account=account, at=LATER)
    way.payment.refresh_from_db()
    after = LATER + payee_details.COOLING_OFF
    changed = paying.change_payment(
        payment=way.payment,
        fingerprint=way.payment.fingerprint,
        by=way.scene.treasurer,
        at=after,
    )
    assert changed.account.digest == Approval.objects.first().payment.account.digest  # type: ignore[union-attr]
    assert changed.approvals.filter(fingerprint=changed.fingerprint).count() == 0
    refused(
        "not-approved",
        paying.record_transfer,
        payment=changed,
        fingerprint=changed.fingerprint,
        reference="R",
        by=sid,
        at=after,
    )


def test_what_the_bank_did_not_take_is_approved_anew(way: UnderWay) -> None:
    sam, sue, sid = way.scene.stewards
    approved = approve(way.payment, sam, sue)
    paying.record_transfer(
        payment=approved, fingerprint=approved.fingerprint, reference="R", by=sid, at=LATER
    )
    failed = paying.fail_payment(payment=approved, by=way.scene.treasurer, at=LATER)
    assert failed.stage == payment_stages.REQUESTED
    assert failed.approvals.filter(fingerprint=failed.fingerprint).count() == 0
    assert approve(failed, sam, sue).stage == payment_stages.APPROVED


def test_paid_and_cancelled_are_the_end(way: UnderWay) -> None:
    payment = pay(way)
    sam, treasurer = way.scene.stewards[0], way.scene.treasurer
    refused("stage-passed", paying.cancel_payment, payment=payment, by=treasurer, at=LATER)
    refused("stage-passed", paying.fail_payment, payment=payment, by=treasurer, at=LATER)
    refused("stage-passed", paying.approve_payment, **approving(payment, sam))
    prepare: dict[str, Any] = {"milestone": way.milestone, "by": treasurer, "at": LATER}
    refused("not-reached", paying.prepare_payment, **prepare)


def test_a_replayed_request_prepares_no_second_payment(way: UnderWay) -> None:
    prepare: dict[str, Any] = {"milestone": way.milestone, "by": way.scene.treasurer, "at": LATER}
    refused("payment-under-way", paying.prepare_payment, **prepare)
    paying.cancel_payment(payment=way.payment, by=way.scene.treasurer, at=LATER)
    assert paying.prepare_payment(**prepare).pk != way.payment.pk


def test_a_look_in_the_sanctions_lists_is_part_of_approval(scene: Scene) -> None:
    award = agree(scene, commit(scene))
    name_account(scene.applicant)
    sam, sue, _sid = scene.stewards
    payment = paying.prepare_payment(
        milestone=award.milestones.get(number=1), by=scene.treasurer, at=LATER
    )
    refused("check-missing", paying.approve_payment, **approving(payment, sam))
    look(scene, award)
    old = {**approving(payment, sam), "at": LATER + payee_details.CHECK_LASTS}
    refused("check-missing", paying.approve_payment, **old)
    look(scene, award, found=True, by=sue)
    refused("sanctions-found", paying.approve_payment, **approving(payment, sam))
    look(scene, award, by=sue)
    paying.approve_payment(**approving(payment, sam))
    checked = Approval.objects.get().checked
    assert (checked.by, checked.at, checked.found) == (sue, LATER, False)


def test_scrutineers_stand_in_where_too_few_stewards_are_free(
    way: UnderWay, make_person: Callable[..., Person]
) -> None:
    sam, sue, sid = way.scene.stewards
    cy, cleo = (make_person(name, role=RoleGrant.Role.SCRUTINEER) for name in ("Cy", "Cleo"))
    for scrutineer in (cy, cleo):
        declares_none(scrutineer, way.scene.application)
    refused("steward-is-free", paying.approve_payment, **approving(way.payment, cy))
    Interest.objects.filter(person__in=[sue, sid]).update(conflicted=True)
    assert approve(way.payment, sam, cy).stage == payment_stages.APPROVED


def test_without_an_account_of_ours_no_file_is_made(way: UnderWay, settings: Settings) -> None:
    sam, sue, sid = way.scene.stewards
    approved = approve(way.payment, sam, sue)
    settings.PAYING_ACCOUNT = {}
    refused(
        "no-paying-account",
        paying.make_bank_file,
        payments=[approved],
        execute_on=LATER.date(),
        by=sid,
        at=LATER,
    )


# Undone


def test_what_was_proposed_to_be_undone_by_mistake_is_taken_back_or_turned_down(
    way: UnderWay,
) -> None:
    sam, sue, _sid = way.scene.stewards
    tea, payment = way.scene.treasurer, pay(way)
    wrong = a_line(sam, payment.amount, reference="OTHER")
    back = a_line(sam, payment.amount, reference="BACK")
    propose: dict[str, Any] = {"payment": payment, "reason": "Returned", "by": tea, "at": LATER}
    proposed = reversing.propose_reversal(line=wrong, **propose)
    withdraw: dict[str, Any] = {"reversal": proposed, "at": LATER}
    refused("conflict-of-interest", reversing.withdraw_reversal, **withdraw, by=way.scene.applicant)
    reversing.withdraw_reversal(**withdraw, by=tea)
    refused("stage-passed", reversing.withdraw_reversal, **withdraw, by=tea)
    other = reversing.propose_reversal(line=wrong, **propose)
    reversing.withdraw_reversal(reversal=other, by=sue, at=LATER)
    right = reversing.propose_reversal(line=back, **propose)
    reversing.confirm_reversal(reversal=right, by=sue, at=LATER)
    refused("stage-passed", reversing.withdraw_reversal, reversal=right, by=tea, at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reversal.objects.filter(pk=right.pk)._raw_delete("default")
    wrong.refresh_from_db()
    assert wrong.entry is None
    assert funds.prove_funds(by=TEST, at=LATER) == ()


def test_what_came_back_is_undone_by_two_and_paid_anew(way: UnderWay) -> None:
    sam, sue, sid = way.scene.stewards
    payment = pay(way)
    wrong = a_line(sid, Money(119_999, "EUR"), reference="W")
    back = a_line(sid, Money(120_000, "EUR"), reference="B")
    propose: dict[str, Any] = {"payment": payment, "by": sam, "at": LATER}
    refused(
        "line-does-not-fit", reversing.propose_reversal, **propose, line=wrong, reason="Returned"
    )
    refused("no-reason", reversing.propose_reversal, **propose, line=back, reason="")
    proposed = reversing.propose_reversal(**propose, line=back, reason="The bank returned it")
    twice = {**propose, "line": back, "reason": "Returned"}
    refused("reversed-already", reversing.propose_reversal, **twice)
    confirm: dict[str, Any] = {"reversal": proposed, "at": LATER}
    refused("second-person", reversing.confirm_reversal, **confirm, by=sam)
    refused("conflict-of-interest", reversing.confirm_reversal, **confirm, by=way.scene.applicant)
    reversing.confirm_reversal(**confirm, by=sue)
    assert stage_of(payment) == payment_stages.PAID, "paid stays paid"
    assert list(GrantPayment.objects.paid()) == []
    fund = Fund.objects.get()
    assert (fund.committed_minor, fund.paid_minor) == (120_000, 0)
    refused("stage-passed", reversing.confirm_reversal, **confirm, by=sid)
    assert funds.prove_funds(by=TEST, at=LATER) == ()
    way.milestone.refresh_from_db()
    again = paying.prepare_payment(milestone=way.milestone, by=way.scene.treasurer, at=LATER)
    assert again.fingerprint != payment.fingerprint


# Stage × role × recusal

ROLES = ("nobody", "applicant", "treasurer", "steward", "preparer", "approver", "scrutineer")
DOINGS = ("approve", "send", "cancel", "fail")
MAY = {
    # Who may do what in which stage; a conflict or a word unsaid closes every one of them.
    ("approve", payment_stages.REQUESTED): {"steward", "approver"},
    ("send", payment_stages.APPROVED): {"treasurer", "steward", "preparer"},
    ("cancel", payment_stages.REQUESTED): {"treasurer", "steward", "preparer", "approver"},
    ("cancel", payment_stages.APPROVED): {"treasurer", "steward", "preparer", "approver"},
    ("fail", payment_stages.SENT): {"treasurer", "steward", "preparer", "approver"},
}


def test_every_stage_role_and_recusal(way: UnderWay, make_person: Callable[..., Person]) -> None:
    """All 5 stages × 7 roles × 2 of recusal × 4 doings, each from the same beginning."""
    sam, sue, sid = way.scene.stewards
    scrutineer = make_person("Cy", role=RoleGrant.Role.SCRUTINEER)
    declares_none(scrutineer, way.scene.application)
    other = make_person("Tom", role=RoleGrant.Role.TREASURER)
    people = {
        "nobody": make_person("Mia"),
        "applicant": way.scene.applicant,
        "treasurer": other,
        "steward": sid,
        "preparer": way.scene.treasurer,
        "approver": sue,
        "scrutineer": scrutineer,
    }
    seen = 0
    for stage, role, recused, doing in itertools.product(
        payment_stages.STAGES, ROLES, (False, True), DOINGS
    ):
        by = people[role]
        with connection.cursor() as cursor:
            cursor.execute("SAVEPOINT here")
        payment = _taken_to(stage, way, sam, sue, sid)
        # An approver who looks at a request anew has not approved this preparation.
        if recused:
            Interest.objects.update_or_create(
                application=way.scene.application,
                person=by,
                defaults={"conflicted": True, "declared_at": NOW},
            )
        expected = role in MAY.get((doing, stage), set()) and not recused
        try:
            _do(doing, payment, by)
            done = True
        except Refused:
            done = False
        assert done == expected, f"{doing} in {stage} by {role}, recused: {recused}"
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK TO SAVEPOINT here")
        seen += 1
    assert seen == 280


def _taken_to(stage: str, way: UnderWay, sam: Person, sue: Person, sid: Person) -> GrantPayment:
    payment = GrantPayment.objects.get(pk=way.payment.pk)
    if stage == payment_stages.CANCELLED:
        return paying.cancel_payment(payment=payment, by=sam, at=LATER)
    if stage == payment_stages.REQUESTED:
        return payment
    payment = approve(payment, sam, sue)
    if stage == payment_stages.APPROVED:
        return payment
    payment = paying.record_transfer(
        payment=payment, fingerprint=payment.fingerprint, reference="M", by=sid, at=LATER
    )
    if stage == payment_stages.PAID:
        a_line(sid, -payment.amount, reference="M")
        paying.match_payment(payment=payment, by=TEST, at=LATER)
    return payment


def _do(doing: str, payment: GrantPayment, by: Person) -> None:
    payment.refresh_from_db()
    if doing == "approve":
        paying.approve_payment(**approving(payment, by))
    elif doing == "send":
        paying.record_transfer(**approving(payment, by), reference="N")
    elif doing == "cancel":
        paying.cancel_payment(payment=payment, by=by, at=LATER)
    else:
        paying.fail_payment(payment=payment, by=by, at=LATER)
