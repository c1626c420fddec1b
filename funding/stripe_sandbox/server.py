"""The sandbox as one thing that starts and stops: HTTP, webhooks and the passing of time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from werkzeug.serving import WSGIRequestHandler, make_server

from funding.stripe_sandbox import clock
from funding.stripe_sandbox.account import RETRY_AFTER, Account, Settings
from funding.stripe_sandbox.app import create_app
from funding.stripe_sandbox.store import Store
from funding.stripe_sandbox.webhooks import Deliverer, payload_of, sign

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept, as at Stripe

    def log_request(self, *_: object, **__: object) -> None:
        """Requests are not worth a line each; errors still are."""


class Sandbox:
    """A Stripe on this machine; ``with Sandbox() as stripe:`` serves at ``stripe.url``.

    ``port`` 0 takes a free one; ``store`` is a file, or memory. Events go to ``webhook_url``, those
    of the types in ``webhook_events`` or all. Every ``tick`` seconds time passes (sessions expire,
    periods are billed); without it only ``POST /_sandbox/advance`` moves it. Raises ``OSError`` for
    a busy port.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        store: Path | str = ":memory:",
        api_key: str = "sk_test_sandbox",
        webhook_url: str | None = None,
        webhook_secret: str = "whsec_sandbox",  # noqa: S107 - the sandbox guards nothing
        webhook_events: Iterable[str] = (),
        public_origin: str | None = None,
        retry_after: tuple[float, ...] = RETRY_AFTER,
        tick: float | None = None,
    ) -> None:
        with socket.create_server((HOST, port)) as listening:
            self.port: int = listening.getsockname()[1]
            self.url = f"http://{HOST}:{self.port}"
            settings = Settings(
                api_key=api_key,
                public_origin=(public_origin or self.url).rstrip("/"),
                webhook_url=webhook_url,
                webhook_secret=webhook_secret,
                webhook_events=frozenset(webhook_events),
                retry_after=retry_after,
            )
            self.account = Account(Store(store), settings)
            self.deliverer = Deliverer(self.account)
            self.app = create_app(self.account, self.deliverer)
            self._server = make_server(
                HOST,
                self.port,
                self.app,
                threaded=True,
                request_handler=_Quiet,
                fd=listening.fileno(),
            )
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        if tick is not None:
            self._threads.append(
                threading.Thread(target=self._run_clock, args=(tick,), daemon=True)
            )

    def start(self) -> Self:
        for thread in self._threads:
            thread.start()
        self.deliverer.start()
        return self

    def stop(self) -> None:
        """Take no more requests, finish the delivery and the write under way, close the store."""
        self._stopping.set()
        self._server.shutdown()
        self.deliverer.stop()
        for thread in self._threads:
            thread.join()
        self._server.server_close()
        self.account.store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def webhook_of(self, event_id: str) -> tuple[bytes, str]:
        """The body and the ``Stripe-Signature`` of an event, for a test that posts it by itself."""
        payload = payload_of(self.account.store.get("event", event_id))
        secret = self.account.settings.webhook_secret
        return payload, sign(payload, secret=secret, at=int(time.time()))

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.02)  # how long stopping may take

    def _run_clock(self, tick: float) -> None:
        while not self._stopping.wait(tick):
            clock.advance(self.account, to=self.account.now())
