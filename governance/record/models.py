"""What waits for the record, its entries, the tree over them, and the checkpoints signed."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any, Self

from django.db import models
from django.db.models import Max

from governance.record.merkle import TILE_WIDTH
from governance.record.registry import UnknownType, entry_type


class TreeDamaged(Exception):
    """Hashes that the tree must have are not in the database."""


class Said(models.Model):
    """An entry's content: its type, its time and its exact bytes.

    ``data`` is canonical JSON; ``leaf_hash`` is the hex of SHA-256(0x00 ‖ data), by which
    everything else refers to the entry.
    """

    type = models.CharField(max_length=60)
    at = models.DateTimeField()
    data = models.BinaryField()

    class Meta:
        abstract = True

    @cached_property
    def content(self) -> dict[str, Any]:
        """The entry as the JSON object it is."""
        content: dict[str, Any] = json.loads(bytes(self.data))
        return content

    @property
    def sentence(self) -> str:
        """The entry in one plain sentence; its type's name where no app knows the type any more."""
        try:
            return entry_type(self.type).sentence(self.content)
        except UnknownType:
            return self.type


class Pending(Said):
    """An entry that was decided on and waits for its place. The order of ``pk`` is kept.

    Nothing here is unique: a write takes no lock.
    """

    leaf_hash = models.CharField(max_length=64, db_index=True)

    def __str__(self) -> str:
        return f"{self.type} {self.leaf_hash[:12]}"


class EntryQuerySet(models.QuerySet["Entry"]):
    def within(self, size: int) -> Self:
        """The entries of the tree of ``size``."""
        return self.filter(index__lt=size)

    def size(self) -> int:
        """How many entries have their place."""
        last: int | None = self.aggregate(last=Max("index"))["last"]
        return 0 if last is None else last + 1

    def bundled(self, number: int, width: int) -> list[bytes]:
        """The bytes of entry bundle ``number``. Raises ``TreeDamaged`` if one is missing."""
        first = number * TILE_WIDTH
        rows = self.filter(index__gte=first, index__lt=first + width).order_by("index")
        found = [bytes(data) for data in rows.values_list("data", flat=True)]
        if len(found) != width:
            raise TreeDamaged(f"bundle {number} has {len(found)} entries of {width}")
        return found


class Entry(Said):
    """One entry of the record, at its place in the tree. Append-only."""

    index = models.PositiveBigIntegerField(primary_key=True)
    leaf_hash = models.CharField(max_length=64, unique=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["type", "-index"], name="record_entry_of_type"),
            models.Index(fields=["at"], name="record_entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.index} {self.type}"


class TileQuerySet(models.QuerySet["Tile"]):
    def hashes(self, level: int, number: int, width: int) -> bytes:
        """The first ``width`` hashes of a tile, stored or still growing: 32 bytes each.

        Raises ``TreeDamaged`` if the tree does not reach that far.
        """
        if width == TILE_WIDTH:
            full = self.filter(level=level, number=number).values_list("hashes", flat=True).first()
            if full:
                return bytes(full)
        first, last = number * TILE_WIDTH, number * TILE_WIDTH + width
        if level == 0:
            leaves = Entry.objects.filter(index__gte=first, index__lt=last).order_by("index")
            found = [bytes.fromhex(leaf) for leaf in leaves.values_list("leaf_hash", flat=True)]
        else:
            below = self.filter(level=level - 1, number__gte=first, number__lt=last)
            roots = below.order_by("number").values_list("root", flat=True)
            found = [bytes(root) for root in roots]
        if len(found) != width:
            raise TreeDamaged(f"tile {level}/{number} has {len(found)} hashes of {width}")
        return b"".join(found)


class Tile(models.Model):
    """A full tile: 256 consecutive hashes of one level (C2SP tlog-tiles), and the root over them.

    Level 0 holds leaf hashes; level n + 1 holds the roots of level n's tiles. Append-only.
    """

    level = models.PositiveSmallIntegerField()
    number = models.PositiveBigIntegerField()
    hashes = models.BinaryField()
    root = models.BinaryField()

    objects = TileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "number"], name="record_tile_place"),
        ]

    def __str__(self) -> str:
        return f"tile {self.level}/{self.number}"


class CheckpointQuerySet(models.QuerySet["Checkpoint"]):
    def newest(self) -> Checkpoint | None:
        """The checkpoint of the largest tree."""
        return self.order_by("-size").first()

    def offered(self, size: int) -> list[Checkpoint]:
        """Checkpoints from before the one of ``size`` to choose from: the newest, and the first."""
        earlier = self.filter(size__lt=size, size__gt=0).order_by("-size")
        newest = list(earlier[:20])
        first = earlier.last()
        return [*newest, first] if first and first not in newest else newest


class Checkpoint(models.Model):
    """A tree head we signed: its size, the hex of its root, and the signed note. Append-only."""

    size = models.PositiveBigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    note = models.TextField()
    at = models.DateTimeField()

    objects = CheckpointQuerySet.as_manager()

    def __str__(self) -> str:
        return f"checkpoint of {self.size}"
