"""Rebuild the public tree from the database and prove it identical: ``manage.py publish``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import HttpRequest
from django.urls import resolve
from django.utils import timezone

from governance.record import actions, reads
from governance.record.public_files import PublishedBytesDiffer, public_path, write_public
from governance.terms import actions as terms
from governance.terms.models import Version
from governance.voting import actions as voting
from governance.voting.models import Poll
from members.models import Program

# What the web server reads beside the tree: headers that it cannot derive from a file.
HEADERS_MAP = "headers.map"
PUBLISH = Program("publish")
MAPS = {
    "published_etag": "ETag",
    "published_link": "Link",
    "published_deprecation": "Deprecation",
}


class Command(BaseCommand):
    help = (
        "Write the published files that are missing under PUBLIC_ROOT, check the others byte for "
        "byte, and write the headers that nginx cannot derive. Versions that lack a format made "
        "since get it. Never overwrites a published file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--give-up",
            type=int,
            metavar="SIZE",
            help="let the record fork: its entries up to SIZE were published and are lost for good",
        )

    def handle(self, *args: Any, give_up: int | None, **options: Any) -> None:
        if give_up is not None:
            _give_up(give_up)
        _refuse_to_fork()
        added = 0
        for version in Version.objects.incomplete():
            added += len(
                terms.add_missing_renditions(version=version, by=PUBLISH, at=timezone.now())
            )
        if added:
            self.stdout.write(f"{added} renditions of versions published earlier were added.")
        # What is in the tree now is in the database by the time it is read.
        found = set(_tree())
        expected, written, differing = set(), 0, []
        headers: dict[str, tuple[str, ...]] = {}
        for path, content in chain(reads.public_files(), _terms(), _polls()):
            expected.add(path)
            written += not public_path(path).exists()
            try:
                write_public(path, content)
            except (PublishedBytesDiffer, IsADirectoryError):
                differing.append(path)
            if not path.startswith(("record/", ".well-known/")):
                headers[path] = _headers(path)
        for path in sorted(found - expected):
            if public_path(path).exists():
                self.stdout.write(f"not of this site, and kept: {path}")
        if differing:
            named = "".join(f"\n  {path}" for path in sorted(differing))
            raise CommandError(
                f"Of {len(expected)} published files, {len(differing)} differ from the database "
                f"and were left as they are; {written} were missing and are written:{named}"
            )
        _write_headers(headers)
        self.stdout.write(
            f"{len(expected)} published files are as the database has them; "
            f"{written} of them were missing and are written."
        )


def _give_up(size: int) -> None:
    try:
        actions.give_up_published(size=size)
    except ValueError as error:
        raise CommandError(f"Nothing was given up: {error}.") from error


def _refuse_to_fork() -> None:
    """Publish nothing from a database that lacks entries that were published once."""
    try:
        actions.check_goes_on()
    except actions.WouldFork as error:
        raise CommandError(
            f"Nothing was written, because {error}. Restore a backup of the database, and of "
            f"PUBLIC_ROOT, that has what was published. If there is none, and the entries are "
            f"lost for good, see docs/operating.md on --give-up."
        ) from error


def _tree() -> Iterator[str]:
    """Every file under the public root, by path."""
    root = Path(settings.PUBLIC_ROOT)
    for folder, _folders, names in os.walk(root):
        for name in names:
            yield Path(folder, name).relative_to(root).as_posix()


def _terms() -> Iterator[tuple[str, bytes]]:
    versions = Version.objects.prefetch_related("renditions").order_by("issued", "pk")
    for version in versions.iterator(chunk_size=50):
        yield from version.public_files()


def _polls() -> Iterator[tuple[str, bytes]]:
    for poll in Poll.objects.filter(manifest__isnull=False).order_by("pk").iterator():
        yield from voting.public_files(poll)


def _headers(path: str) -> tuple[str, ...]:
    """Those of :data:`MAPS` that the site itself gives this file now."""
    request = HttpRequest()
    request.method = "GET"
    request.path = f"/{path}"
    view = resolve(request.path)
    response = view.func(request, *view.args, **view.kwargs)
    return tuple(response.headers.get(name, "") for name in MAPS.values())


def _write_headers(headers: dict[str, tuple[str, ...]]) -> None:
    """Write nginx's maps from a path to its headers, whole or not at all.

    Raises ``ValueError`` for a header that would end its quotes or name a variable of nginx.
    """
    lines = []
    for position, name in enumerate(MAPS):
        lines.append(f"map $uri ${name} {{")
        for path, values in sorted(headers.items()):
            if value := values[position]:
                if set("'\\$\n") & set(f"{path}{value}"):
                    raise ValueError(f"not a header that nginx can be given: {path}: {value}")
                lines.append(f"    '/{path}' '{value}';")
        lines.append("}")
    target = Path(settings.VAR_DIR, HEADERS_MAP)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{HEADERS_MAP}.{os.getpid()}.tmp")
    temporary.write_text("\n".join(lines) + "\n", encoding="ascii")
    temporary.replace(target)
