"""Published bytes as files under ``settings.PUBLIC_ROOT``, laid out as their URLs.

A web server can serve that tree with Django dead. A file appears whole or not at all, and what is
said never to change does not: that is checked here, for whoever writes.

Outside the tree, beside the keys, is one file more: the checkpoint that was published last. The
tree may be lost and the database be restored from an older backup; whoever signs has the keys, and
with them what says how far the record had come.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from django.conf import settings

REMEMBERED = "published-checkpoint"


class PublishedBytesDiffer(Exception):
    """Other bytes are already published under this path, and published bytes never change."""


def write_public(path: str, content: bytes) -> None:
    """Publish bytes that never change under ``path`` ("terms/no-stalking/1.0.0.json").

    Writing the same bytes again changes nothing. Raises ``PublishedBytesDiffer`` if others are
    there, ``ValueError`` for a path that is absolute or climbs.
    """
    target = public_path(path)
    if target.is_file() and target.read_bytes() == content:
        return
    with _temporary(target, content) as temporary:
        try:
            # A link, unlike a rename, never replaces what is there.
            os.link(temporary, target)
        except FileExistsError:
            if target.read_bytes() != content:
                raise PublishedBytesDiffer(f"other bytes are published as {path}") from None


def replace_public(path: str, content: bytes) -> None:
    """Publish bytes that do change under ``path`` ("record/checkpoint"): the old or the new.

    Raises ``ValueError`` for a path that is absolute or climbs.
    """
    target = public_path(path)
    if target.is_file() and target.read_bytes() == content:
        return
    with _temporary(target, content) as temporary:
        os.replace(temporary, target)


def read_public(path: str) -> bytes | None:
    """The bytes published under ``path``, or None."""
    try:
        return public_path(path).read_bytes()
    except FileNotFoundError:
        return None


def remember(checkpoint: bytes) -> None:
    """Keep the checkpoint that is published now outside the tree too."""
    with _temporary(_remembered(), checkpoint) as temporary:
        os.replace(temporary, _remembered())


def read_remembered() -> bytes | None:
    """The checkpoint that was published last, wherever the tree has gone since; or None."""
    try:
        return _remembered().read_bytes()
    except FileNotFoundError:
        return None


def forget() -> None:
    """Remember no published checkpoint any more."""
    _remembered().unlink(missing_ok=True)


def remove_public(path: str) -> None:
    """Remove the folder ``path``, whose files are part of a larger one published since."""
    shutil.rmtree(public_path(path), ignore_errors=True)


def public_path(path: str) -> Path:
    """The file that holds what is published under ``path``. Raises ``ValueError`` as above."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or not parts.parts or ".." in parts.parts or "\x00" in path:
        raise ValueError(f"not a path under the public root: {path!r}")
    return Path(settings.PUBLIC_ROOT, *parts.parts)


def _remembered() -> Path:
    return Path(settings.KEYS_DIR, REMEMBERED)


@contextmanager
def _temporary(target: Path, content: bytes) -> Iterator[Path]:
    """``content``, on disk, under a name beside ``target`` that is gone afterwards."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` last: without this a crash may forget a file's new name."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
