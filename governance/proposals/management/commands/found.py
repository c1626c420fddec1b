"""``manage.py found``: adopt the decision rules a community starts with."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from governance.proposals import actions
from governance.proposals.decision_rules import BadRules
from kernel.refusal import Refused
from members.models import Program


class Command(BaseCommand):
    help = "Adopt the decision rules of a TOML file. The same file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rules",
            type=Path,
            default=settings.FOUNDING_RULES,
            help="a TOML file with a table for each kind of proposal (%(default)s)",
        )

    def handle(self, *args: Any, rules: Path, **options: Any) -> None:
        try:
            adopted = actions.adopt_founding_rules(
                file=rules, by=Program("command:found"), at=timezone.now()
            )
        except OSError as error:
            raise CommandError(f"cannot read {rules}: {error.strerror}") from None
        except BadRules as error:
            raise CommandError("\n".join([f"{rules} cannot be used:", *error.problems])) from None
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        for rule in adopted:
            self.stdout.write(f"The rule for {rule.kind} is in force.")
        if not adopted:
            self.stdout.write("Every rule in the file is in force already.")
