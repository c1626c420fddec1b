"""What Stripe tells us: stored as it arrives, applied from what Stripe says when it is asked again.

Applying is one transaction, fenced by the lease on the object: it begins by giving the lease back,
so that whoever lost it has written nothing, and it ends with the books, whose lock is everybody's.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from funding.dues import coverage, mails, stages
from funding.dues.actions.cancellations import cancel
from funding.dues.actions.checkouts import expire_checkout, move_checkout
from funding.dues.models import (
    LIVE_STATUSES,
    CheckoutIntent,
    Event,
    InboxEvent,
    InboxObject,
    Payment,
    Subscription,
)
from funding.dues.remote import Collected, Invoice, Session, Unexpected
from funding.dues.remote import Subscription as RemoteSubscription
from funding.dues.webhook import Notice
from funding.ledger import actions as ledger
from funding.ledger import chart
from funding.ledger.entries import LegSpec
from kernel import sweeps
from kernel.money import Money
from members.actions import extend_standing, queue_mail
from members.models import Author, Person, StandingPeriod, subject_of


@transaction.atomic
def store_notice(*, notice: Notice, at: datetime) -> None:
    """Keep an event under its id, and nothing else. The same event again changes nothing."""
    known = None
    if notice.kind:
        known, _created = InboxObject.objects.get_or_create(
            stripe_id=notice.object_id, defaults={"kind": notice.kind}
        )
    InboxEvent.objects.get_or_create(
        event_id=notice.event_id,
        defaults={
            "type": notice.type,
            "object": known,
            "invoice_id": notice.invoice_id,
            "received_at": at,
            "done_at": None if known else at,
        },
    )


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
    *, leased: InboxObject, events: Sequence[InboxEvent], session: Session, by: Author, at: datetime
) -> None:
    """Apply how a payment page ended. Raises ``Unexpected`` while it is still open.

    One that was paid hands on to its subscription. Raises ``ClaimLost`` without the lease.
    """
    _settle(leased, events, at)
    if session.status == "complete":
        store_notice(
            notice=Notice(
                event_id=f"paid_{session.id}",
                type="checkout.paid",
                kind=InboxObject.SUBSCRIPTION,
                object_id=session.subscription,
                invoice_id="",
            ),
            at=at,
        )
    elif session.status == "expired":
        expire_checkout(session_id=session.id, by=by, at=at)
    else:
        raise Unexpected(f"the payment page is {session.status}")


@transaction.atomic
def apply_subscription(
    *,
    leased: InboxObject,
    events: Sequence[InboxEvent],
    remote: RemoteSubscription,
    invoices: Sequence[Invoice],
    by: Author,
    at: datetime,
) -> None:
    """Apply what a subscription and some of its invoices are now.

    For each paid invoice, once and for all: an entry in the books (gross, and the fee), the days of
    standing it covers, a receipt. For a renewal that could not be charged: days of grace. A
    subscription that is not ours is only marked as seen. Raises ``ClaimLost`` without the lease,
    and ``Unexpected`` for what cannot be booked (nothing is changed then).
    """
    _settle(leased, events, at)
    if not remote.checkout:
        return
    subscription = _record(remote, by=by, at=at)
    paid: list[tuple[Invoice, Collected]] = []
    for invoice in invoices:
        if invoice.subscription != remote.id:
            raise Unexpected(f"{invoice.id} is not an invoice of {remote.id}")
        if invoice.status == "paid" and invoice.paid:
            paid.append((invoice, _collected(invoice)))
        elif invoice.status == "open" and invoice.attempted and invoice.renewal:
            _forgive(subscription, invoice, by=by, at=at)
    known = set(
        Payment.objects.filter(invoice_id__in=[invoice.id for invoice, _ in paid]).values_list(
            "invoice_id", flat=True
        )
    )
    new = [(invoice, collected) for invoice, collected in paid if invoice.id not in known]
    for invoice, _fee in new:
        _welcome(subscription, invoice, by=by, at=at)
    for invoice, collected in new:
        _book(subscription, invoice, collected, by=by, at=at)


def postpone_object(*, leased: InboxObject, error: str, until: datetime) -> None:
    """Keep a leased object that could not be applied, and leave it alone ``until`` then."""
    held = InboxObject.objects.filter(pk=leased.pk, claim_token=leased.claim_token)
    held.update(claimed_until=until, last_error=error)


def _settle(leased: InboxObject, events: Sequence[InboxEvent], at: datetime) -> None:
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


def _welcome(subscription: Subscription, invoice: Invoice, *, by: Author, at: datetime) -> None:
    """Standing for the days a paid invoice covers, and the mail that says so."""
    person = subscription.person
    starts_on, ends_on = coverage.days_covered(invoice.starts_at, invoice.ends_at)
    extend_standing(
        person=person,
        starts_on=starts_on,
        ends_on=ends_on,
        kind=StandingPeriod.Kind.DUES,
        source=f"dues:{invoice.id}",
        by=by,
        at=at,
    )
    write = mails.receipt if invoice.renewal else mails.welcome
    with translation.override(person.locale):
        subject, body = write(
            gross=invoice.paid, starts_on=starts_on, ends_on=ends_on, page=_page()
        )
    _mail(person, f"receipt:{invoice.id}", subject, body, at)


def _forgive(subscription: Subscription, invoice: Invoice, *, by: Author, at: datetime) -> None:
    """Grace for a renewal that could not be charged, once for each invoice."""
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
        subject, body = mails.failed_charge(until=ends_on, page=_page())
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
    entry = ledger.post(
        source_key=f"dues:{invoice.id}",
        description="Dues paid",
        legs=_legs(gross, fee),
        effective_on=paid_at.date(),
        by=by,
        at=at,
    )
    Payment.objects.create(
        person=subscription.person,
        subscription=subscription,
        invoice_id=invoice.id,
        entry=entry,
        gross_minor=gross.minor,
        fee_minor=fee.minor,
        currency=gross.currency,
        paid_at=paid_at,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    Event.record("dues.paid", subject=subject_of(subscription), by=by, at=at)


def _legs(gross: Money, fee: Money) -> list[LegSpec]:
    """What Stripe holds for us now, what it kept, and the dues it comes from."""
    legs = [
        LegSpec(chart.STRIPE, gross - fee),
        LegSpec(chart.PAYMENT_FEES, fee),
        LegSpec(chart.DUES, -gross),
    ]
    return [leg for leg in legs if leg.amount]


def _mail(person: Person, key: str, subject: str, body: str, at: datetime) -> None:
    queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)


def _page() -> str:
    return f"{settings.SITE_ORIGIN}{reverse('my-dues')}"
