"""Payouts: the balance on its way to our bank."""

from __future__ import annotations

from typing import Any

from funding.stripe_sandbox.ids import new_id

Json = dict[str, Any]

ARRIVES_AFTER = 2 * 86400
BANK_ACCOUNT = "ba_sandbox"


def payout(*, created: int, amount: int, currency: str) -> Json:
    """An automatic payout that is on its way."""
    return {
        "id": new_id("po_"),
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": created + ARRIVES_AFTER,
        "automatic": True,
        "balance_transaction": None,
        "created": created,
        "currency": currency,
        "description": "STRIPE PAYOUT",
        "destination": BANK_ACCOUNT,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "completed",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "in_transit",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
