"""A round's fund: what of its budget is set aside, promised and paid; and what moved it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q, Sum

from funding.grants import application_stages
from funding.grants.fund_arithmetic import Holdings, Kind
from funding.grants.models.rounds import Round
from funding.ledger.models import Entry, Leg
from kernel.money import Money


class FundQuerySet(models.QuerySet["Fund"]):
    def short(self) -> Self:
        """Funds of which a part is not set aside yet, those of the oldest rounds first."""
        return self.filter(closed_at=None, funded_minor__lt=F("budget_minor")).order_by(
            "opened_at", "pk"
        )

    def set_aside(self, currency: str) -> int:
        """What all funds have set aside and not promised, in minor units."""
        free = self.filter(currency=currency).aggregate(
            sum=Sum(F("funded_minor") - F("committed_minor"))
        )
        return int(free["sum"] or 0)


class Fund(models.Model):
    """The money of one round, in minor units. See ``fund_arithmetic`` for what the columns mean.

    A commitment is one conditional UPDATE of this row; whatever two people do at once, the check
    constraint holds.
    """

    round = models.OneToOneField(
        Round, primary_key=True, on_delete=models.PROTECT, related_name="fund"
    )
    currency = models.CharField(max_length=3)
    budget_minor = models.PositiveBigIntegerField()
    funded_minor = models.PositiveBigIntegerField(default=0)
    committed_minor = models.PositiveBigIntegerField(default=0)
    paid_minor = models.PositiveBigIntegerField(default=0)
    opened_at = models.DateTimeField()
    # From when nothing more is set aside for it, and nothing more is promised.
    closed_at = models.DateTimeField(null=True)

    objects = FundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    paid_minor__gte=0,
                    paid_minor__lte=F("committed_minor"),
                    committed_minor__lte=F("funded_minor"),
                    funded_minor__lte=F("budget_minor"),
                ),
                name="grants_fund_is_sound",
            ),
        ]

    def __str__(self) -> str:
        return f"fund of round {self.pk}"

    @property
    def holdings(self) -> Holdings:
        return Holdings(
            budget=self.budget_minor,
            funded=self.funded_minor,
            committed=self.committed_minor,
            paid=self.paid_minor,
        )

    @property
    def budget(self) -> Money:
        return Money(self.budget_minor, self.currency)

    @property
    def funded(self) -> Money:
        return Money(self.funded_minor, self.currency)

    @property
    def committed(self) -> Money:
        return Money(self.committed_minor, self.currency)

    @property
    def paid(self) -> Money:
        return Money(self.paid_minor, self.currency)

    @property
    def free(self) -> Money:
        """What can still be promised today."""
        return Money(self.holdings.free, self.currency)

    @property
    def left(self) -> Money:
        """What of the budget is not promised."""
        return Money(self.budget_minor - self.committed_minor, self.currency)


class MovementQuerySet(models.QuerySet["Movement"]):
    def by_account(self, fund: Fund) -> dict[str, int]:
        """What the entries of a fund's movements moved on each account; one query."""
        entries = self.filter(fund=fund).values("entry")
        rows = (
            Leg.objects.filter(entry__in=entries, currency=fund.currency)
            .values_list("account_id")
            .annotate(total=Sum("minor"))
        )
        return {code: int(total) for code, total in rows}

    def came_free(self, fund: Fund) -> int:
        """What of a fund was promised and is not any more, less what others were promised since."""
        freed = Q(kind__in=[Kind.RELEASE.value, Kind.RETURN.value])
        again = Q(kind=Kind.COMMITMENT.value) & Q(
            award__application__determination__outcome=application_stages.RESERVE
        )
        sums = self.filter(fund=fund).aggregate(
            freed=Sum("minor", filter=freed), again=Sum("minor", filter=again)
        )
        return int(sums["freed"] or 0) - int(sums["again"] or 0)


class Movement(models.Model):
    """One thing that moved a fund, and the entry in the books that it is. It never changes."""

    KINDS = [(kind.value, kind.value) for kind in Kind]

    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="movements")
    award = models.ForeignKey("Award", on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=10, choices=KINDS)
    minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = MovementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in Kind]), name="grants_movement_kind"
            ),
            models.CheckConstraint(condition=Q(minor__gt=0), name="grants_movement_moves"),
            models.UniqueConstraint(
                fields=["award"],
                condition=Q(kind=Kind.COMMITMENT.value),
                name="grants_movement_commits_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.minor} {self.currency}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)
