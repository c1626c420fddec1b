"""Checkout Sessions and what is in them."""

from __future__ import annotations

from typing import Any

from funding.stripe_sandbox.ids import new_id
from funding.stripe_sandbox.objects.catalogue import NO_ADDRESS

Json = dict[str, Any]

_NO_INVOICE: Json = {
    "enabled": False,
    "invoice_data": {
        "account_tax_ids": None,
        "custom_fields": None,
        "description": None,
        "footer": None,
        "issuer": None,
        "metadata": {},
        "rendering_options": None,
    },
}


def checkout_session(
    *,
    created: int,
    expires_at: int,
    origin: str,
    success_url: str,
    cancel_url: str | None,
    currency: str,
    amount: int,
    customer: str | None,
    customer_email: str | None,
    client_reference_id: str | None,
    locale: str | None,
    name_collection: Json | None,
    metadata: dict[str, str] | None,
    mode: str = "subscription",
    customer_creation: str = "always",
    submit_type: str | None = None,
) -> Json:
    """An open session for a subscription or one payment, whose page is under ``origin``."""
    id = new_id("cs_test_")
    once = mode == "payment"
    return {
        "id": id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": None,
        "allowed_payment_method_types": ["card"],
        "amount_subtotal": amount,
        "amount_total": amount,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "billing_address_collection": None,
        "cancel_url": cancel_url,
        "client_reference_id": client_reference_id,
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": created,
        "currency": currency,
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": customer,
        "customer_account": None,
        "customer_creation": None if customer else customer_creation,
        "customer_details": (
            customer_details(email=customer_email) if customer_email and not customer else None
        ),
        "customer_email": customer_email,
        "discounts": [],
        "expires_at": expires_at,
        "integration_identifier": None,
        "invoice": None,
        "invoice_creation": _NO_INVOICE if once else None,
        "livemode": False,
        "locale": locale,
        "managed_payments": None,
        "metadata": metadata or {},
        "mode": mode,
        "name_collection": name_collection,
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": "if_required" if once else "always",
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": {
            "allow_redisplay_filters": ["always"],
            "payment_method_remove": "disabled",
            "payment_method_save": None,
        },
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": submit_type,
        "subscription": None,
        "success_url": success_url,
        "tax_id_collection": {"enabled": False, "required": "never"},
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{origin}/c/pay/{id}",
        "wallet_options": None,
    }


def customer_details(
    *, email: str | None, name: str | None = None, individual_name: str | None = None
) -> Json:
    """What Checkout learnt about the customer."""
    return {
        "address": {**NO_ADDRESS, "country": "IE"} if name else None,
        "business_name": None,
        "email": email,
        "individual_name": individual_name,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [] if name else None,
    }


def session_item(*, price: Json, quantity: int, description: str) -> Json:
    """One line of a session: so many units of a price."""
    amount = price["unit_amount"] * quantity
    return {
        "id": new_id("li_"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": description,
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }
