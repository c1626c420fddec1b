"""What the worker does for dues: the inbox, cancellations, payment pages we heard nothing of."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import QuerySet

from funding.dues import actions, earning_sweeps, kindness_sweeps, reconciling, stripe_gateway
from funding.dues.models import (
    Cancellation,
    Case,
    CheckoutIntent,
    InboxEvent,
    InboxObject,
    Payment,
    Refund,
    Subscription,
)
from funding.dues.remote import Unexpected
from funding.dues.remote_money import Charge
from kernel.sweeps import Claimable, ClaimLost, claim, sweep
from members.models import Program

__all__ = ["earning_sweeps", "kindness_sweeps"]

Row = TypeVar("Row", bound=Claimable)

logger = logging.getLogger(__name__)

# Longer than Stripe's slowest answers. Whoever takes longer loses the lease, and writes nothing.
_LEASE = timedelta(minutes=2)
_AT_A_TIME = 50
# What failed is tried again after 2 seconds, then 4, 8 … and at last every ten minutes.
_LONGEST_WAIT = timedelta(minutes=10)
# After so many tries, about two hours, a person looks at it. Stripe out of reach counts as few.
_TRIES = 20
_TRIES_OUT_OF_REACH = 8
# How long after its end a payment page is asked about; Stripe's own notice comes first.
_OVERDUE = timedelta(minutes=5)


@sweep("dues.inbox", every=timedelta(seconds=1))
def inbox(at: datetime) -> int:
    """Ask Stripe what events are about, and apply it. Stops while Stripe is out of reach."""
    return _one_by_one(InboxObject.objects.waiting(), _apply, at)


@sweep("dues.cancel", every=timedelta(seconds=5))
def cancel(at: datetime) -> int:
    """Tell Stripe what is to charge no more. Stops while Stripe is out of reach."""
    return _one_by_one(Cancellation.objects.waiting(), _tell, at)


@sweep("dues.refunds", every=timedelta(seconds=5))
def refunds(at: datetime) -> int:
    """Tell Stripe what is to be given back. Stops while Stripe is out of reach."""
    waiting = Refund.objects.waiting().select_related("payment__person")
    return _one_by_one(waiting, _send, at)


@sweep("dues.cases", every=timedelta(seconds=2))
def cases(at: datetime) -> int:
    """Ask Stripe what it says now about the cases that a steward asked about."""
    return _one_by_one(Case.objects.waiting(), _answer, at)


@sweep("dues.confirmations", every=timedelta(hours=6))
def confirmations(at: datetime) -> int:
    """Open a case for each payer who does not confirm the yearly statement, close what is over."""
    return actions.look_for_attestations(by=Program("sweep:dues.confirmations"), at=at)


@sweep("dues.reconcile", every=timedelta(hours=1))
def reconcile(at: datetime) -> int:
    """Walk over what Stripe has, and ask about what we have not. Waits while it is out of reach."""
    try:
        done = reconciling.walk(by=Program("sweep:dues.reconcile"), at=at)
    except stripe_gateway.Unavailable as problem:
        logger.warning("Stripe is out of reach: %s", problem)
        return 0
    return done.missed_events + done.unbooked


@sweep("dues.overdue", every=timedelta(minutes=1))
def overdue(at: datetime) -> int:
    """Put payment pages in the inbox whose end Stripe has not told us, paid or not."""
    late = CheckoutIntent.objects.overdue(at - _OVERDUE).exclude(
        session_id__in=InboxObject.objects.filter(kind=InboxObject.SESSION).values("stripe_id")
    )
    checkouts = list(late[:_AT_A_TIME])
    for checkout in checkouts:
        actions.question_checkout(checkout=checkout, at=at)
    return len(checkouts)


def _one_by_one(waiting: QuerySet[Row], work: Callable[[Row, datetime], bool], at: datetime) -> int:
    """Claim and work on one row after the other, until there is none or Stripe is out of reach."""
    tried = 0
    while tried < _AT_A_TIME and (claimed := claim(waiting, at=at, lease=_LEASE, limit=1)):
        tried += 1
        if not work(claimed[0], at):
            break
    return tried


def _apply(leased: InboxObject, at: datetime) -> bool:
    """Refetch and apply one object. False where Stripe could not be reached."""
    # The events there are now; what arrives while Stripe answers waits for the next turn.
    events = list(leased.events.filter(done_at=None))
    by = Program("sweep:dues.inbox")
    try:
        _REFETCH[leased.kind](leased, events, by, at)
    except ClaimLost:
        logger.warning("the lease on %s ran out; another worker has it", leased)
    except stripe_gateway.Unavailable as problem:
        leased.attempts = min(leased.attempts, _TRIES_OUT_OF_REACH)
        actions.postpone_object(leased=leased, error=_said(problem), until=_next_try(leased, at))
        return False
    except Exception as problem:
        # Whatever is wrong with this one: it keeps its events, says why, and lets the others pass.
        logger.exception("%s could not be applied", leased)
        if leased.attempts >= _TRIES:
            actions.give_up_object(leased=leased, error=_said(problem), by=by, at=at)
        else:
            until = _next_try(leased, at)
            actions.postpone_object(leased=leased, error=_said(problem), until=until)
    return True


def _session(leased: InboxObject, events: list[InboxEvent], by: Program, at: datetime) -> None:
    session = stripe_gateway.fetch_session(leased.stripe_id)
    collected = None
    if session.mode == "payment" and session.status == "complete" and session.intent:
        collected = stripe_gateway.fetch_payment(session.intent)[1]
    actions.apply_session(
        leased=leased, events=events, session=session, collected=collected, by=by, at=at
    )


def _subscription(leased: InboxObject, events: list[InboxEvent], by: Program, at: datetime) -> None:
    remote = stripe_gateway.fetch_subscription(leased.stripe_id)
    wanted = {event.invoice_id for event in events} | {remote.latest_invoice}
    found = [stripe_gateway.fetch_invoice(id) for id in wanted - {""}]
    is_new = bool(remote.checkout) and not (
        Subscription.objects.filter(stripe_id=leased.stripe_id).exists()
    )
    actions.apply_subscription(
        leased=leased,
        events=events,
        remote=remote,
        invoices=sorted(found, key=lambda invoice: invoice.starts_at),
        business=is_new and stripe_gateway.fetch_customer(remote.customer).business,
        by=by,
        at=at,
    )


def _charge(leased: InboxObject, events: list[InboxEvent], by: Program, at: datetime) -> None:
    charge = stripe_gateway.fetch_charge(leased.stripe_id)
    if not Payment.objects.filter(intent_id=charge.intent).exists():
        _ask_for_payment(charge, at)
    actions.apply_charge(
        leased=leased,
        events=events,
        charge=charge,
        refunds=stripe_gateway.fetch_refunds(charge.id),
        disputes=stripe_gateway.fetch_disputes(charge.id),
        by=by,
        at=at,
    )


def _ask_for_payment(charge: Charge, at: datetime) -> None:
    """Have what a charge paid looked at first, if it is ours: raises ``Unexpected`` until then."""
    if charge.status != "succeeded" or not charge.intent:
        return
    subscription, invoice = stripe_gateway.subscription_of(charge.intent)
    if subscription:
        if stripe_gateway.fetch_subscription(subscription).checkout:
            kind, about = InboxObject.SUBSCRIPTION, subscription
        else:
            return
    elif session := stripe_gateway.session_of(charge.intent):
        kind, about = InboxObject.SESSION, session
    else:
        return
    event_id = f"charged_{charge.id}"
    actions.question(event_id=event_id, kind=kind, object_id=about, invoice_id=invoice, at=at)
    raise Unexpected(f"{charge.id} is not booked yet")


def _payout(leased: InboxObject, events: list[InboxEvent], by: Program, at: datetime) -> None:
    payout = stripe_gateway.fetch_payout(leased.stripe_id)
    actions.apply_payout(leased=leased, events=events, payout=payout, by=by, at=at)


def _customer(leased: InboxObject, events: list[InboxEvent], by: Program, at: datetime) -> None:
    customer = stripe_gateway.fetch_customer(leased.stripe_id)
    actions.apply_customer(leased=leased, events=events, customer=customer, by=by, at=at)


_REFETCH: dict[str, Callable[[InboxObject, list[InboxEvent], Program, datetime], None]] = {
    InboxObject.SESSION: _session,
    InboxObject.SUBSCRIPTION: _subscription,
    InboxObject.CHARGE: _charge,
    InboxObject.PAYOUT: _payout,
    InboxObject.CUSTOMER: _customer,
}


def _send(claimed: Refund, at: datetime) -> bool:
    """Tell Stripe of one refund. False where Stripe could not be reached."""
    by = Program("sweep:dues.refunds")
    payment = claimed.payment
    try:
        intent, collected = stripe_gateway.fetch_payment(payment.intent_id)
        remote = stripe_gateway.create_refund(
            charge=collected.charge if collected else intent.charge,
            amount=claimed.amount,
            idempotency_key=str(claimed.idempotency_key),
            reference=str(claimed.pk),
        )
        actions.sent_refund(refund=claimed, remote=remote, by=by, at=at)
    except ClaimLost:
        logger.warning("the claim on %s ran out; another worker has it", claimed)
    except stripe_gateway.Unavailable as problem:
        until = _next_try(claimed, at)
        actions.postpone_refund(refund=claimed, error=_said(problem), until=until)
        return False
    except stripe_gateway.Declined as problem:
        actions.refuse_refund(refund=claimed, error=_said(problem), by=by, at=at)
    return True


def _answer(claimed: Case, at: datetime) -> bool:
    """Ask Stripe about one case. False where Stripe could not be reached."""
    try:
        answer = stripe_gateway.describe(claimed.stripe_id)
    except stripe_gateway.Unavailable:
        actions.postpone_case(case=claimed, until=_next_try(claimed, at))
        return False
    except stripe_gateway.Declined as problem:
        answer = {"problem": _said(problem)}
    by = Program("sweep:dues.cases")
    try:
        actions.answer_case(case=claimed, answer=answer, by=by, at=at)
    except ClaimLost:
        logger.warning("the claim on %s ran out; another worker has it", claimed)
    return True


def _tell(claimed: Cancellation, at: datetime) -> bool:
    """Tell Stripe of one cancellation, or that it was withdrawn. False where it is out of reach."""
    subscription, by = claimed.subscription.stripe_id, Program("sweep:dues.cancel")
    try:
        if claimed.withdrawn_at:
            stripe_gateway.resume_subscription(subscription, idempotency_key=f"{claimed.pk}:resume")
            actions.confirm_resumption(cancellation=claimed, by=by, at=at)
        else:
            stripe_gateway.end_subscription(
                subscription, at_once=claimed.at_once, idempotency_key=str(claimed.pk)
            )
            actions.confirm_cancellation(cancellation=claimed, by=by, at=at)
    except ClaimLost:
        logger.warning("the claim on %s ran out; another worker has it", claimed)
    except (stripe_gateway.Unavailable, stripe_gateway.Declined) as problem:
        until = _next_try(claimed, at)
        actions.postpone_cancellation(cancellation=claimed, error=_said(problem), until=until)
        return isinstance(problem, stripe_gateway.Declined)
    return True


def _next_try(row: Claimable, at: datetime) -> datetime:
    return at + min(timedelta(seconds=2 ** min(row.attempts, 20)), _LONGEST_WAIT)


def _said(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"
