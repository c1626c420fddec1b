"""Stripe's balance line by line, and what moves money back or on: refunds, disputes, payouts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _

from funding.dues import refund_stages
from funding.dues.models.payments import Payment
from funding.ledger.models import Entry
from kernel.money import Money
from kernel.sweeps import Claimable
from members.models import Person


class BalanceTransactionQuerySet(models.QuerySet["BalanceTransaction"]):
    def unbooked(self) -> Self:
        """Lines of Stripe's balance that are not in the books, the oldest first."""
        return self.filter(entry=None).order_by("happened_at", "pk")


class BalanceTransaction(models.Model):
    """One line of Stripe's balance, and the one entry that books it.

    What the line says never changes, and its entry is set once.
    """

    stripe_id = models.CharField(max_length=120, unique=True)
    category = models.CharField(max_length=60)
    minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    source_id = models.CharField(max_length=120, blank=True)
    happened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")

    objects = BalanceTransactionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["happened_at"], condition=Q(entry=None), name="dues_unbooked")
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.stripe_id}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)


class RefundQuerySet(models.QuerySet["Refund"]):
    def waiting(self) -> Self:
        """Refunds that Stripe is to be told of, oldest first."""
        return self.filter(state=refund_stages.DUE).order_by("proposed_at", "pk")

    def counting(self, payment: Payment) -> Money:
        """What of a payment was returned, or may still be."""
        mine = self.filter(payment=payment, state__in=refund_stages.COUNTING)
        total = mine.aggregate(sum=Sum("minor"))["sum"]
        return Money(int(total or 0), payment.currency)

    def returned(self, payment: Payment) -> Money:
        """What of a payment was returned."""
        mine = self.filter(payment=payment, state=refund_stages.RETURNED)
        total = mine.aggregate(sum=Sum("minor"))["sum"]
        return Money(int(total or 0), payment.currency)


class Refund(Claimable):
    """Money to be given back: committed, with its idempotency key, before Stripe is called.

    One that was made at Stripe's dashboard begins with what Stripe says.
    """

    class Cause(models.TextChoices):
        STEWARD = "steward", _("decided by a steward")
        CAP = "cap", _("above the yearly cap")
        SURPLUS = "surplus", _("paid twice")
        CANCELLED = "cancelled", _("charged after cancelling")
        ENDING = "ending", _("membership ended")
        GIFT = "gift", _("gift not accepted")
        DASHBOARD = "dashboard", _("made at Stripe")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    cause = models.CharField(max_length=10, choices=Cause)
    minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    # Told to whoever paid, word for word.
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=10, default=refund_stages.PROPOSED)
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    proposed_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="proposed_refunds"
    )
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="approved_refunds"
    )
    stripe_id = models.CharField(max_length=120, unique=True, null=True)  # noqa: DJ001 - unique
    last_error = models.TextField(blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(refund_stages.STAGES)), name="dues_refund_state"
            ),
            models.CheckConstraint(
                condition=Q(
                    cause__in=[
                        "steward",
                        "cap",
                        "surplus",
                        "cancelled",
                        "ending",
                        "gift",
                        "dashboard",
                    ]
                ),
                name="dues_refund_cause",
            ),
            models.CheckConstraint(condition=Q(minor__gt=0), name="dues_refund_is_something"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
                name="dues_refund_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[refund_stages.SENT, refund_stages.RETURNED])
                | Q(stripe_id__isnull=False),
                name="dues_refund_sent_has_id",
            ),
        ]

    def __str__(self) -> str:
        return f"refund of {self.payment_id}: {self.state}"

    @property
    def in_words(self) -> str:
        """What has become of it."""
        return str(
            {
                refund_stages.PROPOSED: _("waits for a second steward"),
                refund_stages.DUE: _("about to be sent"),
                refund_stages.SENT: _("sent, and not through yet"),
                refund_stages.RETURNED: _("returned"),
                refund_stages.FAILED: _("did not go through"),
                refund_stages.WITHDRAWN: _("withdrawn"),
            }[self.state]
        )

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


class Dispute(models.Model):
    """A payment that its payer's bank takes back: what Stripe said of it last."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stripe_id = models.CharField(max_length=120, unique=True)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=40)
    reason = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    # What of it the books say is lost.
    lost_minor = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lost_minor__lte=F("minor")), name="dues_dispute_lost"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stripe_id}: {self.status}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


class PayoutQuerySet(models.QuerySet["Payout"]):
    def in_transit(self) -> Self:
        """Payouts that no line of a bank statement has shown yet."""
        return self.filter(bank_line=None).exclude(status__in=["failed", "canceled"])

    def late(self, at: datetime) -> Self:
        """Payouts that should have been in the bank by then."""
        return self.in_transit().filter(arrives_on__lt=at.date())


class Payout(models.Model):
    """Money on its way from Stripe to the bank."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stripe_id = models.CharField(max_length=120, unique=True)
    minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=40)
    arrives_on = models.DateField()
    # The line of a statement that shows it in the bank.
    bank_line = models.OneToOneField(
        "dues.BankLine", null=True, on_delete=models.PROTECT, related_name="payout"
    )

    objects = PayoutQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.stripe_id}: {self.status}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)
