"""Plans, checkouts, subscriptions, payments, and the inbox of what Stripe tells us."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Sum
from django.utils.translation import gettext_lazy as _

from funding.dues import stages
from funding.dues.plans import Interval, Level
from funding.ledger.models import Entry
from kernel.money import Money
from kernel.sweeps import Claimable
from members.models import AbstractEvent, Person

# Stripe's statuses of a subscription that charges, or tries to.
LIVE_STATUSES = ["active", "past_due", "trialing", "unpaid", "paused", "incomplete"]


class Event(AbstractEvent):
    """What was done to plans, checkouts and subscriptions, and by whom."""


class PlanQuerySet(models.QuerySet["Plan"]):
    def on_offer(self) -> Self:
        """The plans one can choose now, the cheapest first in each interval."""
        return self.filter(retired_at=None).order_by("interval", "minor")


class Plan(models.Model):
    """What one can choose to pay. A changed amount is a new plan: who has the old one keeps it."""

    LEVELS = [
        (Level.CONCESSION.value, _("Concession")),
        (Level.STANDARD.value, _("Standard")),
        (Level.SOLIDARITY.value, _("Solidarity")),
    ]
    INTERVALS = [(Interval.MONTH.value, _("each month")), (Interval.YEAR.value, _("each year"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    level = models.CharField(max_length=12, choices=LEVELS)
    interval = models.CharField(max_length=5, choices=INTERVALS)
    minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    # The price at Stripe; empty until ``sync_plans`` has made it.
    stripe_price_id = models.CharField(max_length=120, blank=True)
    retired_at = models.DateTimeField(null=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=[level.value for level in Level]), name="dues_plan_level"
            ),
            models.CheckConstraint(
                condition=Q(interval__in=[interval.value for interval in Interval]),
                name="dues_plan_interval",
            ),
            models.CheckConstraint(condition=Q(minor__gt=0), name="dues_plan_costs_something"),
            models.UniqueConstraint(
                fields=["level", "interval"],
                condition=Q(retired_at=None),
                name="dues_plan_one_on_offer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}, {self.get_interval_display()}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


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
        return self.ends_with_period or getattr(self, "cancellation", None) is not None


class PaymentQuerySet(models.QuerySet["Payment"]):
    def of(self, person: Person) -> Self:
        """A person's payments with their entries in the books, the latest first."""
        return (
            self.filter(person=person)
            .select_related("subscription__plan", "entry__seal")
            .order_by("-paid_at", "-pk")
        )

    def total(self, *, currency: str, since: datetime) -> Money:
        """What was paid after ``since``."""
        paid = self.filter(currency=currency, paid_at__gt=since).aggregate(sum=Sum("gross_minor"))
        return Money(int(paid["sum"] or 0), currency)

    def payers(self) -> int:
        """How many people have ever paid."""
        return self.aggregate(people=models.Count("person", distinct=True))["people"] or 0


class Payment(models.Model):
    """One paid invoice: what was paid, what Stripe kept of it, the days it covers, its entry."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="payments")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="payments"
    )
    invoice_id = models.CharField(max_length=120, unique=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    gross_minor = models.PositiveBigIntegerField()
    fee_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    paid_at = models.DateTimeField()
    starts_on = models.DateField()
    ends_on = models.DateField()

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_minor__gt=0, fee_minor__lte=F("gross_minor")),
                name="dues_payment_amounts",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="dues_payment_has_days"
            ),
        ]

    def __str__(self) -> str:
        return self.invoice_id

    @property
    def gross(self) -> Money:
        return Money(self.gross_minor, self.currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)

    @property
    def last_day(self) -> date:
        """The last day it covers."""
        return self.ends_on - timedelta(days=1)


class CancellationQuerySet(models.QuerySet["Cancellation"]):
    def waiting(self) -> Self:
        """Cancellations that Stripe has not confirmed yet, oldest first."""
        return self.filter(confirmed_at=None).order_by("requested_at", "pk")


class Cancellation(Claimable):
    """That a subscription is to charge no more. Told to Stripe by a sweep, until it confirms."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subscription = models.OneToOneField(
        Subscription, on_delete=models.PROTECT, related_name="cancellation"
    )
    # A surplus subscription ends at once; otherwise what is paid for runs to its end.
    at_once = models.BooleanField(default=False)
    requested_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    objects = CancellationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"cancellation of {self.subscription_id}"


class InboxObjectQuerySet(models.QuerySet["InboxObject"]):
    def waiting(self) -> Self:
        """Objects with an event that has not been dealt with."""
        undone = InboxEvent.objects.filter(object=OuterRef("pk"), done_at=None)
        return self.filter(Exists(undone)).order_by("pk")


class InboxObject(Claimable):
    """The object at Stripe that events are about. This, not the event, is what a worker leases.

    Whoever holds the lease refetches the object and applies what it is *now*: events may arrive
    twice, late and in any order. ``attempts`` counts the tries since it last worked.
    """

    SUBSCRIPTION = "subscription"
    SESSION = "session"

    stripe_id = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=12)
    last_error = models.TextField(blank=True)

    objects = InboxObjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["subscription", "session"]), name="dues_inbox_kind"
            )
        ]

    def __str__(self) -> str:
        return self.stripe_id


class InboxEvent(models.Model):
    """That Stripe said something happened: which object, not what; that is asked when it matters.

    An event that changes nothing here has no object and is done when it arrives.
    """

    event_id = models.CharField(max_length=120, unique=True)
    type = models.CharField(max_length=80)
    object = models.ForeignKey(
        InboxObject, null=True, on_delete=models.PROTECT, related_name="events"
    )
    # The invoice of the subscription that the event is about, if it is about one.
    invoice_id = models.CharField(max_length=120, blank=True)
    received_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(object__isnull=False) | Q(done_at__isnull=False),
                name="dues_inbox_event_has_object",
            )
        ]
        indexes = [
            models.Index(fields=["object"], condition=Q(done_at=None), name="dues_inbox_undone")
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
