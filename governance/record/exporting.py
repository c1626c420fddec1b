"""A static copy of the record in a folder, which any web server serves as it is.

Laid out as the record's URLs, with every checkpoint that was ever signed, the schemas of entries, a
page for people, and ``SHA256SUMS`` over all of it. ``docs/record.md`` describes the layout.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from governance.record import notes, reads, registry, signing, sums
from governance.record.canonical import canonical_bytes
from governance.record.copies import CHECKPOINTS, SCHEMAS
from governance.record.models import Checkpoint
from governance.record.sources import Folder

INDEX = "index.html"
# What changes from one export to the next; everything else stays as it was written.
_CHANGING = frozenset({INDEX, sums.SUMS, reads.CHECKPOINT, signing.DID_DOCUMENT})
_KNOWN = re.compile(
    rf"{re.escape(INDEX)}|{sums.SUMS}|{re.escape(signing.DID_DOCUMENT)}|{reads.CHECKPOINT}"
    rf"|{CHECKPOINTS}/[0-9]+|{SCHEMAS}/[a-z.-]+\.json"
    r"|record/tile/([0-9]+|entries)/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]+)?"
)
_TEMPORARY = re.compile(r"(.*/)?\.[0-9a-f]{16}\.export")

# How far it has come: files written, and the one just written.
Progress = Callable[[int, str], None]


class CannotExport(Exception):
    """Nothing was written: there is nothing to export, or the folder holds something else."""


def export(folder: Path, *, progress: Progress = lambda count, path: None) -> notes.TreeHead:
    """Write the published record into ``folder``, or extend the older copy that is there.

    Answers what was exported. The same record gives the same bytes, file by file. Raises
    ``CannotExport``, before anything is written, if the folder has other files, or a copy of
    another record or one that ours does not go on from; and for a file whose bytes differ from
    those it must have, where it meets one.
    """
    current = reads.published()
    row = Checkpoint.objects.filter(note=current.note).first() if current else None
    if current is None:
        raise CannotExport("nothing is published yet: the worker signs the first checkpoint")
    if row is None:
        raise CannotExport("the published checkpoint is not of this database")
    _check_folder(folder, current.head)
    written: dict[str, str] = {}
    for path, content in _files(current.head.size):
        _place(folder, path, content)
        written[path] = sums.digest(content)
        progress(len(written), path)
    # The list of sums goes last: until it is there, verifying the copy says that it is not whole.
    for path, content in (
        (signing.DID_DOCUMENT, canonical_bytes(reads.did_document(current.head.size))),
        (INDEX, _page(row, current)),
        (reads.CHECKPOINT, current.note.encode()),
    ):
        _place(folder, path, content)
        written[path] = sums.digest(content)
        progress(len(written), path)
    for path in [path for path in _names(folder) if path not in written and path != sums.SUMS]:
        if ".p/" in path or _TEMPORARY.fullmatch(path):
            (folder / path).unlink()  # what a tile was while it grew, or what was never finished
        else:
            # The schema of a kind that entries had once, say: they are still here.
            written[path] = sums.digest((folder / path).read_bytes())
    _remove_empty(folder)
    _place(folder, sums.SUMS, sums.text(written))
    return current.head


def _files(size: int) -> Iterator[tuple[str, bytes]]:
    """Everything that stays as it is, by path."""
    yield from reads.record_files(size)
    checkpoints = Checkpoint.objects.filter(size__lte=size).order_by("size")
    for of, note in checkpoints.values_list("size", "note").iterator():
        yield f"{CHECKPOINTS}/{of}", note.encode()
    for known in registry.registered():
        yield f"{SCHEMAS}/{known.name}.json", known.document(settings.PUBLIC_ORIGIN)


def _page(row: Checkpoint, current: reads.Published) -> bytes:
    context = {
        "origin": current.head.origin,
        "identity": settings.PUBLIC_ORIGIN,
        "size": current.head.size,
        "root": current.head.root.hex(),
        "at": row.at,
        "note": current.note,
        "verifiers": reads.verifiers(),
    }
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string("record/export.html", context).encode()


def _check_folder(folder: Path, now: notes.TreeHead) -> None:
    """Raise ``CannotExport`` unless ``folder`` is empty, or has a copy that ours goes on from."""
    if folder.exists() and not folder.is_dir():
        raise CannotExport(f"{folder} is not a folder")
    found = [path for path in _names(folder) if not _TEMPORARY.fullmatch(path)]
    for path in found:
        if not _KNOWN.fullmatch(path):
            raise CannotExport(f"{folder} has {path}, which is not of a copy of a record")
    for path in found:
        if path != reads.CHECKPOINT and not path.startswith(f"{CHECKPOINTS}/"):
            continue
        content = (folder / path).read_bytes().decode("utf-8", errors="replace")
        try:
            head = notes.parse_tree_head(notes.verify(content, reads.verifiers()))
        except notes.NoteInvalid as error:
            raise CannotExport(f"{path} in {folder} is not our checkpoint: {error}") from error
        if head.origin != now.origin:
            raise CannotExport(f"{folder} is a copy of {head.origin}, not of {now.origin}")
        if head.size > now.size:
            raise CannotExport(
                f"{folder} has {head.size:,} entries and this record {now.size:,}: it would fork"
            )
        if head.root != reads.tree_root(head.size):
            raise CannotExport(
                f"this record does not go on from {path} in {folder}, over {head.size:,} entries: "
                "it would fork"
            )


def _place(folder: Path, path: str, content: bytes) -> None:
    """Write a file, whole or not at all; what never changes is left as it is.

    Raises ``CannotExport`` if what never changes has other bytes there.
    """
    target = folder / path
    if target.is_file():
        if target.read_bytes() == content:
            return
        if path not in _CHANGING and not path.startswith(f"{SCHEMAS}/"):
            raise CannotExport(
                f"{path} in {folder} has other bytes: move it away, and find out why"
            )
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{secrets.token_hex(8)}.export")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _remove_empty(folder: Path) -> None:
    for inner, _folders, _names in os.walk(folder, topdown=False):
        if Path(inner) != folder and not os.listdir(inner):
            Path(inner).rmdir()


def _names(folder: Path) -> Iterator[str]:
    return Folder(folder).names() if folder.is_dir() else iter(())
