"""How an older version of the API shows what has been reshaped since. Pure.

Only what differs for those who read subscriptions and invoices, as Stripe's changelog names it:
before 2025-03-31 (basil) a subscription has its period itself and an invoice names its
subscription, its charge and its payment intent.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

BASIL = "2025-03-31"


def as_of_version(value: Any, version: str) -> Any:
    """``value`` as a version of the API shows it."""
    if version >= BASIL:
        return value
    if isinstance(value, list):
        return [as_of_version(entry, version) for entry in value]
    if not isinstance(value, dict):
        return value
    shown = {key: as_of_version(entry, version) for key, entry in value.items()}
    if value.get("object") == "subscription":
        item = value["items"]["data"][0]
        shown["current_period_start"] = item["current_period_start"]
        shown["current_period_end"] = item["current_period_end"]
        for each in shown["items"]["data"]:
            del each["current_period_start"], each["current_period_end"]
    if value.get("object") == "invoice":
        about = shown.pop("parent")["subscription_details"]
        shown["subscription"] = about["subscription"]
        shown["subscription_details"] = {"metadata": about["metadata"]}
        shown["paid"] = value["status"] == "paid"
        for line in shown["lines"]["data"]:
            details = line.pop("parent")["subscription_item_details"]
            line["proration"] = details["proration"]
            line.pop("pricing")
    return shown
