"""What the record answers: only what is under the checkpoint that was last published.

The published checkpoint is the file ``record/checkpoint`` under the public root, not a row: the
file is what left the house, and it outlives a database that is restored from an older backup.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from governance.record import merkle, notes
from governance.record.canonical import canonical_bytes
from governance.record.models import Checkpoint, Entry, Tile
from governance.record.notes import TreeHead, Verifier
from governance.record.public_files import read_public, read_remembered
from governance.record.record_types import KEY_LISTED
from governance.record.signing import (
    DID_DOCUMENT,
    Key,
    all_keys,
    describe,
    key_files,
    key_of,
    log_origin,
)
from governance.record.tlog_proof import TlogProof

CHECKPOINT = "record/checkpoint"


@dataclass(frozen=True, slots=True)
class Published:
    """The last published checkpoint: the signed note, and what it says."""

    note: str
    head: TreeHead


def published() -> Published | None:
    """The last published checkpoint; None before the first.

    Raises ``NoteInvalid`` if the file is not a checkpoint.
    """
    return _parsed(read_public(CHECKPOINT))


def remembered() -> Published | None:
    """The checkpoint that was published last, as it is kept beside the keys; None before the first.

    Raises ``NoteInvalid`` if the file is not a checkpoint.
    """
    return _parsed(read_remembered())


def published_size() -> int:
    """How many entries the published record has."""
    current = published()
    return current.head.size if current else 0


def published_at() -> Checkpoint | None:
    """The row of the published checkpoint, which says when it was signed."""
    return Checkpoint.objects.filter(size=published_size()).first()


def signed_at(size: int) -> str | None:
    """The checkpoint that we signed over the first ``size`` entries; None if there was none."""
    if size > published_size():
        return None
    return Checkpoint.objects.filter(size=size).values_list("note", flat=True).first()


def verifiers() -> list[Verifier]:
    """The keys, present and past, that our checkpoints are signed by."""
    return [Verifier(log_origin(), key.public) for key in all_keys() if key.purpose == "record"]


def listed_keys(size: int) -> dict[str, Key]:
    """The keys, by name, that the first ``size`` entries list."""
    rows = Entry.objects.within(size).filter(type=KEY_LISTED.name).order_by("index")
    said = [json.loads(bytes(data)) for data in rows.values_list("data", flat=True)]
    keys = [key_of(one["purpose"], one["number"], one["publicKeyMultibase"]) for one in said]
    return {key.fragment: key for key in keys}


def did_document(size: int) -> dict[str, Any]:
    """What ``did.json`` says beside a checkpoint of ``size``: the keys that its entries list.

    For a purpose that they list no key for, as before the first one, those of our files.
    """
    listed = listed_keys(size).values()
    purposes = {key.purpose for key in listed}
    return describe([*listed, *(key for key in key_files() if key.purpose not in purposes)])


def tree_root(size: int) -> bytes:
    """The root over the first ``size`` entries."""
    return merkle.tree_root(size, merkle.TileReader(size, Tile.objects.hashes))


def proof_for(leaf_hash: str) -> str | None:
    """The ``.tlog-proof`` that the entry of this hash (hex) is in the published record.

    It carries the entry itself. None if the entry is unknown, or waits for the next checkpoint.
    """
    current = published()
    if current is None:
        return None
    size = current.head.size
    entry = Entry.objects.within(size).filter(leaf_hash=leaf_hash).first()
    if entry is None:
        return None
    return inclusion(entry, current).text()


def inclusion(entry: Entry, under: Published) -> TlogProof:
    """The proof that ``entry`` is ``under`` that checkpoint, with the entry itself as extra."""
    size = under.head.size
    path = merkle.inclusion_proof(entry.index, size, merkle.TileReader(size, Tile.objects.hashes))
    return TlogProof(entry.index, tuple(path), under.note, bytes(entry.data))


def tile(level: int, number: int, width: int) -> bytes | None:
    """The first ``width`` hashes of a tile; None if the published tree has fewer there."""
    if width > merkle.tile_width(published_size(), level, number):
        return None
    return Tile.objects.hashes(level, number, width)


def entry_bundle(number: int, width: int) -> bytes | None:
    """The first ``width`` entries of a bundle; None if the published tree has fewer there."""
    if width > merkle.tile_width(published_size(), 0, number):
        return None
    return merkle.bundle(Entry.objects.bundled(number, width))


def files_between(old: int, new: int) -> Iterator[tuple[str, bytes]]:
    """Each tile and bundle, by path, that a tree of ``new`` has and one of ``old`` had not."""
    level = 0
    while new >> (merkle.TILE_HEIGHT * level):
        first = (old >> (merkle.TILE_HEIGHT * level)) // merkle.TILE_WIDTH
        number = first
        while width := merkle.tile_width(new, level, number):
            yield from _tile_files(level, number, width)
            number += 1
        level += 1


def public_files() -> Iterator[tuple[str, bytes]]:
    """Every file the record has published, by path, as this database and the keys make it.

    The checkpoint is the published one if it is one that this database signed, else the newest.
    """
    newest = Checkpoint.objects.newest()
    if newest is None:
        return
    yield from record_files(newest.size)
    note = (read_public(CHECKPOINT) or b"").decode("utf-8", errors="replace")
    current = Checkpoint.objects.filter(note=note).first() or newest
    yield DID_DOCUMENT, canonical_bytes(did_document(current.size))
    yield CHECKPOINT, current.note.encode()


def record_files(size: int) -> Iterator[tuple[str, bytes]]:
    """Each tile and bundle of the tree of ``size``, and those that are not full as they grew."""
    yield from files_between(0, size)
    yield from _grown_files(size)


def _parsed(content: bytes | None) -> Published | None:
    if content is None:
        return None
    note = content.decode("utf-8", errors="replace")
    text, _, _ = note.rpartition("\n\n")
    return Published(note, notes.parse_tree_head(f"{text}\n"))


def _grown_files(size: int) -> Iterator[tuple[str, bytes]]:
    """The tiles that are not full, as they were under earlier checkpoints."""
    sizes = list(Checkpoint.objects.filter(size__lt=size).values_list("size", flat=True))
    level = 0
    while whole := size >> (merkle.TILE_HEIGHT * level):
        number = whole // merkle.TILE_WIDTH
        widths = {merkle.tile_width(earlier, level, number) for earlier in sizes}
        for width in sorted(widths - {0, merkle.tile_width(size, level, number)}):
            yield from _tile_files(level, number, width)
        level += 1


def _tile_files(level: int, number: int, width: int) -> Iterator[tuple[str, bytes]]:
    """A tile, and at the level of the leaves the bundle of its entries, by path."""
    path = merkle.tile_path(level, number, width)
    yield f"record/{path}", Tile.objects.hashes(level, number, width)
    if level == 0:
        path = merkle.tile_path("entries", number, width)
        yield f"record/{path}", merkle.bundle(Entry.objects.bundled(number, width))
