"""Checkout Sessions: one subscription each, paid by card on a page of the sandbox."""

from __future__ import annotations

from urllib.parse import urlsplit

from funding.stripe_sandbox import billing
from funding.stripe_sandbox.api.customers import living
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import selling
from funding.stripe_sandbox.params import (
    boolean,
    fields,
    integer,
    listing,
    merged,
    metadata,
    never,
    one_of,
    positive,
    text,
)
from funding.stripe_sandbox.store import Json
from funding.stripe_sandbox.wire import INNER_PAGING, PAGING, Call, Table

TABLE = Table()

_MINIMUM = 50  # what Stripe takes at least, in minor units
_HOUR = 3600
_COLLECTED_NAME = fields({"enabled": boolean, "optional": boolean}, required=("enabled",))


@TABLE.add(
    "POST",
    "/v1/checkout/sessions",
    {
        "allow_promotion_codes": never,
        "allowed_payment_method_types": listing(one_of("card")),
        "automatic_tax": fields({"enabled": never}),
        "billing_address_collection": one_of("auto"),
        "cancel_url": text,
        "client_reference_id": text,
        "customer": text,
        "customer_email": text,
        "customer_update": fields({"name": one_of("auto"), "address": one_of("auto", "never")}),
        "expires_at": integer,
        "line_items": listing(
            fields({"price": text, "quantity": positive}, required=("price", "quantity"))
        ),
        "locale": text,
        "metadata": metadata,
        "mode": one_of("subscription"),
        "name_collection": fields({"individual": _COLLECTED_NAME}),
        "payment_method_collection": one_of("always"),
        "phone_number_collection": fields({"enabled": never}),
        "subscription_data": fields({"description": text, "metadata": metadata}),
        "success_url": text,
        "tax_id_collection": fields({"enabled": never}),
        "ui_mode": one_of("hosted_page"),
    },
    required=("mode", "line_items", "success_url"),
)
def create_session(call: Call) -> Json:
    given = call.params
    prices = [_sold(call, item, index) for index, item in enumerate(given["line_items"])]
    _check_sold_together(prices)
    amount = sum(price["unit_amount"] * quantity for price, quantity in prices)
    if amount < _MINIMUM:
        raise ApiError(
            "The Checkout Session's total amount due must add up to at least "
            f"{_MINIMUM} minor units.",
            code="amount_too_small",
        )
    if given.get("customer") and given.get("customer_email"):
        raise ApiError(
            "You may only specify one of these parameters: customer, customer_email.",
            param="customer",
        )
    if given.get("customer"):
        living(call, given["customer"], param="customer", status=400)
    for name in ("success_url", "cancel_url"):
        _check_url(given.get(name), name)
    session = selling.checkout_session(
        created=call.at,
        expires_at=_expiry(call),
        origin=call.account.settings.public_origin,
        success_url=given["success_url"],
        cancel_url=given.get("cancel_url"),
        currency=prices[0][0]["currency"],
        amount=amount,
        customer=given.get("customer"),
        customer_email=given.get("customer_email"),
        client_reference_id=given.get("client_reference_id"),
        locale=given.get("locale"),
        name_collection=given.get("name_collection"),
        metadata=merged({}, given.get("metadata")),
    )
    about = given.get("subscription_data", {})
    call.account.store.add(
        session,
        private={
            "description": about.get("description"),
            "metadata": merged({}, about.get("metadata")),
        },
    )
    for price, quantity in prices:
        product = call.account.store.get("product", price["product"])
        item = selling.session_item(price=price, quantity=quantity, description=product["name"])
        call.account.store.add(item, parent=session["id"])
    return session


@TABLE.add("GET", "/v1/checkout/sessions/<id>")
def retrieve_session(call: Call, id: str) -> Json:
    return call.account.store.get("checkout.session", id)


@TABLE.add("POST", "/v1/checkout/sessions/<id>/expire")
def expire_session(call: Call, id: str) -> Json:
    return billing.expire(call.account, id, at=call.at, cause=call.cause)


@TABLE.add("GET", "/v1/checkout/sessions/<id>/line_items", INNER_PAGING)
def list_session_items(call: Call, id: str) -> Json:
    call.account.store.get("checkout.session", id)
    return call.part(call.account.store.children(id, "item"))


@TABLE.add(
    "GET",
    "/v1/checkout/sessions",
    {
        **PAGING,
        "customer": text,
        "status": one_of("open", "complete", "expired"),
        "subscription": text,
    },
)
def list_sessions(call: Call) -> Json:
    return call.page("checkout.session", call.where("customer", "status", "subscription"))


def _sold(call: Call, item: Json, index: int) -> tuple[Json, int]:
    param = f"line_items[{index}][price]"
    price = call.account.store.get("price", item["price"], param=param, status=400)
    if not price["active"]:
        raise ApiError(
            "The price specified is inactive. This field only accepts active prices.", param=param
        )
    return price, item["quantity"]


def _check_sold_together(prices: list[tuple[Json, int]]) -> None:
    if not prices or any(price["recurring"] is None for price, _ in prices):
        raise ApiError(
            "You must provide recurring prices, and only those, in `subscription` mode.",
            param="line_items",
        )
    rhythms = {(p["recurring"]["interval"], p["recurring"]["interval_count"]) for p, _ in prices}
    if len(rhythms) > 1 or len({price["currency"] for price, _ in prices}) > 1:
        raise ApiError(
            "All prices of a session must have the same currency and billing interval.",
            param="line_items",
        )


def _check_url(url: str | None, name: str) -> None:
    if url is None:
        return
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ApiError("Not a valid URL", code="url_invalid", param=name)


def _expiry(call: Call) -> int:
    expires_at: int = call.params.get("expires_at", call.at + 24 * _HOUR)
    if not call.at + _HOUR // 2 <= expires_at <= call.at + 24 * _HOUR:
        raise ApiError(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout "
            "Session creation.",
            param="expires_at",
        )
    return expires_at
