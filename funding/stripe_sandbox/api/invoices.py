"""Invoices, their payments, and what waits for the next one."""

from __future__ import annotations

from dataclasses import replace

from funding.stripe_sandbox import billing
from funding.stripe_sandbox.api.subscriptions import ITEMS, change_plan
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import invoicing, money
from funding.stripe_sandbox.params import boolean, fields, integer, lasting, one_of, text
from funding.stripe_sandbox.store import Condition, Json, equals
from funding.stripe_sandbox.wire import INNER_PAGING, PAGING, Call, Table, ThrownAway

TABLE = Table()


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


@TABLE.add("POST", "/v1/invoices/<id>/pay", {"off_session": boolean})
def pay_invoice(call: Call, id: str) -> Json:
    """As at Stripe with nobody there: a bank that asks for 3-D Secure is a refusal."""
    invoice = call.account.store.get("invoice", id)
    if invoice["status"] != "open":
        raise ApiError(f"Invoice is already {invoice['status']}", code="invoice_not_open")
    subscription = billing.subscription_of(call.account, invoice)
    kept = call.account.store.private(subscription["default_payment_method"])
    if kept.get("declines"):
        raise ApiError(money.DECLINED, status=402, kind="card_error", code="card_declined")
    if kept.get("asks"):
        raise ApiError(
            "This payment requires additional user action before it can be completed successfully.",
            status=402,
            kind="card_error",
            code="invoice_payment_intent_requires_action",
        )
    return billing.pay_invoice(call.account, id, at=call.at)


@TABLE.add(
    "POST",
    "/v1/invoices/create_preview",
    {
        "subscription": lasting,
        "subscription_details": fields(
            {
                "billing_cycle_anchor": one_of("now", "unchanged"),
                "items": ITEMS,
                "proration_behavior": one_of("always_invoice", "create_prorations", "none"),
                "proration_date": integer,
            }
        ),
    },
    required=("subscription",),
)
def preview_invoice(call: Call) -> Json:
    """The invoice that a change of plan, or else the end of the period, would make.

    It is made and thrown away with everything else that went with it.
    """
    id = call.params["subscription"]
    subscription = call.account.store.get("subscription", id, param="subscription", status=400)
    if subscription["status"] not in billing.LIVE:
        raise billing.missing_subscription(id)
    details = call.params.get("subscription_details", {})
    after = replace(call, params=details)
    if details:
        subscription = change_plan(after, subscription)
    if details.get("proration_behavior") != "always_invoice" and not details.get(
        "billing_cycle_anchor"
    ):
        billing.bill_next(call.account, subscription, at=call.at)
    subscription = call.account.store.get("subscription", id)
    invoice = call.account.store.get("invoice", subscription["latest_invoice"])
    raise ThrownAway(invoicing.previewed(invoice))


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


@TABLE.add("GET", "/v1/invoiceitems/<id>")
def retrieve_invoice_item(call: Call, id: str) -> Json:
    return call.account.store.get("invoiceitem", id)


@TABLE.add(
    "GET",
    "/v1/invoiceitems",
    {**PAGING, "customer": text, "invoice": text, "pending": boolean},
)
def list_invoice_items(call: Call) -> Json:
    conditions = call.where("customer", "invoice")
    if "pending" in call.params:
        sign = "IS NULL" if call.params["pending"] else "IS NOT NULL"
        conditions.append(Condition(f"json_extract(body, '$.invoice') {sign}"))
    return call.page("invoiceitem", conditions)
