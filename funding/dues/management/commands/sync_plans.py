"""``manage.py sync_plans``: offer what ``plans.toml`` says, with a price at Stripe for each."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from funding.dues import actions, stripe_gateway
from members.models import Program


class Command(BaseCommand):
    help = "Offer the plans of plans.toml and make their prices at Stripe."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            offered = actions.sync_plans(by=Program("command:sync_plans"), at=timezone.now())
        except (stripe_gateway.Unavailable, stripe_gateway.Declined) as problem:
            raise CommandError(f"Stripe did not answer as hoped: {problem}") from problem
        for plan in offered:
            self.stdout.write(f"{plan.amount.format():>10}  {plan}  {plan.stripe_price_id}")
