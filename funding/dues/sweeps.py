"""What the worker does for dues: the inbox, cancellations, payment pages we heard nothing of."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import QuerySet

from funding.dues import actions, stripe_gateway
from funding.dues.models import Cancellation, CheckoutIntent, InboxObject
from kernel.sweeps import Claimable, ClaimLost, claim, sweep
from members.models import Program

Row = TypeVar("Row", bound=Claimable)

logger = logging.getLogger(__name__)

# Longer than Stripe's slowest answers. Whoever takes longer loses the lease, and writes nothing.
_LEASE = timedelta(minutes=2)
_AT_A_TIME = 50
# What failed is tried again after 2 seconds, then 4, 8 … and at last every ten minutes.
_LONGEST_WAIT = timedelta(minutes=10)
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
        if leased.kind == InboxObject.SESSION:
            session = stripe_gateway.fetch_session(leased.stripe_id)
            actions.apply_session(leased=leased, events=events, session=session, by=by, at=at)
        else:
            remote = stripe_gateway.fetch_subscription(leased.stripe_id)
            wanted = {event.invoice_id for event in events} | {remote.latest_invoice}
            found = [stripe_gateway.fetch_invoice(id) for id in wanted - {""}]
            actions.apply_subscription(
                leased=leased,
                events=events,
                remote=remote,
                invoices=sorted(found, key=lambda invoice: invoice.starts_at),
                by=by,
                at=at,
            )
    except ClaimLost:
        logger.warning("the lease on %s ran out; another worker has it", leased)
    except stripe_gateway.Unavailable as problem:
        actions.postpone_object(leased=leased, error=_said(problem), until=_next_try(leased, at))
        return False
    except Exception as problem:
        # Whatever is wrong with this one: it keeps its events, says why, and lets the others pass.
        logger.exception("%s could not be applied", leased)
        actions.postpone_object(leased=leased, error=_said(problem), until=_next_try(leased, at))
    return True


def _tell(claimed: Cancellation, at: datetime) -> bool:
    """Tell Stripe of one cancellation. False where Stripe could not be reached."""
    try:
        stripe_gateway.end_subscription(
            claimed.subscription.stripe_id,
            at_once=claimed.at_once,
            idempotency_key=str(claimed.pk),
        )
        actions.confirm_cancellation(cancellation=claimed, by=Program("sweep:dues.cancel"), at=at)
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
