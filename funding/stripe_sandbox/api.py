"""Stripe's API, as far as it is spoken here: a function per operation, and the table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from funding.stripe_sandbox import billing
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import catalogue, money, selling
from funding.stripe_sandbox.params import (
    Reader,
    boolean,
    fields,
    integer,
    listing,
    metadata,
    one_of,
    text,
)
from funding.stripe_sandbox.store import Condition, Json, among, equals
from funding.stripe_sandbox.wire import PAGING, Call, Operation

OPERATIONS: list[Operation] = []

_MINIMUM = 50  # what Stripe takes at least, in minor units
_HOUR = 3600
_NOTHING: Mapping[str, Reader] = {}


def _operation(
    method: str,
    path: str,
    readers: Mapping[str, Reader] = _NOTHING,
    *,
    required: tuple[str, ...] = (),
) -> Callable[[Callable[..., Json]], Callable[..., Json]]:
    def register(run: Callable[..., Json]) -> Callable[..., Json]:
        OPERATIONS.append(Operation(method, path, readers, required, run))
        return run

    return register


def _never(value: Any, name: str) -> bool:
    """A switch that the sandbox only has in its off position."""
    if boolean(value, name):
        raise ApiError(f"The sandbox does not do this: {name}", param=name)
    return False


def _merged(old: dict[str, str], new: dict[str, str] | None) -> dict[str, str]:
    """Metadata after an update: an empty text removes its key, None removes them all."""
    if new is None:
        return {}
    return {key: value for key, value in {**old, **new}.items() if value}


def _given(values: dict[str, str] | None) -> dict[str, str]:
    return _merged({}, values)


# Customers

_CUSTOMER: Mapping[str, Reader] = {
    "description": text,
    "email": text,
    "individual_name": text,
    "metadata": metadata,
    "name": text,
    "phone": text,
    "preferred_locales": listing(text),
}


@_operation("POST", "/v1/customers", _CUSTOMER)
def create_customer(call: Call) -> Json:
    call.params["metadata"] = _given(call.params.get("metadata"))
    customer = call.account.store.add(catalogue.customer(created=call.at, **call.params))
    call.account.emit("customer.created", customer, at=call.at, cause=call.cause)
    return customer


@_operation("GET", "/v1/customers/<id>")
def retrieve_customer(call: Call, id: str) -> Json:
    return call.account.store.get("customer", id)


@_operation("POST", "/v1/customers/<id>", _CUSTOMER)
def update_customer(call: Call, id: str) -> Json:
    customer = _undeleted(call, id)
    if "metadata" in call.params:
        call.params["metadata"] = _merged(customer["metadata"], call.params["metadata"])
    return call.account.changed(
        "customer.updated", customer, at=call.at, cause=call.cause, **call.params
    )


@_operation("DELETE", "/v1/customers/<id>")
def delete_customer(call: Call, id: str) -> Json:
    customer = _undeleted(call, id)
    for subscription in call.account.store.every("subscription", [equals("customer", id)]):
        if subscription["status"] in billing.LIVE:
            billing.cancel(call.account, subscription["id"], at=call.at, cause=call.cause)
    call.account.emit("customer.deleted", customer, at=call.at, cause=call.cause)
    return call.account.store.replace(catalogue.deleted_customer(id))


@_operation("GET", "/v1/customers", {**PAGING, "email": text})
def list_customers(call: Call) -> Json:
    present = Condition("json_extract(body, '$.deleted') IS NULL")
    return call.page("customer", [present, *_where(call, "email")])


def _undeleted(call: Call, id: str, *, param: str = "id", status: int = 404) -> Json:
    customer = call.account.store.get("customer", id, param=param, status=status)
    if customer.get("deleted"):
        raise ApiError(
            f"No such customer: '{id}'", status=status, code="resource_missing", param=param
        )
    return customer


# Products and prices

_PRODUCT: Mapping[str, Reader] = {
    "active": boolean,
    "description": text,
    "metadata": metadata,
    "name": text,
    "statement_descriptor": text,
    "unit_label": text,
}
_PRICE: Mapping[str, Reader] = {
    "active": boolean,
    "lookup_key": text,
    "metadata": metadata,
    "nickname": text,
    "transfer_lookup_key": boolean,
}
_RECURRING = fields(
    {
        "interval": one_of("day", "week", "month", "year"),
        "interval_count": integer,
        "usage_type": one_of("licensed"),
    },
    required=("interval",),
)


@_operation("POST", "/v1/products", {**_PRODUCT, "id": text}, required=("name",))
def create_product(call: Call) -> Json:
    id = call.params.get("id")
    if id and call.account.store.find("product", id):
        raise ApiError("Product already exists.", code="resource_already_exists", param="id")
    call.params["metadata"] = _given(call.params.get("metadata"))
    product = call.account.store.add(catalogue.product(created=call.at, **call.params))
    call.account.emit("product.created", product, at=call.at, cause=call.cause)
    return product


@_operation("GET", "/v1/products/<id>")
def retrieve_product(call: Call, id: str) -> Json:
    return call.account.store.get("product", id)


@_operation("POST", "/v1/products/<id>", _PRODUCT)
def update_product(call: Call, id: str) -> Json:
    return _update(call, call.account.store.get("product", id), updated=call.at)


@_operation("GET", "/v1/products", {**PAGING, "active": boolean, "ids": listing(text)})
def list_products(call: Call) -> Json:
    return call.page("product", _where(call, "active", among_={"ids": "id"}))


@_operation(
    "POST",
    "/v1/prices",
    {
        **_PRICE,
        "currency": text,
        "product": text,
        "product_data": fields(_PRODUCT, required=("name",)),
        "recurring": _RECURRING,
        "unit_amount": integer,
    },
    required=("currency", "unit_amount"),
)
def create_price(call: Call) -> Json:
    given = call.params
    if ("product" in given) == ("product_data" in given):
        raise ApiError(
            "You must specify either `product` or `product_data` when creating a price.",
            param="product",
        )
    if given["unit_amount"] < 0:
        raise ApiError("Invalid non-negative integer", param="unit_amount")
    currency = given["currency"].lower()
    if len(currency) != 3 or not currency.isalpha():
        raise ApiError(f"Invalid currency: {given['currency']}", param="currency")
    if "product" in given:
        product = call.account.store.get("product", given["product"], param="product", status=400)
    else:
        made = catalogue.product(created=call.at, **given["product_data"])
        product = call.account.store.add(made)
        call.account.emit("product.created", product, at=call.at, cause=call.cause)
    _free_lookup_key(call, given.get("lookup_key"))
    recurring = given.get("recurring", {})
    price = call.account.store.add(
        catalogue.price(
            created=call.at,
            product=product["id"],
            currency=currency,
            unit_amount=given["unit_amount"],
            interval=recurring.get("interval"),
            interval_count=recurring.get("interval_count", 1),
            active=given.get("active", True),
            lookup_key=given.get("lookup_key"),
            nickname=given.get("nickname"),
            metadata=_given(given.get("metadata")),
        )
    )
    call.account.emit("price.created", price, at=call.at, cause=call.cause)
    return price


@_operation("GET", "/v1/prices/<id>")
def retrieve_price(call: Call, id: str) -> Json:
    return call.account.store.get("price", id)


@_operation("POST", "/v1/prices/<id>", _PRICE)
def update_price(call: Call, id: str) -> Json:
    price = call.account.store.get("price", id)
    if call.params.get("lookup_key") != price["lookup_key"]:
        _free_lookup_key(call, call.params.get("lookup_key"))
    call.params.pop("transfer_lookup_key", None)
    return _update(call, price)


@_operation(
    "GET",
    "/v1/prices",
    {
        **PAGING,
        "active": boolean,
        "currency": text,
        "lookup_keys": listing(text),
        "product": text,
        "type": one_of("one_time", "recurring"),
    },
)
def list_prices(call: Call) -> Json:
    return call.page(
        "price",
        _where(call, "active", "currency", "product", "type", among_={"lookup_keys": "lookup_key"}),
    )


def _update(call: Call, body: Json, **more: Any) -> Json:
    if "metadata" in call.params:
        call.params["metadata"] = _merged(body["metadata"], call.params["metadata"])
    type = f"{body['object']}.updated"
    return call.account.changed(type, body, at=call.at, cause=call.cause, **call.params, **more)


def _free_lookup_key(call: Call, lookup_key: str | None) -> None:
    """Make sure no other price has the key, taking it away where the call says so."""
    if not lookup_key:
        return
    for price in call.account.store.every("price", [equals("lookup_key", lookup_key)]):
        if not call.params.get("transfer_lookup_key"):
            raise ApiError(
                f"A price (`{price['id']}`) already uses that lookup key.", param="lookup_key"
            )
        call.account.changed("price.updated", price, at=call.at, cause=call.cause, lookup_key=None)


# Checkout

_COLLECTED_NAME = fields({"enabled": boolean, "optional": boolean}, required=("enabled",))


@_operation(
    "POST",
    "/v1/checkout/sessions",
    {
        "allow_promotion_codes": _never,
        "allowed_payment_method_types": listing(one_of("card")),
        "automatic_tax": fields({"enabled": _never}),
        "billing_address_collection": one_of("auto"),
        "cancel_url": text,
        "client_reference_id": text,
        "customer": text,
        "customer_email": text,
        "customer_update": fields({"name": one_of("auto"), "address": one_of("auto", "never")}),
        "expires_at": integer,
        "line_items": listing(
            fields({"price": text, "quantity": integer}, required=("price", "quantity"))
        ),
        "locale": text,
        "metadata": metadata,
        "mode": one_of("subscription"),
        "name_collection": fields({"individual": _COLLECTED_NAME}),
        "payment_method_collection": one_of("always"),
        "phone_number_collection": fields({"enabled": _never}),
        "subscription_data": fields({"description": text, "metadata": metadata}),
        "success_url": text,
        "tax_id_collection": fields({"enabled": _never}),
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
        _undeleted(call, given["customer"], param="customer", status=400)
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
        metadata=_given(given.get("metadata")),
    )
    about = given.get("subscription_data", {})
    call.account.store.add(
        session,
        private={
            "description": about.get("description"),
            "metadata": _given(about.get("metadata")),
        },
    )
    for price, quantity in prices:
        product = call.account.store.get("product", price["product"])
        item = selling.session_item(price=price, quantity=quantity, description=product["name"])
        call.account.store.add(item, parent=session["id"])
    return session


@_operation("GET", "/v1/checkout/sessions/<id>")
def retrieve_session(call: Call, id: str) -> Json:
    return call.account.store.get("checkout.session", id)


@_operation("POST", "/v1/checkout/sessions/<id>/expire")
def expire_session(call: Call, id: str) -> Json:
    return billing.expire(call.account, id, at=call.at, cause=call.cause)


@_operation("GET", "/v1/checkout/sessions/<id>/line_items", PAGING)
def list_session_items(call: Call, id: str) -> Json:
    call.account.store.get("checkout.session", id)
    return call.page("item", [Condition("parent = ?", (id,))])


@_operation(
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
    return call.page("checkout.session", _where(call, "customer", "status", "subscription"))


def _sold(call: Call, item: Json, index: int) -> tuple[Json, int]:
    param = f"line_items[{index}][price]"
    price = call.account.store.get("price", item["price"], param=param, status=400)
    if not price["active"]:
        raise ApiError(
            "The price specified is inactive. This field only accepts active prices.", param=param
        )
    if item["quantity"] < 1:
        raise ApiError("Invalid positive integer", param=f"line_items[{index}][quantity]")
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


# Subscriptions and invoices

_FEEDBACK = one_of(
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
)
_CANCELLATION = fields({"comment": text, "feedback": _FEEDBACK})


@_operation("GET", "/v1/subscriptions/<id>")
def retrieve_subscription(call: Call, id: str) -> Json:
    return call.account.store.get("subscription", id)


@_operation(
    "POST",
    "/v1/subscriptions/<id>",
    {
        "cancel_at_period_end": boolean,
        "cancellation_details": _CANCELLATION,
        "description": text,
        "metadata": metadata,
    },
)
def update_subscription(call: Call, id: str) -> Json:
    before = call.account.store.get("subscription", id)
    if before["status"] not in billing.LIVE:
        raise billing.missing_subscription(id)
    changes: Json = {k: v for k, v in call.params.items() if k == "description"}
    if "metadata" in call.params:
        changes["metadata"] = _merged(before["metadata"], call.params["metadata"])
    if "cancel_at_period_end" in call.params:
        changes.update(billing.ending(before, call.params["cancel_at_period_end"], at=call.at))
    if "cancellation_details" in call.params:
        details: Json = changes.get("cancellation_details") or before["cancellation_details"]
        changes["cancellation_details"] = {**details, **call.params["cancellation_details"]}
    return call.account.changed(
        "customer.subscription.updated", before, at=call.at, cause=call.cause, **changes
    )


@_operation(
    "DELETE",
    "/v1/subscriptions/<id>",
    {"cancellation_details": _CANCELLATION, "invoice_now": _never, "prorate": _never},
)
def cancel_subscription(call: Call, id: str) -> Json:
    details = call.params.get("cancellation_details", {})
    return billing.cancel(call.account, id, at=call.at, cause=call.cause, **details)


@_operation(
    "GET",
    "/v1/subscriptions",
    {
        **PAGING,
        "customer": text,
        "price": text,
        "status": one_of("active", "past_due", "canceled", "ended", "all"),
    },
)
def list_subscriptions(call: Call) -> Json:
    status = call.params.get("status")
    conditions = _where(call, "customer")
    if status is None:
        conditions.append(among("status", billing.LIVE))
    elif status != "all":
        conditions.append(equals("status", "canceled" if status == "ended" else status))
    if "price" in call.params:
        conditions.append(
            Condition(
                "EXISTS (SELECT 1 FROM json_each(body, '$.items.data') "
                "WHERE json_extract(value, '$.price.id') = ?)",
                (call.params["price"],),
            )
        )
    return call.page("subscription", conditions)


@_operation("GET", "/v1/invoices/<id>")
def retrieve_invoice(call: Call, id: str) -> Json:
    return call.account.store.get("invoice", id)


@_operation(
    "GET",
    "/v1/invoices",
    {
        **PAGING,
        "customer": text,
        "status": one_of("draft", "open", "paid", "uncollectible", "void"),
        "subscription": text,
    },
)
def list_invoices(call: Call) -> Json:
    conditions = _where(call, "customer", "status")
    if "subscription" in call.params:
        path = "parent.subscription_details.subscription"
        conditions.append(equals(path, call.params["subscription"]))
    return call.page("invoice", conditions)


@_operation("GET", "/v1/invoices/<id>/lines")
def list_invoice_lines(call: Call, id: str) -> Json:
    lines: Json = call.account.store.get("invoice", id)["lines"]
    return lines


@_operation("GET", "/v1/invoice_payments/<id>")
def retrieve_invoice_payment(call: Call, id: str) -> Json:
    return call.account.store.get("invoice_payment", id)


@_operation(
    "GET",
    "/v1/invoice_payments",
    {
        **PAGING,
        "invoice": text,
        "payment": fields(
            {"type": one_of("payment_intent"), "payment_intent": text}, required=("type",)
        ),
        "status": one_of("open", "paid", "canceled"),
    },
)
def list_invoice_payments(call: Call) -> Json:
    conditions = _where(call, "invoice", "status")
    intent = call.params.get("payment", {}).get("payment_intent")
    if intent:
        conditions.append(equals("payment.payment_intent", intent))
    return call.page("invoice_payment", conditions)


# Money


@_operation("GET", "/v1/payment_intents/<id>")
def retrieve_payment_intent(call: Call, id: str) -> Json:
    return call.account.store.get("payment_intent", id)


@_operation("GET", "/v1/payment_intents", {**PAGING, "customer": text})
def list_payment_intents(call: Call) -> Json:
    return call.page("payment_intent", _where(call, "customer"))


@_operation("GET", "/v1/payment_methods/<id>")
def retrieve_payment_method(call: Call, id: str) -> Json:
    return call.account.store.get("payment_method", id)


@_operation("GET", "/v1/charges/<id>")
def retrieve_charge(call: Call, id: str) -> Json:
    return call.account.store.get("charge", id)


@_operation("GET", "/v1/charges", {**PAGING, "customer": text, "payment_intent": text})
def list_charges(call: Call) -> Json:
    return call.page("charge", _where(call, "customer", "payment_intent"))


@_operation(
    "POST",
    "/v1/refunds",
    {
        "amount": integer,
        "charge": text,
        "metadata": metadata,
        "payment_intent": text,
        "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
    },
)
def create_refund(call: Call) -> Json:
    given = call.params
    if bool(given.get("charge")) == bool(given.get("payment_intent")):
        raise ApiError("One of the following params should be provided: payment_intent or charge.")
    charge = given.get("charge")
    if not charge:
        intent = call.account.store.get(
            "payment_intent", given["payment_intent"], param="payment_intent", status=400
        )
        charge = intent["latest_charge"] or ""
    return billing.refund(
        call.account,
        charge,
        amount=given.get("amount"),
        reason=given.get("reason"),
        metadata=_given(given.get("metadata")),
        at=call.at,
        cause=call.cause,
    )


@_operation("GET", "/v1/refunds/<id>")
def retrieve_refund(call: Call, id: str) -> Json:
    return call.account.store.get("refund", id)


@_operation("GET", "/v1/refunds", {**PAGING, "charge": text, "payment_intent": text})
def list_refunds(call: Call) -> Json:
    return call.page("refund", _where(call, "charge", "payment_intent"))


@_operation("GET", "/v1/balance_transactions/<id>")
def retrieve_balance_transaction(call: Call, id: str) -> Json:
    return call.account.store.get("balance_transaction", id)


@_operation(
    "GET", "/v1/balance_transactions", {**PAGING, "currency": text, "source": text, "type": text}
)
def list_balance_transactions(call: Call) -> Json:
    return call.page("balance_transaction", _where(call, "currency", "source", "type"))


@_operation("GET", "/v1/balance")
def retrieve_balance(call: Call) -> Json:
    transactions = call.account.store.every("balance_transaction")
    return money.balance(transactions, at=call.at, currency=call.account.settings.currency)


# Events


@_operation("GET", "/v1/events/<id>")
def retrieve_event(call: Call, id: str) -> Json:
    return call.account.store.get("event", id)


@_operation(
    "GET",
    "/v1/events",
    {**PAGING, "delivery_success": boolean, "type": text, "types": listing(text)},
)
def list_events(call: Call) -> Json:
    conditions = []
    if "type" in call.params and "types" in call.params:
        raise ApiError("You may only specify one of these parameters: type, types.", param="type")
    if "type" in call.params:
        conditions.append(_event_type(call.params["type"]))
    if "types" in call.params:
        conditions.append(among("type", call.params["types"]))
    if "delivery_success" in call.params:
        # What is pending or was given up is not delivered; what no webhook wants is.
        sign = "NOT IN" if call.params["delivery_success"] else "IN"
        undelivered = "(SELECT event FROM delivery WHERE state != 'delivered')"
        conditions.append(Condition(f"id {sign} {undelivered}"))
    return call.page("event", conditions)


def _event_type(type: str) -> Condition:
    """A type may end in ``*``: ``charge.*`` is every event about charges."""
    if type.endswith("*"):
        prefix = type[:-1]
        return Condition("substr(json_extract(body, '$.type'), 1, ?) = ?", (len(prefix), prefix))
    return equals("type", type)


def _where(call: Call, *names: str, among_: Mapping[str, str] | None = None) -> list[Condition]:
    """Conditions for the filters that are given; ``among_`` maps a list's name to its field."""
    given = call.params
    conditions = [equals(name, given[name]) for name in names if given.get(name) is not None]
    for name, field in (among_ or {}).items():
        if name in given:
            conditions.append(among(field, given[name]))
    return conditions
