"""``manage.py verify_record https://commons.example.org`` or ``… folder``: check all of a record.

Needs no database: a copy of the record proves itself. ``docs/record.md`` says how.
"""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.core.management.base import BaseCommand, CommandError

from governance.record import multikey
from governance.record.copies import Source
from governance.record.findings import Findings
from governance.record.sources import Folder, Site, Unreadable
from governance.record.verification import verify


class Command(BaseCommand):
    help = (
        "Check a copy of a public record, in a folder or over HTTP: every tile, entry, signature "
        "and checkpoint, against each other and against the checkpoints kept from earlier runs."
    )
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("copy", help="the address of a site or mirror, or a folder")
        parser.add_argument(
            "--identity",
            "--origin",
            default="",
            metavar="URL",
            help="the address that the record names itself by, if it is read from another",
        )
        keeping = parser.add_mutually_exclusive_group()
        keeping.add_argument(
            "--keep",
            type=Path,
            default=None,
            metavar="DIR",
            help="where checkpoints are kept from run to run, instead of your own state folder",
        )
        keeping.add_argument(
            "--no-keep", action="store_true", help="compare with no earlier run, and keep nothing"
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="answer in JSON")

    def handle(
        self,
        *,
        copy: str,
        identity: str,
        keep: Path | None,
        no_keep: bool,
        as_json: bool,
        **options: Any,
    ) -> None:
        source, identity = _opened(copy, identity)
        kept = _Kept(None if no_keep else keep or _state_folder())
        try:
            findings = verify(source, identity=identity, kept=kept.of, progress=_Progress())
        except Unreadable as error:
            raise CommandError(f"The record cannot be read: {error}.") from error
        if findings.holds:
            kept.add(findings)
        if as_json:
            self.stdout.write(json.dumps(_described(findings), indent=2, ensure_ascii=False))
        elif findings.holds:
            self.stdout.write(findings.sentence)
        if not as_json:
            for remark in findings.remarks:
                self.stderr.write(remark, self.style.WARNING)
            for fault in findings.faults if len(findings.faults) > 1 else ():
                self.stderr.write(f"{fault}.")
        if not findings.holds:
            raise CommandError(findings.sentence)


class _Kept:
    """The checkpoints that the reader keeps, those of each log in a folder of its own."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def of(self, origin: str) -> Iterator[tuple[str, bytes]]:
        """Those of the log ``origin``, and where each is."""
        for path in sorted(self._place(origin).glob("*.checkpoint")) if self._folder else ():
            try:
                yield str(path), path.read_bytes()
            except OSError as error:
                raise CommandError(f"{path} cannot be read: {error.strerror}.") from error

    def add(self, findings: Findings) -> None:
        """Keep the checkpoint that was just verified."""
        if self._folder is None or findings.head is None:
            return
        path = self._place(findings.origin) / f"{findings.head.size}.checkpoint"
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(findings.note, encoding="utf-8")
            temporary.replace(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be kept: {error.strerror}.") from error

    def _place(self, origin: str) -> Path:
        return Path(self._folder or "", quote(origin, safe=""))


class _Progress:
    """A line on a terminal that says how far it is, about once a second."""

    def __init__(self) -> None:
        self._next = time.monotonic() + 1
        self._shown = False

    def __call__(self, done: int, total: int) -> None:
        if done < total and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 1
        if done < total or self._shown:
            end = "\r" if sys.stderr.isatty() and done < total else "\n"
            sys.stderr.write(f"Checked {done:,} of {total:,} entries.{end}")
            sys.stderr.flush()
            self._shown = True


def _opened(copy: str, identity: str) -> tuple[Source, str]:
    """The source that ``copy`` names, and the identity it must have; "" for the one it names."""
    if identity:
        identity = identity.rstrip("/")
        try:
            multikey.did_web(identity)
        except ValueError as error:
            raise CommandError(f"--identity: {identity} is not a site's address.") from error
    if "://" not in copy:
        if not Path(copy).is_dir():
            raise CommandError(f"{copy} is neither a folder nor an http or https address.")
        return Folder(Path(copy)), identity
    try:
        site = Site(copy)
    except ValueError as error:
        raise CommandError(f"{error}.") from error
    return site, identity or site.origin


def _state_folder() -> Path:
    """Where programs of this user keep what they know from run to run."""
    state = os.environ.get("XDG_STATE_HOME", "")
    folder = Path(state) if state.startswith("/") else Path.home() / ".local/state"
    return folder / "customer-commons/checkpoints"


def _described(findings: Findings) -> dict[str, Any]:
    return {
        "holds": findings.holds,
        "sentence": findings.sentence,
        "origin": findings.origin,
        "size": findings.head.size if findings.head else None,
        "root": findings.head.root.hex() if findings.head else None,
        "checked": {
            "entries": findings.entries,
            "tiles": findings.tiles,
            "checkpoints": findings.checkpoints,
            "kept": findings.kept,
            "documents": findings.documents,
            "keys": findings.keys,
            "files": findings.files,
        },
        "remarks": findings.remarks,
        "faults": [{"path": fault.path, "fault": fault.sentence} for fault in findings.faults],
        "unnamed_faults": findings.unnamed,
    }
