"""Subscriptions (Checkout makes them)."""

from __future__ import annotations

from funding.stripe_sandbox import billing, changing
from funding.stripe_sandbox.errors import ApiError
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
)
from funding.stripe_sandbox.store import Condition, Json, among, equals
from funding.stripe_sandbox.wire import PAGING, Call, Table

TABLE = Table()

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
ITEMS = listing(fields({"id": lasting, "price": lasting, "quantity": positive}, required=("id",)))
_CANCELLATION = fields({"comment": text, "feedback": _FEEDBACK})
# What changes the plan, beside what changes only the subscription's own fields.
_OF_PLAN = {"items", "billing_cycle_anchor"}


@TABLE.add("GET", "/v1/subscriptions/<id>")
def retrieve_subscription(call: Call, id: str) -> Json:
    return call.account.store.get("subscription", id)


@TABLE.add(
    "POST",
    "/v1/subscriptions/<id>",
    {
        "billing_cycle_anchor": one_of("now", "unchanged"),
        "cancel_at_period_end": boolean,
        "cancellation_details": _CANCELLATION,
        "default_payment_method": lasting,
        "description": text,
        "items": ITEMS,
        "metadata": metadata,
        "payment_behavior": one_of("allow_incomplete", "error_if_incomplete"),
        "proration_behavior": one_of("always_invoice", "create_prorations", "none"),
        "proration_date": integer,
    },
)
def update_subscription(call: Call, id: str) -> Json:
    before = call.account.store.get("subscription", id)
    if before["status"] not in billing.LIVE:
        raise billing.missing_subscription(id)
    changes: Json = {k: v for k, v in call.params.items() if k == "description"}
    if "metadata" in call.params:
        changes["metadata"] = merged(before["metadata"], call.params["metadata"])
    if "cancel_at_period_end" in call.params:
        changes.update(billing.ending(before, call.params["cancel_at_period_end"], at=call.at))
    if "cancellation_details" in call.params:
        details: Json = changes.get("cancellation_details") or before["cancellation_details"]
        changes["cancellation_details"] = {**details, **call.params["cancellation_details"]}
    if method := call.params.get("default_payment_method"):
        found = call.account.store.get(
            "payment_method", method, param="default_payment_method", status=400
        )
        if found["customer"] != before["customer"]:
            raise ApiError(
                f"The customer does not have a payment method with the ID {method}.",
                param="default_payment_method",
                code="resource_missing",
            )
        changes["default_payment_method"] = method
    after = before
    if changes or not call.params.keys() & _OF_PLAN:
        after = call.account.changed(
            "customer.subscription.updated", before, at=call.at, cause=call.cause, **changes
        )
    if call.params.keys() & _OF_PLAN:
        after = change_plan(call, after)
    return after


def change_plan(call: Call, subscription: Json) -> Json:
    """Change a subscription's prices as the parameters of the call say."""
    known = {item["id"] for item in subscription["items"]["data"]}
    prices = {}
    for index, item in enumerate(call.params.get("items", [])):
        if item["id"] not in known:
            raise ApiError(
                f"Invalid subscription item id: {item['id']}",
                param=f"items[{index}][id]",
                code="resource_missing",
            )
        prices[item["id"]] = _repriced(call, subscription, item, f"items[{index}][price]")
    return changing.change_plan(
        call.account,
        subscription,
        prices=prices,
        behavior=call.params.get("proration_behavior", "create_prorations"),
        restart=call.params.get("billing_cycle_anchor") == "now",
        strict=call.params.get("payment_behavior") == "error_if_incomplete",
        prorated_at=call.params.get("proration_date"),
        at=call.at,
        cause=call.cause,
    )


def _repriced(call: Call, subscription: Json, given: Json, param: str) -> tuple[Json, int]:
    """The price and the quantity that an item is to have."""
    item = next(i for i in subscription["items"]["data"] if i["id"] == given["id"])
    price = item["price"]
    if "price" in given:
        price = call.account.store.get("price", given["price"], param=param, status=400)
        if not price["active"] or price["recurring"] is None:
            raise ApiError(
                "The price specified is inactive or not recurring. This field only accepts active "
                "recurring prices.",
                param=param,
            )
    return price, given.get("quantity", item["quantity"])


@TABLE.add(
    "DELETE",
    "/v1/subscriptions/<id>",
    {"cancellation_details": _CANCELLATION, "invoice_now": never, "prorate": never},
)
def cancel_subscription(call: Call, id: str) -> Json:
    details = call.params.get("cancellation_details", {})
    return billing.cancel(call.account, id, at=call.at, cause=call.cause, **details)


@TABLE.add(
    "GET",
    "/v1/subscriptions",
    {
        **PAGING,
        "customer": text,
        "price": text,
        "status": one_of("active", "past_due", "unpaid", "canceled", "ended", "all"),
    },
)
def list_subscriptions(call: Call) -> Json:
    status = call.params.get("status")
    conditions = call.where("customer")
    if status is None:
        conditions.append(among("status", (*billing.LIVE, "unpaid")))
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
