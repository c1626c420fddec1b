"""``manage.py record export DIR``: a static copy of the public record, to serve or to keep."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.record import exporting


class Command(BaseCommand):
    help = "What an operator does with the public record."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        export = verbs.add_parser(
            "export",
            help="write a copy that any web server serves as it is, or extend an older one",
        )
        export.add_argument("folder", type=Path, help="an empty folder, or one exported to before")

    def handle(self, *, folder: Path, **options: Any) -> None:
        try:
            head = exporting.export(folder, progress=_Progress())
        except exporting.CannotExport as error:
            raise CommandError(f"Not exported: {error}.") from error
        except OSError as error:
            raise CommandError(f"Not exported: {error.filename}: {error.strerror}.") from error
        self.stdout.write(
            f"{folder} is a copy of the record of {head.origin}, with {head.size:,} entries. "
            f"Check it with: manage.py verify_record {folder}"
        )


class _Progress:
    """A line on stderr, about once a second, that says how far it is."""

    def __init__(self) -> None:
        self._next = time.monotonic() + 1

    def __call__(self, count: int, path: str) -> None:
        if time.monotonic() >= self._next:
            sys.stderr.write(f"{count:,} files: {path}\n")
            sys.stderr.flush()
            self._next = time.monotonic() + 1
