"""Subscriptions."""

from __future__ import annotations

from typing import Any

from funding.stripe_sandbox.ids import new_id
from funding.stripe_sandbox.objects.catalogue import plan_of

Json = dict[str, Any]

NO_TAX: Json = {"enabled": False, "disabled_reason": None, "liability": None}


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
        "automatic_tax": NO_TAX,
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


def repriced(item: Json, price: Json, quantity: int) -> Json:
    """The item of a subscription, with another price."""
    return {**item, "plan": plan_of(price), "price": price, "quantity": quantity}
