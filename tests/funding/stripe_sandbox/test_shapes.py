"""Our objects beside the published fixtures and the SDK's types: no key missing, none invented."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import stripe

from funding.stripe_sandbox.account import API_VERSION
from funding.stripe_sandbox.server import Sandbox
from tests.funding.stripe_sandbox.driving import change_plan, make_price, side_door
from tests.funding.stripe_sandbox.test_one_off import once

KINDS = {
    "account": stripe.Account,
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "billing_portal.session": stripe.billing_portal.Session,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "invoice": stripe.Invoice,
    "invoice_payment": stripe.InvoicePayment,
    "invoiceitem": stripe.InvoiceItem,
    "item": stripe.LineItem,
    "line_item": stripe.InvoiceLineItem,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "plan": stripe.Plan,
    "price": stripe.Price,
    "product": stripe.Product,
    "refund": stripe.Refund,
    "subscription": stripe.Subscription,
    "subscription_item": stripe.SubscriptionItem,
    "tax_id": stripe.TaxId,
}
BY_NAME = {kind.__name__: kind for kind in KINDS.values()}
EVENT_TYPES = {
    "billing_portal.session.created",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.failed",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "charge.updated",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.created",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.updated",
    "customer.updated",
    "invoice.created",
    "invoice.finalized",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_failed",
    "invoice.payment_succeeded",
    "payment_intent.created",
    "invoiceitem.created",
    "invoiceitem.updated",
    "payment_intent.payment_failed",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "payment_method.attached",
    "payout.created",
    "payout.failed",
    "payout.reconciliation_completed",
    "price.created",
    "product.created",
    "refund.created",
    "refund.failed",
    "refund.updated",
}
# In the fixtures, but at Stripe shown only to those who expand it.
ON_REQUEST = {"charge.refunds"}


def choices(hint: Any) -> list[Any]:
    """What a type hint allows, one by one."""
    if typing.get_origin(hint) is typing.Union:
        return [choice for part in typing.get_args(hint) for choice in choices(part)]
    return [hint]


def family(value: Any) -> str:
    """The JSON type of a value; all numbers are one."""
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    return "null" if value is None else names.get(type(value), "object")


def family_of(hint: Any) -> str:
    origin = typing.get_origin(hint) or hint
    if origin is typing.Literal:
        return family(typing.get_args(hint)[0])
    if origin is list:
        return "array"
    names = {type(None): "null", bool: "boolean", int: "number", float: "number", str: "string"}
    # Decimals are strings in Stripe's JSON; everything else that the SDK names is an object.
    return names.get(origin, "string" if origin is Decimal else "object")


def class_of(hint: Any) -> type | None:
    """The SDK's class for an object, where it says which keys there are."""
    if isinstance(hint, typing.ForwardRef):
        return BY_NAME.get(hint.__forward_arg__)
    known = inspect.isclass(hint) and "__annotations__" in vars(hint) and hint.__annotations__
    return hint if known else None


def faults(ours: Any, fixture: Any, hint: Any, path: str) -> Iterator[str]:
    """Everything in which ``ours`` differs in shape from the fixture and the SDK's type."""
    allowed = choices(hint)
    if family(ours) not in {family_of(choice) for choice in allowed}:
        yield f"{path} is {family(ours)}, and the SDK says {hint}"
    elif None not in (ours, fixture) and family(ours) != family(fixture):
        yield f"{path} is {family(ours)}, and the fixture has {family(fixture)}"
    if isinstance(ours, list):
        inner = next(typing.get_args(choice)[0] for choice in allowed if typing.get_args(choice))
        for entry in ours:
            yield from faults(entry, (fixture or [None])[0], inner, f"{path}[]")
    if isinstance(ours, dict):
        if ours.get("object") == "list":
            missing = {"object", "data", "has_more", "url"} ^ ours.keys()
            yield from (f"{path}.{key} in a list" for key in missing)
            wrapped = next(typing.get_args(c)[0] for c in allowed if typing.get_args(c))
            data = fixture["data"] if fixture else []
            yield from faults(ours["data"], data, list[wrapped], f"{path}.data")  # type: ignore[valid-type]
            return
        for kind in filter(None, map(class_of, allowed)):
            yield from key_faults(ours, fixture or {}, kind, path)


def key_faults(ours: Any, fixture: Any, kind: type, path: str) -> Iterator[str]:
    known = {key: hint for key, hint in kind.__annotations__.items() if key not in ("OBJECT_NAME",)}
    always = {key for key, hint in known.items() if type(None) not in choices(hint)}
    required = always | (fixture.keys() & known.keys())
    for key in sorted(required - ours.keys()):
        if f"{path}.{key}" not in ON_REQUEST:
            yield f"{path}.{key} is missing"
    for key in sorted(ours.keys() - known.keys() - fixture.keys()):
        yield f"{path}.{key} is unknown to Stripe"
    for key in sorted(ours.keys() & known.keys()):
        yield from faults(ours[key], fixture.get(key), known[key], f"{path}.{key}")


@pytest.fixture
def fixtures(vectors: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((vectors / "stripe" / "fixtures3.json").read_text())
    return dict(read["resources"])


@pytest.fixture
def lived(
    sandbox: Sandbox,
    client: stripe.StripeClient,
    make_session: Callable[..., stripe.checkout.Session],
) -> Sandbox:
    """A sandbox in which everything has happened once: paid, declined, ended, refunded, expired."""
    customer = client.v1.customers.create({"email": "ada@example.org", "name": "Ada"})
    client.v1.customers.tax_ids.create(customer.id, {"type": "eu_vat", "value": "IE1234567X"})
    paid = side_door(sandbox, "pay", session=make_session(customer=customer.id).id)
    named = make_session(
        customer_email="grace@example.org",
        name_collection={"individual": {"enabled": True, "optional": False}},
    )
    ended = side_door(sandbox, "pay", session=named.id)
    side_door(sandbox, "decline", session=make_session().id)
    client.v1.checkout.sessions.expire(make_session().id)
    side_door(sandbox, "pay", session=once(client, customer=customer.id, customer_email="").id)
    solidarity = make_price(client, unit_amount=900).id
    change_plan(client, paid["subscription"], solidarity)
    side_door(sandbox, "renew", subscription=paid["subscription"], accepted=True)
    side_door(sandbox, "renew", subscription=paid["subscription"], authenticate=True)
    side_door(sandbox, "pay", session=make_session(customer=customer.id).id)
    portal: Any = {"customer": customer.id, "flow_data": {"type": "payment_method_update"}}
    client.v1.billing_portal.sessions.create(portal)
    side_door(sandbox, "renew", subscription=paid["subscription"], accepted=False)
    client.v1.subscriptions.update(paid["subscription"], {"cancel_at_period_end": True})
    client.v1.subscriptions.cancel(ended["subscription"])
    charge = client.v1.charges.list({"customer": customer.id}).data[-1]
    refund = client.v1.refunds.create({"charge": charge.id, "amount": 100})
    side_door(sandbox, "fail_refund", refund=refund.id)
    charges = client.v1.charges.list({"customer": customer.id}).data
    disputed = next(charge.id for charge in charges if charge.paid)
    dispute = side_door(sandbox, "dispute", charge=disputed)
    side_door(sandbox, "close_dispute", dispute=dispute["id"], won=True)
    later = sandbox.account.now() + 10 * 86400
    payout = side_door(sandbox, "pay_out", created=later)["payout"]
    side_door(sandbox, "payout_fails", payout=payout["id"], created=later)
    return sandbox


@pytest.mark.vectors
def test_every_object_has_the_shape_that_is_published(
    lived: Sandbox, client: stripe.StripeClient, fixtures: dict[str, Any]
) -> None:
    events = lived.account.store.every("event")
    subscriptions = lived.account.store.every("subscription")
    invoices = lived.account.store.every("invoice")
    ours = [
        body
        for kind in KINDS.keys() - {"account", "balance", "line_item", "plan", "subscription_item"}
        for body in lived.account.store.every(kind)
    ]
    ours += [event["data"]["object"] for event in events]
    ours += [line for invoice in invoices for line in invoice["lines"]["data"]]
    items = [item for subscription in subscriptions for item in subscription["items"]["data"]]
    ours += [*items, *(item["plan"] for item in items)]
    ours += [json.loads(str(client.v1.balance.retrieve()))]
    ours += [json.loads(str(client.v1.accounts.retrieve_current()))]
    assert {body["object"] for body in ours} == KINDS.keys()
    assert {event["type"] for event in events} >= EVENT_TYPES
    found = {
        fault
        for body in ours
        for kind in [body["object"]]
        for fault in key_faults(body, fixtures[kind], KINDS[kind], kind)
    }
    assert found == set()


@pytest.mark.vectors
def test_the_comparison_notices(lived: Sandbox, fixtures: dict[str, Any]) -> None:
    charge = lived.account.store.every("charge")[0]
    del charge["amount"]
    charge["sum"] = 5
    charge["captured"] = "yes"
    charge["outcome"] = {**charge["outcome"], "type": None}
    found = "\n".join(key_faults(charge, fixtures["charge"], stripe.Charge, "charge"))
    assert "charge.amount is missing" in found
    assert "charge.sum is unknown" in found
    assert "charge.captured is string" in found
    assert "charge.outcome.type is null" in found


def test_the_version_is_the_one_the_sdk_speaks() -> None:
    assert stripe.api_version == API_VERSION
