"""Products and prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import catalogue
from funding.stripe_sandbox.params import (
    Reader,
    boolean,
    fields,
    integer,
    lasting,
    listing,
    merged,
    metadata,
    one_of,
    positive,
    text,
)
from funding.stripe_sandbox.store import Json, equals
from funding.stripe_sandbox.wire import PAGING, Call, Table

TABLE = Table()

_PRODUCT: Mapping[str, Reader] = {
    "active": boolean,
    "description": text,
    "metadata": metadata,
    "name": lasting,
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
RECURRING = fields(
    {
        "interval": one_of("day", "week", "month", "year"),
        "interval_count": positive,
        "usage_type": one_of("licensed"),
    },
    required=("interval",),
)


@TABLE.add("POST", "/v1/products", {**_PRODUCT, "id": text}, required=("name",))
def create_product(call: Call) -> Json:
    id = call.params.get("id")
    if id and call.account.store.find("product", id):
        raise ApiError("Product already exists.", code="resource_already_exists", param="id")
    return _add_product(call, call.params)


@TABLE.add("GET", "/v1/products/<id>")
def retrieve_product(call: Call, id: str) -> Json:
    return call.account.store.get("product", id)


@TABLE.add("POST", "/v1/products/<id>", _PRODUCT)
def update_product(call: Call, id: str) -> Json:
    return _update(call, call.account.store.get("product", id), updated=call.at)


@TABLE.add("GET", "/v1/products", {**PAGING, "active": boolean, "ids": listing(text)})
def list_products(call: Call) -> Json:
    return call.page("product", call.where("active", lists={"ids": "id"}))


@TABLE.add(
    "POST",
    "/v1/prices",
    {
        **_PRICE,
        "currency": text,
        "product": text,
        "product_data": fields(_PRODUCT, required=("name",)),
        "recurring": RECURRING,
        "unit_amount": integer,
    },
    required=("currency", "unit_amount"),
)
def create_price(call: Call) -> Json:
    return add_price(call, call.params)


@TABLE.add("GET", "/v1/prices/<id>")
def retrieve_price(call: Call, id: str) -> Json:
    return call.account.store.get("price", id)


@TABLE.add("POST", "/v1/prices/<id>", _PRICE)
def update_price(call: Call, id: str) -> Json:
    price = call.account.store.get("price", id)
    if call.params.get("lookup_key") != price["lookup_key"]:
        _free_lookup_key(call, call.params.get("lookup_key"))
    call.params.pop("transfer_lookup_key", None)
    return _update(call, price)


@TABLE.add(
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
        call.where("active", "currency", "product", "type", lists={"lookup_keys": "lookup_key"}),
    )


def add_price(call: Call, given: Json, *, name: str = "") -> Json:
    """A new price, with its product where that is new too; ``name`` is the parameter's prefix."""
    if ("product" in given) == ("product_data" in given):
        raise ApiError(
            "You must specify either `product` or `product_data` when creating a price.",
            param=_within(name, "product"),
        )
    if given["unit_amount"] < 0:
        raise ApiError("Invalid non-negative integer", param=_within(name, "unit_amount"))
    currency = given["currency"].lower()
    if len(currency) != 3 or not currency.isalpha():
        raise ApiError(f"Invalid currency: {given['currency']}", param=_within(name, "currency"))
    if "product" in given:
        product = call.account.store.get(
            "product", given["product"], param=_within(name, "product"), status=400
        )
    else:
        product = _add_product(call, given["product_data"])
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
            metadata=merged({}, given.get("metadata")),
        )
    )
    call.account.emit("price.created", price, at=call.at, cause=call.cause)
    return price


def _within(name: str, key: str) -> str:
    return f"{name}[{key}]" if name else key


def _add_product(call: Call, given: Json) -> Json:
    given = {**given, "metadata": merged({}, given.get("metadata"))}
    product = call.account.store.add(catalogue.product(created=call.at, **given))
    call.account.emit("product.created", product, at=call.at, cause=call.cause)
    return product


def _update(call: Call, body: Json, **more: Any) -> Json:
    if "metadata" in call.params:
        call.params["metadata"] = merged(body["metadata"], call.params["metadata"])
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
