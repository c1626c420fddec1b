"""Who buys, and what is for sale: customers, products, prices."""

from __future__ import annotations

from typing import Any

from funding.stripe_sandbox.ids import new_id

Json = dict[str, Any]

NO_ADDRESS: Json = {
    "city": None,
    "country": None,
    "line1": None,
    "line2": None,
    "postal_code": None,
    "state": None,
}


def customer(
    *,
    created: int,
    email: str | None = None,
    name: str | None = None,
    business_name: str | None = None,
    individual_name: str | None = None,
    description: str | None = None,
    phone: str | None = None,
    preferred_locales: list[str] | None = None,
    metadata: dict[str, str] | None = None,
) -> Json:
    """A customer who has bought nothing yet."""
    return {
        "id": new_id("cus_"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "business_name": business_name,
        "created": created,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": description,
        "discount": None,
        "email": email,
        "individual_name": individual_name,
        "invoice_prefix": new_id("")[:8].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": metadata or {},
        "name": name,
        "next_invoice_sequence": 1,
        "phone": phone,
        "preferred_locales": preferred_locales or [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }


def tax_id(*, created: int, customer: str, type: str, value: str) -> Json:
    """The tax number of a business."""
    return {
        "id": new_id("txi_"),
        "object": "tax_id",
        "country": None,
        "created": created,
        "customer": customer,
        "customer_account": None,
        "livemode": False,
        "owner": {"type": "customer", "customer": customer, "customer_account": None},
        "type": type,
        "value": value,
        "verification": {"status": "pending", "verified_address": None, "verified_name": None},
    }


def deleted_customer(id: str) -> Json:
    """What is left of a deleted customer."""
    return {"id": id, "object": "customer", "deleted": True}


def product(
    *,
    created: int,
    name: str,
    id: str | None = None,
    active: bool = True,
    description: str | None = None,
    statement_descriptor: str | None = None,
    unit_label: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Json:
    """Something for sale; what it costs is in its prices."""
    return {
        "id": id or new_id("prod_"),
        "object": "product",
        "active": active,
        "created": created,
        "default_price": None,
        "description": description,
        "images": [],
        "livemode": False,
        "marketing_features": [],
        "metadata": metadata or {},
        "name": name,
        "package_dimensions": None,
        "shippable": None,
        "statement_descriptor": statement_descriptor,
        "tax_code": None,
        "type": "service",
        "unit_label": unit_label,
        "updated": created,
        "url": None,
    }


def price(
    *,
    created: int,
    product: str,
    currency: str,
    unit_amount: int,
    interval: str | None,
    interval_count: int = 1,
    active: bool = True,
    lookup_key: str | None = None,
    nickname: str | None = None,
    metadata: dict[str, str] | None = None,
) -> Json:
    """What one unit costs, each ``interval`` (day, week, month, year) or once where it is None."""
    recurring = {
        "interval": interval,
        "interval_count": interval_count,
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }
    return {
        "id": new_id("price_"),
        "object": "price",
        "active": active,
        "billing_scheme": "per_unit",
        "created": created,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": lookup_key,
        "metadata": metadata or {},
        "nickname": nickname,
        "product": product,
        "recurring": recurring if interval else None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if interval else "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }


def plan_of(price: Json) -> Json:
    """The older name for a recurring price, which subscription items still carry."""
    recurring = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }
