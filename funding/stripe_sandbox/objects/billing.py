"""Subscriptions, and the invoices they make."""

from __future__ import annotations

from typing import Any

from funding.stripe_sandbox.ids import new_id
from funding.stripe_sandbox.objects.catalogue import plan_of

Json = dict[str, Any]

# An unpaid invoice is tried again every three days; after the fourth time the subscription ends.
RETRY_AFTER = 3 * 86400
ATTEMPTS = 4
_NO_TAX: Json = {"enabled": False, "disabled_reason": None, "liability": None}


def list_of(data: list[Json], url: str) -> Json:
    """A whole list inside another object."""
    return {"object": "list", "data": data, "has_more": False, "url": url}


def subscription(
    *,
    created: int,
    customer: str,
    payment_method: str,
    items: list[tuple[Json, int]],
    period_end: int,
    description: str | None,
    metadata: dict[str, str] | None,
) -> Json:
    """An active subscription to ``items`` (price, quantity), in its first period."""
    id = new_id("sub_")
    return {
        "id": id,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": _NO_TAX,
        "billing_cycle_anchor": created,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"type": "flexible", "flexible": {"proration_discounts": "included"}},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": created,
        "currency": items[0][0]["currency"],
        "customer": customer,
        "customer_account": None,
        "days_until_due": None,
        "default_payment_method": payment_method,
        "default_source": None,
        "default_tax_rates": [],
        "description": description,
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": {"type": "self"},
        },
        "items": list_of(
            [
                _subscription_item(id, price, quantity, start=created, end=period_end)
                for price, quantity in items
            ],
            f"/v1/subscription_items?subscription={id}",
        ),
        "latest_invoice": None,
        "livemode": False,
        "managed_payments": None,
        "metadata": metadata or {},
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": created,
        "status": "active",
        "test_clock": None,
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": None,
    }


def _subscription_item(
    subscription: str, price: Json, quantity: int, *, start: int, end: int
) -> Json:
    return {
        "id": new_id("si_"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": start,
        "current_period_end": end,
        "current_period_start": start,
        "discounts": [],
        "metadata": {},
        "plan": plan_of(price),
        "price": price,
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    }


def period_of(subscription: Json) -> tuple[int, int]:
    """The current period: when it began, and when the next one begins."""
    item = subscription["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def moved_on(subscription: Json, *, start: int, end: int) -> Json:
    """The items of a subscription, in their next period."""
    items = subscription["items"]
    period = {"current_period_start": start, "current_period_end": end}
    return {**items, "data": [{**item, **period} for item in items["data"]]}


def invoice(
    *,
    created: int,
    subscription: Json,
    customer: Json,
    reason: str,
    start: int,
    end: int,
    account_name: str,
) -> Json:
    """The open invoice for one period of a subscription, ``start`` to ``end``.

    ``reason`` is ``subscription_create`` or ``subscription_cycle``. As at Stripe, the invoice's own
    period is the one before the period that its lines sell.
    """
    id = new_id("in_")
    lines = [
        _invoice_line(id, subscription, item, start=start, end=end)
        for item in subscription["items"]["data"]
    ]
    total = sum(line["amount"] for line in lines)
    first = reason == "subscription_create"
    return {
        "id": id,
        "object": "invoice",
        "account_country": "IE",
        "account_name": account_name,
        "account_tax_ids": None,
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": total,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {**_NO_TAX, "provider": None, "status": None},
        "automatically_finalizes_at": None,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": created,
        "currency": subscription["currency"],
        "custom_fields": None,
        "customer": customer["id"],
        "customer_account": None,
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": created,
        "ending_balance": 0,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": list_of(lines, f"/v1/invoices/{id}/lines"),
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}",
        "on_behalf_of": None,
        "parent": {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {
                "metadata": subscription["metadata"],
                "subscription": subscription["id"],
            },
        },
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": created if first else start,
        "period_start": created if first else period_of(subscription)[0],
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "open",
        "status_transitions": {
            "finalized_at": created,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "test_clock": None,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
    }


def _invoice_line(invoice: str, subscription: Json, item: Json, *, start: int, end: int) -> Json:
    price = item["price"]
    amount = price["unit_amount"] * item["quantity"]
    return {
        "id": new_id("il_"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": price["nickname"],
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice,
        "livemode": False,
        "metadata": subscription["metadata"],
        "parent": {
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
        },
        "period": {"start": start, "end": end},
        "pretax_credit_amounts": [],
        "pricing": {
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "quantity_decimal": str(item["quantity"]),
        "subscription": subscription["id"],
        "subtotal": amount,
        "taxes": [],
    }


def paid(invoice: Json, *, at: int) -> Json:
    """What changes on an invoice when it is paid."""
    return {
        "amount_paid": invoice["amount_due"],
        "amount_remaining": 0,
        "attempt_count": invoice["attempt_count"] + 1,
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status": "paid",
        "status_transitions": {**invoice["status_transitions"], "paid_at": at},
    }


def refused(invoice: Json, *, at: int) -> Json:
    """What changes on an invoice when its charge fails: it is tried again, but not for ever."""
    tried = invoice["attempt_count"] + 1
    return {
        "attempt_count": tried,
        "attempted": True,
        "next_payment_attempt": at + RETRY_AFTER if tried < ATTEMPTS else None,
    }


def invoice_payment(*, created: int, invoice: Json, payment_intent: str) -> Json:
    """The open payment that joins an invoice to its payment intent."""
    return {
        "id": new_id("inpay_"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": created,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"type": "payment_intent", "payment_intent": payment_intent},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
