"""Appoint the first steward, before there is anybody to elect one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.refusal import Refused
from members import actions
from members.models import Person, Program


class Command(BaseCommand):
    help = "Appoint the first steward. Ends for good once an election has seated someone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the address the person signs in with")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            person = Person.objects.get_by_natural_key(options["email"])
            grant = actions.appoint_first_steward(
                person=person, by=Program("command:appoint_first_steward"), at=timezone.now()
            )
        except Person.DoesNotExist:
            raise CommandError("Nobody has signed up with this address yet.") from None
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{person} is a {grant}.")
