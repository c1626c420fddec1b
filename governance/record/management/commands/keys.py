"""Make the keys that are missing. Run it again as often as you like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from governance.record.signing import make_keys, make_sealing_key


class Command(BaseCommand):
    help = "Make the signing keys and the sealing key, where there are none yet."
    # It runs before there is a database, and what it makes is what a check would ask for.
    requires_system_checks = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.KEYS_DIR)
        made = [str(folder / f"{name}.pem") for name in make_keys(folder)]
        newest_sealing_key = Path(settings.SEALING_KEYS[0])
        if make_sealing_key(newest_sealing_key):
            made.append(str(newest_sealing_key))
        for path in made:
            self.stdout.write(f"Made {path}")
        if not made:
            self.stdout.write(f"Every key is there already, in {folder}")
