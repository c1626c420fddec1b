"""What Stripe told us, and what it is about."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from kernel.sweeps import Claimable


class InboxObjectQuerySet(models.QuerySet["InboxObject"]):
    def waiting(self) -> Self:
        """Objects with an event that has not been dealt with, and that were not given up."""
        return self._undone().filter(given_up_at=None).order_by("pk")

    def dead(self) -> Self:
        """Objects that were tried too often: a person looks at them, or has them tried again."""
        return self._undone().filter(given_up_at__isnull=False).order_by("given_up_at", "pk")

    def _undone(self) -> Self:
        undone = InboxEvent.objects.filter(object=OuterRef("pk"), done_at=None)
        return self.filter(Exists(undone))


class InboxObject(Claimable):
    """The object at Stripe that events are about. This, not the event, is what a worker leases.

    Whoever holds the lease refetches the object and applies what it is *now*: events may arrive
    twice, late and in any order. ``attempts`` counts the tries since it last worked.
    """

    SUBSCRIPTION = "subscription"
    SESSION = "session"
    CHARGE = "charge"
    PAYOUT = "payout"
    CUSTOMER = "customer"

    stripe_id = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=12)
    last_error = models.TextField(blank=True)
    given_up_at = models.DateTimeField(null=True)

    objects = InboxObjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["subscription", "session", "charge", "payout", "customer"]),
                name="dues_inbox_kind",
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
