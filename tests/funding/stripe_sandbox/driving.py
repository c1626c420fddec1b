"""Asking the sandbox: through the SDK, through its side door, and in plain HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import stripe

from funding.stripe_sandbox.server import Sandbox

SECRET = "whsec_test"


def client_of(sandbox: Sandbox, api_key: str = "sk_test_sandbox") -> stripe.StripeClient:
    """The SDK, with everything about it as it comes except where it connects to."""
    return stripe.StripeClient(api_key, base_addresses={"api": sandbox.url})


def make_price(client: stripe.StripeClient, **more: Any) -> stripe.Price:
    params: Any = {
        "currency": "eur",
        "unit_amount": 500,
        "recurring": {"interval": "month"},
        "nickname": "Standard, monthly",
        "product_data": {"name": "Membership dues"},
        **more,
    }
    return client.v1.prices.create(params)


def change_plan(
    client: stripe.StripeClient, subscription: str, price: str, **more: Any
) -> stripe.Subscription:
    """The subscription, on another price from now on."""
    item = client.v1.subscriptions.retrieve(subscription)["items"].data[0]
    params: Any = {"items": [{"id": item.id, "price": price}], **more}
    return client.v1.subscriptions.update(subscription, params)


def plain(value: Any) -> Any:
    """One of the SDK's objects as the JSON it came from."""
    return json.loads(str(value))


def session_params(price: str, **more: Any) -> Any:
    return {
        "mode": "subscription",
        "line_items": [{"price": price, "quantity": 1}],
        "success_url": "http://localhost:8000/join/wait/?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://localhost:8000/join/",
        **more,
    }


def ask(
    url: str,
    path: str,
    *,
    method: str = "GET",
    json_body: Any = None,
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, str], str]:
    """One plain HTTP request, redirects not followed: status, headers, body."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=10)
    headers = dict(headers or {})
    body = None
    if json_body is not None:
        body = json.dumps(json_body)
        headers.setdefault("Content-Type", "application/json")
    elif form is not None:
        body = urlencode(form)
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read().decode()
    finally:
        connection.close()


def side_door(sandbox: Sandbox, door: str, **given: Any) -> dict[str, Any]:
    """What the sandbox's side door answers, which must be 200."""
    status, _, body = ask(sandbox.url, f"/_sandbox/{door}", method="POST", json_body=given)
    assert status == 200, body
    answer: dict[str, Any] = json.loads(body)
    return answer


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "this did not happen in time"
        time.sleep(0.01)
