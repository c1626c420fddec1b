"""From the choice of a plan to a subscription, and to its end."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from funding.dues import stages
from funding.dues.models.plans import Plan
from kernel.sweeps import Claimable
from members.models import Person

# Stripe's statuses of a subscription that charges, or tries to.
LIVE_STATUSES = ["active", "past_due", "trialing", "unpaid", "paused", "incomplete"]
# Of these, those whose last charge did not go through: it is tried again.
FAILING_STATUSES = ["past_due", "unpaid", "incomplete"]


class CheckoutIntentQuerySet(models.QuerySet["CheckoutIntent"]):
    def unfinished(self) -> Self:
        """Checkouts that may still be paid as far as we know; a person has one at most."""
        return self.filter(state__in=[stages.PREPARED, stages.OPEN])

    def overdue(self, at: datetime) -> Self:
        """Open checkouts whose payment page has closed without our having heard how."""
        return self.filter(state=stages.OPEN, expires_at__lt=at)


class CheckoutIntent(models.Model):
    """That somebody chose a plan: committed, with its idempotency key, before Stripe is called.

    Its id travels with the subscription as metadata, so that whatever arrives later, in whatever
    order, leads back to the person.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="checkouts")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10, default=stages.PREPARED)
    created_at = models.DateTimeField()
    session_id = models.CharField(max_length=120, unique=True, null=True)  # noqa: DJ001 - unique
    session_url = models.TextField(blank=True)
    # When the payment page closes by itself.
    expires_at = models.DateTimeField(null=True)

    objects = CheckoutIntentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(stages.STAGES)), name="dues_checkout_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=stages.OPEN)
                | Q(session_id__isnull=False, expires_at__isnull=False),
                name="dues_checkout_open_has_session",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=[stages.PREPARED, stages.OPEN]),
                name="dues_checkout_one_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.state}"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def live(self) -> Self:
        """Subscriptions that charge, or try to."""
        return self.filter(status__in=LIVE_STATUSES)

    def live_of(self, person: Person) -> Subscription | None:
        """What renews, or would, for ``person``; with its plan and what was asked to stop it."""
        live = self.live().filter(person=person, surplus=False)
        return live.select_related("plan", "person").prefetch_related("cancellations").first()


class Subscription(models.Model):
    """What Stripe said last about a subscription. One live one for each person.

    ``surplus`` marks a second one that was paid for all the same (two payment pages open at once);
    it is cancelled as soon as it is seen.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="subscriptions")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    checkout = models.OneToOneField(
        CheckoutIntent, on_delete=models.PROTECT, related_name="subscription"
    )
    stripe_id = models.CharField(max_length=120, unique=True)
    customer_id = models.CharField(max_length=120)
    status = models.CharField(max_length=30)
    renews_at = models.DateTimeField()
    ends_with_period = models.BooleanField()
    surplus = models.BooleanField(default=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(
                    surplus=False,
                    status__in=LIVE_STATUSES,
                ),
                name="dues_subscription_one_live",
            )
        ]

    def __str__(self) -> str:
        return f"{self.stripe_id}: {self.status}"

    @property
    def is_ending(self) -> bool:
        """Whether it has been cancelled, here or at Stripe, and only runs to its paid date."""
        told = list(self.cancellations.all())
        if any(one.withdrawn_at is None for one in told):
            return True
        # What was withdrawn and not told yet: Stripe still says what it was.
        return self.ends_with_period and all(one.resumed_at for one in told)

    @property
    def is_failing(self) -> bool:
        """Whether the last charge did not go through."""
        return self.status in FAILING_STATUSES


class CancellationQuerySet(models.QuerySet["Cancellation"]):
    def standing(self) -> Self:
        """Cancellations that were not withdrawn; a subscription has one at most."""
        return self.filter(withdrawn_at=None)

    def waiting(self) -> Self:
        """What Stripe has not confirmed yet, of ending and of resuming, oldest first."""
        untold = Q(withdrawn_at=None, confirmed_at=None) | Q(
            withdrawn_at__isnull=False, resumed_at=None
        )
        return self.filter(untold).order_by("requested_at", "pk")


class Cancellation(Claimable):
    """That a subscription is to charge no more. Told to Stripe by a sweep, until it confirms.

    One that is withdrawn in time is told as well: ``resumed_at`` says when Stripe knew.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="cancellations"
    )
    # A surplus subscription ends at once, and so does one whose charge has failed: what is open
    # is not tried again. Otherwise what is paid for runs to its end.
    at_once = models.BooleanField(default=False)
    requested_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    resumed_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    objects = CancellationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(withdrawn_at=None),
                name="dues_cancellation_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, resumed_at=None)
                | Q(withdrawn_at__isnull=False, at_once=False),
                name="dues_cancellation_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"cancellation of {self.subscription_id}"


class PlanChangeQuerySet(models.QuerySet["PlanChange"]):
    def waiting(self) -> Self:
        """Changes that Stripe has not made yet, oldest first."""
        return self.filter(done_at=None).order_by("requested_at", "pk")


class PlanChange(Claimable):
    """That a subscription is to cost another plan. Told to Stripe by a sweep, until it is done.

    ``refused`` says that Stripe did not: everything stays as it was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="plan_changes"
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    refused = models.BooleanField(default=False)
    last_error = models.TextField(blank=True)

    objects = PlanChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(done_at=None),
                name="dues_plan_change_one_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"change of {self.subscription_id} to {self.plan_id}"
