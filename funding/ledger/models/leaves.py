"""What somebody paid, ready to be proven: a leaf of its day's tree, hidden by a salt."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from funding.ledger.models.books import Entry
from kernel.money import Money


def new_salt() -> str:
    """32 random bytes in hex: they belong to whoever paid, and nobody else is shown them."""
    return secrets.token_hex(32)


class PaymentLeaf(models.Model):
    """That an entry is what one person paid, and the salt that hides it among the day's others."""

    entry = models.OneToOneField(
        Entry, primary_key=True, on_delete=models.PROTECT, related_name="leaf"
    )
    salt = models.CharField(max_length=64, unique=True, default=new_salt, editable=False)
    minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minor__gt=0), name="ledger_leaf_paid_something")
        ]

    def __str__(self) -> str:
        return f"{self.minor} {self.currency}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)
