"""What Stripe tells us: stored as it arrives, applied from what Stripe says when it is asked again.

Applying is one transaction, fenced by the lease on the object: it begins by giving the lease back,
so that whoever lost it has written nothing, and it ends with the books, whose lock is everybody's.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from funding.dues import case_kinds, coverage, mails, stages, stripe_gateway
from funding.dues.actions import earning, one_off, watching
from funding.dues.actions.booking import note_movement, source_key
from funding.dues.actions.cancellations import cancel, end_charged_after_all
from funding.dues.actions.cases import open_case
from funding.dues.actions.checkouts import expire_checkout, move_checkout
from funding.dues.actions.refunds import order_refund, return_excess
from funding.dues.earning import months_covered
from funding.dues.models import (
    LIVE_STATUSES,
    CheckoutIntent,
    Event,
    InboxEvent,
    InboxObject,
    Payment,
    Refund,
    Subscription,
)
from funding.dues.remote import Collected, Invoice, Session, Unexpected
from funding.dues.remote import Subscription as RemoteSubscription
from funding.dues.webhook import Notice
from funding.ledger import chart
from kernel import sweeps
from members.actions import extend_standing, queue_mail
from members.models import Author, Person, Program, StandingPeriod, subject_of

# What Stripe calls it when a bank wants a renewal to be confirmed (3-D Secure).
_ASKED = "invoice.payment_action_required"


@transaction.atomic
def store_notice(*, notice: Notice, at: datetime) -> None:
    """Keep an event under its id. The same event again changes nothing.

    What was given up is tried again: something new has happened to it. An event in another version
    than we read opens a case, and is kept all the same: what it is about is asked in ours.
    """
    known = None
    if notice.kind:
        known, _created = InboxObject.objects.get_or_create(
            stripe_id=notice.object_id, defaults={"kind": notice.kind}
        )
    _event, created = InboxEvent.objects.get_or_create(
        event_id=notice.event_id,
        defaults={
            "type": notice.type,
            "object": known,
            "invoice_id": notice.invoice_id,
            "received_at": at,
            "done_at": None if known else at,
        },
    )
    if created and known and known.given_up_at:
        InboxObject.objects.filter(pk=known.pk).update(given_up_at=None, attempts=0)
    if created and notice.version not in ("", stripe_gateway.API_VERSION):
        open_case(
            kind=case_kinds.VERSION,
            key=f"api-version:{notice.version}",
            theirs=notice.version,
            ours=stripe_gateway.API_VERSION,
            by=Program("webhook"),
            at=at,
        )


@transaction.atomic
def question(
    *, event_id: str, kind: str, object_id: str, invoice_id: str = "", at: datetime
) -> None:
    """Have an object looked at that nobody told us of; again, it is looked at once more."""
    notice = Notice(event_id, "asked", kind, object_id, invoice_id)
    store_notice(notice=notice, at=at)
    InboxEvent.objects.filter(event_id=event_id).update(done_at=None)


@transaction.atomic
def question_checkout(*, checkout: CheckoutIntent, at: datetime) -> None:
    """Put a payment page in the inbox that should have closed by now without our hearing of it."""
    store_notice(
        notice=Notice(
            event_id=f"overdue_{checkout.pk.hex}",
            type="checkout.overdue",
            kind=InboxObject.SESSION,
            object_id=checkout.session_id or "",
            invoice_id="",
        ),
        at=at,
    )


@transaction.atomic
def apply_session(
    *,
    leased: InboxObject,
    events: Sequence[InboxEvent],
    session: Session,
    collected: Collected | None = None,
    by: Author,
    at: datetime,
) -> None:
    """Apply how a payment page ended. Raises ``Unexpected`` while it is still open.

    One for a subscription that was paid hands on to it; ``collected`` is what was paid on one for
    an amount of once. Raises ``ClaimLost`` without the lease.
    """
    settle_object(leased, events, at)
    if session.status == "complete" and session.mode == "payment":
        if collected is None:
            raise Unexpected(f"{session.id} is paid, but not settled in Stripe's balance yet")
        payment = one_off.apply_paid(
            reference=session.reference, session_id=session.id, collected=collected, by=by, at=at
        )
        if payment:
            watching.note_card(person=payment.person, card=collected.card, by=by, at=at)
    elif session.status == "complete":
        question(
            event_id=f"paid_{session.id}",
            kind=InboxObject.SUBSCRIPTION,
            object_id=session.subscription,
            at=at,
        )
    elif session.status == "expired":
        expire_checkout(session_id=session.id, by=by, at=at)
        one_off.expire_one_off(session_id=session.id, by=by, at=at)
    else:
        raise Unexpected(f"the payment page is {session.status}")


@transaction.atomic
def apply_subscription(
    *,
    leased: InboxObject,
    events: Sequence[InboxEvent],
    remote: RemoteSubscription,
    invoices: Sequence[Invoice],
    business: bool = False,
    by: Author,
    at: datetime,
) -> None:
    """Apply what a subscription and some of its invoices are now.

    ``business`` says that its customer gave the name or the tax number of one: a person looks.

    For each paid invoice, once and for all: an entry in the books (gross, and the fee), the days of
    standing it covers, a receipt. For a renewal that could not be charged: days of grace. A
    subscription that is not ours is only marked as seen. Raises ``ClaimLost`` without the lease,
    and ``Unexpected`` for what cannot be booked (nothing is changed then).
    """
    settle_object(leased, events, at)
    if not remote.checkout:
        return
    subscription = _record(remote, by=by, at=at)
    if business:
        watching.note_business(customer_id=remote.customer, by=by, at=at)
    paid: list[tuple[Invoice, Collected]] = []
    for invoice in invoices:
        if invoice.subscription != remote.id:
            raise Unexpected(f"{invoice.id} is not an invoice of {remote.id}")
        if invoice.status == "paid" and invoice.paid:
            paid.append((invoice, _collected(invoice)))
        elif invoice.status == "paid":
            # Paid by what was left of an earlier plan: no money moves, and the days are covered.
            _cover(subscription, invoice, by=by, at=at)
        elif invoice.status == "open" and invoice.attempted and invoice.renewal:
            asked = (_ASKED, invoice.id) in {(event.type, event.invoice_id) for event in events}
            _forgive(subscription, invoice, asked=asked, by=by, at=at)
    known = set(
        Payment.objects.filter(invoice_id__in=[invoice.id for invoice, _ in paid]).values_list(
            "invoice_id", flat=True
        )
    )
    new = [(invoice, collected) for invoice, collected in paid if invoice.id not in known]
    for invoice, _collected_for in new:
        _welcome(subscription, invoice, by=by, at=at)
    for invoice, collected in new:
        _book(subscription, invoice, collected, by=by, at=at)


def postpone_object(*, leased: InboxObject, error: str, until: datetime) -> None:
    """Keep a leased object that could not be applied, and leave it alone ``until`` then."""
    held = InboxObject.objects.filter(pk=leased.pk, claim_token=leased.claim_token)
    held.update(claimed_until=until, last_error=error)


@transaction.atomic
def give_up_object(*, leased: InboxObject, error: str, by: Author, at: datetime) -> None:
    """Stop trying an object that failed too often: it keeps its events, and a case opens."""
    held = InboxObject.objects.filter(pk=leased.pk, claim_token=leased.claim_token)
    if not held.update(given_up_at=at, claimed_until=None, claim_token=None, last_error=error):
        return
    open_case(
        kind=case_kinds.DEAD_LETTER,
        key=f"dead-letter:{leased.stripe_id}:{at.isoformat()}",
        stripe_id=leased.stripe_id,
        object=leased.stripe_id,
        attempts=leased.attempts,
        error=error,
        by=by,
        at=at,
    )


def settle_object(leased: InboxObject, events: Sequence[InboxEvent], at: datetime) -> None:
    """Give the lease back, and mark the events that were there before Stripe was asked as done."""
    sweeps.settle(leased, attempts=0, last_error="")
    InboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(done_at=at)


def _record(remote: RemoteSubscription, *, by: Author, at: datetime) -> Subscription:
    """Write down what the subscription is now; the first time, whose it is."""
    facts = {
        "customer_id": remote.customer,
        "status": remote.status,
        "renews_at": remote.renews_at,
        "ends_with_period": remote.ends_with_period,
    }
    subscription = Subscription.objects.select_related("person").filter(stripe_id=remote.id).first()
    if subscription:
        Subscription.objects.filter(pk=subscription.pk).update(**facts)
        return subscription
    checkout = _checkout_of(remote)
    live = remote.status in LIVE_STATUSES
    has_one = Subscription.objects.live().filter(person=checkout.person, surplus=False).exists()
    subscription = Subscription.objects.create(
        person=checkout.person,
        plan=checkout.plan,
        checkout=checkout,
        stripe_id=remote.id,
        surplus=live and has_one,
        **facts,
    )
    Event.record("subscription.begun", subject=subject_of(subscription), by=by, at=at)
    if subscription.surplus:
        cancel(subscription, at_once=True, by=by, at=at)
    return subscription


def _checkout_of(remote: RemoteSubscription) -> CheckoutIntent:
    try:
        key = uuid.UUID(remote.checkout)
    except ValueError:
        raise Unexpected(f"{remote.id} names a checkout that is none: {remote.checkout}") from None
    checkout = CheckoutIntent.objects.select_related("person", "plan").filter(pk=key).first()
    if checkout is None:
        raise Unexpected(f"{remote.id} names a checkout that is not here: {remote.checkout}")
    return checkout


def _collected(invoice: Invoice) -> Collected:
    """What was collected for a paid invoice, if it is what the invoice says."""
    collected = invoice.collected
    if collected is None:
        raise Unexpected(f"{invoice.id} is paid, but not settled in Stripe's balance yet")
    if collected.gross != invoice.paid or invoice.paid.currency != settings.CURRENCY:
        raise Unexpected(f"{invoice.id} was paid with {invoice.paid}, but settled otherwise")
    return collected


def _cover(
    subscription: Subscription, invoice: Invoice, *, by: Author, at: datetime
) -> tuple[date, date]:
    """Standing for the days that a paid invoice covers; again changes nothing. Which days."""
    starts_on, ends_on = coverage.days_covered(invoice.starts_at, invoice.ends_at)
    extend_standing(
        person=subscription.person,
        starts_on=starts_on,
        ends_on=ends_on,
        kind=StandingPeriod.Kind.DUES,
        source=f"dues:{invoice.id}",
        by=by,
        at=at,
    )
    return starts_on, ends_on


def _welcome(subscription: Subscription, invoice: Invoice, *, by: Author, at: datetime) -> None:
    """Standing for the days a paid invoice covers, and the mail that says so."""
    person = subscription.person
    starts_on, ends_on = _cover(subscription, invoice, by=by, at=at)
    write = mails.receipt if invoice.renewal else mails.welcome
    with translation.override(person.locale):
        subject, body = write(
            gross=invoice.paid,
            starts_on=starts_on,
            ends_on=ends_on,
            subscription=subscription.pk,
            at=at,
        )
    _mail(person, f"receipt:{invoice.id}", subject, body, at)


def _forgive(
    subscription: Subscription, invoice: Invoice, *, asked: bool, by: Author, at: datetime
) -> None:
    """Grace for a renewal that could not be charged, once for each invoice.

    ``asked`` says that the bank wants the card's holder to confirm it.
    """
    person = subscription.person
    starts_on, ends_on = coverage.days_of_grace(invoice.starts_at)
    extend_standing(
        person=person,
        starts_on=starts_on,
        ends_on=ends_on,
        kind=StandingPeriod.Kind.GRACE,
        source=f"grace:{invoice.id}",
        by=by,
        at=at,
    )
    with translation.override(person.locale):
        if asked:
            subject, body = mails.needs_confirmation(
                until=ends_on, subscription=subscription.pk, at=at
            )
        else:
            subject, body = mails.failed_charge(
                number=1, until=ends_on, subscription=subscription.pk, at=at
            )
    _mail(person, f"failed-charge:{invoice.id}", subject, body, at)


def _book(
    subscription: Subscription,
    invoice: Invoice,
    collected: Collected,
    *,
    by: Author,
    at: datetime,
) -> None:
    """The entry in the books, the payment that points to it, and the end of the checkout."""
    gross, fee = collected.gross, collected.fee
    paid_at = invoice.paid_at or at
    starts_on, ends_on = coverage.days_covered(invoice.starts_at, invoice.ends_at)
    move_checkout(subscription.checkout_id, stages.PAID)
    entry = earning.receive(
        source_key=source_key(collected.movement),
        description="Dues paid",
        gross=gross,
        fee=fee,
        to=chart.DUES,
        months=months_covered(starts_on, ends_on),
        starts_on=starts_on,
        effective_on=paid_at.date(),
        by=by,
        at=at,
    )
    note_movement(movement=collected.movement, entry=entry, at=at)
    payment = Payment.objects.create(
        person=subscription.person,
        subscription=subscription,
        invoice_id=invoice.id,
        intent_id=collected.intent,
        entry=entry,
        gross_minor=gross.minor,
        fee_minor=fee.minor,
        currency=gross.currency,
        paid_at=paid_at,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    Event.record("dues.paid", subject=subject_of(subscription), by=by, at=at)
    _watch(payment, subscription, collected, by=by, at=at)


def _watch(
    payment: Payment, subscription: Subscription, collected: Collected, *, by: Author, at: datetime
) -> None:
    """What is looked at after each payment.

    Paid twice, charged after cancelling, above the cap, one card for many.
    """
    cause = None
    with translation.override(payment.person.locale):
        if subscription.surplus:
            cause = Refund.Cause.SURPLUS
            reason = _("You have paid for two memberships at once, so this one is returned.")
        elif end_charged_after_all(
            subscription=subscription, charged_at=payment.paid_at, by=by, at=at
        ):
            cause = Refund.Cause.CANCELLED
            reason = _("You had cancelled before this was charged, so all of it is returned.")
    if cause:
        order_refund(
            payment=payment, amount=payment.gross, cause=cause, reason=reason, by=by, at=at
        )
    return_excess(payment=payment, by=by, at=at)
    watching.note_card(person=payment.person, card=collected.card, by=by, at=at)


def _mail(person: Person, key: str, subject: str, body: str, at: datetime) -> None:
    queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)
