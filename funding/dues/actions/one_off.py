"""Paying once, for a gift or the pot: the payment page, and what follows when it is paid.

The same two steps as joining: what is wanted is committed with an idempotency key, and then Stripe
is asked for a page.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from funding.dues import attestation, gift_stages, mails, stages, stripe_gateway
from funding.dues.actions.booking import note_movement, source_key
from funding.dues.actions.cap import check_cap, given
from funding.dues.actions.earning import receive
from funding.dues.actions.pot import fill_pot
from funding.dues.actions.refunds import order_refund
from funding.dues.models import Event, Gift, OneOff, Payment, Plan, Refund
from funding.dues.permissions import check_can_manage_dues
from funding.dues.plans import CAP_MINOR, LEAST_MINOR, Interval
from funding.dues.remote import Collected, Unexpected
from funding.ledger import chart
from kernel.money import Money
from kernel.refusal import Refused
from members.actions import attest, queue_mail
from members.models import Author, Person, subject_of

# How long somebody has to accept a gift.
OFFER_LASTS = timedelta(days=30)
# Stripe keeps a payment page open, and remembers an idempotency key, for a day.
_SAME_AGAIN_WITHIN = timedelta(hours=23)


@transaction.atomic(durable=True)
def begin_pot(*, person: Person, amount: Money, attested: bool, by: Author, at: datetime) -> OneOff:
    """Commit that ``person`` wants to put ``amount`` into the pot; answers with what to open.

    The same again within a day answers the same, another amount replaces it. Raises ``Refused`` for
    somebody else, without the attestation, for too little, and above the yearly cap.
    """
    same = OneOff.objects.unfinished().filter(person=person, purpose=OneOff.POT)
    found = same.filter(minor=amount.minor, created_at__gt=at - _SAME_AGAIN_WITHIN).first()
    return _begin(person, OneOff.POT, amount, found, attested=attested, by=by, at=at)


@transaction.atomic(durable=True)
def begin_gift(
    *,
    person: Person,
    email: str,
    plan: Plan,
    message: str,
    otherwise: str,
    attested: bool,
    by: Author,
    at: datetime,
) -> OneOff:
    """Commit that ``person`` gives a month or a year of ``plan`` to whoever reads ``email``.

    It counts against the giver's cap. Raises ``Refused`` as ``begin_pot`` does, for a plan that is
    not offered, and for a gift to oneself.
    """
    address = email.strip().lower()
    mine = EmailAddress.objects.filter(user=person, email__iexact=address)
    if address == person.email.lower() or mine.exists():
        raise Refused(
            "gift-to-oneself", _("This is your own address. To pay for yourself, become a member.")
        )
    if plan.retired_at:
        raise Refused("plan-retired", _("This plan is no longer offered. Please choose another."))
    wanted = {"email": address, "plan": plan, "message": message, "otherwise": otherwise}
    same = OneOff.objects.unfinished().filter(
        person=person,
        purpose=OneOff.GIFT,
        created_at__gt=at - _SAME_AGAIN_WITHIN,
        **{f"gift__{name}": value for name, value in wanted.items()},
    )
    found = same.first()
    one_off = _begin(person, OneOff.GIFT, plan.amount, found, attested=attested, by=by, at=at)
    if found is None:
        Gift.objects.create(one_off=one_off, **wanted)
    return one_off


def open_one_off(*, one_off: OneOff, by: Author, at: datetime) -> str:
    """The address of the payment page, which Stripe is asked for if need be.

    Calls Stripe, so never inside a transaction. Raises ``Refused`` where there can be no page now.
    """
    if one_off.state == stages.OPEN:
        return one_off.session_url
    back = f"{settings.SITE_ORIGIN}{{}}?paid={one_off.pk}"
    try:
        _close_replaced(one_off, at)
        session = stripe_gateway.create_payment_session(
            idempotency_key=str(one_off.idempotency_key),
            checkout=str(one_off.pk),
            amount=one_off.amount,
            name=one_off.get_purpose_display(),
            email=one_off.person.email,
            success_url=back.format(reverse("dues-thanks")),
            cancel_url=back.format(reverse("my-dues")),
        )
    except (stripe_gateway.Unavailable, stripe_gateway.Declined) as problem:
        if isinstance(problem, stripe_gateway.Declined):
            _fail(one_off, str(problem), by=by, at=at)
        raise Refused(
            "payments-unavailable",
            _(
                "The payment page could not be opened. Nothing was charged; please try again "
                "shortly."
            ),
        ) from problem
    with transaction.atomic():
        moved = move_one_off(
            one_off.pk,
            stages.OPEN,
            session_id=session.id,
            session_url=session.url,
            expires_at=session.expires_at,
        )
        if moved:
            Event.record("one-off.opened", subject=subject_of(one_off), by=by, at=at)
    return session.url


@transaction.atomic
def apply_paid(
    *, reference: str, session_id: str, collected: Collected, by: Author, at: datetime
) -> Payment | None:
    """What was paid once is in: a gift is offered, or the pot is fuller. Again changes nothing.

    What is above the yearly cap by now goes back as a whole, and nothing comes of it. None for a
    payment that is not ours. Raises ``Unexpected`` where something else was collected than was to
    be paid.
    """
    one_off = _named(reference, session_id)
    if one_off is None:
        return None
    if known := Payment.objects.filter(one_off=one_off).first():
        return known
    if collected.gross != one_off.amount:
        raise Unexpected(f"{one_off.pk} was to be {one_off.amount}, not {collected.gross}")
    move_one_off(one_off.pk, stages.PAID)
    payment = _book(one_off, collected, by=by, at=at)
    Event.record(f"{one_off.purpose}.paid", subject=subject_of(one_off), by=by, at=at)
    if given(one_off.person, currency=one_off.currency, at=at).minor > CAP_MINOR:
        with translation.override(one_off.person.locale):
            reason = _("This went above what one person may give in a year.")
        order_refund(
            payment=payment,
            amount=payment.gross,
            cause=Refund.Cause.CAP,
            reason=reason,
            by=by,
            at=at,
        )
        return payment
    if one_off.purpose == OneOff.POT:
        fill_pot(one_off.amount)
    else:
        Gift.objects.filter(one_off=one_off, state=gift_stages.PREPARED).update(
            state=gift_stages.OFFERED, offered_at=at, ends_at=at + OFFER_LASTS
        )
    with translation.override(one_off.person.locale):
        if one_off.purpose == OneOff.POT:
            subject, body = mails.pot_thanks(gross=one_off.amount)
        else:
            subject, body = mails.gift_thanks(gross=one_off.amount, until=at + OFFER_LASTS)
    key = f"one-off:{one_off.pk}"
    queue_mail(person=one_off.person, kind="dues", key=key, subject=subject, body=body, at=at)
    return payment


def _named(reference: str, session_id: str) -> OneOff | None:
    found = OneOff.objects.select_related("person").filter(session_id=session_id).first()
    if found:
        return found
    try:
        # The page was paid before we could write down that it was open.
        return OneOff.objects.select_related("person").filter(pk=uuid.UUID(reference)).first()
    except ValueError:
        return None


def _book(one_off: OneOff, collected: Collected, *, by: Author, at: datetime) -> Payment:
    """The entry in the books and the payment that points to it."""
    is_pot = one_off.purpose == OneOff.POT
    months = 1
    if not is_pot:
        plan = Gift.objects.select_related("plan").get(one_off=one_off).plan
        months = months_of(plan)
    entry = receive(
        source_key=source_key(collected.movement),
        description="Given to the pay-it-forward pot" if is_pot else "A membership as a gift",
        gross=collected.gross,
        fee=collected.fee,
        to=chart.POT if is_pot else chart.GIFTS,
        months=months,
        starts_on=None,
        effective_on=collected.movement.at.date(),
        by=by,
        at=at,
    )
    note_movement(movement=collected.movement, entry=entry, at=at)
    return Payment.objects.create(
        person=one_off.person,
        one_off=one_off,
        intent_id=collected.intent,
        entry=entry,
        gross_minor=collected.gross.minor,
        fee_minor=collected.fee.minor,
        currency=collected.gross.currency,
        paid_at=collected.movement.at,
    )


def months_of(plan: Plan) -> int:
    """How many months one payment for a plan covers."""
    return 12 // Interval(plan.interval).per_year


@transaction.atomic
def expire_one_off(*, session_id: str, by: Author, at: datetime) -> None:
    """Note that a payment page closed unpaid. What is not open stays as it is."""
    one_off = OneOff.objects.filter(session_id=session_id).first()
    if one_off and move_one_off(one_off.pk, stages.EXPIRED):
        Event.record("one-off.expired", subject=subject_of(one_off), by=by, at=at)


def move_one_off(key: uuid.UUID, target: str, **changes: str | datetime) -> bool:
    """Move on, in the caller's transaction, if the table of stages allows it from where it is."""
    allowed = OneOff.objects.filter(pk=key, state__in=stages.sources_of(target))
    return bool(allowed.update(state=target, **changes))


def _begin(
    person: Person,
    purpose: str,
    amount: Money,
    same: OneOff | None,
    *,
    attested: bool,
    by: Author,
    at: datetime,
) -> OneOff:
    check_can_manage_dues(person, by)
    if not attested:
        raise Refused("not-attested", _("Please read and confirm the statement above."))
    if amount.minor < LEAST_MINOR:
        least = Money(LEAST_MINOR, amount.currency).format()
        raise Refused(
            "too-little", _("The least that can be paid is {amount}.").format(amount=least)
        )
    check_cap(person=person, cost=amount, at=at)
    if same:
        return same
    attest(person=person, version=attestation.VERSION, text=str(attestation.GIVING), by=by, at=at)
    for earlier in OneOff.objects.unfinished().filter(person=person, purpose=purpose):
        move_one_off(earlier.pk, stages.REPLACED)
    try:
        with transaction.atomic():
            one_off = OneOff.objects.create(
                person=person,
                purpose=purpose,
                minor=amount.minor,
                currency=amount.currency,
                created_at=at,
            )
    except IntegrityError:
        # The other half of a double click was faster.
        raise Refused(
            "checkout-begun", _("Your payment page is being opened. Please try again in a moment.")
        ) from None
    Event.record("one-off.begun", subject=subject_of(one_off), by=by, at=at)
    return one_off


def _close_replaced(one_off: OneOff, at: datetime) -> None:
    """Close the payment pages of what was wanted before, so that only one can be paid."""
    replaced = OneOff.objects.filter(
        person=one_off.person,
        purpose=one_off.purpose,
        state=stages.REPLACED,
        session_id__isnull=False,
        expires_at__gt=at,
    )
    for session_id in replaced.values_list("session_id", flat=True):
        if stripe_gateway.close_session(session_id or "").status == "complete":
            raise Refused(
                "already-paid",
                _("Your earlier payment has just gone through. We are confirming it now."),
            )


@transaction.atomic
def _fail(one_off: OneOff, why: str, *, by: Author, at: datetime) -> None:
    if move_one_off(one_off.pk, stages.FAILED):
        Event.record("one-off.failed", subject=subject_of(one_off), by=by, at=at, why=why)
