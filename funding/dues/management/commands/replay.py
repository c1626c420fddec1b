"""Have what could not be applied tried again: ``manage.py replay [ID …]``, or ``--all``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from funding.dues import actions
from funding.dues.models import InboxObject
from members.models import Program


class Command(BaseCommand):
    help = "Try again what was given up. Without arguments, list it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ids", nargs="*", metavar="ID", help="of the object at Stripe")
        parser.add_argument("--all", action="store_true", help="everything that was given up")

    def handle(self, *args: Any, **options: Any) -> None:
        dead = InboxObject.objects.dead()
        ids: list[str] = options["ids"]
        if options["all"]:
            ids = list(dead.values_list("stripe_id", flat=True))
        elif not ids:
            for row in dead:
                self.stdout.write(
                    f"{row.stripe_id} {row.given_up_at:%Y-%m-%d %H:%M} {row.last_error}"
                )
            self.stdout.write(f"{len(dead)} given up")
        by, at = Program("command:replay"), timezone.now()
        for stripe_id in ids:
            if not actions.revive_object(stripe_id=stripe_id, by=by, at=at):
                raise CommandError(f"nothing of {stripe_id} waits")
            self.stdout.write(f"{stripe_id} is tried again")
