"""Compare what Stripe has with what we have: ``manage.py reconcile``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from funding.dues import reconciling, stripe_gateway, sweeps
from members.models import Program


class Command(BaseCommand):
    help = "Take what no webhook brought, book it, and say where Stripe and the books differ."

    def handle(self, *args: Any, **options: Any) -> None:
        by, at = Program("command:reconcile"), timezone.now()
        try:
            first = reconciling.walk(by=by, at=at)
            self._say(
                "Events", f"{first.events}, of which no webhook brought {first.missed_events}"
            )
            while sweeps.inbox(timezone.now()):
                pass
            done = reconciling.walk(by=by, at=timezone.now())
        except (stripe_gateway.Unavailable, stripe_gateway.Declined) as problem:
            raise CommandError(str(problem)) from None
        self._say("Lines of Stripe's balance", str(first.movements))
        self._say("Not booked", str(done.unbooked))
        self._say("Stripe holds, in minor units", str(done.balance_minor))
        self._say("The books say", str(done.books_minor))
        if done.differences:
            raise CommandError(f"{done.differences} differences wait for a steward")
        self.stdout.write("Nothing differs.")

    def _say(self, what: str, answer: str) -> None:
        self.stdout.write(f"{what}: {answer}")
