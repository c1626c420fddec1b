"""Membership without dues: asked in one sentence, granted at once, never explained to anybody.

None of this writes an event of its own or names itself in a mail's subject: what somebody does not
pay is nobody's business. The rows say what happened, to that person alone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from funding.dues import attestation, coverage, mails
from funding.dues.actions.cancellations import cancel
from funding.dues.actions.plans import scale_in_force
from funding.dues.actions.pot import take_from_pot
from funding.dues.models import (
    Pot,
    Subscription,
    Waiver,
    WaiverWish,
    WaiverYear,
)
from funding.dues.permissions import check_can_manage_dues
from funding.dues.plans import Interval, Level
from kernel.money import Money
from kernel.refusal import Refused
from members import standing
from members.actions import attest, extend_standing, queue_mail, set_display_name
from members.models import Author, Person, StandingPeriod

# How long before the days end that one has, more can be asked for.
RENEW_FROM = timedelta(days=31)
_MONTHS = 12


@transaction.atomic
def grant_waiver(
    *, person: Person, display_name: str, attested: bool, by: Author, at: datetime
) -> Waiver:
    """Make ``person`` a member for a year without dues, at once. No reason is asked for or kept.

    Asked twice at once, it is granted once. A renewal that would charge is stopped. Raises
    ``Refused`` for somebody else, without the attestation, for somebody whose days last longer
    than a month, and when the pot or this year's number is used up.
    """
    check_can_manage_dues(person, by)
    if not attested:
        raise Refused("not-attested", _("Please read and confirm the statement above."))
    paid = person.standing_periods.exclude(kind=StandingPeriod.Kind.GRACE).as_periods()
    starts_on = standing.next_start(paid, at.date())
    if starts_on > at.date() + RENEW_FROM:
        raise Refused(
            "still-a-member",
            _("You are a member until {until}. You can ask again in the month before.").format(
                until=mails.day(starts_on)
            ),
        )
    cost = waiver_cost()
    if cost is None or not take_from_pot(cost):
        raise _none_left()
    if not _count(at.year):
        raise _none_left()
    if display_name != person.display_name:
        set_display_name(person=person, display_name=display_name, by=by, at=at)
    attest(person=person, version=attestation.VERSION, text=str(attestation.UNPAID), by=by, at=at)
    ends_on = coverage.months_later(starts_on, _MONTHS)
    try:
        with transaction.atomic():
            waiver = Waiver.objects.create(
                person=person,
                starts_on=starts_on,
                ends_on=ends_on,
                cost_minor=cost.minor,
                currency=cost.currency,
                granted_on=at.date(),
            )
    except IntegrityError:
        # The other half of a double tap was faster: one is enough.
        raise Refused(
            "still-a-member", _("You are a member already. There is nothing left to do.")
        ) from None
    extend_standing(
        person=person,
        starts_on=starts_on,
        ends_on=ends_on,
        kind=StandingPeriod.Kind.WAIVER,
        source=f"waiver:{waiver.pk}",
        by=by,
        at=at,
    )
    WaiverWish.objects.filter(person=person).delete()
    live = Subscription.objects.live().filter(person=person, surplus=False).first()
    if live:
        cancel(live, at_once=live.is_failing, by=by, at=at)
    with translation.override(person.locale):
        subject, body = mails.granted(starts_on=starts_on, ends_on=ends_on)
    key = f"member:{waiver.pk}"
    queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)
    return waiver


@transaction.atomic
def wish_for_waiver(*, person: Person, by: Author, at: datetime) -> None:
    """Write to ``person`` when there is a waiver again. Again changes nothing."""
    check_can_manage_dues(person, by)
    WaiverWish.objects.get_or_create(person=person, defaults={"asked_at": at})


@transaction.atomic
def forget_wish(*, person: Person, by: Author) -> None:
    """Do not write to ``person`` after all."""
    check_can_manage_dues(person, by)
    WaiverWish.objects.filter(person=person).delete()


@transaction.atomic
def tell_who_waits(*, at: datetime) -> int:
    """Write to as many as there are waivers now, the first who asked first; how many were told."""
    cost = waiver_cost()
    if cost is None:
        return 0
    waiting = WaiverWish.objects.select_related("person").order_by("asked_at", "pk")
    told = 0
    for wish in waiting.select_for_update(of=("self",))[: waivers_left(at.date())]:
        with translation.override(wish.person.locale):
            subject, body = mails.waiver_there_is()
        key = f"dues-news:{wish.person_id}:{wish.asked_at:%Y-%m-%dT%H:%M:%S}"
        queue_mail(person=wish.person, kind="dues", key=key, subject=subject, body=body, at=at)
        wish.delete()
        told += 1
    return told


def waiver_cost() -> Money | None:
    """What a year's waiver takes from the pot: the concession by the year; None before founding."""
    scale = scale_in_force()
    if scale is None:
        return None
    return Money(scale.cost(Level.CONCESSION, Interval.YEAR), settings.CURRENCY)


def waivers_left(day: date) -> int:
    """How many waivers could be granted now. Never shown: it would tell when one was."""
    cost, pot = waiver_cost(), Pot.objects.filter(currency=settings.CURRENCY).first()
    if cost is None or pot is None:
        return 0
    year = WaiverYear.objects.filter(year=day.year).first()
    by_number = year.most - year.granted if year else _most()
    return max(min(pot.free_minor // cost.minor, by_number), 0)


def _count(year: int) -> bool:
    """Count one more in this year, if there is one: one statement, no overdraft."""
    WaiverYear.objects.get_or_create(year=year, defaults={"most": _most()})
    room = WaiverYear.objects.filter(year=year, granted__lt=F("most"))
    return bool(room.update(granted=F("granted") + 1))


def _most() -> int:
    scale = scale_in_force()
    return scale.waivers_each_year if scale else 0


def _none_left() -> Refused:
    return Refused(
        "no-waiver-left",
        _(
            "There is none just now: the pot that pays for them is empty, or this year's number is "
            "used up. Nothing is wrong with your asking. We can write to you as soon as there is "
            "one, or you can begin with the smallest amount for a month."
        ),
    )
