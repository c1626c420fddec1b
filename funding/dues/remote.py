"""What Stripe answers, as plain values: the few facts this app acts on. Pure.

Each ``read`` takes an object of Stripe's API as a dict and raises ``Unexpected`` where it is not
shaped as its version says, so that a change at Stripe stops here and is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from kernel.money import Money

# Under this name the id of our checkout travels in the metadata of a subscription.
METADATA_KEY = "checkout"


class Unexpected(Exception):
    """Stripe answered something that this app does not know what to do with."""


@dataclass(frozen=True, slots=True)
class Session:
    """A Checkout Session: ``status`` is open, complete or expired.

    ``mode`` is subscription, or payment for what is paid once; then ``intent`` is set as soon as
    somebody has tried to pay. ``reference`` is our own id of what is being paid. ``business`` says
    that the one who paid gave the name or the tax number of a business.
    """

    id: str
    status: str
    url: str
    subscription: str
    expires_at: datetime
    mode: str = "subscription"
    reference: str = ""
    intent: str = ""
    customer: str = ""
    settled: bool = False
    business: bool = False

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        return cls(
            id=pick(body, "id"),
            status=pick(body, "status"),
            url=pick(body, "url") or "",
            subscription=pick(body, "subscription") or "",
            expires_at=moment(pick(body, "expires_at")),
            mode=pick(body, "mode"),
            reference=pick(body, "client_reference_id") or "",
            intent=pick(body, "payment_intent") or "",
            customer=pick(body, "customer") or "",
            settled=pick(body, "payment_status") != "unpaid",
            business=bool(
                (body.get("collected_information") or {}).get("business_name")
                or (body.get("customer_details") or {}).get("tax_ids")
            ),
        )


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription. ``checkout`` is our own id, empty where the subscription is not ours."""

    id: str
    customer: str
    status: str
    checkout: str
    renews_at: datetime
    ends_with_period: bool
    latest_invoice: str
    price: str = ""

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        return cls(
            id=pick(body, "id"),
            customer=pick(body, "customer"),
            status=pick(body, "status"),
            checkout=pick(body, "metadata").get(METADATA_KEY, ""),
            renews_at=moment(pick(body, "items", "data", 0, "current_period_end")),
            ends_with_period=bool(pick(body, "cancel_at_period_end") or pick(body, "cancel_at")),
            latest_invoice=pick(body, "latest_invoice") or "",
            price=pick(body, "items", "data", 0, "price", "id"),
        )


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of Stripe's balance: ``amount`` came to it (or left it, below zero), less ``fee``.

    ``category`` is Stripe's reporting category (charge, refund, dispute, payout, fee …), ``source``
    the id of what caused it.
    """

    id: str
    category: str
    amount: Money
    fee: Money
    source: str
    at: datetime

    @property
    def net(self) -> Money:
        return self.amount - self.fee

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        currency = pick(body, "currency").upper()
        return cls(
            id=pick(body, "id"),
            category=pick(body, "reporting_category"),
            amount=Money(pick(body, "amount"), currency),
            fee=Money(pick(body, "fee"), currency),
            source=pick(body, "source") or "",
            at=moment(pick(body, "created")),
        )


@dataclass(frozen=True, slots=True)
class Collected:
    """One successful charge: what was taken and what Stripe kept, as its balance says.

    ``card`` is Stripe's fingerprint of the card: the same card has the same one.
    """

    movement: Movement
    charge: str
    intent: str
    card: str = ""

    @property
    def gross(self) -> Money:
        return self.movement.amount

    @property
    def fee(self) -> Money:
        return self.movement.fee

    @classmethod
    def read(cls, intent: Mapping[str, Any]) -> Self | None:
        """From a payment intent with ``latest_charge.balance_transaction`` expanded.

        None while Stripe has not settled the charge in its balance yet.
        """
        transaction = pick(intent, "latest_charge", "balance_transaction")
        if transaction is None:
            return None
        return cls(
            movement=Movement.read(transaction),
            charge=pick(intent, "latest_charge", "id"),
            intent=pick(intent, "id"),
            card=card_of(pick(intent, "latest_charge")),
        )


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice for one period of a subscription.

    ``collected`` is None while the invoice is not paid, or not settled in Stripe's balance yet.
    ``pay_page`` is the address where anybody who has it can pay an open invoice: never stored.
    """

    id: str
    subscription: str
    status: str
    paid: Money
    paid_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    renewal: bool
    attempted: bool
    intents: tuple[str, ...]
    collected: Collected | None = None
    pay_page: str = ""

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """From an invoice with ``payments`` expanded.

        It covers the days of what is charged on it: a credit for another plan covers none.
        """
        lines = pick(body, "lines", "data")
        charged = [line for line in lines if pick(line, "amount") > 0] or [
            pick(body, "lines", "data", 0)
        ]
        paid_at = pick(body, "status_transitions", "paid_at")
        return cls(
            id=pick(body, "id"),
            subscription=pick(body, "parent", "subscription_details", "subscription"),
            status=pick(body, "status"),
            paid=Money(pick(body, "amount_paid"), pick(body, "currency").upper()),
            paid_at=moment(paid_at) if paid_at is not None else None,
            starts_at=min(moment(pick(line, "period", "start")) for line in charged),
            ends_at=max(moment(pick(line, "period", "end")) for line in charged),
            renewal=pick(body, "billing_reason") == "subscription_cycle",
            attempted=pick(body, "attempted"),
            intents=tuple(
                pick(payment, "payment", "payment_intent")
                for payment in pick(body, "payments", "data")
                if pick(payment, "status") == "paid"
            ),
            pay_page=body.get("hosted_invoice_url") or "",
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would bill at once: ``due`` is charged, or ``credit`` counts next time."""

    due: Money
    credit: Money
    ends_at: datetime

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """From the preview of an invoice."""
        currency = pick(body, "currency").upper()
        lines = pick(body, "lines", "data")
        return cls(
            due=Money(pick(body, "amount_due"), currency),
            credit=Money(max(-pick(body, "total"), 0), currency),
            ends_at=max(moment(pick(line, "period", "end")) for line in lines),
        )


def card_of(charge: Mapping[str, Any]) -> str:
    """The fingerprint of the card that was charged; empty where it was no card."""
    details = pick(charge, "payment_method_details") or {}
    return (details.get("card") or {}).get("fingerprint") or ""


def pick(body: Any, *path: str | int) -> Any:
    """What lies at ``path`` in Stripe's answer. Raises ``Unexpected`` where nothing does."""
    for step in path:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            raise Unexpected(f"no {'.'.join(map(str, path))} in Stripe's answer") from None
    return body


def moment(seconds: Any) -> datetime:
    """A time of Stripe's. Raises ``Unexpected`` for what is none."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise Unexpected(f"not a time in Stripe's answer: {seconds!r}") from None
