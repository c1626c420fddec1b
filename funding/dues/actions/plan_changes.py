"""Another plan for a subscription that runs: asked for here, made at Stripe by a sweep."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from funding.dues import mails, plans, stripe_gateway
from funding.dues.actions.cap import check_cap
from funding.dues.models import Event, Plan, PlanChange, Subscription
from funding.dues.permissions import check_can_manage_dues
from funding.dues.plans import Interval
from funding.dues.remote import Preview
from kernel import sweeps
from kernel.money import Money
from kernel.refusal import Refused
from members.actions import queue_mail
from members.models import Author, subject_of


def preview_change(*, subscription: Subscription, plan: Plan, by: Author, at: datetime) -> Preview:
    """What a change of plan would cost now and when it would renew, as Stripe reckons it.

    Calls Stripe, so never inside a transaction. Raises ``Refused`` as ``request_change`` does, and
    where Stripe does not answer.
    """
    _check_may_change(subscription, plan, by, at)
    try:
        return stripe_gateway.preview_change(subscription.stripe_id, price=plan.stripe_price_id)
    except (stripe_gateway.Unavailable, stripe_gateway.Declined) as problem:
        raise Refused(
            "payments-unavailable",
            _("What it would cost could not be found out just now. Please try again shortly."),
        ) from problem


@transaction.atomic
def request_change(
    *, subscription: Subscription, plan: Plan, by: Author, at: datetime
) -> PlanChange:
    """Have a subscription cost ``plan`` from now on. The same again answers the same.

    Raises ``Refused`` for somebody else's subscription, for one that is ending, ended or failing,
    for the plan it has, for a plan that is not offered, while another change is under way, and
    above the yearly cap.
    """
    _check_may_change(subscription, plan, by, at)
    waiting = PlanChange.objects.waiting().filter(subscription=subscription).first()
    if waiting and waiting.plan_id == plan.pk:
        return waiting
    try:
        with transaction.atomic():
            change = PlanChange.objects.create(
                subscription=subscription, plan=plan, requested_at=at
            )
    except IntegrityError:
        raise Refused(
            "change-begun",
            _("Another change of your plan is being made. Please try again in a minute."),
        ) from None
    Event.record("plan-change.requested", subject=subject_of(change), by=by, at=at)
    return change


@transaction.atomic
def confirm_change(*, change: PlanChange, by: Author, at: datetime) -> None:
    """Note that Stripe made a claimed change. Raises ``ClaimLost`` without the claim."""
    sweeps.settle(change, done_at=at, last_error="")
    Subscription.objects.filter(pk=change.subscription_id).update(plan=change.plan)
    Event.record("plan-change.made", subject=subject_of(change), by=by, at=at)


@transaction.atomic
def refuse_change(*, change: PlanChange, error: str, by: Author, at: datetime) -> None:
    """Note that Stripe did not make a claimed change, and say so. Raises ``ClaimLost``."""
    sweeps.settle(change, done_at=at, refused=True, last_error=error)
    Event.record("plan-change.refused", subject=subject_of(change), by=by, at=at)
    person = change.subscription.person
    with translation.override(person.locale):
        subject, body = mails.change_refused()
    key = f"plan-change:{change.pk}"
    queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)


def postpone_change(*, change: PlanChange, error: str, until: datetime) -> None:
    """Keep a claimed change that could not be told, and leave it alone ``until`` then."""
    held = PlanChange.objects.filter(pk=change.pk, claim_token=change.claim_token)
    held.update(claimed_until=until, last_error=error)


def _check_may_change(subscription: Subscription, plan: Plan, by: Author, at: datetime) -> None:
    check_can_manage_dues(subscription.person, by)
    held = Subscription.objects.live().select_related("plan").filter(pk=subscription.pk).first()
    if held is None or held.is_ending:
        raise Refused(
            "subscription-ended",
            _("Your renewal is cancelled. Resume it first, and then choose another plan."),
        )
    if held.is_failing:
        raise Refused(
            "charge-failed",
            _("Your last charge did not go through. Please mend that first, and then choose."),
        )
    if plan.pk == held.plan_id:
        raise Refused("same-plan", _("This is the plan you have."))
    if plan.retired_at or not plan.stripe_price_id:
        raise Refused("plan-retired", _("This plan is not offered. Please choose another."))
    yearly = plans.yearly(plan.amount, Interval(plan.interval))
    now = plans.yearly(held.plan.amount, Interval(held.plan.interval))
    # What is paid for already counts towards the new plan: only the difference is more.
    more = Money(max(yearly.minor - now.minor, 0), yearly.currency)
    if more:
        check_cap(person=subscription.person, cost=more, at=at)
