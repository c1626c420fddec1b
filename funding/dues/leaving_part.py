"""Dues' part of leaving: what one paid, gave and was given, and what of it stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.dues import gift_stages, mails, refund_stages
from funding.dues.actions.cancellations import cancel
from funding.dues.models import (
    Case,
    CheckoutIntent,
    Gift,
    OneOff,
    Payment,
    Refund,
    Subscription,
    Waiver,
    WaiverWish,
)
from members import leaving
from members.leaving import Part
from members.models import Author, Person


def export(person: Person) -> dict[str, Any]:
    """Everything about dues that is held of ``person``."""
    return {
        "payments": [
            {
                "id": str(payment.uuid),
                "paid_at": payment.paid_at.isoformat(),
                "purpose": payment.one_off.purpose if payment.one_off else "dues",
                "minor": payment.gross_minor,
                "fee_minor": payment.fee_minor,
                "currency": payment.currency,
                "starts_on": _day(payment.starts_on),
                "ends_on": _day(payment.ends_on),
                "entry": payment.entry.seal.position,
                "stripe_payment": payment.intent_id,
                "stripe_invoice": payment.invoice_id or "",
            }
            for payment in Payment.objects.of(person)
        ],
        "subscriptions": [
            {
                "plan": str(subscription.plan_id),
                "status": subscription.status,
                "renews_at": subscription.renews_at.isoformat(),
                "stripe_subscription": subscription.stripe_id,
                "stripe_customer": subscription.customer_id,
                "cancelled_at": [
                    cancellation.requested_at.isoformat()
                    for cancellation in subscription.cancellations.all()
                ],
            }
            for subscription in person.subscriptions.order_by("renews_at").prefetch_related(
                "cancellations"
            )
        ],
        "checkouts": [
            {
                "plan": str(checkout.plan_id),
                "state": checkout.state,
                "created_at": checkout.created_at.isoformat(),
            }
            for checkout in person.checkouts.order_by("created_at")
        ],
        "gifts_given": [
            {
                "email": gift.email,
                "message": gift.message,
                "plan": str(gift.plan_id),
                "state": gift.state,
                "otherwise": gift.otherwise,
            }
            for gift in Gift.objects.filter(one_off__person=person).order_by("one_off__created_at")
        ],
        "gifts_accepted": [
            {
                "message": gift.message,
                "starts_on": _day(gift.starts_on),
                "ends_on": _day(gift.ends_on),
            }
            for gift in person.gifts_accepted.order_by("starts_on")
        ],
        "without_paying": [
            {"starts_on": _day(waiver.starts_on), "ends_on": _day(waiver.ends_on)}
            for waiver in Waiver.objects.filter(person=person).order_by("starts_on")
        ],
        "wants_to_be_told": WaiverWish.objects.filter(person=person).exists(),
        "refunds": [
            {
                "payment": str(refund.payment.uuid),
                "minor": refund.minor,
                "currency": refund.currency,
                "reason": refund.reason,
                "state": refund.state,
                "at": refund.proposed_at.isoformat(),
            }
            for refund in Refund.objects.filter(payment__person=person)
            .select_related("payment")
            .order_by("proposed_at")
        ],
        "looked_at": [
            {"kind": case.kind, "opened_at": case.opened_at.isoformat()}
            for case in Case.objects.filter(people=person).order_by("opened_at")
        ],
    }


def duties(person: Person, at: datetime) -> list[str]:
    """The gifts of theirs that nobody has accepted yet: the money is still theirs."""
    offered = Gift.objects.filter(one_off__person=person, state=gift_stages.OFFERED)
    return [
        _(
            "A gift of yours waits to be accepted until {until}. Take it back first, on the page "
            "of your dues, or wait until then."
        ).format(until=mails.day(gift.ends_at.date()))
        for gift in offered.order_by("ends_at")
        if gift.ends_at
    ]


@transaction.atomic
def prepare(*, person: Person, by: Author, at: datetime) -> None:
    """End what charges, at once; nothing new can be begun."""
    for subscription in Subscription.objects.live().filter(person=person):
        if subscription.is_ending:
            continue
        cancel(subscription, at_once=True, by=by, at=at)
    WaiverWish.objects.filter(person=person).delete()


def ready(person: Person) -> bool:
    """Whether nothing can be charged any more, and nothing is on its way back."""
    charging = [
        subscription
        for subscription in Subscription.objects.live().filter(person=person)
        if not subscription.cancellations.filter(
            withdrawn_at=None, confirmed_at__isnull=False
        ).exists()
        and not subscription.ends_with_period
    ]
    returning = Refund.objects.filter(
        payment__person=person,
        state__in=[refund_stages.PROPOSED, refund_stages.DUE, refund_stages.SENT],
    )
    return (
        not charging
        and not returning.exists()
        and not CheckoutIntent.objects.unfinished().filter(person=person).exists()
        and not OneOff.objects.unfinished().filter(person=person).exists()
    )


@transaction.atomic
def erase(*, person: Person, by: Author, at: datetime) -> None:
    """Forget the addresses and words of gifts, and pages that could be opened."""
    Gift.objects.filter(one_off__person=person).update(email="", message="")
    Gift.objects.filter(recipient=person).update(email="")
    WaiverWish.objects.filter(person=person).delete()
    CheckoutIntent.objects.filter(person=person).update(session_url="")
    OneOff.objects.filter(person=person).update(session_url="")


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


def _rows(**fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": fields,
            "required": list(fields),
            "additionalProperties": False,
        },
    }


_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_DAY = {"type": ["string", "null"], "format": "date"}
_TIME = {"type": "string", "format": "date-time"}
_FIELDS: dict[str, Any] = {
    "payments": _rows(
        id=_TEXT,
        paid_at=_TIME,
        purpose=_TEXT,
        minor=_WHOLE,
        fee_minor=_WHOLE,
        currency=_TEXT,
        starts_on=_DAY,
        ends_on=_DAY,
        entry=_WHOLE,
        stripe_payment=_TEXT,
        stripe_invoice=_TEXT,
    ),
    "subscriptions": _rows(
        plan=_TEXT,
        status=_TEXT,
        renews_at=_TIME,
        stripe_subscription=_TEXT,
        stripe_customer=_TEXT,
        cancelled_at={"type": "array", "items": _TIME},
    ),
    "checkouts": _rows(plan=_TEXT, state=_TEXT, created_at=_TIME),
    "gifts_given": _rows(email=_TEXT, message=_TEXT, plan=_TEXT, state=_TEXT, otherwise=_TEXT),
    "gifts_accepted": _rows(message=_TEXT, starts_on=_DAY, ends_on=_DAY),
    "without_paying": _rows(starts_on=_DAY, ends_on=_DAY),
    "wants_to_be_told": {"type": "boolean"},
    "refunds": _rows(
        payment=_TEXT, minor=_WHOLE, currency=_TEXT, reason=_TEXT, state=_TEXT, at=_TIME
    ),
    "looked_at": _rows(kind=_TEXT, opened_at=_TIME),
}

leaving.register(
    Part(
        name="dues",
        label=gettext_lazy("Your dues"),
        export=export,
        schema={
            "type": "object",
            "properties": _FIELDS,
            "required": list(_FIELDS),
            "additionalProperties": False,
        },
        duties=duties,
        prepare=prepare,
        ready=ready,
        erase=erase,
        stays=gettext_lazy(
            "What was paid, when, and its entry in the books, at a row without a name: the law "
            "asks for books that are kept, and members can check that every euro is in them. Our "
            "payment provider, Stripe, keeps its own records of the payments as its own duties ask."
        ),
    )
)
