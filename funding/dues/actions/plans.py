"""The plans of ``plans.toml``, in the database and at Stripe."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import translation

from funding.dues import plans, stripe_gateway
from funding.dues.models import Event, Plan
from funding.dues.plans import Interval
from members.models import Author, subject_of

PLANS_FILE = Path(__file__).resolve().parent.parent / "plans.toml"


@transaction.atomic
def ensure_plans(*, by: Author, at: datetime, file: Path = PLANS_FILE) -> list[Plan]:
    """Offer exactly the plans in ``file``; answers with them. Again changes nothing.

    A plan with another amount than before is a new plan, and the old one is no longer offered.
    Raises ``ValueError`` for a file that is no scale (``plans.parse``).
    """
    wanted = {
        (spec.level.value, spec.interval.value): spec.minor
        for spec in plans.parse(file.read_text(encoding="utf-8"))
    }
    kept = set()
    for plan in Plan.objects.on_offer().select_for_update():
        place = (plan.level, plan.interval)
        if wanted[place] == plan.minor and plan.currency == settings.CURRENCY:
            kept.add(place)
        else:
            Plan.objects.filter(pk=plan.pk).update(retired_at=at)
            Event.record("plan.retired", subject=subject_of(plan), by=by, at=at)
    for (level, interval), minor in wanted.items():
        if (level, interval) not in kept:
            plan = Plan.objects.create(
                level=level, interval=interval, minor=minor, currency=settings.CURRENCY
            )
            Event.record("plan.offered", subject=subject_of(plan), by=by, at=at, minor=minor)
    return list(Plan.objects.on_offer())


def sync_plans(*, by: Author, at: datetime, file: Path = PLANS_FILE) -> list[Plan]:
    """Offer the plans in ``file`` and see that each has its price at Stripe; answers with them.

    Calls Stripe, so never inside a transaction. Raises ``stripe_gateway.Unavailable`` and
    ``stripe_gateway.Declined``; what was done until then stays, and doing it again goes on.
    """
    offered = ensure_plans(by=by, at=at, file=file)
    for plan in offered:
        if not plan.stripe_price_id:
            with translation.override("en"):
                name = f"Membership dues ({plan})"
            price = stripe_gateway.ensure_price(
                lookup_key=f"dues-{plan.level}-{plan.interval}-{plan.minor}-{plan.currency}",
                name=name,
                amount=plan.amount,
                interval=Interval(plan.interval),
            )
            _price_plan(plan, price, by=by, at=at)
    return offered


@transaction.atomic
def _price_plan(plan: Plan, price: str, *, by: Author, at: datetime) -> None:
    if Plan.objects.filter(pk=plan.pk, stripe_price_id="").update(stripe_price_id=price):
        Event.record("plan.priced", subject=subject_of(plan), by=by, at=at, price=price)
    plan.stripe_price_id = price
