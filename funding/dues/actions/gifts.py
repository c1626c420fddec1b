"""Gifts after they are paid: written about, accepted, declined, taken back, lapsed."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from funding.dues import attestation, coverage, gift_stages, mails
from funding.dues.actions.cancellations import cancel
from funding.dues.actions.earning import pass_to_pot, start_earning
from funding.dues.actions.one_off import months_of
from funding.dues.actions.pot import fill_pot
from funding.dues.actions.refunds import order_refund
from funding.dues.models import Event, Gift, Payment, Refund, Subscription
from funding.dues.permissions import check_can_manage_dues
from kernel import sweeps
from kernel.money import Money
from kernel.refusal import Refused
from members import standing
from members.actions import attest, extend_standing, queue_mail, register, set_display_name
from members.models import Author, Person, Program, StandingPeriod, subject_of


def holder_of(address: str) -> Person | None:
    """Who signs in with this address, if anybody does."""
    known = EmailAddress.objects.filter(email__iexact=address, verified=True)
    verified = known.select_related("user").first()
    if verified:
        person: Person = verified.user
        return person
    found: Person | None = Person.objects.filter(email__iexact=address, is_active=True).first()
    return found


@transaction.atomic
def accept_gift(
    *,
    gift: Gift,
    display_name: str,
    attested: bool,
    stop_renewal: bool,
    locale: str,
    at: datetime,
) -> tuple[Person, bool]:
    """The one who reads the mail at the gift's address accepts it, and is its author.

    Answers with that person and whether they are new here: whoever has no account gets one by it.
    The days begin at once, or after those that are paid for already. Raises ``Refused`` without
    the attestation, for the giver, and for a gift that is not there any more.
    """
    held = Gift.objects.select_for_update(of=("self",)).get(pk=gift.pk)
    payment = Payment.objects.select_related("entry").get(one_off=held.one_off_id)
    if held.state != gift_stages.OFFERED or at >= (held.ends_at or at):
        raise _gone()
    if Refund.objects.counting(payment) or payment.disputes.exists():
        raise _gone()
    if not attested:
        raise Refused("not-attested", _("Please read and confirm the statement above."))
    person = holder_of(held.email)
    is_new = person is None
    if person is None:
        person = register(email=held.email, locale=locale, at=at, confirmed=True)
    if person.pk == payment.person_id:
        raise Refused("gift-to-oneself", _("A gift is for somebody else than its giver."))
    if display_name != person.display_name:
        set_display_name(person=person, display_name=display_name, by=person, at=at)
    attest(
        person=person,
        version=attestation.VERSION,
        text=str(attestation.UNPAID),
        by=person,
        at=at,
    )
    paid = person.standing_periods.exclude(kind=StandingPeriod.Kind.GRACE).as_periods()
    starts_on = standing.next_start(paid, at.date())
    ends_on = coverage.months_later(starts_on, months_of(held.plan))
    accepted = Gift.objects.filter(pk=held.pk, state=gift_stages.OFFERED).update(
        state=gift_stages.ACCEPTED,
        recipient=person,
        starts_on=starts_on,
        ends_on=ends_on,
        settled_at=at,
    )
    if not accepted:
        raise _gone()
    extend_standing(
        person=person,
        starts_on=starts_on,
        ends_on=ends_on,
        kind=StandingPeriod.Kind.GIFT,
        source=f"gift:{held.pk}",
        by=person,
        at=at,
    )
    live = Subscription.objects.live().filter(person=person, surplus=False).first()
    if live and stop_renewal:
        cancel(live, at_once=live.is_failing, by=person, at=at)
    Event.record("gift.accepted", subject=subject_of(held), by=person, at=at)
    _write(payment.person, held, mails.gift_accepted, "accepted", at)
    with translation.override(person.locale):
        subject, body = mails.gift_begins(starts_on=starts_on, ends_on=ends_on)
    key = f"gift-begins:{held.pk}"
    queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)
    start_earning(received=payment.entry, starts_on=starts_on)
    return person, is_new


@transaction.atomic
def decline_gift(*, gift: Gift, at: datetime) -> None:
    """The one it is for does not want it: what the giver chose for that happens.

    Its author is whoever reads the mail at its address, and no account is made of them. Raises
    ``Refused`` for a gift that is not there any more.
    """
    _end(gift, gift.otherwise, by=Program("gift's recipient"), at=at)


@transaction.atomic
def take_back_gift(*, gift: Gift, by: Author, at: datetime) -> None:
    """The giver wants the money back. Raises ``Refused`` for others, and once it is settled."""
    check_can_manage_dues(gift.one_off.person, by)
    _end(gift, Gift.RETURN, by=by, at=at)


@transaction.atomic
def lapse_gift(*, gift: Gift, by: Author, at: datetime) -> None:
    """Nobody accepted in time: what the giver chose for that happens."""
    if gift.ends_at is None or at < gift.ends_at:
        raise Refused("too-early", _("There is still time to accept this."))
    _end(gift, gift.otherwise, by=by, at=at)


def told_gift(*, gift: Gift, at: datetime) -> None:
    """Note that the mail server took the letter of a claimed gift. Raises ``ClaimLost``."""
    sweeps.settle(gift, told_at=at)


def postpone_gift(*, gift: Gift, until: datetime) -> None:
    """Leave a claimed gift alone ``until`` then: its letter could not be sent."""
    held = Gift.objects.filter(pk=gift.pk, claim_token=gift.claim_token)
    held.update(claimed_until=until)


def _end(gift: Gift, otherwise: str, *, by: Author, at: datetime) -> None:
    to_pot = otherwise == Gift.POT
    target = gift_stages.PASSED_ON if to_pot else gift_stages.RETURNED
    offered = Gift.objects.filter(pk=gift.pk, state=gift_stages.OFFERED)
    if not offered.update(state=target, settled_at=at, email="", message=""):
        raise _gone()
    payment = Payment.objects.select_related("entry", "person").get(one_off=gift.one_off_id)
    Event.record(f"gift.{target}", subject=subject_of(gift), by=by, at=at)
    _write(payment.person, gift, mails.gift_passed_on if to_pot else mails.gift_back, target, at)
    if to_pot:
        passed = pass_to_pot(
            source_key=f"gift-to-pot:{gift.pk}",
            description="A gift that nobody accepted goes to the pot",
            received=payment.entry,
            effective_on=at.date(),
            by=by,
            at=at,
        )
        if passed:
            lost = sum(payment.disputes.values_list("lost_minor", flat=True))
            free = payment.gross - Refund.objects.counting(payment)
            fill_pot(free - Money(lost, free.currency))
        return
    with translation.override(payment.person.locale):
        reason = _("Your gift was not accepted.")
    order_refund(
        payment=payment,
        amount=payment.gross,
        cause=Refund.Cause.GIFT,
        reason=reason,
        by=by,
        at=at,
    )


def _write(person: Person, gift: Gift, write: mails.Short, what: str, at: datetime) -> None:
    with translation.override(person.locale):
        subject, body = write()
    key = f"gift:{gift.pk}:{what}"
    queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)


def _gone() -> Refused:
    return Refused(
        "gift-gone",
        _(
            "This gift is not there any more: it was accepted, or its time is over. You can become "
            "a member all the same."
        ),
    )
