"""``manage.py check_books``: recompute every hash and every balance, from the first entry on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from funding.ledger import entries
from funding.ledger.models import ChainHead, Seal


class Command(BaseCommand):
    help = "Recompute the chain of the books and say where it breaks, if it does."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = list(entries.breaks(Seal.objects.links()))
        for found in broken:
            self.stderr.write(f"entry {found.position}: {found.what}")
        last = Seal.objects.order_by("position").last()
        if ChainHead.objects.at() != ((last.position, last.hash) if last else entries.START):
            raise CommandError("the head of the chain is not its last entry")
        if broken:
            raise CommandError(f"the books are broken in {len(broken)} places")
        self.stdout.write(f"{last.position if last else 0} entries, every one as it was sealed")
