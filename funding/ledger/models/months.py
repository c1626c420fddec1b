"""Months that are closed: nothing is posted into them any more."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Max, Q

from members.models import Person


class MonthQuerySet(models.QuerySet["Month"]):
    def open_from(self) -> date:
        """The first day that entries may count for; the first of all days while none is locked."""
        return self.aggregate(day=Max("ends_on"))["day"] or date.min


class Month(models.Model):
    """A month whose books are closed, with the report that was printed and its hash.

    Everything before ``ends_on`` is locked, the months in which nothing happened included.
    """

    first = models.DateField(primary_key=True)
    ends_on = models.DateField(unique=True)
    locked_at = models.DateTimeField()
    locked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entries = models.PositiveIntegerField()
    chain_head = models.CharField(max_length=64)
    report = models.BinaryField()
    report_sha256 = models.CharField(max_length=64)
    # What the entry of the public record is found by.
    leaf_hash = models.CharField(max_length=64, unique=True)

    objects = MonthQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("first")), name="ledger_month_has_days"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"
