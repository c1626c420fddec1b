"""``manage.py verify_poll ballots.json``: check a closed poll and count it again, trusting nobody.

Needs no database. Reads ``manifest.json`` beside the ballots and, where it is there,
``result.json``.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.voting.recount import recount


class Command(BaseCommand):
    help = "Check the published files of a closed poll, and count its ballots again."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ballots", type=Path, help="ballots.json, with manifest.json beside it")
        parser.add_argument(
            "--manifest-sha256",
            default="",
            help="the hash of the manifest as the public record has it",
        )

    def handle(self, *, ballots: Path, manifest_sha256: str, **options: Any) -> None:
        announced = ballots.with_name("result.json")
        checked = recount(
            _read(ballots),
            _read(ballots.with_name("manifest.json")),
            manifest_sha256=manifest_sha256,
            recorded_result=_read(announced) if announced.exists() else None,
        )
        if checked.result is not None:
            counts = ", ".join(
                f"{name} {votes}" for name, votes in checked.result["counts"].items()
            )
            self.stdout.write(
                f"{checked.result['outcome']}: {counts} "
                f"({checked.result['cast']} of {checked.result['eligible']} on the roll)"
            )
        for fault in checked.faults:
            self.stderr.write(f"{fault.code} {fault.where}: {fault.sentence}")
        if not checked.holds:
            raise CommandError(f"{len(checked.faults)} things do not hold.")
        self.stdout.write(self.style.SUCCESS("Everything holds."))


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except OSError as fault:
        raise CommandError(f"{path} cannot be read: {fault.strerror}.") from fault
    except ValueError as fault:
        raise CommandError(f"{path} is not JSON: {fault}.") from fault
    if not isinstance(document, dict):
        raise CommandError(f"{path} is not a JSON object.")
    return document
