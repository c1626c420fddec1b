"""What Stripe tells us of money that moves back or on: charges' refunds and disputes, payouts.

As in ``inbox``: applying is one transaction, fenced by the lease on the object.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import translation

from funding.dues import case_kinds, mails_money
from funding.dues.actions import earning, watching
from funding.dues.actions.booking import book_movement, post_returned
from funding.dues.actions.cases import close_case_by_itself, open_case
from funding.dues.actions.inbox import settle_object
from funding.dues.actions.pot import follow_books
from funding.dues.actions.refunds import apply_refund, dues_page, end_if_all_returned
from funding.dues.models import Dispute, Event, InboxEvent, InboxObject, Payment, Payout
from funding.dues.remote import Movement
from funding.dues.remote_money import Charge, Customer, Refund
from funding.dues.remote_money import Dispute as RemoteDispute
from funding.dues.remote_money import Payout as RemotePayout
from funding.ledger import chart
from funding.ledger.entries import LegSpec
from funding.ledger.models import Entry
from kernel.money import Money
from members.actions import queue_mail
from members.models import Author, subject_of

_PAYOUT_FAILED = ("failed", "canceled")


@transaction.atomic
def apply_charge(
    *,
    leased: InboxObject,
    events: Sequence[InboxEvent],
    charge: Charge,
    refunds: Sequence[Refund],
    disputes: Sequence[RemoteDispute],
    by: Author,
    at: datetime,
) -> None:
    """Apply the refunds and disputes of a charge that is booked; one of another's is only seen.

    Raises ``ClaimLost`` without the lease, and ``Unexpected`` for what cannot be booked.
    """
    settle_object(leased, events, at)
    payment = (
        Payment.objects.select_related("person", "entry", "one_off")
        .filter(intent_id=charge.intent)
        .first()
    )
    if payment is None:
        return
    for refund in sorted(refunds, key=lambda refund: refund.at):
        apply_refund(payment=payment, remote=refund, by=by, at=at)
    for dispute in sorted(disputes, key=lambda dispute: dispute.at):
        _apply_dispute(payment, dispute, by=by, at=at)


@transaction.atomic
def apply_payout(
    *,
    leased: InboxObject,
    events: Sequence[InboxEvent],
    payout: RemotePayout,
    by: Author,
    at: datetime,
) -> None:
    """Apply a payout: money that left for the bank or, where that failed, came back."""
    settle_object(leased, events, at)
    row, created = Payout.objects.update_or_create(
        stripe_id=payout.id,
        defaults={"status": payout.status, "arrives_on": payout.arrives_on},
        create_defaults={
            "status": payout.status,
            "arrives_on": payout.arrives_on,
            "minor": payout.amount.minor,
            "currency": payout.amount.currency,
        },
    )
    if created:
        Event.record("payout.seen", subject=subject_of(row), by=by, at=at)
    if payout.movement:
        _book_payout(payout.movement, "Paid out to the bank", by=by, at=at)
    if payout.movement and payout.returned:
        _book_payout(payout.returned, "A payout came back", by=by, at=at)
    if payout.status in _PAYOUT_FAILED:
        open_case(
            kind=case_kinds.PAYOUT_FAILED,
            key=f"payout-failed:{payout.id}",
            stripe_id=payout.id,
            amount=payout.amount.format(),
            by=by,
            at=at,
        )


@transaction.atomic
def apply_customer(
    *,
    leased: InboxObject,
    events: Sequence[InboxEvent],
    customer: Customer,
    by: Author,
    at: datetime,
) -> None:
    """Look at whether a customer says they are a business."""
    settle_object(leased, events, at)
    if customer.business:
        watching.note_business(customer_id=customer.id, by=by, at=at)


def _book_payout(movement: Movement, description: str, *, by: Author, at: datetime) -> None:
    book_movement(
        movement=movement,
        description=description,
        legs=[
            LegSpec(chart.STRIPE, movement.net),
            LegSpec(chart.PAYMENT_FEES, movement.fee),
            LegSpec(chart.IN_TRANSIT, -movement.amount),
        ],
        by=by,
        at=at,
    )


def _apply_dispute(payment: Payment, remote: RemoteDispute, *, by: Author, at: datetime) -> None:
    """Book what a dispute did to the balance and, once it is over, what of it is lost."""
    row, created = Dispute.objects.get_or_create(
        stripe_id=remote.id,
        defaults={
            "payment": payment,
            "minor": remote.amount.minor,
            "currency": remote.amount.currency,
            "status": remote.status,
            "reason": remote.reason,
            "opened_at": remote.at,
        },
    )
    if created:
        _open(row, by=by, at=at)
    else:
        Dispute.objects.filter(pk=row.pk).update(status=remote.status)
    for movement in sorted(remote.movements, key=lambda movement: movement.at):
        book_movement(
            movement=movement,
            description="A disputed payment",
            legs=[
                LegSpec(chart.STRIPE, movement.net),
                LegSpec(chart.DISPUTE_FEES, movement.fee),
                LegSpec(chart.DISPUTED, -movement.amount),
            ],
            by=by,
            at=at,
        )
    if remote.is_over:
        _close(row, remote, payment, by=by, at=at)


def _open(row: Dispute, *, by: Author, at: datetime) -> None:
    person = row.payment.person
    Event.record("dispute.opened", subject=subject_of(row), by=by, at=at)
    open_case(
        kind=case_kinds.DISPUTE,
        key=f"dispute:{row.stripe_id}",
        people=[person],
        payment=row.payment,
        stripe_id=row.stripe_id,
        amount=row.amount.format(),
        by=by,
        at=at,
    )
    with translation.override(person.locale):
        subject, body = mails_money.disputed(amount=row.amount, page=dues_page())
    key = f"dispute:{row.stripe_id}"
    queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)


def _close(
    row: Dispute, remote: RemoteDispute, payment: Payment, *, by: Author, at: datetime
) -> None:
    """What Stripe still holds back of a dispute that is over is lost, unless it is about to come.

    A dispute that was lost and is won after all (the bank may change its mind) is undone.
    """
    held = -sum(movement.amount.minor for movement in remote.movements)
    came_back = any(movement.amount.minor > 0 for movement in remote.movements)
    if remote.status != "lost" and not came_back and held:
        return
    _book_loss(row, payment, held, by=by, at=at)
    if not Dispute.objects.filter(pk=row.pk, closed_at=None).update(closed_at=at):
        return
    Event.record("dispute.closed", subject=subject_of(row), by=by, at=at, status=remote.status)
    close_case_by_itself(key=f"dispute:{row.stripe_id}", way=remote.status, by=by, at=at)
    until = end_if_all_returned(payment, by=by, at=at)
    person = payment.person
    with translation.override(person.locale):
        subject, body = mails_money.dispute_over(
            amount=row.amount,
            kept=remote.status != "lost",
            until=until.date() if until else None,
            page=dues_page(),
        )
    key = f"dispute-over:{row.stripe_id}"
    queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)


def _book_loss(row: Dispute, payment: Payment, held: int, *, by: Author, at: datetime) -> None:
    """Have the books say that ``held`` of a dispute is lost, whatever they said before."""
    before = Dispute.objects.values_list("lost_minor", flat=True).get(pk=row.pk)
    if before == held:
        return
    if before:
        undone = earning.return_failed(
            returned=Entry.objects.get(source_key=_loss_key(row, before)),
            received=payment.entry,
            description="A lost dispute was decided anew",
            effective_on=at.date(),
            by=by,
            at=at,
        )
        follow_books(undone)
    if held > 0:
        lost = post_returned(
            payment=payment,
            amount=Money(held, row.currency),
            source_key=_loss_key(row, held),
            out_of=chart.DISPUTED,
            effective_on=at.date(),
            by=by,
            at=at,
        )
        follow_books(lost)
    Dispute.objects.filter(pk=row.pk).update(lost_minor=held)


def _loss_key(row: Dispute, minor: int) -> str:
    return f"dispute-lost:{row.stripe_id}:{minor}"
