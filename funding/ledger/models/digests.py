"""What was told to the public record: the digest of each day."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from funding.ledger import digests
from funding.ledger.digests import Paid, Tree
from funding.ledger.models.books import Entry
from funding.ledger.models.leaves import PaymentLeaf


class DigestQuerySet(models.QuerySet["Digest"]):
    def with_entry(self, entry: Entry) -> Digest | None:
        """The digest that ``entry`` is in; None until its day is over and was told."""
        position = entry.seal.position
        return self.filter(first_position__lte=position, last_position__gte=position).first()


class Digest(models.Model):
    """The books at the end of a UTC day. Each goes on where the one before it ended.

    ``content`` is the whole entry of the public record, ``leaf_hash`` what it is found by there.
    """

    day = models.DateField(primary_key=True)
    first_position = models.PositiveBigIntegerField(unique=True)
    last_position = models.PositiveBigIntegerField(unique=True)
    chain_head = models.CharField(max_length=64)
    root = models.CharField(max_length=64)
    payments = models.PositiveIntegerField()
    content = models.JSONField()
    leaf_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    objects = DigestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_position__gte=F("first_position")),
                name="ledger_digest_has_entries",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.leaf_hash}"

    @property
    def entries(self) -> int:
        return self.last_position - self.first_position + 1

    def tree(self) -> Tree:
        """The tree over the payments of this day, with every salt: for its payers, one each."""
        return tree_between(self.first_position, self.last_position)

    def proof(self, entry: Entry) -> dict[str, Any]:
        """How whoever paid ``entry`` proves it. Raises ``LookupError`` if nobody did."""
        return digests.proof_of(self.tree(), entry.seal.hash, record_entry=self.content)


def tree_between(first: int, last: int) -> Tree:
    """The tree over the payments among these entries of the chain."""
    leaves = PaymentLeaf.objects.filter(
        entry__seal__position__gte=first, entry__seal__position__lte=last
    )
    return digests.grow(
        Paid(entry=leaf.entry.seal.hash, salt=leaf.salt, amount=leaf.amount)
        for leaf in leaves.select_related("entry__seal")
    )
