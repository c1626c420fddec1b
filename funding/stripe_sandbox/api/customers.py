"""Customers."""

from __future__ import annotations

from collections.abc import Mapping

from funding.stripe_sandbox import billing
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import catalogue
from funding.stripe_sandbox.params import Reader, lasting, listing, merged, metadata, one_of, text
from funding.stripe_sandbox.store import Condition, Json, equals
from funding.stripe_sandbox.wire import INNER_PAGING, PAGING, Call, Table

TABLE = Table()

_CUSTOMER: Mapping[str, Reader] = {
    "business_name": text,
    "description": text,
    "email": text,
    "individual_name": text,
    "metadata": metadata,
    "name": text,
    "phone": text,
    "preferred_locales": listing(text),
}


@TABLE.add("POST", "/v1/customers", _CUSTOMER)
def create_customer(call: Call) -> Json:
    call.params["metadata"] = merged({}, call.params.get("metadata"))
    customer = call.account.store.add(catalogue.customer(created=call.at, **call.params))
    call.account.emit("customer.created", customer, at=call.at, cause=call.cause)
    return customer


@TABLE.add("GET", "/v1/customers/<id>")
def retrieve_customer(call: Call, id: str) -> Json:
    return call.account.store.get("customer", id)


@TABLE.add("POST", "/v1/customers/<id>", _CUSTOMER)
def update_customer(call: Call, id: str) -> Json:
    customer = living(call, id)
    if "metadata" in call.params:
        call.params["metadata"] = merged(customer["metadata"], call.params["metadata"])
    return call.account.changed(
        "customer.updated", customer, at=call.at, cause=call.cause, **call.params
    )


@TABLE.add(
    "POST",
    "/v1/customers/<id>/tax_ids",
    {"type": one_of("eu_vat", "gb_vat"), "value": lasting},
    required=("type", "value"),
)
def create_tax_id(call: Call, id: str) -> Json:
    living(call, id)
    given = call.params
    number = catalogue.tax_id(
        created=call.at, customer=id, type=given["type"], value=given["value"]
    )
    call.account.store.add(number, parent=id)
    call.account.emit("customer.tax_id.created", number, at=call.at, cause=call.cause)
    return number


@TABLE.add("GET", "/v1/customers/<id>/tax_ids", INNER_PAGING)
def list_tax_ids(call: Call, id: str) -> Json:
    living(call, id)
    return call.part(call.account.store.children(id, "tax_id"))


@TABLE.add("DELETE", "/v1/customers/<id>")
def delete_customer(call: Call, id: str) -> Json:
    customer = living(call, id)
    for subscription in call.account.store.every("subscription", [equals("customer", id)]):
        if subscription["status"] in billing.LIVE:
            billing.cancel(call.account, subscription["id"], at=call.at, cause=call.cause)
    call.account.emit("customer.deleted", customer, at=call.at, cause=call.cause)
    return call.account.store.replace(catalogue.deleted_customer(id))


@TABLE.add("GET", "/v1/customers", {**PAGING, "email": text})
def list_customers(call: Call) -> Json:
    present = Condition("json_extract(body, '$.deleted') IS NULL")
    return call.page("customer", [present, *call.where("email")])


def living(call: Call, id: str, *, param: str = "id", status: int = 404) -> Json:
    customer = call.account.store.get("customer", id, param=param, status=status)
    if customer.get("deleted"):
        raise ApiError(
            f"No such customer: '{id}'", status=status, code="resource_missing", param=param
        )
    return customer
