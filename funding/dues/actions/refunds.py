"""Refunds: decided here, told to Stripe by a sweep, booked from what Stripe then says.

A refund in full of what was paid for the current period ends that period's standing with the day;
a part changes nothing. A roll that was frozen before stands.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from funding.dues import case_kinds, gift_stages, mails_money, plans, refund_stages
from funding.dues.actions import earning
from funding.dues.actions.booking import note_movement, post_returned, source_key
from funding.dues.actions.cap import given
from funding.dues.actions.cases import open_case
from funding.dues.actions.pot import (
    check_take_from_pot,
    fill_pot,
    follow_books,
    is_in_pot,
    lose_from_pot,
)
from funding.dues.models import Dispute, Event, Gift, Payment, Refund
from funding.dues.remote import Movement, Unexpected
from funding.dues.remote_money import Refund as RemoteRefund
from funding.dues.steward_permissions import check_can_approve_refund, check_can_refund
from funding.ledger import chart
from funding.ledger.models import Entry
from kernel import sweeps
from kernel.money import Money
from kernel.refusal import Refused
from members.actions import extend_standing, queue_mail, shorten_standing
from members.models import Author, Person, StandingPeriod, subject_of

# What Stripe calls a refund that is under way, and one that is not to be.
_UNDER_WAY = ("pending", "requires_action", "succeeded")
_REFUSED = ("failed", "canceled")


@transaction.atomic
def propose_refund(
    *, payment: Payment, amount: Money, reason: str, by: Person, at: datetime
) -> Refund:
    """Decide to give back ``amount`` of a payment, or, above the limit, propose it to a second.

    Raises ``Refused`` for one's own payment, without a reason, for more than is left of it, and
    while its payer's bank disputes it.
    """
    check_can_refund(payment, by, at)
    if not reason.strip():
        raise Refused("no-reason", _("Please give the reason: whoever paid is told."))
    alone = amount.minor <= settings.REFUND_ALONE_MINOR
    return _intend(
        payment,
        amount,
        cause=Refund.Cause.STEWARD,
        state=refund_stages.DUE if alone else refund_stages.PROPOSED,
        reason=reason,
        by=by,
        at=at,
    )


@transaction.atomic
def approve_refund(*, refund: Refund, by: Person, at: datetime) -> None:
    """Agree to what another steward proposed. Raises ``Refused`` for one's own, and afterwards."""
    check_can_approve_refund(refund, by, at)
    if not _move(refund, refund_stages.DUE, approved_by=by):
        raise _decided()
    Event.record("refund.approved", subject=subject_of(refund), by=by, at=at)


@transaction.atomic
def withdraw_refund(*, refund: Refund, by: Person, at: datetime) -> None:
    """Take back, or turn down, what waits for a second steward."""
    check_can_refund(refund.payment, by, at)
    if not _move(refund, refund_stages.WITHDRAWN):
        raise _decided()
    if is_in_pot(refund.payment):
        fill_pot(refund.amount)
    Event.record("refund.withdrawn", subject=subject_of(refund), by=by, at=at)


@transaction.atomic
def order_refund(
    *, payment: Payment, amount: Money, cause: str, reason: str, by: Author, at: datetime
) -> Refund | None:
    """Give back, because a rule says so, up to ``amount`` of what is left of a payment.

    The same cause again changes nothing; None where nothing is left.
    """
    known = Refund.objects.filter(payment=payment, cause=cause).first()
    if known:
        return known
    left = payment.gross - Refund.objects.counting(payment)
    part = Money(min(amount.minor, left.minor), amount.currency)
    if part.minor <= 0:
        return None
    return _intend(payment, part, cause=cause, state=refund_stages.DUE, reason=reason, by=by, at=at)


@transaction.atomic
def return_excess(*, payment: Payment, by: Author, at: datetime) -> Refund | None:
    """Give back what goes above what one person may pay in a year, counted with this payment."""
    person, currency = payment.person, payment.currency
    excess = given(person, currency=currency, at=at).minor - plans.CAP_MINOR
    if excess <= 0:
        return None
    with translation.override(person.locale):
        reason = _("This went above what one person may give in a year.")
    return order_refund(
        payment=payment,
        amount=Money(excess, currency),
        cause=Refund.Cause.CAP,
        reason=reason,
        by=by,
        at=at,
    )


def _intend(
    payment: Payment,
    amount: Money,
    *,
    cause: str,
    state: str,
    reason: str,
    by: Author,
    at: datetime,
) -> Refund:
    """Write the refund down with its idempotency key, if there is so much left to give back."""
    # Two stewards at once: the payment's row lets one after the other in.
    locked = Payment.objects.select_for_update().get(pk=payment.pk)
    if amount.currency != locked.currency or amount.minor <= 0:
        raise Refused("refund-amount", _("Please name an amount above zero."))
    left = locked.gross - Refund.objects.counting(locked)
    if amount.minor > left.minor:
        raise Refused(
            "refund-too-large",
            _("At most {left} of this payment can be returned.").format(
                left=left.format(translation.get_language() or "en")
            ),
        )
    if Dispute.objects.filter(payment=locked, closed_at=None).exists():
        raise Refused(
            "refund-disputed",
            _("The payer's bank disputes this payment. Wait until that is over, or accept it."),
        )
    # Nobody becomes a member by what is to go back. What is above the cap was never in the pot.
    if cause != Refund.Cause.CAP and is_in_pot(locked):
        check_take_from_pot(amount)
    refund = Refund.objects.create(
        payment=payment,
        cause=cause,
        minor=amount.minor,
        currency=amount.currency,
        reason=reason,
        state=state,
        proposed_by=by if isinstance(by, Person) else None,
        proposed_at=at,
    )
    verb = "refund.proposed" if state == refund_stages.PROPOSED else "refund.ordered"
    Event.record(verb, subject=subject_of(refund), by=by, at=at, minor=amount.minor)
    return refund


@transaction.atomic
def sent_refund(*, refund: Refund, remote: RemoteRefund, by: Author, at: datetime) -> None:
    """Apply what Stripe answered to a claimed refund. Raises ``ClaimLost`` without the claim."""
    sweeps.settle(refund, last_error="", attempts=0)
    Event.record("refund.sent", subject=subject_of(refund), by=by, at=at)
    apply_refund(payment=refund.payment, remote=remote, by=by, at=at)


@transaction.atomic
def refuse_refund(*, refund: Refund, error: str, by: Author, at: datetime) -> None:
    """Stripe said no to a claimed refund: it fails, and a case opens."""
    sweeps.settle(refund, last_error=error)
    _fail(refund, by=by, at=at)


def postpone_refund(*, refund: Refund, error: str, until: datetime) -> None:
    """Keep a claimed refund that could not be told, and leave it alone ``until`` then."""
    held = Refund.objects.filter(pk=refund.pk, claim_token=refund.claim_token)
    held.update(claimed_until=until, last_error=error)


@transaction.atomic
def apply_refund(*, payment: Payment, remote: RemoteRefund, by: Author, at: datetime) -> None:
    """Apply what a refund of ``payment`` is now, whoever made it. Again changes nothing.

    Raises ``Unexpected`` for one that Stripe charges a fee for.
    """
    refund = _known(payment, remote, by=by, at=at)
    entry = undone = None
    if remote.movement:
        entry = _book(payment, remote.movement, by=by, at=at)
    if remote.status in _REFUSED:
        if entry and remote.returned:
            undone = earning.return_failed(
                returned=entry,
                received=payment.entry,
                description="A refund did not go through",
                effective_on=remote.returned.at.date(),
                by=by,
                at=at,
            )
            note_movement(movement=remote.returned, entry=undone, at=at)
        _fail(refund, undone=undone, by=by, at=at)
    elif remote.status in _UNDER_WAY and entry:
        if _move(refund, refund_stages.RETURNED):
            Event.record("refund.returned", subject=subject_of(refund), by=by, at=at)
            until = end_if_all_returned(payment, by=by, at=at)
            _tell(refund, until=until, at=at)
    elif remote.status in _UNDER_WAY:
        _move(refund, refund_stages.SENT)


def _known(payment: Payment, remote: RemoteRefund, *, by: Author, at: datetime) -> Refund:
    """Our row for a refund at Stripe; the first time we hear of one made there, a new one."""
    known = Refund.objects.select_related("payment__person").filter(stripe_id=remote.id).first()
    if known:
        return known
    try:
        mine = Refund.objects.filter(pk=uuid.UUID(remote.reference), payment=payment)
    except ValueError:
        mine = Refund.objects.none()
    if mine.filter(stripe_id=None).update(stripe_id=remote.id):
        return Refund.objects.select_related("payment__person").get(stripe_id=remote.id)
    refund = Refund.objects.create(
        payment=payment,
        cause=Refund.Cause.DASHBOARD,
        minor=remote.amount.minor,
        currency=remote.amount.currency,
        state=refund_stages.SENT,
        proposed_at=remote.at,
        stripe_id=remote.id,
    )
    if is_in_pot(payment):
        lose_from_pot(refund.amount)
    Event.record("refund.seen", subject=subject_of(refund), by=by, at=at)
    return refund


def _book(payment: Payment, movement: Movement, *, by: Author, at: datetime) -> Entry:
    """The one entry for what a refund took from Stripe's balance."""
    if movement.fee:
        raise Unexpected(f"{movement.id} is a refund with a fee")
    entry = post_returned(
        payment=payment,
        amount=-movement.amount,
        source_key=source_key(movement),
        out_of=chart.STRIPE,
        effective_on=movement.at.date(),
        by=by,
        at=at,
    )
    note_movement(movement=movement, entry=entry, at=at)
    return entry


def _fail(refund: Refund, *, undone: Entry | None = None, by: Author, at: datetime) -> None:
    """The money is with us: what ended because of the refund goes on, and a person looks at it.

    ``undone`` is the entry by which it came back, where it had left.
    """
    was_returned = refund.state == refund_stages.RETURNED
    if not _move(refund, refund_stages.FAILED):
        return
    payment, person = refund.payment, refund.payment.person
    Event.record("refund.failed", subject=subject_of(refund), by=by, at=at)
    if undone:
        follow_books(undone)
    elif is_in_pot(payment):
        fill_pot(refund.amount)
    today = at.date()
    if was_returned and payment.ends_on and payment.ends_on > today:
        extend_standing(
            person=person,
            starts_on=today,
            ends_on=payment.ends_on,
            kind=StandingPeriod.Kind.DUES,
            source=f"refund-failed:{refund.pk}",
            by=by,
            at=at,
        )
    open_case(
        kind=case_kinds.REFUND_FAILED,
        key=f"refund-failed:{refund.pk}",
        people=[person],
        payment=payment,
        stripe_id=refund.stripe_id or "",
        amount=refund.amount.format(),
        by=by,
        at=at,
    )
    with translation.override(person.locale):
        subject, body = mails_money.refund_failed(amount=refund.amount, page=dues_page())
    key = f"refund-failed:{refund.pk}"
    queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)


def end_if_all_returned(payment: Payment, *, by: Author, at: datetime) -> datetime | None:
    """End the standing that a payment gave, if all of it went back; an offered gift is off.

    Today is its last day. Answers with the time where standing was shortened.
    """
    lost = sum(payment.disputes.values_list("lost_minor", flat=True))
    returned = Refund.objects.returned(payment).minor + lost
    if returned < payment.gross_minor:
        return None
    source = f"dues:{payment.invoice_id}"
    if gift := Gift.objects.filter(one_off=payment.one_off).exclude(one_off=None).first():
        source = f"gift:{gift.pk}"
        offered = Gift.objects.filter(pk=gift.pk, state=gift_stages.OFFERED)
        offered.update(state=gift_stages.RETURNED, settled_at=at)
    shortened = shorten_standing(
        source=source,
        ends_on=at.date() + timedelta(days=1),
        by=by,
        at=at,
    )
    return at if shortened else None


def _tell(refund: Refund, *, until: datetime | None, at: datetime) -> None:
    person = refund.payment.person
    with translation.override(person.locale):
        subject, body = mails_money.refunded(
            amount=refund.amount,
            reason=refund.reason,
            until=until.date() if until else None,
            page=dues_page(),
        )
    key = f"refund:{refund.pk}"
    queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)


def _move(refund: Refund, target: str, **changes: Person) -> bool:
    allowed = Refund.objects.filter(pk=refund.pk, state__in=refund_stages.sources_of(target))
    if not allowed.update(state=target, **changes):
        return False
    refund.state = target
    return True


def dues_page() -> str:
    """Where one sees what one has paid."""
    return f"{settings.SITE_ORIGIN}{reverse('my-dues')}"


def _decided() -> Refused:
    return Refused("refund-decided", _("This refund has been decided already."))
