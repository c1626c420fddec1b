"""Make the keys that are missing, replace one by the next, keep the public part of an old one.

Every form may be run again as often as you like.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from governance.record import actions, signing
from governance.record.signing import PURPOSES, KeyMissing, make_keys, make_sealing_key
from kernel.refusal import Refused


class Command(BaseCommand):
    help = (
        "Make the signing keys and the sealing key, where there are none yet; "
        "or rotate a signing key; or retire one that was replaced."
    )
    # It runs before there is a database, and what it makes is what a check would ask for.
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_mutually_exclusive_group()
        verbs.add_argument(
            "--rotate",
            choices=PURPOSES,
            help="make the next key for this, and have the record list it",
        )
        verbs.add_argument(
            "--retire",
            metavar="NAME",
            help="keep the public part alone of a key that was replaced (record-1)",
        )

    def handle(self, *args: Any, rotate: str | None, retire: str | None, **options: Any) -> None:
        try:
            if rotate:
                self._rotate(rotate)
            elif retire:
                self._retire(retire)
            else:
                self._make()
        except (KeyMissing, Refused) as error:
            raise CommandError(str(error)) from error

    def _make(self) -> None:
        folder = Path(settings.KEYS_DIR)
        made = [str(folder / f"{name}.pem") for name in make_keys(folder)]
        newest_sealing_key = Path(settings.SEALING_KEYS[0])
        if make_sealing_key(newest_sealing_key):
            made.append(str(newest_sealing_key))
        for path in made:
            self.stdout.write(f"Made {path}")
        if not made:
            self.stdout.write(f"Every key is there already, in {folder}")

    def _rotate(self, purpose: str) -> None:
        name = actions.rotate_key(purpose=purpose, at=timezone.now())
        self.stdout.write(
            f"{Path(settings.KEYS_DIR, name)}.pem is the next key. It signs once the worker has "
            f"published the record that lists it: seconds from now, if the worker runs."
        )

    def _retire(self, name: str) -> None:
        path = Path(settings.KEYS_DIR, f"{name}.pem")
        if signing.retire_key(name):
            self.stdout.write(f"{path} holds the public key alone now. Backups still have both.")
        else:
            self.stdout.write(f"{path} holds the public key alone already.")
