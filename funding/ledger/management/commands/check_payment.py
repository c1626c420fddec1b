"""``manage.py check_payment FILE``: whether a payment is in its day's total. Needs no database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from funding.ledger import digests


class Command(BaseCommand):
    help = "Check, offline, a proof that a payment is in the total of its day."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the JSON that “your dues” gave you")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            proven = digests.check(json.loads(file.read_bytes()))
        except (OSError, ValueError, RecursionError) as unreadable:
            raise CommandError(f"{file} cannot be read: {unreadable}") from None
        except digests.ProofInvalid as wrong:
            raise CommandError(f"this does not prove it: {wrong}") from None
        self.stdout.write(
            f"{proven.amount.format()} is part of the {proven.received.format()} "
            f"that came in on {proven.day}."
        )
        self.stdout.write(
            f"That this digest is in the public record: /record/proof?hash={proven.digest_hash}"
        )
