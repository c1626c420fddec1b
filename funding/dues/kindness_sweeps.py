"""What the worker does for members: changes of plan, letters, reminders, waivers in the books.

Read by ``sweeps.py``, which is where the worker looks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.core.mail import send_mail
from django.utils import translation

from funding.dues import actions, links, mails, stripe_gateway
from funding.dues.models import (
    FAILING_STATUSES,
    Gift,
    Plan,
    PlanChange,
    Subscription,
    Waiver,
)
from funding.ledger.models import Entry
from kernel.refusal import Refused
from kernel.sweeps import ClaimLost, claim, sweep
from members.actions import queue_mail
from members.models import Program, StandingPeriod

Row = TypeVar("Row")

logger = logging.getLogger(__name__)

_LEASE = timedelta(minutes=2)
_AT_A_TIME = 50
_LATER = timedelta(minutes=10)
# The mails about a charge that failed, counted from the day it was due. The first is sent when we
# hear of it; after 30 days standing ends.
SECOND_MAIL, LAST_MAIL = timedelta(days=10), timedelta(days=25)
# How long before the end of a membership that does not renew by itself its member is written to.
_ENDING = timedelta(days=30)


@sweep("dues.change", every=timedelta(seconds=3))
def change(at: datetime) -> int:
    """Have Stripe make the changes of plan. Stops while Stripe is out of reach."""
    waiting = PlanChange.objects.waiting().select_related("plan", "subscription__person")
    return _one_by_one(lambda: claim(waiting, at=at, lease=_LEASE, limit=1), _change, at)


@sweep("dues.prices", every=timedelta(seconds=10))
def prices(at: datetime) -> int:
    """Make the prices at Stripe that members adopted."""
    if not settings.STRIPE_API_KEY or not Plan.objects.on_offer().filter(stripe_price_id=""):
        return 0
    try:
        return actions.price_plans(by=Program("sweep:dues.prices"), at=at)
    except (stripe_gateway.Unavailable, stripe_gateway.Declined) as problem:
        logger.warning("prices could not be made: %s", problem)
        return 0


@sweep("dues.gift-letters", every=timedelta(seconds=5))
def gift_letters(at: datetime) -> int:
    """Write to those whom a gift is for."""
    waiting = Gift.objects.untold()
    return _one_by_one(lambda: claim(waiting, at=at, lease=_LEASE, limit=1), _write, at)


@sweep("dues.gifts-lapse", every=timedelta(minutes=10))
def gifts_lapse(at: datetime) -> int:
    """Return, or pass on, what nobody accepted in time."""
    lapsed = list(Gift.objects.lapsed(at).select_related("one_off")[:_AT_A_TIME])
    done = 0
    for gift in lapsed:
        try:
            actions.lapse_gift(gift=gift, by=Program("sweep:dues.gifts-lapse"), at=at)
            done += 1
        except Refused as refusal:
            # It was accepted in this moment.
            logger.debug("%s: %s", gift.pk, refusal.code)
    return done


@sweep("dues.remind", every=timedelta(hours=1))
def remind(at: datetime) -> int:
    """Write again about charges that failed ten and twenty-five days ago, while they still do."""
    written = 0
    failing = Subscription.objects.filter(status__in=FAILING_STATUSES, surplus=False)
    for subscription in failing.select_related("person").prefetch_related("cancellations"):
        if not subscription.is_ending:
            written += _remind(subscription, at)
    return written


@sweep("dues.attest", every=timedelta(hours=1))
def attest(at: datetime) -> int:
    """Ask members for the yearly confirmation."""
    return actions.ask_for_attestations(at=at)


@sweep("dues.ending", every=timedelta(hours=1))
def ending(at: datetime) -> int:
    """Write to those whose membership ends within a month and does not renew by itself."""
    today = at.date()
    soon = StandingPeriod.objects.filter(
        kind__in=[StandingPeriod.Kind.WAIVER, StandingPeriod.Kind.GIFT],
        ends_on__gt=today,
        ends_on__lte=today + _ENDING,
        starts_on__lte=today,
        person__is_active=True,
    )
    written = 0
    for period in soon.select_related("person"):
        person = period.person
        standing = person.standing_on(today)
        if standing is None or standing.until > period.ends_on:
            continue
        if Subscription.objects.live().filter(person=person, surplus=False).exists():
            continue
        with translation.override(person.locale):
            subject, body = mails.ending(ends_on=period.ends_on)
        key = f"ending:{person.pk}:{period.ends_on}"
        queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)
        written += 1
    return written


@sweep("dues.waivers-told", every=timedelta(minutes=10))
def waivers_told(at: datetime) -> int:
    """Write to those who wanted to know when there is a waiver again."""
    return actions.tell_who_waits(at=at)


@sweep("dues.waivers-booked", every=timedelta(hours=1))
def waivers_booked(at: datetime) -> int:
    """Post the waivers of the month that is over, and of those before it that are not posted."""
    # Whoever asked in the last second of a month has committed by then.
    until = (at - timedelta(hours=1)).date().replace(day=1)
    months = Waiver.objects.filter(granted_on__lt=until).dates("granted_on", "month")
    booked = set(Entry.objects.filter(source_key__startswith="waivers:").values_list("source_key"))
    by, currency = Program("sweep:dues.waivers-booked"), settings.CURRENCY
    new = [m for m in months if (f"waivers:{m:%Y-%m}:{currency}",) not in booked]
    for month in new:
        actions.post_waivers(month=month, currency=currency, by=by, at=at)
    return len(new)


def _one_by_one(
    take: Callable[[], list[Row]], work: Callable[[Row, datetime], bool], at: datetime
) -> int:
    """Work on one claimed row after the other, until there is none or ``work`` says to stop."""
    done = 0
    while done < _AT_A_TIME and (claimed := take()):
        done += 1
        if not work(claimed[0], at):
            break
    return done


def _change(claimed: PlanChange, at: datetime) -> bool:
    """Have one change made. False where Stripe could not be reached."""
    by = Program("sweep:dues.change")
    try:
        stripe_gateway.change_plan(
            claimed.subscription.stripe_id,
            price=claimed.plan.stripe_price_id,
            idempotency_key=str(claimed.pk),
        )
        actions.confirm_change(change=claimed, by=by, at=at)
    except ClaimLost:
        logger.warning("the claim on %s ran out; another worker has it", claimed)
    except stripe_gateway.Declined as problem:
        actions.refuse_change(change=claimed, error=str(problem), by=by, at=at)
    except stripe_gateway.Unavailable as problem:
        actions.postpone_change(change=claimed, error=str(problem), until=at + _LATER)
        return False
    return True


def _write(claimed: Gift, at: datetime) -> bool:
    """Send the letter of one gift. False where the mail server could not be reached."""
    gift = Gift.objects.select_related("plan", "one_off__person").get(pk=claimed.pk)
    giver = gift.one_off.person
    with translation.override(giver.locale):
        subject, body = mails.gift_letter(
            giver=str(giver),
            message=gift.message,
            length=mails.length(gift.plan.interval),
            gift=gift.pk,
            until=gift.ends_at or at + links.LASTS[links.Purpose.GIFT],
            at=at,
        )
    try:
        send_mail(subject, body, None, [gift.email])
        actions.told_gift(gift=claimed, at=at)
    except ClaimLost:
        logger.warning("the claim on %s ran out; another worker has it", claimed)
    except OSError as problem:
        # The address is no log's business.
        logger.warning("the letter of gift %s could not be sent: %s", gift.pk, type(problem))
        actions.postpone_gift(gift=claimed, until=at + _LATER)
        return False
    return True


def _remind(subscription: Subscription, at: datetime) -> int:
    person = subscription.person
    grace = person.standing_periods.filter(kind=StandingPeriod.Kind.GRACE, ends_on__gt=at.date())
    period = grace.order_by("-starts_on").first()
    if period is None:
        return 0
    since = at.date() - period.starts_on
    number = 3 if since >= LAST_MAIL else 2 if since >= SECOND_MAIL else 0
    if not number:
        return 0
    with translation.override(person.locale):
        subject, body = mails.failed_charge(
            number=number, until=period.ends_on, subscription=subscription.pk, at=at
        )
    key = f"failed-charge:{period.source.removeprefix('grace:')}:{number}"
    queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)
    return 1
