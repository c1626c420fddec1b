"""Dues that somebody paid, and what went back of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from funding.dues.models import CheckoutIntent, Dispute, OneOff, Payment, Plan, Refund, Subscription
from funding.ledger import actions as ledger
from funding.ledger import chart
from funding.ledger.entries import LegSpec
from funding.ledger.models import Entry
from kernel.money import Money
from members.models import Person
from tests.conftest import TEST


def pays(person: Person, minor: int, at: datetime) -> Payment:
    """Dues for a month, as they are once Stripe has settled them."""
    plan, _new = Plan.objects.get_or_create(
        level="standard", interval="month", defaults={"minor": 500, "currency": "EUR"}
    )
    number = Payment.objects.count()
    subscription = Subscription.objects.filter(person=person).first()
    if subscription is None:
        checkout = CheckoutIntent.objects.create(
            person=person, plan=plan, state="paid", created_at=at
        )
        subscription = Subscription.objects.create(
            person=person,
            plan=plan,
            checkout=checkout,
            stripe_id=f"sub_{number}",
            customer_id=f"cus_{number}",
            status="active",
            renews_at=at + timedelta(days=30),
            ends_with_period=False,
        )
    return Payment.objects.create(
        person=person,
        subscription=subscription,
        invoice_id=f"in_{number}",
        intent_id=f"pi_{number}",
        entry=_entry(minor, number, at),
        gross_minor=minor,
        fee_minor=0,
        currency="EUR",
        paid_at=at,
        starts_on=at.date(),
        ends_on=at.date() + timedelta(days=30),
    )


def gives(person: Person, minor: int, at: datetime) -> Payment:
    """A gift to the pot: no dues."""
    number = Payment.objects.count()
    intent = OneOff.objects.create(
        person=person, purpose="pot", minor=minor, currency="EUR", created_at=at, state="paid"
    )
    return Payment.objects.create(
        person=person,
        one_off=intent,
        intent_id=f"pi_{number}",
        entry=_entry(minor, number, at),
        gross_minor=minor,
        fee_minor=0,
        currency="EUR",
        paid_at=at,
    )


def goes_back(payment: Payment, minor: int, state: str = "returned") -> Refund:
    number = Refund.objects.count()
    return Refund.objects.create(
        payment=payment,
        cause="steward",
        minor=minor,
        currency=payment.currency,
        state=state,
        proposed_at=payment.paid_at,
        stripe_id=f"re_{number}",
    )


def is_disputed(payment: Payment, *, lost: int | None = None) -> Dispute:
    """Disputed, and open; or over, with so much of it ``lost``."""
    return Dispute.objects.create(
        stripe_id=f"dp_{payment.pk}",
        payment=payment,
        minor=payment.gross_minor,
        currency=payment.currency,
        status="needs_response" if lost is None else "lost" if lost else "won",
        reason="general",
        opened_at=payment.paid_at,
        closed_at=None if lost is None else payment.paid_at,
        lost_minor=lost or 0,
    )


def _entry(minor: int, number: int, at: datetime) -> Entry:
    amount = Money(minor, "EUR")
    return ledger.post(
        source_key=f"test:dues:{number}",
        description="Dues",
        legs=[LegSpec(chart.BANK, amount), LegSpec(chart.DUES, -amount)],
        effective_on=at.date(),
        by=TEST,
        at=at,
    )
