"""The scale: founded by a file, changed by what members adopt, with a price at Stripe for each."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from funding.dues import plans, stripe_gateway
from funding.dues.models import Event, Plan, Scale, WaiverYear
from funding.dues.plans import Interval, Level, PlanSpec, ScaleSpec
from kernel.refusal import Refused
from members.models import Author, subject_of

PLANS_FILE = Path(__file__).resolve().parent.parent / "plans.toml"


@transaction.atomic
def ensure_plans(*, by: Author, at: datetime, file: Path = PLANS_FILE) -> list[Plan]:
    """Found the scale by ``file`` where there is none yet; answers with the plans on offer.

    Once there is one, only members change it, by adopting a proposal. Raises ``ValueError`` for a
    file that is no scale (``plans.parse``).
    """
    if Scale.objects.exists():
        return list(Plan.objects.on_offer())
    return _offer(plans.parse(file.read_text(encoding="utf-8")), basis="", by=by, at=at)


@transaction.atomic
def adopt_amounts(*, scale: ScaleSpec, basis: str, by: Author, at: datetime) -> list[Plan]:
    """Offer ``scale`` from now on, as members decided in ``basis``. The same basis again, nothing.

    A plan with another amount than before is a new plan, and the old one is no longer offered:
    whoever has it keeps it until they choose. Raises ``Refused`` without a basis.
    """
    if not basis:
        raise Refused("no-decision", _("Only members change the dues, by adopting a proposal."))
    if Scale.objects.filter(basis=basis).exists():
        return list(Plan.objects.on_offer())
    return _offer(scale, basis=basis, by=by, at=at)


def scale_in_force() -> ScaleSpec | None:
    """What is on offer now and how many waivers there are; None before the founding."""
    scale = Scale.objects.in_force()
    if scale is None:
        return None
    offered = tuple(
        PlanSpec(Level(plan.level), Interval(plan.interval), plan.minor)
        for plan in Plan.objects.on_offer()
    )
    return ScaleSpec(offered, scale.waivers_each_year)


def sync_plans(*, by: Author, at: datetime, file: Path = PLANS_FILE) -> list[Plan]:
    """Found the scale if need be, and see that each plan has its price at Stripe.

    Calls Stripe, so never inside a transaction. Raises ``stripe_gateway.Unavailable`` and
    ``stripe_gateway.Declined``; what was done until then stays, and doing it again goes on.
    """
    ensure_plans(by=by, at=at, file=file)
    price_plans(by=by, at=at)
    return list(Plan.objects.on_offer())


def price_plans(*, by: Author, at: datetime) -> int:
    """See that each plan on offer has its price at Stripe; how many got one now. As above."""
    unpriced = list(Plan.objects.on_offer().filter(stripe_price_id=""))
    for plan in unpriced:
        with translation.override("en"):
            name = f"Membership dues ({plan})"
        price = stripe_gateway.ensure_price(
            lookup_key=f"dues-{plan.level}-{plan.interval}-{plan.minor}-{plan.currency}",
            name=name,
            amount=plan.amount,
            interval=Interval(plan.interval),
        )
        _price_plan(plan, price, by=by, at=at)
    return len(unpriced)


def _offer(scale: ScaleSpec, *, basis: str, by: Author, at: datetime) -> list[Plan]:
    decided = Scale.objects.create(
        basis=basis, adopted_at=at, waivers_each_year=scale.waivers_each_year
    )
    Event.record("scale.adopted", subject=subject_of(decided), by=by, at=at, basis=basis)
    kept = set()
    for plan in Plan.objects.on_offer().select_for_update():
        place = (Level(plan.level), Interval(plan.interval))
        if scale.cost(*place) == plan.minor and plan.currency == settings.CURRENCY:
            kept.add(place)
        else:
            Plan.objects.filter(pk=plan.pk).update(retired_at=at)
            Event.record("plan.retired", subject=subject_of(plan), by=by, at=at)
    for spec in scale.plans:
        if (spec.level, spec.interval) not in kept:
            plan = Plan.objects.create(
                level=spec.level.value,
                interval=spec.interval.value,
                minor=spec.minor,
                currency=settings.CURRENCY,
            )
            Event.record("plan.offered", subject=subject_of(plan), by=by, at=at, minor=spec.minor)
    # What was granted this year stays granted, even where there are fewer now.
    for year in WaiverYear.objects.select_for_update().filter(year__gte=at.year):
        WaiverYear.objects.filter(pk=year.pk).update(
            most=max(year.granted, scale.waivers_each_year)
        )
    return list(Plan.objects.on_offer())


@transaction.atomic
def _price_plan(plan: Plan, price: str, *, by: Author, at: datetime) -> None:
    if Plan.objects.filter(pk=plan.pk, stripe_price_id="").update(stripe_price_id=price):
        Event.record("plan.priced", subject=subject_of(plan), by=by, at=at, price=price)
    plan.stripe_price_id = price
