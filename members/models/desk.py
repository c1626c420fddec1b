"""The desk: who has what in hand, who is away, and when each sweep last ran."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from members.models.people import Person


class Claim(models.Model):
    """That somebody has taken in hand what the desk calls ``key``. It gives no permission."""

    key = models.CharField(max_length=120, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="claims")
    claimed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(key=""), name="desk_claim_of_something"),
        ]

    def __str__(self) -> str:
        return f"claim of {self.key}"


class AwayQuerySet(models.QuerySet["Away"]):
    def on(self, day: date) -> Self:
        """Those who are away on ``day``."""
        return self.filter(first_on__lte=day, last_on__gte=day)

    def not_over(self, day: date) -> Self:
        """Those who are away on ``day`` or later, the earliest first."""
        return self.filter(last_on__gte=day).order_by("first_on", "pk")


class Away(models.Model):
    """From which day to which day somebody in office is away, both included, and who stands in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="aways")
    first_on = models.DateField()
    last_on = models.DateField()
    stand_in = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects = AwayQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="desk_away_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(stand_in=None) | ~Q(stand_in=F("person")),
                name="desk_away_stand_in_is_another",
            ),
            models.UniqueConstraint(fields=["person", "first_on"], name="desk_away_once_a_day"),
        ]
        indexes = [models.Index(fields=["last_on"], name="desk_away_not_over")]

    def __str__(self) -> str:
        return f"away {self.first_on} to {self.last_on}"


class SweepRun(models.Model):
    """When a sweep last ran to its end, and since when and how often in a row it has failed.

    ``fault`` is the kind of the last failure alone: what it says may name people.
    """

    name = models.CharField(max_length=60, unique=True)
    ran_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(failures=0, failing_since=None, fault="")
                | (Q(failures__gte=1, failing_since__isnull=False) & ~Q(fault="")),
                name="desk_sweep_failing_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_stalled(self, limit: datetime) -> bool:
        """Whether it has not come to its end since ``limit``."""
        return self.ran_at is None or self.ran_at < limit
