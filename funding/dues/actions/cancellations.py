"""Charging no more: asked for here, told to Stripe by a sweep until it confirms."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from funding.dues.models import Cancellation, Event, PlanChange, Subscription
from funding.dues.permissions import check_can_manage_dues
from kernel import sweeps
from kernel.refusal import Refused
from members.models import Author, subject_of


@transaction.atomic
def request_cancellation(*, subscription: Subscription, by: Author, at: datetime) -> Cancellation:
    """Stop the renewal: no further charge, and membership lasts to the paid date. Again, nothing.

    Raises ``Refused`` for somebody else's subscription and for one that has ended.
    """
    check_can_manage_dues(subscription.person, by)
    held = Subscription.objects.live().filter(pk=subscription.pk).first()
    if held is None:
        raise _ended()
    # What has failed is tried again until the subscription is over, so it is over at once.
    return cancel(held, at_once=held.is_failing, by=by, at=at)


def cancel(subscription: Subscription, *, at_once: bool, by: Author, at: datetime) -> Cancellation:
    """Write the cancellation down in the caller's transaction, once. No other plan comes of it."""
    cancellation, created = Cancellation.objects.standing().get_or_create(
        subscription=subscription, defaults={"at_once": at_once, "requested_at": at}
    )
    if created:
        Event.record("subscription.cancelled", subject=subject_of(subscription), by=by, at=at)
        waiting = PlanChange.objects.waiting().filter(subscription=subscription)
        waiting.update(done_at=at, refused=True)
    return cancellation


@transaction.atomic
def end_charged_after_all(
    *, subscription: Subscription, charged_at: datetime, by: Author, at: datetime
) -> bool:
    """Whether a charge came after the subscription was cancelled: then it is over at once.

    Stripe charged while it was being told. What was on its way there is told again, as the end.
    """
    before = Cancellation.objects.standing().filter(
        subscription=subscription, requested_at__lt=charged_at
    )
    if before.filter(at_once=True).exists():
        return True
    told = {"confirmed_at": None, "claim_token": None, "claimed_until": None, "attempts": 0}
    if not before.update(at_once=True, **told):
        return False
    subject = subject_of(subscription)
    Event.record("subscription.charged-after-cancelling", subject=subject, by=by, at=at)
    return True


@transaction.atomic
def resume(*, subscription: Subscription, by: Author, at: datetime) -> Cancellation:
    """Let a subscription renew after all that was cancelled and still runs. Again, nothing.

    Raises ``Refused`` for somebody else's subscription, for one that has ended or ends at once, and
    for one that renews anyway.
    """
    check_can_manage_dues(subscription.person, by)
    live = Subscription.objects.live().filter(pk=subscription.pk, renews_at__gt=at)
    held = live.select_for_update().first()
    if held is None:
        raise _ended()
    if not held.is_ending:
        raise Refused("renews-anyway", _("This renews by itself already. There is nothing to do."))
    standing = Cancellation.objects.standing().filter(subscription=held)
    if standing.filter(at_once=True).exists():
        raise _ended()
    cancellation = standing.first()
    if cancellation is None:
        # It was cancelled at Stripe: that is written down, and withdrawn.
        cancellation = Cancellation.objects.create(
            subscription=held, requested_at=at, confirmed_at=at, withdrawn_at=at
        )
    elif not standing.filter(pk=cancellation.pk).update(withdrawn_at=at):
        raise _ended()
    Event.record("subscription.resumed", subject=subject_of(held), by=by, at=at)
    return cancellation


@transaction.atomic
def confirm_resumption(*, cancellation: Cancellation, by: Author, at: datetime) -> None:
    """Note that Stripe knows that a claimed one was withdrawn. Raises ``ClaimLost``."""
    sweeps.settle(cancellation, resumed_at=at, last_error="")
    Subscription.objects.filter(pk=cancellation.subscription_id).update(ends_with_period=False)
    subject = subject_of(cancellation.subscription)
    Event.record("subscription.resumption-confirmed", subject=subject, by=by, at=at)


@transaction.atomic
def confirm_cancellation(*, cancellation: Cancellation, by: Author, at: datetime) -> None:
    """Note that Stripe knows of a claimed cancellation. Raises ``ClaimLost`` without the claim."""
    sweeps.settle(cancellation, confirmed_at=at, last_error="")
    subject = subject_of(cancellation.subscription)
    Event.record("subscription.cancellation-confirmed", subject=subject, by=by, at=at)


def postpone_cancellation(*, cancellation: Cancellation, error: str, until: datetime) -> None:
    """Keep a claimed cancellation that could not be told, and leave it alone ``until`` then."""
    held = Cancellation.objects.filter(pk=cancellation.pk, claim_token=cancellation.claim_token)
    held.update(claimed_until=until, last_error=error)


def _ended() -> Refused:
    return Refused("subscription-ended", _("This has ended already: nothing is charged any more."))
