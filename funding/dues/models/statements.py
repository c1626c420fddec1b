"""What the bank says: statements that were imported, and their lines."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from funding.ledger.models import Entry
from kernel.money import Money
from members.models import Person


class BankStatement(models.Model):
    """One file of the bank's. The same file again is the same statement."""

    FORMATS = [("camt.053", "camt.053"), ("csv", "CSV")]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(max_length=64, unique=True)
    format = models.CharField(max_length=8, choices=FORMATS)
    first_on = models.DateField()
    last_on = models.DateField()
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(format__in=["camt.053", "csv"]), name="dues_statement_format"
            ),
            models.CheckConstraint(
                condition=Q(last_on__gte=models.F("first_on")), name="dues_statement_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_on} to {self.last_on}"


class BankLineQuerySet(models.QuerySet["BankLine"]):
    def unmatched(self) -> Self:
        """Lines that nothing in the books explains yet, the oldest first."""
        return self.filter(entry=None, explained="").order_by("booked_on", "pk")


class BankLine(models.Model):
    """One line of a statement: money that came or, below zero, went. Its reference names it.

    ``entry`` is the entry in the books that it is; ``explained`` what somebody said it is instead.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    reference = models.CharField(_("bank's reference"), max_length=120, unique=True)
    booked_on = models.DateField()
    minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    text = models.CharField(max_length=140, blank=True)
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    explained = models.TextField(blank=True)

    objects = BankLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(minor=0), name="dues_bank_line_moves_something")
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)
