"""Checkout Sessions: one subscription or one payment, by card on a page of the sandbox."""

from __future__ import annotations

from funding.stripe_sandbox import billing
from funding.stripe_sandbox.api.catalogue import RECURRING, add_price
from funding.stripe_sandbox.api.customers import living
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import selling
from funding.stripe_sandbox.params import (
    boolean,
    fields,
    integer,
    lasting,
    listing,
    merged,
    metadata,
    never,
    one_of,
    positive,
    text,
    url,
)
from funding.stripe_sandbox.store import Json
from funding.stripe_sandbox.wire import INNER_PAGING, PAGING, Call, Table

TABLE = Table()

_MINIMUM = 50  # what Stripe takes at least, in minor units
_HOUR = 3600
_COLLECTED_NAME = fields({"enabled": boolean, "optional": boolean}, required=("enabled",))
_PRICE_DATA = fields(
    {
        "currency": lasting,
        "product": text,
        "product_data": fields(
            {"description": text, "metadata": metadata, "name": lasting, "unit_label": text},
            required=("name",),
        ),
        "recurring": RECURRING,
        "unit_amount": integer,
    },
    required=("currency", "unit_amount"),
)


@TABLE.add(
    "POST",
    "/v1/checkout/sessions",
    {
        "allow_promotion_codes": never,
        "allowed_payment_method_types": listing(one_of("card")),
        "automatic_tax": fields({"enabled": never}),
        "billing_address_collection": one_of("auto"),
        "cancel_url": url,
        "client_reference_id": text,
        "customer": text,
        "customer_creation": one_of("always", "if_required"),
        "customer_email": text,
        "customer_update": fields({"name": one_of("auto"), "address": one_of("auto", "never")}),
        "expires_at": integer,
        "line_items": listing(
            fields(
                {"price": lasting, "price_data": _PRICE_DATA, "quantity": positive},
                required=("quantity",),
            )
        ),
        "locale": text,
        "metadata": metadata,
        "mode": one_of("payment", "subscription"),
        "name_collection": fields({"individual": _COLLECTED_NAME}),
        "payment_intent_data": fields(
            {
                "description": text,
                "metadata": metadata,
                "receipt_email": text,
                "statement_descriptor": text,
                "statement_descriptor_suffix": text,
            }
        ),
        "payment_method_collection": one_of("always"),
        "phone_number_collection": fields({"enabled": never}),
        "submit_type": one_of("auto", "donate", "pay"),
        "subscription_data": fields({"description": text, "metadata": metadata}),
        "success_url": url,
        "tax_id_collection": fields({"enabled": never}),
        "ui_mode": one_of("hosted_page"),
    },
    required=("mode", "line_items", "success_url"),
)
def create_session(call: Call) -> Json:
    given = call.params
    once = given["mode"] == "payment"
    _check_mode(given)
    prices = [_sold(call, item, index) for index, item in enumerate(given["line_items"])]
    _check_sold_together(prices, once=once)
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
        mode=given["mode"],
        customer_creation=given.get("customer_creation", "if_required" if once else "always"),
        submit_type=given.get("submit_type"),
    )
    about = given.get("payment_intent_data" if once else "subscription_data", {})
    call.account.store.add(
        session, private={**about, "metadata": merged({}, about.get("metadata"))}
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
        "payment_intent": text,
        "status": one_of("open", "complete", "expired"),
        "subscription": text,
    },
)
def list_sessions(call: Call) -> Json:
    return call.page(
        "checkout.session", call.where("customer", "payment_intent", "status", "subscription")
    )


def _check_mode(given: Json) -> None:
    """Raises ``ApiError`` for a parameter of the other mode."""
    foreign = {
        "payment": ("subscription_data", "payment_method_collection"),
        "subscription": ("payment_intent_data", "customer_creation", "submit_type"),
    }
    for name in foreign[given["mode"]]:
        if name in given:
            raise ApiError(f"You can not pass `{name}` in `{given['mode']}` mode.", param=name)


def _sold(call: Call, item: Json, index: int) -> tuple[Json, int]:
    name = f"line_items[{index}]"
    if ("price" in item) == ("price_data" in item):
        raise ApiError(
            "You must specify either `price` or `price_data` for each line item.", param=name
        )
    if "price_data" in item:
        data = {**item["price_data"], "active": False}
        return add_price(call, data, name=f"{name}[price_data]"), item["quantity"]
    param = f"{name}[price]"
    price = call.account.store.get("price", item["price"], param=param, status=400)
    if not price["active"]:
        raise ApiError(
            "The price specified is inactive. This field only accepts active prices.", param=param
        )
    return price, item["quantity"]


def _check_sold_together(prices: list[tuple[Json, int]], *, once: bool) -> None:
    if not prices or any((price["recurring"] is None) != once for price, _ in prices):
        raise ApiError(
            "You must provide one-time prices, and only those, in `payment` mode."
            if once
            else "You must provide recurring prices, and only those, in `subscription` mode.",
            param="line_items",
        )
    rhythms = {
        price["recurring"]
        and (price["recurring"]["interval"], price["recurring"]["interval_count"])
        for price, _ in prices
    }
    if len(rhythms) > 1 or len({price["currency"] for price, _ in prices}) > 1:
        raise ApiError(
            "All prices of a session must have the same currency and billing interval.",
            param="line_items",
        )


def _expiry(call: Call) -> int:
    expires_at: int = call.params.get("expires_at", call.at + 24 * _HOUR)
    if not call.at + _HOUR // 2 <= expires_at <= call.at + 24 * _HOUR:
        raise ApiError(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout "
            "Session creation.",
            param="expires_at",
        )
    return expires_at
