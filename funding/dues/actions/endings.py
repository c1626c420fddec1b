"""Ending somebody's membership: two stewards, a reason that the member is told, and an appeal.

What was paid for the current period goes back; a roll that is frozen stands. The record says that a
membership was ended, and by how many, never whose. A resolution that the members adopt lifts it.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from funding.dues import mails_money
from funding.dues.actions.cancellations import cancel
from funding.dues.actions.refunds import order_refund
from funding.dues.models import Dispute, Ending, Event, Payment, Refund, Subscription
from funding.dues.record_types import ENDED, LIFTED
from funding.dues.steward_permissions import check_can_confirm_ending, check_can_end
from governance.proposals.models import Proposal
from governance.proposals.stages import ADOPTED
from governance.record.actions import submit
from kernel.money import Money
from kernel.refusal import Refused
from members.actions import queue_mail, shorten_standing
from members.models import Author, Person, subject_of


@transaction.atomic
def propose_ending(*, person: Person, reason: str, by: Person, at: datetime) -> Ending:
    """Propose to another steward that a membership ends; ``reason`` is what the member is told.

    Raises ``Refused`` for oneself, without a reason, for who is no member, and where one waits.
    """
    check_can_end(person, by, at)
    if not reason.strip():
        raise Refused("no-reason", _("Please give the reason: the member is told, word for word."))
    if person.standing_on(at.date()) is None:
        raise Refused("no-standing", _("This person is not a member today."))
    try:
        with transaction.atomic():
            ending = Ending.objects.create(
                person=person, reason=reason, proposed_by=by, proposed_at=at
            )
    except IntegrityError:
        raise Refused(
            "ending-there", _("Another steward has proposed this already, or it is done.")
        ) from None
    Event.record("ending.proposed", subject=subject_of(ending), by=by, at=at)
    return ending


@transaction.atomic
def withdraw_ending(*, ending: Ending, by: Person, at: datetime) -> None:
    """Take back, or turn down, what waits for a second steward."""
    check_can_end(ending.person, by, at)
    waiting = Ending.objects.filter(pk=ending.pk, state=Ending.PROPOSED)
    if not waiting.update(state=Ending.WITHDRAWN):
        raise _decided()
    Event.record("ending.withdrawn", subject=subject_of(ending), by=by, at=at)


@transaction.atomic
def confirm_ending(*, ending: Ending, by: Person, at: datetime) -> None:
    """The second steward agrees: today is the last day, nothing more is charged, dues go back.

    Raises ``Refused`` for one's own proposal or membership, and once it is decided.
    """
    check_can_confirm_ending(ending, by, at)
    waiting = Ending.objects.filter(pk=ending.pk, state=Ending.PROPOSED)
    if not waiting.update(state=Ending.CONFIRMED, confirmed_by=by, confirmed_at=at):
        raise _decided()
    person = ending.person
    for subscription in Subscription.objects.live().filter(person=person):
        cancel(subscription, at_once=True, by=by, at=at)
    refund = _return_current(ending, by=by, at=at)
    for source in person.standing_periods.filter(ends_on__gt=at.date()).values_list(
        "source", flat=True
    ):
        shorten_standing(source=source, ends_on=at.date() + timedelta(days=1), by=by, at=at)
    Event.record("ending.confirmed", subject=subject_of(ending), by=by, at=at)
    told = {"ending": str(ending.pk), "stewards": 2, "duesReturned": refund is not None}
    submit(type=ENDED.name, body=told, at=at)
    rules = f"{settings.SITE_ORIGIN}{reverse('decision-rules')}"
    with translation.override(person.locale):
        subject, body = mails_money.standing_ended(reason=ending.reason, refund=refund, rules=rules)
    key = f"ending:{ending.pk}"
    queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)


@transaction.atomic
def lift_ending(*, ending: Ending, resolution: uuid.UUID, by: Person, at: datetime) -> None:
    """Note that the members adopted a resolution which lifts it: they may join again.

    One steward is enough, for the members have decided. Raises ``Refused`` for oneself, and unless
    the resolution was adopted after the membership was ended.
    """
    check_can_end(ending.person, by, at)
    adopted = Proposal.objects.filter(
        pk=resolution, kind="resolution", stage=ADOPTED, since__gte=ending.confirmed_at
    ).first()
    if adopted is None:
        raise Refused(
            "no-such-resolution",
            _("That is not a resolution which the members adopted after this was decided."),
        )
    done = Ending.objects.filter(pk=ending.pk, state=Ending.CONFIRMED)
    if not done.update(state=Ending.LIFTED, resolution=resolution):
        raise _decided()
    Event.record("ending.lifted", subject=subject_of(ending), by=by, at=at)
    told = {"ending": str(ending.pk), "resolution": adopted.public_url}
    submit(type=LIFTED.name, body=told, at=at)
    person = ending.person
    with translation.override(person.locale):
        subject, body = mails_money.ending_lifted(page=f"{settings.SITE_ORIGIN}{reverse('join')}")
    key = f"ending-lifted:{ending.pk}"
    queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)


def check_may_join(person: Person) -> None:
    """Raise ``Refused`` for somebody whose membership was ended, until the members lift it."""
    if Ending.objects.filter(person=person, state=Ending.CONFIRMED).exists():
        raise Refused(
            "membership-ended",
            _(
                "Your membership was ended by two stewards. Any member can propose a resolution "
                "that lifts this; once it is adopted you can join again."
            ),
        )


def _return_current(ending: Ending, *, by: Author, at: datetime) -> Money | None:
    """Give back what is left of the payments whose days are not over; how much, if anything."""
    today = at.date()
    current = Payment.objects.filter(person=ending.person, starts_on__lte=today, ends_on__gt=today)
    total = 0
    currency = ""
    for payment in current.exclude(pk__in=Dispute.objects.filter(closed_at=None).values("payment")):
        refund = order_refund(
            payment=payment,
            amount=payment.gross,
            cause=Refund.Cause.ENDING,
            reason=ending.reason,
            by=by,
            at=at,
        )
        if refund:
            total, currency = total + refund.minor, refund.currency
    return Money(total, currency) if total else None


def _decided() -> Refused:
    return Refused("ending-decided", _("This has been decided already."))
