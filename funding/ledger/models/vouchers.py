"""What waits to be put into the books by hand: prepared by one person, approved by another."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from funding.ledger import stages, vouchers
from funding.ledger.models.books import Account, Entry
from funding.ledger.vouchers import Kind
from kernel.money import Money
from members.models import Person


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def waiting(self) -> Self:
        """Those that somebody has to approve or reject, the oldest first."""
        return self.filter(state=stages.PREPARED).order_by("prepared_at", "pk")


class Voucher(models.Model):
    """An expense, a payment of what was owed, an opening balance; with the document behind it."""

    KINDS = [
        (Kind.EXPENSE.value, _("Expense")),
        (Kind.TRANSFER.value, _("Payment of what we owed, or move of money")),
        (Kind.OPENING.value, _("Opening balance")),
        (Kind.REVERSAL.value, _("Reversal")),
    ]
    STATES = [
        (stages.PREPARED, _("waits for approval")),
        (stages.POSTED, _("in the books")),
        (stages.REJECTED, _("rejected")),
        (stages.WITHDRAWN, _("withdrawn")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=KINDS)
    state = models.CharField(max_length=10, choices=STATES, default=stages.PREPARED)
    # Published and hashed once posted: never a name or an address.
    description = models.CharField(max_length=200)
    on = models.DateField()
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    document_sha256 = models.CharField(max_length=64)
    document_type = models.CharField(max_length=40)
    document_size = models.PositiveIntegerField()
    prepared_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="voucher")
    # Which entry a reversal undoes.
    reverses = models.ForeignKey(
        Entry, null=True, on_delete=models.PROTECT, related_name="undoings"
    )

    objects = VoucherQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="ledger_voucher_kind"
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(stages.STAGES)), name="ledger_voucher_state"
            ),
            models.CheckConstraint(condition=Q(minor__gt=0), name="ledger_voucher_moves_something"),
            models.CheckConstraint(
                condition=~Q(debit=F("credit")), name="ledger_voucher_two_accounts"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("prepared_by")),
                name="ledger_voucher_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state=stages.POSTED, entry__isnull=False, decided_by__isnull=False)
                | (~Q(state=stages.POSTED) & Q(entry=None)),
                name="ledger_voucher_posted_is_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state=stages.REJECTED) | (Q(decided_by__isnull=False) & ~Q(reason="")),
                name="ledger_voucher_rejected_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.REVERSAL.value, reverses__isnull=False)
                | (~Q(kind=Kind.REVERSAL.value) & Q(reverses=None)),
                name="ledger_voucher_reversal_undoes_something",
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(state__in=[stages.PREPARED, stages.POSTED]),
                name="ledger_voucher_one_reversal",
            ),
        ]

    def __str__(self) -> str:
        return self.description

    def get_absolute_url(self) -> str:
        return reverse("books-voucher", args=[self.pk])

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def fingerprint(self) -> str:
        """What an approval is for: see ``vouchers.fingerprint``."""
        return vouchers.fingerprint(
            kind=self.kind,
            description=self.description,
            on=self.on,
            debit=self.debit_id,
            credit=self.credit_id,
            amount=self.amount,
            document_sha256=self.document_sha256,
            reverses=str(self.reverses_id) if self.reverses_id else None,
        )
