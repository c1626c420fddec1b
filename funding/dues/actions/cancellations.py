"""Charging no more: asked for here, told to Stripe by a sweep until it confirms."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from funding.dues.models import Cancellation, Event, Subscription
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
    if not Subscription.objects.live().filter(pk=subscription.pk).exists():
        raise Refused(
            "subscription-ended", _("This has ended already: nothing is charged any more.")
        )
    return cancel(subscription, at_once=False, by=by, at=at)


def cancel(subscription: Subscription, *, at_once: bool, by: Author, at: datetime) -> Cancellation:
    """Write the cancellation down in the caller's transaction, once."""
    cancellation, created = Cancellation.objects.get_or_create(
        subscription=subscription, defaults={"at_once": at_once, "requested_at": at}
    )
    if created:
        Event.record("subscription.cancelled", subject=subject_of(subscription), by=by, at=at)
    return cancellation


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
