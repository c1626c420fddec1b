"""What was done, and the plans one can choose."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from funding.dues.plans import Interval, Level
from kernel.money import Money
from members.models import AbstractEvent


class Event(AbstractEvent):
    """What was done to plans, checkouts and subscriptions, and by whom."""


class ScaleQuerySet(models.QuerySet["Scale"]):
    def in_force(self) -> Scale | None:
        """What was decided last."""
        return self.order_by("-pk").first()


class Scale(models.Model):
    """One decision about the amounts: the founding file, and from then on adopted proposals.

    ``basis`` is empty for the file, else the address of the proposal. The plans that it changed are
    new plans; nobody's own amount changes by it.
    """

    basis = models.CharField(max_length=200, unique=True, blank=True)
    adopted_at = models.DateTimeField()
    waivers_each_year = models.PositiveIntegerField()

    objects = ScaleQuerySet.as_manager()

    def __str__(self) -> str:
        return self.basis or "founding"


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
