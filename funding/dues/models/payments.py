"""What was paid: invoices of subscriptions, and gifts of once."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.dues import stages
from funding.dues.models.subscriptions import Subscription
from funding.ledger.models import Entry
from kernel.money import Money
from members.models import Person


class OneOffQuerySet(models.QuerySet["OneOff"]):
    def unfinished(self) -> Self:
        """Those that may still be paid as far as we know; one at most of each purpose."""
        return self.filter(state__in=[stages.PREPARED, stages.OPEN])

    def overdue(self, at: datetime) -> Self:
        """Open ones whose payment page has closed without our having heard how."""
        return self.filter(state=stages.OPEN, expires_at__lt=at)


class OneOff(models.Model):
    """That somebody wants to pay once: committed, with its idempotency key, before Stripe is asked.

    Its id travels with the payment as metadata, as a checkout's does, and its stages are the same.
    """

    GIFT = "gift"
    POT = "pot"
    PURPOSES = [(GIFT, gettext_lazy("Gift")), (POT, gettext_lazy("Pay-it-forward pot"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="one_offs")
    purpose = models.CharField(max_length=4, choices=PURPOSES)
    minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10, default=stages.PREPARED)
    created_at = models.DateTimeField()
    session_id = models.CharField(max_length=120, unique=True, null=True)  # noqa: DJ001 - unique
    session_url = models.TextField(blank=True)
    # When the payment page closes by itself.
    expires_at = models.DateTimeField(null=True)

    objects = OneOffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=["gift", "pot"]), name="dues_one_off_purpose"
            ),
            models.CheckConstraint(condition=Q(minor__gt=0), name="dues_one_off_is_something"),
            models.CheckConstraint(
                condition=Q(state__in=list(stages.STAGES)), name="dues_one_off_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=stages.OPEN)
                | Q(session_id__isnull=False, expires_at__isnull=False),
                name="dues_one_off_open_has_session",
            ),
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=Q(state__in=[stages.PREPARED, stages.OPEN]),
                name="dues_one_off_one_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {self.state}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


class PaymentQuerySet(models.QuerySet["Payment"]):
    def of(self, person: Person) -> Self:
        """A person's payments with their entries in the books, the latest first."""
        return (
            self.filter(person=person)
            .select_related("subscription__plan", "one_off", "entry__seal")
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
    """One payment: what was paid, what Stripe kept of it, its entry; the days it covers, if any.

    It is one invoice of a subscription, or one gift of once. ``intent_id`` is Stripe's name for the
    movement of the money, which refunds, disputes and balance transactions lead back to.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="payments")
    subscription = models.ForeignKey(
        Subscription, null=True, on_delete=models.PROTECT, related_name="payments"
    )
    one_off = models.OneToOneField(
        OneOff, null=True, on_delete=models.PROTECT, related_name="payment"
    )
    invoice_id = models.CharField(max_length=120, unique=True, null=True)  # noqa: DJ001 - unique
    intent_id = models.CharField(max_length=120, unique=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    gross_minor = models.PositiveBigIntegerField()
    fee_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    paid_at = models.DateTimeField()
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gross_minor__gt=0, fee_minor__lte=F("gross_minor")),
                name="dues_payment_amounts",
            ),
            models.CheckConstraint(
                condition=Q(
                    subscription__isnull=False,
                    invoice_id__isnull=False,
                    one_off=None,
                    ends_on__gt=F("starts_on"),
                )
                | Q(
                    subscription=None,
                    invoice_id=None,
                    one_off__isnull=False,
                    starts_on=None,
                    ends_on=None,
                ),
                name="dues_payment_is_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.intent_id

    @property
    def gross(self) -> Money:
        return Money(self.gross_minor, self.currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)

    @property
    def last_day(self) -> date | None:
        """The last day it covers; None for a gift, whose days are another's."""
        return self.ends_on - timedelta(days=1) if self.ends_on else None

    @property
    def what_for(self) -> str:
        """What it was paid for, in words."""
        if self.one_off is None:
            return _("Dues")
        return str(self.one_off.get_purpose_display())
