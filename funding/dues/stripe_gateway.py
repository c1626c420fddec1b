"""The one importer of ``stripe``: every call we make to it, and nothing else.

Answers are plain values (``remote.py``), never Stripe's objects. Nothing here may run inside a
transaction: a call takes as long as it takes, and cannot be rolled back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from funding.dues.plans import Interval
from funding.dues.remote import METADATA_KEY, Collected, Invoice, Session, Subscription, Unexpected
from kernel.money import Money

# The version our account may upgrade past; what we read and send is written for this one.
API_VERSION = "2026-10-28.endive"
_TIMEOUT_SECONDS = 8
_RETRIES = 1

# The SDK would add timings of our requests to later ones: collected for nobody here.
stripe.enable_telemetry = False


class Unavailable(Exception):
    """Stripe could not be reached or asked us to wait: the same call may work later."""


class Declined(Exception):
    """Stripe understood the call and said no: the same call will not work later."""


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
    return answer


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
