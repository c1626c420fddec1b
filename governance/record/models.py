"""What waits for the record, its entries, the tree over them, and the checkpoints signed."""

from __future__ import annotations

from typing import Self

from django.db import models


class Pending(models.Model):
    """An entry that was decided on and waits to be sequenced. The order of ``pk`` is kept.

    ``data`` is the entry's canonical JSON; ``leaf_hash`` is the hex of SHA-256(0x00 ‖ data), by
    which everything else refers to the entry. Nothing here is unique: a write takes no lock.
    """

    type = models.CharField(max_length=60)
    at = models.DateTimeField()
    data = models.BinaryField()
    leaf_hash = models.CharField(max_length=64, db_index=True)

    def __str__(self) -> str:
        return f"{self.type} {self.leaf_hash[:12]}"


class EntryQuerySet(models.QuerySet["Entry"]):
    def within(self, size: int) -> Self:
        """The entries of the tree of ``size``."""
        return self.filter(index__lt=size)

    def newest_first(self) -> Self:
        return self.order_by("-index")


class Entry(models.Model):
    """One entry of the record, at its place in the tree. Append-only."""

    index = models.PositiveBigIntegerField(primary_key=True)
    type = models.CharField(max_length=60)
    at = models.DateTimeField()
    data = models.BinaryField()
    leaf_hash = models.CharField(max_length=64, unique=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["type", "-index"], name="record_entry_of_type"),
            models.Index(fields=["at"], name="record_entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.index} {self.type}"


class Tile(models.Model):
    """A full tile: 256 consecutive hashes of one level (C2SP tlog-tiles), and the root over them.

    Level 0 holds leaf hashes; level n + 1 holds the roots of level n's tiles. Append-only.
    """

    level = models.PositiveSmallIntegerField()
    number = models.PositiveBigIntegerField()
    hashes = models.BinaryField()
    root = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "number"], name="record_tile_place"),
        ]

    def __str__(self) -> str:
        return f"tile {self.level}/{self.number}"


class Checkpoint(models.Model):
    """A tree head we signed: its size, the hex of its root, and the signed note. Append-only."""

    size = models.PositiveBigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    note = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint of {self.size}"
