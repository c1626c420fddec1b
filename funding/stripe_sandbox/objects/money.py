"""Payments: cards, payment intents, charges, refunds, and what they do to the balance."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from funding.stripe_sandbox.ids import new_id
from funding.stripe_sandbox.objects.catalogue import NO_ADDRESS

Json = dict[str, Any]

_DAY = 86400
SETTLES_AFTER = 7 * _DAY
DECLINED = "Your card was declined."
# Stripe's test numbers (docs.stripe.com/testing). No other number is taken.
GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000000002"
# Attaches well, and is declined when it is charged later.
FAILS_LATER_CARD = "4000000000000341"
# The bank asks for 3-D Secure each time.
ASKING_CARD = "4000002760003184"


def fee_on(amount: int) -> int:
    """What the sandbox keeps of a charge: 1.5 % and 25 minor units, the percentage rounded half up.

    Integers throughout: ``fee_on(500) == 33`` (7.5 rounds to 8, and 25).
    """
    return (amount * 15 + 500) // 1000 + 25


@dataclass(frozen=True, slots=True)
class Card:
    """A card as Checkout learns it. The same fingerprint is the same card."""

    last4: str
    name: str
    exp_month: int
    exp_year: int
    fingerprint: str


def card_of(
    holder: str,
    *,
    at: int,
    name: str,
    number: str = GOOD_CARD,
    fingerprint: str | None = None,
) -> Card:
    """A Visa test card of ``holder``'s own; the same fingerprint makes it the same card."""
    return Card(
        last4=number[-4:],
        name=name,
        exp_month=12,
        exp_year=datetime.fromtimestamp(at, UTC).year + 4,
        fingerprint=fingerprint or hashlib.sha256(holder.encode()).hexdigest()[:16],
    )


def card_shown(method: Json) -> Card:
    """The card that a payment method shows."""
    shown = method["card"]
    return Card(
        last4=shown["last4"],
        name=method["billing_details"]["name"],
        exp_month=shown["exp_month"],
        exp_year=shown["exp_year"],
        fingerprint=shown["fingerprint"],
    )


def billing_details(*, email: str | None, name: str | None) -> Json:
    return {
        "address": {**NO_ADDRESS, "country": "IE"},
        "email": email,
        "name": name,
        "phone": None,
        "tax_id": None,
    }


def payment_method(*, created: int, card: Card, customer: str | None, email: str | None) -> Json:
    """A card: attached to a customer, or used once (None)."""
    return {
        "id": new_id("pm_"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": billing_details(email=email, name=card.name),
        "card": {
            "brand": "visa",
            "checks": _CHECKS,
            "country": "US",
            "display_brand": "visa",
            "exp_month": card.exp_month,
            "exp_year": card.exp_year,
            "fingerprint": card.fingerprint,
            "funding": "credit",
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": ["visa"], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": created,
        "customer": customer,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }


_CHECKS: Json = {
    "address_line1_check": None,
    "address_postal_code_check": None,
    "cvc_check": "pass",
}


def payment_intent(
    *,
    created: int,
    amount: int,
    currency: str,
    customer: str | None,
    description: str | None,
    metadata: dict[str, str] | None = None,
    setup_future_usage: str | None = "off_session",
) -> Json:
    """An amount that waits to be paid by card."""
    id = new_id("pi_")
    return {
        "id": id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": new_id(f"{id}_secret_"),
        "confirmation_method": "automatic",
        "created": created,
        "currency": currency,
        "customer": customer,
        "customer_account": None,
        "description": description,
        "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "managed_payments": None,
        "metadata": metadata or {},
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": setup_future_usage,
        "shipping": None,
        "source": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
    }


def succeeded(intent: Json, *, charge: str, payment_method: str) -> Json:
    """What changes on a payment intent when its charge succeeds."""
    return {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge,
        "next_action": None,
        "payment_method": payment_method,
        "status": "succeeded",
    }


def awaiting(payment_method: str, *, url: str) -> Json:
    """What changes on a payment intent when the bank asks the card's holder to confirm."""
    return {
        "last_payment_error": None,
        "next_action": {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": None, "url": url},
        },
        "payment_method": payment_method,
        "status": "requires_action",
    }


def failed(intent: Json, *, charge: str) -> Json:
    """What changes on a payment intent when its charge is declined."""
    error = {
        "charge": charge,
        "code": "card_declined",
        "decline_code": "generic_decline",
        "doc_url": "https://docs.stripe.com/error-codes#card-declined",
        "message": DECLINED,
        "type": "card_error",
    }
    return {
        "last_payment_error": error,
        "latest_charge": charge,
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }


def charge(
    *,
    created: int,
    intent: Json,
    card: Card,
    payment_method: str | None,
    email: str | None,
    succeeded: bool,
) -> Json:
    """One try at a card. What it brings to the balance follows once it is captured."""
    amount = intent["amount"]
    id = new_id("ch_")
    return {
        "id": id,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount if succeeded else 0,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": billing_details(email=email, name=card.name),
        "calculated_statement_descriptor": "SANDBOX",
        "captured": succeeded,
        "created": created,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None if succeeded else "card_declined",
        "failure_message": None if succeeded else DECLINED,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "on_behalf_of": None,
        "outcome": {
            "advice_code": None if succeeded else "try_again_later",
            "network_advice_code": None,
            "network_decline_code": None if succeeded else "05",
            "network_status": "approved_by_network" if succeeded else "declined_by_network",
            "reason": None if succeeded else "generic_decline",
            "seller_message": (
                "Payment complete." if succeeded else "The bank did not return any further details."
            ),
            "type": "authorized" if succeeded else "issuer_declined",
        },
        "paid": succeeded,
        "payment_intent": intent["id"],
        "payment_method": payment_method,
        "payment_method_details": {"card": _charged(card, amount), "type": "card"},
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded" if succeeded else "failed",
        "transfer_data": None,
        "transfer_group": None,
    }


def _charged(card: Card, amount: int) -> Json:
    return {
        "amount_authorized": amount,
        "authorization_code": None,
        "brand": "visa",
        "checks": _CHECKS,
        "country": "US",
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "extended_authorization": {"status": "disabled"},
        "fingerprint": card.fingerprint,
        "funding": "credit",
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": card.last4,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": "visa",
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": None,
        "transaction_link_id": None,
        "wallet": None,
    }


# Under which heading Stripe's reports count a type, where that is not the type itself.
_REPORTED_AS = {"payment_refund": "refund", "payout_failure": "payout_reversal"}


def balance_transaction(
    *,
    created: int,
    source: str,
    type: str,
    amount: int,
    fee: int,
    currency: str,
    description: str | None,
    reported_as: str | None = None,
    fee_for: str = "Stripe processing fees",
    available_on: int | None = None,
) -> Json:
    """What a charge, or a refund, a dispute or a payout (below zero) does to the balance."""
    fee_details = [
        {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": fee_for,
            "type": "stripe_fee",
        }
    ]
    return {
        "id": new_id("txn_"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created + SETTLES_AFTER if available_on is None else available_on,
        "balance_type": "payments",
        "created": created,
        "currency": currency,
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": fee_details if fee else [],
        "net": amount - fee,
        "reporting_category": reported_as or _REPORTED_AS.get(type, type),
        "source": source,
        "status": "pending",
        "type": type,
    }


def settled(transaction: Json, *, at: int) -> Json:
    """A balance transaction as it is seen at a moment: available once its day has come."""
    status = "available" if transaction["available_on"] <= at else "pending"
    return {**transaction, "status": status}


def balance(transactions: Iterable[Json], *, at: int, currency: str) -> Json:
    """What the account holds at a moment, by currency; at least a line of zero in ``currency``."""
    sums: dict[str, dict[str, int]] = {"available": {currency: 0}, "pending": {currency: 0}}
    for transaction in transactions:
        by_currency = sums[settled(transaction, at=at)["status"]]
        held = by_currency.get(transaction["currency"], 0)
        by_currency[transaction["currency"]] = held + transaction["net"]
    lines = {
        status: [
            {"amount": amount, "currency": code, "source_types": {"card": amount}}
            for code, amount in sorted(by_currency.items())
        ]
        for status, by_currency in sums.items()
    }
    return {
        "object": "balance",
        "available": lines["available"],
        "connect_reserved": [{"amount": 0, "currency": currency}],
        "livemode": False,
        "pending": lines["pending"],
    }


def refund(
    *, created: int, charge: Json, amount: int, reason: str | None, metadata: dict[str, str] | None
) -> Json:
    """Money given back. The fee of the charge is not, as at Stripe."""
    return {
        "id": new_id("re_"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "customer": charge["customer"],
        "customer_account": None,
        "destination_details": {
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "metadata": metadata or {},
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
