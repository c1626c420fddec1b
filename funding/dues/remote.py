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
    """A Checkout Session: ``status`` is open, complete or expired."""

    id: str
    status: str
    url: str
    subscription: str
    expires_at: datetime

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        return cls(
            id=_get(body, "id"),
            status=_get(body, "status"),
            url=_get(body, "url") or "",
            subscription=_get(body, "subscription") or "",
            expires_at=_time(_get(body, "expires_at")),
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

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        return cls(
            id=_get(body, "id"),
            customer=_get(body, "customer"),
            status=_get(body, "status"),
            checkout=_get(body, "metadata").get(METADATA_KEY, ""),
            renews_at=_time(_get(body, "items", "data", 0, "current_period_end")),
            ends_with_period=bool(_get(body, "cancel_at_period_end") or _get(body, "cancel_at")),
            latest_invoice=_get(body, "latest_invoice") or "",
        )


@dataclass(frozen=True, slots=True)
class Collected:
    """One successful charge: what was taken and what Stripe kept, as its balance says."""

    gross: Money
    fee: Money

    @classmethod
    def read(cls, intent: Mapping[str, Any]) -> Self | None:
        """From a payment intent with ``latest_charge.balance_transaction`` expanded.

        None while Stripe has not settled the charge in its balance yet.
        """
        transaction = _get(intent, "latest_charge", "balance_transaction")
        if transaction is None:
            return None
        currency = _get(transaction, "currency").upper()
        return cls(
            gross=Money(_get(transaction, "amount"), currency),
            fee=Money(_get(transaction, "fee"), currency),
        )


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice for one period of a subscription.

    ``collected`` is None while the invoice is not paid, or not settled in Stripe's balance yet.
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

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """From an invoice with ``payments`` expanded."""
        paid_at = _get(body, "status_transitions", "paid_at")
        return cls(
            id=_get(body, "id"),
            subscription=_get(body, "parent", "subscription_details", "subscription"),
            status=_get(body, "status"),
            paid=Money(_get(body, "amount_paid"), _get(body, "currency").upper()),
            paid_at=_time(paid_at) if paid_at is not None else None,
            starts_at=_time(_get(body, "lines", "data", 0, "period", "start")),
            ends_at=_time(_get(body, "lines", "data", 0, "period", "end")),
            renewal=_get(body, "billing_reason") == "subscription_cycle",
            attempted=_get(body, "attempted"),
            intents=tuple(
                _get(payment, "payment", "payment_intent")
                for payment in _get(body, "payments", "data")
                if _get(payment, "status") == "paid"
            ),
        )


def _get(body: Any, *path: str | int) -> Any:
    for step in path:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            raise Unexpected(f"no {'.'.join(map(str, path))} in Stripe's answer") from None
    return body


def _time(seconds: Any) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise Unexpected(f"not a time in Stripe's answer: {seconds!r}") from None
