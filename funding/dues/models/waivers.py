"""Membership without dues, what pays for it, and who wants to be told when there is some."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q, Sum

from kernel.money import Money
from members.models import Person


class Pot(models.Model):
    """What of the pay-it-forward pot is still free, to the moment: what a waiver is taken from.

    The books hear of waivers as a month's total only, so that nobody can read from them when one
    was granted: the account there has as much, and the waivers of the running month more. It is
    below zero where a bank takes back what was spent already.
    """

    currency = models.CharField(max_length=3, primary_key=True)
    free_minor = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.currency


class WaiverYear(models.Model):
    """How many waivers were granted in one calendar year, and how many there are at most."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    granted = models.PositiveIntegerField(default=0)
    most = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(granted__lte=F("most")), name="dues_waivers_no_more_than_there_are"
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)


class WaiverQuerySet(models.QuerySet["Waiver"]):
    def cost_between(self, first: date, after: date, currency: str) -> Money:
        """What the waivers cost that were granted on days from ``first`` until before ``after``."""
        granted = self.filter(granted_on__gte=first, granted_on__lt=after, currency=currency)
        return Money(int(granted.aggregate(sum=Sum("cost_minor"))["sum"] or 0), currency)


class Waiver(models.Model):
    """That somebody is a member without paying, for these days. No reason: none is asked for.

    Nobody but that person ever sees it: not in a page, the API, a list, an event or a subject.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="waivers")
    starts_on = models.DateField()
    ends_on = models.DateField()
    cost_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    granted_on = models.DateField()

    objects = WaiverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="dues_waiver_has_days"
            ),
            models.UniqueConstraint(
                fields=["person", "starts_on"], name="dues_waiver_once_from_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.ends_on}"


class WaiverWish(models.Model):
    """That somebody wants to be told when there is a waiver again. Removed when they are."""

    person = models.OneToOneField(
        Person, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d}"
