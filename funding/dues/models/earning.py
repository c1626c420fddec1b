"""Dues that cover more than a month: how much of them is earned, and how much was taken back."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Min, Q

from funding.dues import earning
from funding.ledger import chart
from funding.ledger.calendar_months import month_after, month_of
from funding.ledger.models import Entry
from kernel.money import Money

_FRESH = Q(earned_through=None)


class DeferralQuerySet(models.QuerySet["Deferral"]):
    def to_earn(self, month: date) -> Self:
        """Those that have something left and have not been looked at for ``month``, a first day."""
        return self.filter(
            Q(earned_through=None) | Q(earned_through__lt=month),
            total_minor__gt=F("earned_minor") + F("taken_back_minor"),
            starts_on__lt=month_after(month),
        )

    def first_to_earn(self) -> date | None:
        """The first day of the oldest month of which something is left to earn."""
        left = self.filter(
            total_minor__gt=F("earned_minor") + F("taken_back_minor"), starts_on__isnull=False
        ).aggregate(earned=Min("earned_through"), starts=Min("starts_on", filter=_FRESH))
        known = [month_after(left["earned"])] if left["earned"] else []
        known += [month_of(left["starts"])] if left["starts"] else []
        return min(known, default=None)


class Deferral(models.Model):
    """What was received with ``entry`` for months to come.

    ``starts_on`` is empty for a gift that nobody has accepted yet; ``income`` is the account that
    the parts are earned on. ``earned_through`` is the first day of the last month looked at.
    """

    INCOME = [(chart.DUES, chart.DUES), (chart.GIFTS, chart.GIFTS)]

    entry = models.OneToOneField(
        Entry, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    income = models.CharField(max_length=40, choices=INCOME)
    total_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    starts_on = models.DateField(null=True)
    months = models.PositiveSmallIntegerField()
    earned_minor = models.PositiveBigIntegerField(default=0)
    taken_back_minor = models.PositiveBigIntegerField(default=0)
    earned_through = models.DateField(null=True)

    objects = DeferralQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(total_minor__gte=F("earned_minor") + F("taken_back_minor")),
                name="dues_deferral_no_more_than_there_was",
            ),
            models.CheckConstraint(
                condition=Q(income__in=[chart.DUES, chart.GIFTS]), name="dues_deferral_income"
            ),
            models.CheckConstraint(condition=Q(months__gte=1), name="dues_deferral_has_months"),
        ]

    def __str__(self) -> str:
        return f"{self.total_minor} {self.currency}, {self.months} months"

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def earned(self) -> Money:
        return Money(self.earned_minor, self.currency)

    @property
    def taken_back(self) -> Money:
        return Money(self.taken_back_minor, self.currency)

    def due_in(self, month: date) -> Money:
        """What is to be earned now so that ``month`` and those before it are."""
        if self.starts_on is None:
            return Money(0, self.currency)
        by_then = earning.earned_by(
            month,
            starts_on=self.starts_on,
            months=self.months,
            total=self.total,
            taken_back=self.taken_back,
        )
        return by_then - self.earned
