"""``manage.py books --format beancount|csv``: all of the books, or some days, for programs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from funding.ledger import export
from funding.ledger.calendar_months import Period
from funding.ledger.reads import book


class Command(BaseCommand):
    help = "Write the books as a beancount file or as CSV, one line for each leg."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["beancount", "csv"], default="beancount")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, metavar="DAY")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, metavar="DAY")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = options["first"], options["last"]
        period = None
        if first or last:
            first, last = first or date(1900, 1, 1), last or date(9998, 12, 31)
            if last < first:
                raise CommandError("--to is before --from")
            period = Period(first, last + timedelta(days=1))
        exported = book(period, settings.CURRENCY)
        if options["format"] == "csv":
            for text in export.journal_csv(exported):
                self.stdout.write(text, ending="")
        else:
            for text in export.beancount(exported):
                self.stdout.write(text)
