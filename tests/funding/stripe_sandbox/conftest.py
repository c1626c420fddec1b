"""A sandbox, the SDK that talks to it, and somebody who takes its webhooks."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe

from funding.stripe_sandbox.server import Sandbox
from tests.funding.stripe_sandbox.driving import SECRET, client_of, make_price, session_params


class Inbox:
    """A webhook endpoint: what came in, and the statuses to answer with (200 when none is left)."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, str]] = []
        self.statuses: list[int] = []
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.taken.append((body, self.headers["Stripe-Signature"]))
                self.send_response(inbox.statuses.pop(0) if inbox.statuses else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/dues/webhook/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.taken]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    yield inbox
    inbox.close()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(webhook_secret=SECRET) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> stripe.StripeClient:
    return client_of(sandbox)


@pytest.fixture
def price(client: stripe.StripeClient) -> stripe.Price:
    return make_price(client)


@pytest.fixture
def make_session(
    client: stripe.StripeClient, price: stripe.Price
) -> Callable[..., stripe.checkout.Session]:
    """An open session for the price; keyword arguments are more parameters."""

    def make(**more: Any) -> stripe.checkout.Session:
        return client.v1.checkout.sessions.create(session_params(price.id, **more))

    return make
