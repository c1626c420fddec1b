"""Writes of payments to projects: prepared by one, approved by two others, sent, found in the bank.

An approval is for a fingerprint of payment, milestone, payee, account, amount and currency, and for
nothing else. The database refuses on its own what these functions refuse with a sentence: see
``award_triggers``.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from funding.dues.models import BankLine
from funding.grants import (
    award_mails,
    award_stages,
    bank_file,
    milestone_stages,
    payee_details,
    payment_stages,
    record_types,
)
from funding.grants.actions.award_moves import (
    explain_line,
    hold_award,
    hold_payment,
    move_milestone,
    move_payment,
    prepare_again,
    tell_recipient,
)
from funding.grants.actions.ending import close_if_done
from funding.grants.actions.funds import move_fund, post_movement
from funding.grants.actions.moving import stage_passed
from funding.grants.award_permissions import (
    check_can_approve,
    check_can_prepare,
    check_can_send,
)
from funding.grants.bank_file import BadBankFile, Transfer
from funding.grants.fund_arithmetic import Kind
from funding.grants.models import (
    Approval,
    Award,
    BankFile,
    Event,
    GrantPayment,
    Milestone,
    PayeeAccount,
    SanctionsCheck,
)
from funding.grants.payee_details import Address, Details, NotPayable
from governance.record.actions import submit
from kernel.refusal import Refused
from kernel.sealed import seal
from members.models import Author, Person, subject_of

# How far apart the day that a payment was sent and that of the bank's line may be.
NEAR = timedelta(days=10)


@transaction.atomic
def prepare_payment(*, milestone: Milestone, by: Person, at: datetime) -> GrantPayment:
    """Request the payment of a milestone that is reached, to the account its project named.

    Raises ``Refused`` for who may not, for a milestone that is not reached or pays nothing, while
    another payment of it is under way, and for an account that cannot be paid to yet.
    """
    award = hold_award(milestone.award)
    check_can_prepare(award.application, by, at)
    held = award.milestones.select_for_update().get(pk=milestone.pk)
    if award.stage != award_stages.AGREED or held.stage != milestone_stages.ACCEPTED:
        raise Refused("not-reached", _("Only a milestone that is reached is paid."))
    if held.minor == 0:
        raise Refused("pays-nothing", _("This milestone pays nothing."))
    account = _payable_account(award.application.applicant, at)
    payment = GrantPayment(
        milestone=held,
        account=account,
        minor=held.minor,
        currency=held.currency,
        prepared_by=by,
        prepared_at=at,
    )
    payment.fingerprint = payment.fingerprint_now()
    try:
        with transaction.atomic():
            payment.save(force_insert=True)
    except IntegrityError:
        raise Refused("payment-under-way", _("A payment of it is under way already.")) from None
    Event.record("payment.prepared", subject=subject_of(payment), by=by, at=at)
    return payment


@transaction.atomic
def change_payment(
    *, payment: GrantPayment, fingerprint: str, by: Person, at: datetime
) -> GrantPayment:
    """Prepare it anew, to the account that its project names now: ``by`` is its preparer from then.

    Approvals of what it said count no longer. Raises ``Refused`` as preparing does, where it says
    the same already, and once it was sent.
    """
    held = hold_payment(payment)
    check_can_prepare(held.milestone.award.application, by, at)
    _check_unchanged(held, fingerprint)
    account = _payable_account(held.milestone.award.application.applicant, at)
    if held.account == account:
        raise Refused("nothing-changes", _("This is the account that the project names."))
    held.account = account
    prepare_again(held, "change", by=by, at=at, account=account, prepared_by=by, prepared_at=at)
    return held


@transaction.atomic
def approve_payment(
    *, payment: GrantPayment, fingerprint: str, by: Person, at: datetime
) -> GrantPayment:
    """Approve exactly what ``fingerprint`` stands for; with the second approval it can be sent.

    Raises ``Refused``: "conflict-of-interest", "own-payment", "not-a-steward", "steward-is-free",
    "interest-undeclared", "changed-since", "account-replaced", "account-cooling-off",
    "check-missing", "sanctions-found", "approved-already", "stage-passed".
    """
    held = hold_payment(payment)
    check_can_approve(held, by, at)
    _check_unchanged(held, fingerprint)
    if held.stage != payment_stages.REQUESTED:
        raise stage_passed()
    _check_payable(held.account, at)
    checked = _checked(held.account, at)
    try:
        with transaction.atomic():
            Approval.objects.create(
                payment=held, fingerprint=fingerprint, checked=checked, by=by, at=at
            )
    except IntegrityError:
        raise Refused(
            "approved-already", _("You approved this already. Another person is needed.")
        ) from None
    Event.record(
        "payment.approved", subject=subject_of(held), by=by, at=at, fingerprint=fingerprint
    )
    if held.approvals.filter(fingerprint=fingerprint).count() >= payment_stages.APPROVALS:
        there = GrantPayment.objects.filter(
            pk=held.pk, stage=payment_stages.REQUESTED, fingerprint=fingerprint
        )
        if not there.update(stage=payment_stages.APPROVED):
            raise stage_passed()
        held.refresh_from_db()
    return held


@transaction.atomic
def cancel_payment(*, payment: GrantPayment, by: Person, at: datetime) -> GrantPayment:
    """Take it back before it is sent. Raises ``Refused`` for who may not, and afterwards."""
    held = hold_payment(payment)
    check_can_prepare(held.milestone.award.application, by, at)
    move_payment(held, "cancel", to=payment_stages.CANCELLED, by=by, at=at)
    return held


def our_account() -> Details:
    """The account that payments leave from. Raises ``Refused`` where none is set."""
    said: dict[str, str] = settings.PAYING_ACCOUNT
    fields = ("town", "country", "street", "building", "postcode")
    try:
        return payee_details.checked(
            name=said.get("name", ""),
            iban=said.get("iban", ""),
            bic=said.get("bic", ""),
            address=Address(**{field: said.get(field, "") for field in fields}),
        )
    except NotPayable as problem:
        raise Refused(
            "no-paying-account",
            _("The account that we pay from is not set up: {what}.").format(what=problem.code),
        ) from None


@transaction.atomic
def make_bank_file(
    *, payments: Sequence[GrantPayment], execute_on: date, by: Person, at: datetime
) -> BankFile:
    """Put approved payments into one file for the bank; from then on they are sent.

    Raises ``Refused`` for who approved one of them, for one that is not approved, for an account
    that is not payable now, and for a day that has passed.
    """
    if not payments:
        raise Refused("no-payments", _("Choose the payments that the file is to have."))
    if execute_on < at.date():
        raise Refused("day-passed", _("Please name a day that is still to come."))
    debtor = our_account()
    held = [hold_payment(one) for one in sorted(payments, key=lambda one: one.pk)]
    for payment in held:
        _check_sendable(payment, by, at)
    message = f"CC-{at:%Y%m%d}-{uuid.uuid4().hex[:16]}"
    try:
        content = bank_file.render(
            message=message,
            made_at=at,
            execute_on=execute_on,
            debtor=debtor,
            transfers=[_transfer(payment) for payment in held],
        )
    except BadBankFile as bad:
        raise Refused(
            "bad-bank-file", _("The bank would not take this: {why}").format(why=bad)
        ) from None
    file = BankFile.objects.create(
        message=message,
        sealed=seal(content),
        sha256=hashlib.sha256(content).hexdigest(),
        execute_on=execute_on,
        made_by=by,
        made_at=at,
    )
    for payment in held:
        _send(payment, by=by, at=at, bank_file=file)
    Event.record("bank-file.made", subject=subject_of(file), by=by, at=at, sha256=file.sha256)
    return file


@transaction.atomic
def record_transfer(
    *, payment: GrantPayment, fingerprint: str, reference: str, by: Person, at: datetime
) -> GrantPayment:
    """Note that an approved payment was transferred by hand, and what the bank calls it.

    Raises ``Refused`` as making a file does, and for a reference that another payment has.
    """
    held = hold_payment(payment)
    _check_unchanged(held, fingerprint)
    _check_sendable(held, by, at)
    if not reference.strip() or len(reference.strip()) > 120:
        raise Refused("no-reference", _("Please give the bank's reference of the transfer."))
    try:
        with transaction.atomic():
            _send(held, by=by, at=at, bank_reference=reference.strip())
    except IntegrityError:
        raise Refused("reference-taken", _("Another payment has this reference.")) from None
    return held


@transaction.atomic
def fail_payment(*, payment: GrantPayment, by: Person, at: datetime) -> GrantPayment:
    """Note that the bank did not take it: it is requested again, and approved anew.

    Raises ``Refused`` for who may not prepare, and unless it was sent and not found in the bank.
    """
    held = hold_payment(payment)
    check_can_prepare(held.milestone.award.application, by, at)
    prepare_again(
        held,
        "fail",
        by=by,
        at=at,
        prepared_by=by,
        prepared_at=at,
        sent_by=None,
        sent_at=None,
        bank_file=None,
        bank_reference="",
    )
    return held


@transaction.atomic
def match_payment(*, payment: GrantPayment, by: Author, at: datetime) -> bool:
    """Look for the one line of the bank's that is this payment; where it is found, it is paid.

    It is the line that names the payment's reference; or else the only one of the amount and about
    the day that nothing explains, where no other payment that was sent is of that amount.
    """
    held = hold_payment(payment)
    if held.stage != payment_stages.SENT or held.sent_at is None:
        return False
    line = _line_of(held)
    if line is None:
        return False
    _pay(held, line, by=by, at=at)
    return True


def _pay(payment: GrantPayment, line: BankLine, *, by: Author, at: datetime) -> None:
    """The bank says that it went out: the stage, the fund, the record, the mail, the books."""
    award = hold_award(payment.milestone.award)
    move_fund(award, Kind.PAYMENT, payment.amount)
    milestone = payment.milestone
    move_milestone(milestone, "pay", to=milestone_stages.PAID, by=by, at=at)
    milestone.award = award
    write = partial(
        award_mails.paid, award, milestone=milestone, on=line.booked_on, reference=line.reference
    )
    tell_recipient(award, write, about=f"paid:{payment.pk}", at=at)
    entry = post_movement(
        award,
        Kind.PAYMENT,
        payment.amount,
        source_key=f"award-payment:{payment.pk}",
        on=line.booked_on,
        by=by,
        at=at,
    )
    move_payment(
        payment,
        "pay",
        to=payment_stages.PAID,
        by=by,
        at=at,
        entry=entry,
        paid_on=line.booked_on,
    )
    explain_line(line, entry=entry, by=by, at=at)
    submit(
        type=record_types.AWARD_PAID.name,
        body={
            "award": str(award.pk),
            "payment": str(payment.pk),
            "minor": payment.minor,
            "currency": payment.currency,
            "approvals": payment.approvals.filter(fingerprint=payment.fingerprint).count(),
            "entry": entry.seal.hash,
        },
        at=at,
    )
    close_if_done(award, by=by, at=at)


def _payable_account(person: Person, at: datetime) -> PayeeAccount:
    account = person.payee_accounts.current().first()
    if account is None:
        raise Refused("no-account", _("The project has not named an account yet."))
    _check_payable(account, at)
    return account


def _check_payable(account: PayeeAccount, at: datetime) -> None:
    """Raise ``Refused`` for an account that was replaced, is not confirmed, or cools off."""
    if account.replaced_at is not None:
        raise Refused(
            "account-replaced", _("The project names another account by now. Prepare it anew.")
        )
    if account.confirmed_at is None:
        raise Refused("account-unconfirmed", _("The project has not confirmed its account yet."))
    if not account.is_payable(at):
        raise Refused(
            "account-cooling-off",
            _("The account was confirmed only just now. It can be paid to after three days."),
        )


def _checked(account: PayeeAccount, at: datetime) -> SanctionsCheck:
    """The last look in the sanctions lists. Raises ``Refused`` for none, an old one, and a hit."""
    last = account.sanctions_checks.order_by("-at", "-pk").first()
    if last and last.found:
        raise Refused("sanctions-found", _("The last look in the sanctions lists found something."))
    if last is None or not payee_details.is_fresh(last.at, at):
        raise Refused(
            "check-missing",
            _("Somebody has to look for the payee in the sanctions lists first, and note it."),
        )
    return last


def _check_unchanged(payment: GrantPayment, fingerprint: str) -> None:
    if payment.fingerprint != fingerprint:
        raise Refused(
            "changed-since",
            _("This was changed since you looked at it. Please look at it again."),
        )


def _check_sendable(payment: GrantPayment, by: Person, at: datetime) -> None:
    check_can_send(payment, by, at)
    if payment.stage != payment_stages.APPROVED:
        raise Refused("not-approved", _("Two people have to approve a payment before it is sent."))
    _check_payable(payment.account, at)


def _send(payment: GrantPayment, *, by: Person, at: datetime, **how: Any) -> None:
    move_payment(
        payment, "send", to=payment_stages.SENT, by=by, at=at, sent_by=by, sent_at=at, **how
    )


def _transfer(payment: GrantPayment) -> Transfer:
    award: Award = payment.milestone.award
    return Transfer(
        reference=bank_file.reference_of(payment.pk),
        payee=payment.account.details(),
        amount=payment.amount,
        purpose=f"Grant {award.pk.hex[:8]} {payment.milestone.number} {award.title}",
    )


def _line_of(payment: GrantPayment) -> BankLine | None:
    """The one line that is ``payment``; None while there is none, or more than one."""
    sent_on = payment.sent_at.date() if payment.sent_at else date.max
    free = BankLine.objects.unmatched().filter(minor=-payment.minor, currency=payment.currency)
    known = payment.bank_reference or bank_file.reference_of(payment.pk)
    named = list(free.filter(reference=known)[:2]) or list(free.filter(text__contains=known)[:2])
    if named:
        return named[0] if len(named) == 1 else None
    if payment.bank_reference:
        return None
    rivals = GrantPayment.objects.sent().filter(minor=payment.minor, currency=payment.currency)
    near = list(free.filter(booked_on__gte=sent_on - NEAR, booked_on__lte=sent_on + NEAR)[:2])
    return near[0] if len(near) == 1 and rivals.count() == 1 else None
