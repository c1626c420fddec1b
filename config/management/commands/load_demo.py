"""Load the demo: ``manage.py load_demo``, with the Stripe sandbox running."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from config.demo.checkout import Till
from config.demo.people import NAMED
from config.demo.story import Story
from members.models import Person


class Command(BaseCommand):
    help = "Tell the demo's story, through actions and the Stripe sandbox, into an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=80, help="how many around the four")

    def handle(self, *args: Any, members: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is loaded in demo mode only: config.settings.demo.")
        if members <= NAMED:
            raise CommandError(f"The story names {NAMED} people: --members takes more than that.")
        if Person.objects.exists():
            raise CommandError("There are people here already. `make reset` starts over.")
        begun = time.monotonic()
        if connection.vendor == "sqlite":
            # Nobody is told that anything is kept until all of it is: a load that is cut short is
            # begun again, so it need not wait for the disk at each of its thousands of steps.
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA synchronous=OFF")
        Story(now=timezone.now(), size=members, till=Till(), say=self._say).tell()
        self._say(f"the demo is loaded in {time.monotonic() - begun:.0f} s")

    def _say(self, text: str) -> None:
        self.stdout.write(f"  {text}")
        self.stdout.flush()
