"""The only writes to the record: submit an entry; give those that wait their place; sign; publish.

The last three are the sequencer's, in that order. Stopped between any two, the next run goes on:
an entry waits until the transaction that gives it its place, a tree is unsigned until one signs it,
and a checkpoint leaves the house only after the transaction that signed it has committed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from governance.record import merkle, notes, reads
from governance.record.canonical import canonical_bytes, timestamp
from governance.record.models import Checkpoint, Entry, Pending, Tile
from governance.record.public_files import (
    forget,
    remember,
    remove_public,
    replace_public,
    write_public,
)
from governance.record.record_types import KEY_LISTED
from governance.record.registry import BodyInvalid, entry_type
from governance.record.signing import (
    DID_DOCUMENT,
    KeyMissing,
    key_files,
    log_origin,
    make_next_key,
    signer,
)

# An entry's length is written in two bytes in the bundles that monitors read.
LONGEST = 65_535
# Entries given their places in one transaction: other writers wait for it on SQLite, and it is what
# the sequencer holds in memory.
BATCH = merkle.TILE_WIDTH

_REMEMBERED = "the checkpoint published last"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Whoever extends the log holds this PostgreSQL advisory lock: "record" in ASCII.
_WRITER_LOCK = int.from_bytes(b"record", "big")


class WouldFork(Exception):
    """The log cannot go on from what was last published: nothing was signed.

    Most likely the database was restored from a backup older than the published checkpoint. The
    missing entries are under the public root, in the bundles of ``record/tile/entries``. Where that
    is lost too, the checkpoint that was published last is still known beside the keys.
    """


def submit(*, type: str, body: Mapping[str, Any], at: datetime) -> Pending:
    """Hand the record one entry, in the caller's transaction; the sequencer gives it its place.

    The entry is ``{"type": type, "at": at, **body}`` in canonical form. Its ``leaf_hash`` is known
    at once: keep it to link to the entry. The same entry (same type, second and body) twice is
    recorded once. Takes no lock. Raises ``UnknownType``, and ``BodyInvalid`` for a body that does
    not fit its type's schema, names an address that is not ours, or is longer than 65,535 bytes.
    """
    entry_type(type).check(body)
    for text in _texts(body):
        if _CONTROL.search(text):
            raise BodyInvalid(f"{type}: a control character in {text!r}")
        if "://" in text and not text.startswith(f"{settings.PUBLIC_ORIGIN}/"):
            raise BodyInvalid(f"{type}: {text} is not under {settings.PUBLIC_ORIGIN}")
    data = canonical_bytes({"type": type, "at": timestamp(at), **body})
    if len(data) > LONGEST:
        raise BodyInvalid(f"{type}: an entry of {len(data)} bytes; {LONGEST} is the most")
    return Pending.objects.create(
        # What the entry says, and no finer.
        type=type,
        at=at.replace(microsecond=0),
        data=data,
        leaf_hash=merkle.leaf_hash(data).hex(),
    )


def rotate_key(*, purpose: str, at: datetime) -> str:
    """Make the next key of ``purpose`` ("record", "terms"); answers its name ("record-2").

    It signs once the record lists it. Stopped halfway, it is finished by calling this again, or by
    the sweep that lists keys; until then nothing is made twice.
    """
    name = make_next_key(purpose)
    list_keys(at=at)
    return name


@transaction.atomic
def list_keys(*, at: datetime) -> int:
    """Submit an entry for each of our keys that the record does not list yet; answers how many.

    Raises ``KeyMissing`` if a file holds another key than the record lists under its name.
    """
    _only_writer(wait=True)
    listed = {name: key.multibase for name, key in reads.listed_keys(Entry.objects.size()).items()}
    for row in Pending.objects.filter(type=KEY_LISTED.name):
        said = row.content
        listed[f"{said['purpose']}-{said['number']}"] = said["publicKeyMultibase"]
    submitted = 0
    before: dict[str, int] = {}
    for key in key_files():
        if key.fragment not in listed:
            submit(
                type=KEY_LISTED.name,
                body={
                    "purpose": key.purpose,
                    "number": key.number,
                    "publicKeyMultibase": key.multibase,
                    **({"replaces": before[key.purpose]} if key.purpose in before else {}),
                },
                at=at,
            )
            submitted += 1
        elif listed[key.fragment] != key.multibase:
            raise KeyMissing(
                f"{key.fragment}.pem is not the key that the record lists as {key.fragment}: "
                f"put the right file back, or move this one away"
            )
        before[key.purpose] = key.number
    return submitted


def newest_waiting() -> int | None:
    """The last of the entries that wait now, for :func:`integrate`; None if none waits."""
    return Pending.objects.order_by("-pk").values_list("pk", flat=True).first()


def integrate(*, upto: int) -> int:
    """Give the oldest entries that wait, up to the one numbered ``upto``, their places in the tree.

    One transaction takes at most ``BATCH`` of them; answers how many. Zero when none is left, or
    while another process is at it. An entry that is there already is not recorded again. Raises
    ``WouldFork``.
    """
    with transaction.atomic(durable=True):
        if not _only_writer():
            return 0
        waiting = list(Pending.objects.filter(pk__lte=upto).order_by("pk")[:BATCH])
        if not waiting:
            return 0
        size = Entry.objects.size()
        _check_goes_on_from(_known_heads(), size)
        # One of each: the first of equal ones counts.
        fresh = {row.leaf_hash: row for row in reversed(waiting)}
        for known in Entry.objects.filter(leaf_hash__in=fresh).values_list("leaf_hash", flat=True):
            del fresh[known]
        rows = sorted(fresh.values(), key=lambda row: row.pk)
        Entry.objects.bulk_create(
            Entry(index=index, type=row.type, at=row.at, data=row.data, leaf_hash=row.leaf_hash)
            for index, row in enumerate(rows, start=size)
        )
        _store_full_tiles(size, size + len(rows))
        Pending.objects.filter(pk__in=[row.pk for row in waiting]).delete()
    return len(waiting)


def sign(*, at: datetime) -> Checkpoint | None:
    """Sign the tree as it stands; None if that is signed already, or another process is at it.

    Raises ``WouldFork``, and ``KeyMissing`` without a key.
    """
    with transaction.atomic(durable=True):
        if not _only_writer():
            return None
        size = Entry.objects.size()
        last = Checkpoint.objects.newest()
        if last and last.size == size:
            return None
        _check_goes_on_from(_known_heads(), size)
        root = reads.tree_root(size)
        _, key = signer("record")
        head = notes.TreeHead(log_origin(), size, root)
        note = notes.sign(head.text, name=log_origin(), key=key)
        return Checkpoint.objects.create(size=size, root=root.hex(), note=note, at=at)


def publish() -> bool:
    """Publish the newest checkpoint, after the tiles it stands on, as files. True if it was news.

    Raises ``WouldFork`` if what is published already is not from this database.
    """
    current = reads.published()
    newest = Checkpoint.objects.newest()
    if newest is None or (current and current.note == newest.note):
        return False
    # What is known now, the newest goes on from that is read after it: another process may sign
    # and publish at any moment.
    known = _known_heads()
    newest = Checkpoint.objects.newest() or newest
    published = current.head.size if current else 0
    if current and published >= newest.size:
        raise WouldFork(
            f"{published} entries are published, and this database has signed {newest.size}"
        )
    _check_goes_on_from(known, newest.size)
    full = []
    for path, content in reads.files_between(published, newest.size):
        write_public(path, content)
        if ".p/" not in path:
            full.append(path)
    document = canonical_bytes(reads.did_document(newest.size))
    # One at a time, so that a slow process never puts an older checkpoint over a newer one.
    with transaction.atomic(durable=True):
        if not _only_writer() or reads.published_size() > newest.size:
            return False
        replace_public(DID_DOCUMENT, document)
        remember(newest.note.encode())
        replace_public(reads.CHECKPOINT, newest.note.encode())
        # What they were while they grew: the checkpoint before stood on that.
        for path in full:
            remove_public(f"{path}.p")
    return True


def check_goes_on() -> None:
    """Raise ``WouldFork`` unless this database goes on from the checkpoint published last.

    That one is known beside the keys, even where the public root is empty.
    """
    newest = Checkpoint.objects.newest()
    size = newest.size if newest else 0
    if head := _verified(_REMEMBERED, reads.remembered):
        _check_fits(_REMEMBERED, head, merkle.TileReader(size, Tile.objects.hashes))


def give_up_published(*, size: int) -> None:
    """Forget that a checkpoint of ``size`` was published last, so that the record may fork there.

    For when its entries are lost for good. Raises ``ValueError`` if it was of another size.
    """
    last = reads.remembered()
    if last is None or last.head.size != size:
        raise ValueError(f"what was published last is not a record of {size} entries")
    forget()


def _known_heads() -> dict[str, notes.TreeHead]:
    """What was published last, and what was signed last. Raises ``WouldFork`` if it is not ours."""
    heads = {}
    for name, find in (
        ("the published checkpoint", reads.published),
        (_REMEMBERED, reads.remembered),
    ):
        if head := _verified(name, find):
            heads[name] = head
    if last := Checkpoint.objects.newest():
        heads["the last checkpoint"] = notes.TreeHead(
            log_origin(), last.size, bytes.fromhex(last.root)
        )
    return heads


def _check_goes_on_from(heads: Mapping[str, notes.TreeHead], size: int) -> None:
    """Raise ``WouldFork`` unless our tree of ``size`` goes on from each of ``heads``."""
    read = merkle.TileReader(size, Tile.objects.hashes)
    for name, head in heads.items():
        _check_fits(name, head, read)


def _verified(name: str, find: Callable[[], reads.Published | None]) -> notes.TreeHead | None:
    """What the checkpoint that ``find`` answers says. Raises ``WouldFork`` if it is not ours."""
    try:
        if found := find():
            notes.verify(found.note, reads.verifiers())
            return found.head
    except notes.NoteInvalid as error:
        raise WouldFork(f"{name} cannot be verified: {error}") from error
    return None


def _check_fits(name: str, head: notes.TreeHead, read: merkle.TileReader) -> None:
    """Raise ``WouldFork`` unless the tree that ``read`` reads goes on from ``head``."""
    if head.origin != log_origin():
        raise WouldFork(f"{name} is of the log {head.origin}, and this one is {log_origin()}")
    if head.size > read.size:
        raise WouldFork(f"{name} has {head.size} entries, and this database has {read.size}")
    if head.size == 0:
        return  # every tree goes on from the empty one
    try:
        merkle.verify_consistency(
            old=head.size,
            old_root=head.root,
            new=read.size,
            new_root=merkle.tree_root(read.size, read),
            proof=merkle.consistency_proof(head.size, read.size, read),
        )
    except merkle.DoesNotVerify as error:
        raise WouldFork(f"{name} does not fit this database: {error}") from error


def _store_full_tiles(old: int, new: int) -> None:
    """Store the tiles that growing from ``old`` to ``new`` entries filled, from the leaves up."""
    level = 0
    while new:
        filled = range(old // merkle.TILE_WIDTH, new // merkle.TILE_WIDTH)
        for number in filled:
            hashes = Tile.objects.hashes(level, number, merkle.TILE_WIDTH)
            root = merkle.tile_root(hashes)
            Tile.objects.create(level=level, number=number, hashes=hashes, root=root)
        level, old, new = level + 1, filled.start, filled.stop


def _only_writer(*, wait: bool = False) -> bool:
    """Whether this transaction alone may extend the log; with ``wait``, once it may.

    On SQLite every write transaction is alone.
    """
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITER_LOCK])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_WRITER_LOCK])
        return bool(cursor.fetchone()[0])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
