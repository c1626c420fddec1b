"""What Stripe answers about money that moved: payments, refunds, disputes, payouts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from funding.dues.remote import METADATA_KEY, Movement, card_of, moment, pick
from kernel.money import Money

# Under this name the id of our refund travels in the metadata of Stripe's.
REFUND_KEY = "refund"


@dataclass(frozen=True, slots=True)
class PaymentIntent:
    """A payment intent: ``status`` is Stripe's; ``reference`` our id, where it is one of ours."""

    id: str
    status: str
    reference: str
    charge: str

    @property
    def needs_action(self) -> bool:
        """Whether the bank asks the card's holder to confirm (3-D Secure)."""
        return self.status == "requires_action"

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        return cls(
            id=pick(body, "id"),
            status=pick(body, "status"),
            reference=pick(body, "metadata").get(METADATA_KEY, ""),
            charge=_id(pick(body, "latest_charge")),
        )


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who pays: whether they gave the name or the tax number of a business."""

    id: str
    business: bool

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """From a customer with ``tax_ids`` expanded. One that was deleted has neither."""
        numbers = (body.get("tax_ids") or {}).get("data")
        return cls(id=pick(body, "id"), business=bool(body.get("business_name") or numbers))


@dataclass(frozen=True, slots=True)
class Charge:
    """A card that was charged. ``movement`` is None until it is in Stripe's balance."""

    id: str
    intent: str
    customer: str
    status: str
    amount: Money
    returned: Money
    disputed: bool
    card: str
    at: datetime
    movement: Movement | None

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """From a charge with ``balance_transaction`` expanded."""
        currency = pick(body, "currency").upper()
        return cls(
            id=pick(body, "id"),
            intent=_id(pick(body, "payment_intent")),
            customer=_id(pick(body, "customer")),
            status=pick(body, "status"),
            amount=Money(pick(body, "amount"), currency),
            returned=Money(pick(body, "amount_refunded"), currency),
            disputed=pick(body, "disputed"),
            card=card_of(body),
            at=moment(pick(body, "created")),
            movement=_movement(pick(body, "balance_transaction")),
        )


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back, by us or at Stripe's dashboard. A refund that fails comes back again.

    ``reference`` is our own id, empty where it was made at the dashboard.
    """

    id: str
    charge: str
    amount: Money
    status: str
    reference: str
    at: datetime
    movement: Movement | None
    returned: Movement | None

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """From a refund with both its balance transactions expanded."""
        return cls(
            id=pick(body, "id"),
            charge=_id(pick(body, "charge")),
            amount=Money(pick(body, "amount"), pick(body, "currency").upper()),
            status=pick(body, "status") or "",
            reference=(pick(body, "metadata") or {}).get(REFUND_KEY, ""),
            at=moment(pick(body, "created")),
            movement=_movement(pick(body, "balance_transaction")),
            # Only refunds that failed have it.
            returned=_movement(body.get("failure_balance_transaction")),
        )


@dataclass(frozen=True, slots=True)
class Dispute:
    """A payment that its payer's bank takes back, until it is won or lost."""

    id: str
    charge: str
    amount: Money
    status: str
    reason: str
    at: datetime
    answer_by: datetime | None
    movements: tuple[Movement, ...]

    @property
    def is_over(self) -> bool:
        return self.status in ("won", "lost", "warning_closed", "prevented")

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        due = pick(body, "evidence_details", "due_by")
        return cls(
            id=pick(body, "id"),
            charge=_id(pick(body, "charge")),
            amount=Money(pick(body, "amount"), pick(body, "currency").upper()),
            status=pick(body, "status"),
            reason=pick(body, "reason"),
            at=moment(pick(body, "created")),
            answer_by=moment(due) if due is not None else None,
            movements=tuple(Movement.read(line) for line in pick(body, "balance_transactions")),
        )


@dataclass(frozen=True, slots=True)
class Payout:
    """Money on its way from Stripe to the bank. One that fails comes back to Stripe's balance."""

    id: str
    amount: Money
    status: str
    arrives_on: date
    movement: Movement | None
    returned: Movement | None

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """From a payout with both its balance transactions expanded."""
        return cls(
            id=pick(body, "id"),
            amount=Money(pick(body, "amount"), pick(body, "currency").upper()),
            status=pick(body, "status"),
            arrives_on=moment(pick(body, "arrival_date")).date(),
            movement=_movement(pick(body, "balance_transaction")),
            returned=_movement(pick(body, "failure_balance_transaction")),
        )


def _movement(body: Any) -> Movement | None:
    return Movement.read(body) if body is not None else None


def _id(value: Any) -> str:
    """The id of what may be expanded, or absent."""
    return str(value["id"] if isinstance(value, Mapping) else value or "")
