"""Subscriptions (Checkout makes them) and their invoices."""

from __future__ import annotations

from funding.stripe_sandbox import billing
from funding.stripe_sandbox.params import boolean, fields, merged, metadata, never, one_of, text
from funding.stripe_sandbox.store import Condition, Json, among, equals
from funding.stripe_sandbox.wire import INNER_PAGING, PAGING, Call, Table

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
_CANCELLATION = fields({"comment": text, "feedback": _FEEDBACK})


@TABLE.add("GET", "/v1/subscriptions/<id>")
def retrieve_subscription(call: Call, id: str) -> Json:
    return call.account.store.get("subscription", id)


@TABLE.add(
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
        changes["metadata"] = merged(before["metadata"], call.params["metadata"])
    if "cancel_at_period_end" in call.params:
        changes.update(billing.ending(before, call.params["cancel_at_period_end"], at=call.at))
    if "cancellation_details" in call.params:
        details: Json = changes.get("cancellation_details") or before["cancellation_details"]
        changes["cancellation_details"] = {**details, **call.params["cancellation_details"]}
    return call.account.changed(
        "customer.subscription.updated", before, at=call.at, cause=call.cause, **changes
    )


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
        "status": one_of("active", "past_due", "canceled", "ended", "all"),
    },
)
def list_subscriptions(call: Call) -> Json:
    status = call.params.get("status")
    conditions = call.where("customer")
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


@TABLE.add("GET", "/v1/invoices/<id>")
def retrieve_invoice(call: Call, id: str) -> Json:
    return call.account.store.get("invoice", id)


@TABLE.add(
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
    conditions = call.where("customer", "status")
    if "subscription" in call.params:
        path = "parent.subscription_details.subscription"
        conditions.append(equals(path, call.params["subscription"]))
    return call.page("invoice", conditions)


@TABLE.add("GET", "/v1/invoices/<id>/lines", INNER_PAGING)
def list_invoice_lines(call: Call, id: str) -> Json:
    return call.part(call.account.store.get("invoice", id)["lines"]["data"])


@TABLE.add("GET", "/v1/invoice_payments/<id>")
def retrieve_invoice_payment(call: Call, id: str) -> Json:
    return call.account.store.get("invoice_payment", id)


@TABLE.add(
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
    conditions = call.where("invoice", "status")
    intent = call.params.get("payment", {}).get("payment_intent")
    if intent:
        conditions.append(equals("payment.payment_intent", intent))
    return call.page("invoice_payment", conditions)
