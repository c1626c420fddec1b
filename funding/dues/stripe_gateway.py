"""The one importer of ``stripe``: every call we make to it, and nothing else.

Answers are plain values (``remote.py``), never Stripe's objects. Nothing here may run inside a
transaction: a call takes as long as it takes, and cannot be rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

import stripe
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from funding.dues.plans import Interval
from funding.dues.remote import (
    METADATA_KEY,
    Collected,
    Invoice,
    Movement,
    Preview,
    Session,
    Subscription,
    Unexpected,
)
from funding.dues.remote_money import (
    REFUND_KEY,
    Charge,
    Customer,
    Dispute,
    PaymentIntent,
    Payout,
    Refund,
)
from kernel.money import Money

# The version our account may upgrade past; what we read and send is written for this one.
API_VERSION = "2026-10-28.endive"
_TIMEOUT_SECONDS = 8
_RETRIES = 1
_PAGE = 100

# The SDK would add timings of our requests to later ones: collected for nobody here.
stripe.enable_telemetry = False


class Unavailable(Exception):
    """Stripe could not be reached or asked us to wait: the same call may work later."""


class Declined(Exception):
    """Stripe understood the call and said no: the same call will not work later."""


class WrongAccount(Declined):
    """The key opens another account, or the other mode, than this site is for."""


def is_live(key: str) -> bool:
    """Whether an API key moves real money."""
    return key.startswith(("sk_live", "rk_live"))


def create_session(
    *,
    idempotency_key: str,
    checkout: str,
    price: str,
    email: str,
    customer: str,
    success_url: str,
    cancel_url: str,
) -> Session:
    """Make the payment page for one subscription. The same key again answers the same page.

    ``checkout`` is our own id for what is being paid; it comes back with the subscription.
    ``customer`` is Stripe's id of somebody who has paid before; where it is empty, ``email`` is
    filled in on the page.
    """
    params: stripe.params.checkout.SessionCreateParams = {
        "mode": "subscription",
        "line_items": [{"price": price, "quantity": 1}],
        "client_reference_id": checkout,
        "subscription_data": {"metadata": {METADATA_KEY: checkout}},
        "success_url": success_url,
        "cancel_url": cancel_url,
        # Customers only: a card, and the name of a person; no tax number of a business.
        "allowed_payment_method_types": ["card"],
        "name_collection": {"individual": {"enabled": True}},
    }
    if customer:
        params["customer"] = customer
    else:
        params["customer_email"] = email
    body = _call(
        lambda client: client.v1.checkout.sessions.create(
            params, {"idempotency_key": idempotency_key}
        )
    )
    return Session.read(body)


def create_payment_session(
    *,
    idempotency_key: str,
    checkout: str,
    amount: Money,
    name: str,
    email: str,
    success_url: str,
    cancel_url: str,
) -> Session:
    """Make the payment page for one amount, paid once. The same key again answers the same page.

    ``checkout`` is our own id for what is being paid, ``name`` what the page calls it.
    """
    line: stripe.params.checkout.SessionCreateParamsLineItem = {
        "price_data": {
            "currency": amount.currency.lower(),
            "unit_amount": amount.minor,
            "product_data": {"name": name},
        },
        "quantity": 1,
    }
    body = _call(
        lambda client: client.v1.checkout.sessions.create(
            {
                "mode": "payment",
                "line_items": [line],
                "client_reference_id": checkout,
                "metadata": {METADATA_KEY: checkout},
                "payment_intent_data": {"metadata": {METADATA_KEY: checkout}},
                "customer_email": email,
                "success_url": success_url,
                "cancel_url": cancel_url,
                "allowed_payment_method_types": ["card"],
                "name_collection": {"individual": {"enabled": True}},
            },
            {"idempotency_key": idempotency_key},
        )
    )
    return Session.read(body)


def create_portal_session(*, customer: str, return_url: str) -> str:
    """The address of Stripe's own page where a customer changes their card or stops."""
    body = _call(
        lambda client: client.v1.billing_portal.sessions.create(
            {"customer": customer, "return_url": return_url}
        )
    )
    url: str = body["url"]
    return url


def fetch_session(id: str) -> Session:
    return Session.read(_call(lambda client: client.v1.checkout.sessions.retrieve(id)))


def close_session(id: str) -> Session:
    """Close a payment page, and say how it ended: expired, or complete because it was paid."""
    try:
        return Session.read(_call(lambda client: client.v1.checkout.sessions.expire(id)))
    except Declined:
        return fetch_session(id)


def fetch_subscription(id: str) -> Subscription:
    return Subscription.read(_call(lambda client: client.v1.subscriptions.retrieve(id)))


def end_subscription(id: str, *, at_once: bool, idempotency_key: str) -> None:
    """Charge no more: at once, or from the end of what is paid for. Ended already is as good."""
    try:
        if at_once:
            _call(lambda client: client.v1.subscriptions.cancel(id))
        else:
            _call(
                lambda client: client.v1.subscriptions.update(
                    id, {"cancel_at_period_end": True}, {"idempotency_key": idempotency_key}
                )
            )
    except Declined:
        if fetch_subscription(id).status != "canceled":
            raise


def change_plan(id: str, *, price: str, idempotency_key: str) -> Subscription:
    """Have a subscription cost ``price`` from now on.

    Stripe counts what is left of the paid period towards it, and bills the difference at once.
    Raises ``Declined`` where that cannot be charged: nothing is changed then.
    """
    now = _call(lambda client: client.v1.subscriptions.retrieve(id))
    item = now["items"]["data"][0]
    if item["price"]["id"] == price:
        return Subscription.read(now)
    body = _call(
        lambda client: client.v1.subscriptions.update(
            id,
            {
                "items": [{"id": item["id"], "price": price}],
                "proration_behavior": "always_invoice",
                "payment_behavior": "error_if_incomplete",
            },
            {"idempotency_key": idempotency_key},
        )
    )
    return Subscription.read(body)


def preview_change(id: str, *, price: str) -> Preview:
    """What ``change_plan`` would bill at once. Changes nothing."""
    now = _call(lambda client: client.v1.subscriptions.retrieve(id))
    item = now["items"]["data"][0]["id"]
    params: stripe.params.InvoiceCreatePreviewParams = {
        "subscription": id,
        "subscription_details": {
            "items": [{"id": item, "price": price}],
            "proration_behavior": "always_invoice",
        },
    }
    return Preview.read(_call(lambda client: client.v1.invoices.create_preview(params)))


def resume_subscription(id: str, *, idempotency_key: str) -> Subscription:
    """Let a subscription that was to end with its period renew after all."""
    body = _call(
        lambda client: client.v1.subscriptions.update(
            id, {"cancel_at_period_end": False}, {"idempotency_key": idempotency_key}
        )
    )
    return Subscription.read(body)


def fetch_invoice(id: str) -> Invoice:
    """An invoice and, once it is paid and settled, what was collected for it."""
    body = _call(lambda client: client.v1.invoices.retrieve(id, {"expand": ["payments"]}))
    invoice = Invoice.read(body)
    return _with_collected(invoice) if invoice.intents else invoice


def _with_collected(invoice: Invoice) -> Invoice:
    if len(invoice.intents) > 1:
        raise Unexpected(f"invoice {invoice.id} was paid in {len(invoice.intents)} parts")
    intent = _call(
        lambda client: client.v1.payment_intents.retrieve(
            invoice.intents[0], {"expand": ["latest_charge.balance_transaction"]}
        )
    )
    return replace(invoice, collected=Collected.read(intent))


def subscription_of(intent: str) -> tuple[str, str]:
    """The subscription and the invoice that a payment intent paid; empty where it paid none."""
    found = _call(
        lambda client: client.v1.invoice_payments.list(
            {"payment": {"type": "payment_intent", "payment_intent": intent}}
        )
    )["data"]
    if not found:
        return "", ""
    invoice = Invoice.read(
        _call(
            lambda client: client.v1.invoices.retrieve(
                found[0]["invoice"], {"expand": ["payments"]}
            )
        )
    )
    return invoice.subscription, invoice.id


def session_of(intent: str) -> str:
    """The payment page that a payment intent was paid on; empty where there was none."""
    found = _call(lambda client: client.v1.checkout.sessions.list({"payment_intent": intent}))
    return str(found["data"][0]["id"]) if found["data"] else ""


def describe(id: str) -> dict[str, str]:
    """What Stripe says now about an object, in a few words without names, for a person to read.

    Raises ``Declined`` for an id of a kind that this program never asks about.
    """
    match id.partition("_")[0]:
        case "dp" | "du":
            dispute = fetch_dispute(id)
            due = dispute.answer_by.isoformat() if dispute.answer_by else ""
            return {
                "status": dispute.status,
                "reason": dispute.reason,
                "amount": dispute.amount.format(),
                "answer_by": due,
            }
        case "re" | "pyr":
            refund = fetch_refund(id)
            return {"status": refund.status, "amount": refund.amount.format()}
        case "po":
            payout = fetch_payout(id)
            day = payout.arrives_on.isoformat()
            return {"status": payout.status, "amount": payout.amount.format(), "arrives": day}
        case "cus":
            return {"status": "business" if fetch_customer(id).business else "no business"}
        case "txn":
            movement = fetch_movement(id)
            return {
                "category": movement.category,
                "amount": movement.amount.format(),
                "fee": movement.fee.format(),
                "source": movement.source,
            }
        case "sub":
            subscription = fetch_subscription(id)
            return {"status": subscription.status}
        case "ch" | "py":
            charge = fetch_charge(id)
            return {
                "status": charge.status,
                "amount": charge.amount.format(),
                "returned": charge.returned.format(),
            }
        case "cs":
            return {"status": fetch_session(id).status}
    raise Declined(f"nothing is asked about {id}")


def fetch_payment(intent: str) -> tuple[PaymentIntent, Collected | None]:
    """A payment intent and, once it is paid and settled, what was collected."""
    body = _call(
        lambda client: client.v1.payment_intents.retrieve(
            intent, {"expand": ["latest_charge.balance_transaction"]}
        )
    )
    read = PaymentIntent.read(body)
    return read, Collected.read(body) if read.status == "succeeded" else None


def fetch_customer(id: str) -> Customer:
    return Customer.read(
        _call(lambda client: client.v1.customers.retrieve(id, {"expand": ["tax_ids"]}))
    )


def fetch_charge(id: str) -> Charge:
    return Charge.read(
        _call(lambda client: client.v1.charges.retrieve(id, {"expand": ["balance_transaction"]}))
    )


def create_refund(*, charge: str, amount: Money, idempotency_key: str, reference: str) -> Refund:
    """Give back ``amount`` of a charge. ``reference`` is our own id of the refund."""
    params: stripe.params.RefundCreateParams = {
        "charge": charge,
        "amount": amount.minor,
        "reason": "requested_by_customer",
        "metadata": {REFUND_KEY: reference},
        "expand": ["balance_transaction", "failure_balance_transaction"],
    }
    return Refund.read(
        _call(lambda client: client.v1.refunds.create(params, {"idempotency_key": idempotency_key}))
    )


def fetch_refunds(charge: str) -> list[Refund]:
    """Every refund of a charge, with what each did to the balance."""
    expand = ["data.balance_transaction", "data.failure_balance_transaction"]
    return [
        Refund.read(body)
        for body in _pages(lambda client: client.v1.refunds, {"charge": charge, "expand": expand})
    ]


def fetch_disputes(charge: str) -> list[Dispute]:
    """Every dispute of a charge, with what each did to the balance."""
    return [
        Dispute.read(body) for body in _pages(lambda client: client.v1.disputes, {"charge": charge})
    ]


def fetch_dispute(id: str) -> Dispute:
    return Dispute.read(_call(lambda client: client.v1.disputes.retrieve(id)))


def fetch_refund(id: str) -> Refund:
    expand = ["balance_transaction", "failure_balance_transaction"]
    return Refund.read(_call(lambda client: client.v1.refunds.retrieve(id, {"expand": expand})))


def fetch_payout(id: str) -> Payout:
    expand = ["balance_transaction", "failure_balance_transaction"]
    return Payout.read(_call(lambda client: client.v1.payouts.retrieve(id, {"expand": expand})))


def fetch_movement(id: str) -> Movement:
    return Movement.read(_call(lambda client: client.v1.balance_transactions.retrieve(id)))


def movements(*, since: datetime) -> Iterator[Movement]:
    """Every line of Stripe's balance since then, the latest first."""
    created = int(since.timestamp())
    return map(
        Movement.read,
        _pages(lambda client: client.v1.balance_transactions, {"created": {"gte": created}}),
    )


def events(*, since: datetime) -> Iterator[dict[str, Any]]:
    """Every event that Stripe has since then, the latest first, as a webhook would bring it."""
    created = int(since.timestamp())
    return _pages(lambda client: client.v1.events, {"created": {"gte": created}})


def balance() -> Money:
    """What Stripe holds for us now, available or not yet, in the currency of this site."""
    body = _call(lambda client: client.v1.balance.retrieve())
    currency = settings.CURRENCY
    lines = [*body["available"], *body["pending"]]
    mine = [line["amount"] for line in lines if line["currency"].upper() == currency]
    return Money(sum(mine), currency)


def check_account() -> None:
    """Raise ``WrongAccount`` unless the key opens the account that the settings name, if any."""
    wanted = settings.STRIPE_ACCOUNT
    if not wanted:
        return
    found = _call(lambda client: client.v1.accounts.retrieve_current())["id"]
    if found != wanted:
        raise WrongAccount("the key opens another account than STRIPE_ACCOUNT names")


def ensure_price(*, lookup_key: str, name: str, amount: Money, interval: Interval) -> str:
    """The id of the price known by ``lookup_key``, made if it is not there yet."""
    found = _call(lambda client: client.v1.prices.list({"lookup_keys": [lookup_key]}))
    for price in found["data"]:
        same = (price["unit_amount"], price["currency"].upper()) == (amount.minor, amount.currency)
        if not same or price["recurring"]["interval"] != interval:
            raise Declined(f"the price {lookup_key} at Stripe is not what we mean by it")
        id: str = price["id"]
        return id
    made: str = _call(
        lambda client: client.v1.prices.create(
            {
                "currency": amount.currency.lower(),
                "unit_amount": amount.minor,
                "recurring": {"interval": interval.value},
                "lookup_key": lookup_key,
                "product_data": {"name": name},
                "nickname": name,
            },
            {"idempotency_key": f"price:{lookup_key}"},
        )
    )["id"]
    return made


def _call(ask: Callable[[stripe.StripeClient], Any]) -> dict[str, Any]:
    """Ask Stripe, answer with plain data. Raises ``Unavailable`` or ``Declined``."""
    try:
        answer: dict[str, Any] = ask(
            _client(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE)
        ).to_dict()
    except stripe.StripeError as error:
        # Its own message may repeat what we sent, an address among it: the codes say enough.
        said = f"{type(error).__name__} {error.code or ''} {error.request_id or ''}".strip()
        if isinstance(error, _MAY_PASS) or (error.http_status or 0) in (409, 429):
            raise Unavailable(said) from None
        raise Declined(said) from None
    if answer.get("livemode") is (not is_live(settings.STRIPE_API_KEY)):
        raise WrongAccount("Stripe answered in the other mode, live or test, than the key's")
    return answer


def _pages(
    service: Callable[[stripe.StripeClient], Any], wanted: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Every object of a list, page by page."""
    after: dict[str, str] = {}
    while True:
        asked = {**wanted, "limit": _PAGE, **after}
        found = _call(partial(_list, service, asked))
        yield from found["data"]
        if not found["has_more"]:
            return
        after = {"starting_after": found["data"][-1]["id"]}


def _list(
    service: Callable[[stripe.StripeClient], Any],
    asked: dict[str, Any],
    client: stripe.StripeClient,
) -> Any:
    return service(client).list(asked)


_MAY_PASS = (
    stripe.APIConnectionError,
    stripe.APIError,
    stripe.AuthenticationError,
    stripe.PermissionError,
    stripe.RateLimitError,
)


@lru_cache(maxsize=2)
def _client(key: str, base: str) -> stripe.StripeClient:
    if not key:
        raise ImproperlyConfigured("STRIPE_API_KEY is not set")
    if settings.DEMO and is_live(key):
        raise ImproperlyConfigured("the demo never runs with a live Stripe key")
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": base},
        max_network_retries=_RETRIES,
        http_client=stripe.RequestsClient(timeout=_TIMEOUT_SECONDS),
    )
