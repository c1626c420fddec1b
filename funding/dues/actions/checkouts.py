"""Choosing a plan, and the payment page that follows from it.

Two steps, because no call to Stripe may happen inside a transaction: ``begin_checkout`` commits
what was chosen together with an idempotency key; ``open_checkout`` then asks Stripe for the page,
and asking twice answers the same page.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from funding.dues import attestation, plans, stages, stripe_gateway
from funding.dues.actions.cap import check_cap
from funding.dues.actions.endings import check_may_join
from funding.dues.models import CheckoutIntent, Event, Plan, Subscription
from funding.dues.permissions import check_can_manage_dues
from funding.dues.plans import Interval
from kernel.refusal import Refused
from members.actions import attest, set_display_name
from members.models import Author, Person, subject_of

# Stripe keeps a payment page open, and remembers an idempotency key, for a day.
_SAME_AGAIN_WITHIN = timedelta(hours=23)


@transaction.atomic(durable=True)
def begin_checkout(
    *, person: Person, display_name: str, attested: bool, plan: Plan, by: Author, at: datetime
) -> CheckoutIntent:
    """Commit that ``person`` attests and wants to pay ``plan``; answers with the checkout to open.

    The same plan again within a day answers the same checkout, so that a double click pays once;
    another plan replaces it. Raises ``Refused`` for somebody else's dues, without the attestation,
    for a plan that is not offered, for somebody who has a live subscription or whose membership was
    ended, and above the yearly cap.
    """
    check_can_manage_dues(person, by)
    if not attested:
        raise Refused("not-attested", _("Please read and confirm the statement above."))
    if plan.retired_at:
        raise Refused("plan-retired", _("This plan is no longer offered. Please choose another."))
    if Subscription.objects.live().filter(person=person).exists():
        raise Refused(
            "already-subscribed",
            _("You have a membership that renews by itself. There is nothing to pay now."),
        )
    check_may_join(person)
    check_cap(person=person, cost=plans.yearly(plan.amount, Interval(plan.interval)), at=at)
    if display_name != person.display_name:
        set_display_name(person=person, display_name=display_name, by=by, at=at)
    unfinished = CheckoutIntent.objects.unfinished().filter(person=person).first()
    if unfinished and unfinished.plan_id == plan.pk and _is_young(unfinished, at):
        return unfinished
    attest(person=person, version=attestation.VERSION, text=str(attestation.TEXT), by=by, at=at)
    if unfinished:
        move_checkout(unfinished.pk, stages.REPLACED)
    try:
        with transaction.atomic():
            checkout = CheckoutIntent.objects.create(person=person, plan=plan, created_at=at)
    except IntegrityError:
        # The other half of a double click was faster.
        raise Refused(
            "checkout-begun", _("Your payment page is being opened. Please try again in a moment.")
        ) from None
    Event.record("checkout.begun", subject=subject_of(checkout), by=by, at=at)
    return checkout


def open_checkout(*, checkout: CheckoutIntent, by: Author, at: datetime) -> str:
    """The address of the payment page for ``checkout``, which Stripe is asked for if need be.

    Calls Stripe, so never inside a transaction. Raises ``Refused`` where there can be no page now:
    nothing was charged, and the sentence says what to do.
    """
    if checkout.state == stages.OPEN:
        return checkout.session_url
    if not checkout.plan.stripe_price_id:
        raise Refused("plans-not-priced", _("We cannot take payments yet. Please try again later."))
    try:
        _close_replaced(checkout.person, at)
        session = stripe_gateway.create_session(
            idempotency_key=str(checkout.idempotency_key),
            checkout=str(checkout.pk),
            price=checkout.plan.stripe_price_id,
            email=checkout.person.email,
            customer=_customer_of(checkout.person),
            success_url=_address("join-wait", checkout),
            cancel_url=_address("join-cancelled", checkout),
        )
    except stripe_gateway.Unavailable as problem:
        raise _no_page() from problem
    except stripe_gateway.Declined as problem:
        _fail(checkout, str(problem), by=by, at=at)
        raise _no_page() from problem
    with transaction.atomic():
        moved = move_checkout(
            checkout.pk,
            stages.OPEN,
            session_id=session.id,
            session_url=session.url,
            expires_at=session.expires_at,
        )
        if moved:
            Event.record("checkout.opened", subject=subject_of(checkout), by=by, at=at)
    return session.url


@transaction.atomic
def expire_checkout(*, session_id: str, by: Author, at: datetime) -> None:
    """Note that a payment page closed unpaid. What is not open stays as it is."""
    checkout = CheckoutIntent.objects.filter(session_id=session_id).first()
    if checkout and move_checkout(checkout.pk, stages.EXPIRED):
        Event.record("checkout.expired", subject=subject_of(checkout), by=by, at=at)


def _close_replaced(person: Person, at: datetime) -> None:
    """Close the payment pages of what ``person`` chose before, so that only one can be paid."""
    replaced = CheckoutIntent.objects.filter(
        person=person, state=stages.REPLACED, session_id__isnull=False, expires_at__gt=at
    )
    for session_id in replaced.values_list("session_id", flat=True):
        if stripe_gateway.close_session(session_id or "").status == "complete":
            raise Refused(
                "already-paid",
                _("Your earlier payment has just gone through. We are confirming it now."),
            )


@transaction.atomic
def _fail(checkout: CheckoutIntent, why: str, *, by: Author, at: datetime) -> None:
    if move_checkout(checkout.pk, stages.FAILED):
        Event.record("checkout.failed", subject=subject_of(checkout), by=by, at=at, why=why)


def move_checkout(key: uuid.UUID, target: str, **changes: str | datetime) -> bool:
    """Move on, in the caller's transaction, if the table of stages allows it from where it is."""
    allowed = CheckoutIntent.objects.filter(pk=key, state__in=stages.sources_of(target))
    return bool(allowed.update(state=target, **changes))


def _is_young(checkout: CheckoutIntent, at: datetime) -> bool:
    return at - checkout.created_at < _SAME_AGAIN_WITHIN


def _customer_of(person: Person) -> str:
    """Stripe's id of somebody who has paid before, else empty."""
    last = Subscription.objects.filter(person=person).order_by("-renews_at").first()
    return last.customer_id if last else ""


def _address(name: str, checkout: CheckoutIntent) -> str:
    return f"{settings.SITE_ORIGIN}{reverse(name)}?checkout={checkout.pk}"


def _no_page() -> Refused:
    return Refused(
        "payments-unavailable",
        _("The payment page could not be opened. Nothing was charged; please try again shortly."),
    )
