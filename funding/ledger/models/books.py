"""The books: accounts, and entries that the database itself will not let out of balance.

How an entry comes to be, in one transaction: the entry (whose key is that of a seal which does not
exist yet), its legs, then its seal. The entry's foreign key is checked at commit, so an entry
without a seal cannot be committed; the seal's trigger demands that the legs balance; and the legs'
trigger refuses a leg for an entry that is sealed, or that is not there. See ``triggers.py``.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Length, TruncMonth, Upper
from django.db.models.lookups import Exact

from funding.ledger.chart import AccountType
from funding.ledger.entries import START, LegSpec, Link
from funding.ledger.figures import Balance, Movement
from kernel.money import Money
from members.models import AbstractEvent

_TYPES = [(kind.value, kind.value) for kind in AccountType]


class Event(AbstractEvent):
    """What was done to the books, and by whom."""


class Account(models.Model):
    """A line of the chart (``chart.py``). Its code and type never change."""

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=10, choices=_TYPES)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(type__in=[kind.value for kind in AccountType]),
                name="ledger_account_type",
            )
        ]

    def __str__(self) -> str:
        return self.name


class SealQuerySet(models.QuerySet["Seal"]):
    def links(self) -> Iterator[tuple[Link, str]]:
        """Every sealed entry in order, as the chain hashes it, with the hash stored for it."""
        seals = self.order_by("position").select_related("entry__reverses__seal")
        for seal in seals.prefetch_related("entry__legs").iterator(chunk_size=500):
            entry = seal.entry
            yield (
                Link(
                    position=seal.position,
                    previous=seal.previous_hash,
                    effective_on=entry.effective_on,
                    concerns_on=entry.concerns_on,
                    description=entry.description,
                    legs=tuple(leg.as_spec() for leg in entry.legs.all()),
                    reverses=entry.reverses.seal.hash if entry.reverses else None,
                ),
                seal.hash,
            )


class Seal(models.Model):
    """What makes an entry final: its place in the chain, and the hash of everything up to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    position = models.PositiveBigIntegerField(unique=True)
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    objects = SealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(position__gte=1), name="ledger_seal_counts_from_one")
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.hash}"


class EntryQuerySet(models.QuerySet["Entry"]):
    def within(self, first: date, until: date) -> Self:
        """Entries that count for the days from ``first`` on and before ``until``."""
        return self.filter(effective_on__gte=first, effective_on__lt=until)

    def in_order(self) -> Self:
        """With their legs and seals, in the order of their days and then of the chain."""
        return (
            self.select_related("seal", "reverses__seal")
            .prefetch_related("legs__account")
            .order_by("effective_on", "seal__position")
        )


class Entry(models.Model):
    """Something that happened to the money. ``source_key`` names what caused it, for good.

    ``concerns_on`` is the day it happened on, where that was in a month that is closed by now:
    ``effective_on`` is then the first open day.
    """

    seal = models.OneToOneField(Seal, primary_key=True, on_delete=models.PROTECT)
    source_key = models.CharField(max_length=120, unique=True)
    # A sentence fit to publish: it is hashed into the chain. Never a name or an address.
    description = models.CharField(max_length=200)
    effective_on = models.DateField(db_index=True)
    concerns_on = models.DateField(null=True)
    posted_at = models.DateTimeField()
    reverses = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by"
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses=None) | ~Q(reverses=F("seal")), name="ledger_entry_not_itself"
            )
        ]

    def __str__(self) -> str:
        return self.description


class LegQuerySet(models.QuerySet["Leg"]):
    def trial_balance(self) -> list[Balance]:
        """Every account that anything was posted to, in order of type and code; one query.

        The amounts of each currency sum to zero: that is the check the name comes from.
        """
        rows = (
            self.values("account_id", "account__name", "account__type", "currency")
            .annotate(total=Sum("minor"))
            .order_by("account__type", "account_id", "currency")
        )
        return [
            Balance(
                code=row["account_id"],
                name=row["account__name"],
                type=AccountType(row["account__type"]),
                amount=Money(int(row["total"]), row["currency"]),
            )
            for row in rows
        ]

    def within(self, first: date, until: date) -> Self:
        """The legs of entries that count for the days from ``first`` on and before ``until``."""
        return self.filter(entry__effective_on__gte=first, entry__effective_on__lt=until)

    def by_month(self) -> list[Movement]:
        """What each month moved on each account, oldest first; one query."""
        rows = (
            self.annotate(month=TruncMonth("entry__effective_on"))
            .values_list("month", "account_id", "currency")
            .annotate(total=Sum("minor"))
            .order_by("month", "account_id", "currency")
        )
        return [
            Movement(month, code, Money(int(total), currency))
            for month, code, currency, total in rows
        ]


class Leg(models.Model):
    """One side of an entry: a signed amount on an account, debit positive, credit negative."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="legs")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="legs")
    minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    objects = LegQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(minor=0), name="ledger_leg_moves_something"),
            models.CheckConstraint(
                condition=Q(Exact(Length("currency"), 3), currency=Upper("currency")),
                name="ledger_leg_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.minor} {self.currency}"

    def as_spec(self) -> LegSpec:
        return LegSpec(self.account_id, self.amount)

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def credited(self) -> Money:
        """The amount as it stands in the column of credits."""
        return -self.amount


class ChainHeadQuerySet(models.QuerySet["ChainHead"]):
    def at(self) -> tuple[int, str]:
        """Position and hash of the last entry; of nothing at all, ``entries.START``."""
        return self.values_list("position", "hash").first() or START


class ChainHead(models.Model):
    """The one row that says where the chain ends. Sealing locks it, last and briefly."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    position = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    objects = ChainHeadQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="ledger_chain_has_one_head")]

    def __str__(self) -> str:
        return f"{self.position}: {self.hash}"
