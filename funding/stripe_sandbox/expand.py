"""``expand[]``: the nested object in place of its identifier.

docs.stripe.com/api/expanding_objects
"""

from __future__ import annotations

from collections.abc import Callable

from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects.billing import list_of
from funding.stripe_sandbox.store import Json, Store, equals

# Where each kind of object names another one, and that one's kind.
_REFERENCES = {
    # What moved the money; a refund, a dispute or a payout is found under its own kind.
    "balance_transaction": {"source": "charge"},
    "charge": {
        "balance_transaction": "balance_transaction",
        "customer": "customer",
        "payment_intent": "payment_intent",
    },
    "checkout.session": {
        "customer": "customer",
        "invoice": "invoice",
        "payment_intent": "payment_intent",
        "subscription": "subscription",
    },
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
    "payout": {
        "balance_transaction": "balance_transaction",
        "failure_balance_transaction": "balance_transaction",
    },
    "invoiceitem": {"customer": "customer", "invoice": "invoice"},
    "invoice": {
        "customer": "customer",
        "parent.subscription_details.subscription": "subscription",
    },
    "invoice_payment": {"invoice": "invoice", "payment.payment_intent": "payment_intent"},
    "line_item": {"pricing.price_details.price": "price"},
    "payment_intent": {
        "customer": "customer",
        "latest_charge": "charge",
        "payment_method": "payment_method",
    },
    "payment_method": {"customer": "customer"},
    "price": {"product": "product"},
    "refund": {
        "balance_transaction": "balance_transaction",
        "charge": "charge",
        "failure_balance_transaction": "balance_transaction",
        "payment_intent": "payment_intent",
    },
    "subscription": {
        "customer": "customer",
        "default_payment_method": "payment_method",
        "latest_invoice": "invoice",
    },
}
_DEPTH = 4


def _line_items(store: Store, session: Json) -> Json:
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return list_of(store.children(session["id"], "item"), url)


def _payments(store: Store, invoice: Json) -> Json:
    url = f"/v1/invoice_payments?invoice={invoice['id']}"
    return list_of(store.children(invoice["id"], "invoice_payment"), url)


def _refunds(store: Store, charge: Json) -> Json:
    url = f"/v1/charges/{charge['id']}/refunds"
    return list_of(store.children(charge["id"], "refund")[::-1], url)


def _subscriptions(store: Store, customer: Json) -> Json:
    live = [
        subscription
        for subscription in store.every("subscription", [equals("customer", customer["id"])])
        if subscription["status"] != "canceled"
    ]
    return list_of(live, f"/v1/customers/{customer['id']}/subscriptions")


def _tax_ids(store: Store, customer: Json) -> Json:
    return list_of(
        store.children(customer["id"], "tax_id"), f"/v1/customers/{customer['id']}/tax_ids"
    )


# What is shown only to those who ask for it.
_INCLUDED: dict[tuple[str, str], Callable[[Store, Json], Json]] = {
    ("checkout.session", "line_items"): _line_items,
    ("invoice", "payments"): _payments,
    ("charge", "refunds"): _refunds,
    ("customer", "subscriptions"): _subscriptions,
    ("customer", "tax_ids"): _tax_ids,
}


def expand(store: Store, body: Json, paths: list[str]) -> Json:
    """``body`` with the objects that ``paths`` name put in. Raises ``ApiError`` for other paths."""
    for path in paths:
        segments = path.split(".")
        if len(segments) > _DEPTH:
            raise ApiError(
                f"You cannot expand more than {_DEPTH} levels of a property. "
                f"You attempted to expand the following property: {path}",
                param="expand",
            )
        body = _expand(store, body, segments, path)
    return body


def _expand(store: Store, owner: Json, segments: list[str], path: str) -> Json:
    if owner.get("object") == "list":
        if segments[0] != "data":
            raise _not_expandable(path)
        if len(segments) == 1:
            return owner
        data = [_expand(store, entry, segments[1:], path) for entry in owner["data"]]
        return {**owner, "data": data}
    return _expand_within(store, owner, owner, segments, path, at="")


def _expand_within(
    store: Store, owner: Json, place: Json, segments: list[str], path: str, *, at: str
) -> Json:
    """``place`` is ``owner`` or a dict inside it at the dotted path ``at``."""
    key, rest = segments[0], segments[1:]
    at = f"{at}.{key}" if at else key
    value = place.get(key)
    include = _INCLUDED.get((owner.get("object", ""), at))
    if include and value is None:
        value = include(store, owner)
    kind = _REFERENCES.get(owner.get("object", ""), {}).get(at)
    if kind and isinstance(value, str):
        value = store.find(kind, value) or store.any(value) or value
    elif not (include or kind or isinstance(value, dict)):
        raise _not_expandable(path)
    if rest and isinstance(value, dict):
        if "object" in value:
            value = _expand(store, value, rest, path)
        else:
            value = _expand_within(store, owner, value, rest, path, at=at)
    return {**place, key: value}


def _not_expandable(path: str) -> ApiError:
    return ApiError(f"This property cannot be expanded ({path}).", param="expand")
