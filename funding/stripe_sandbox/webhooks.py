"""Signed webhooks, delivered by a thread of their own, again and again until they are taken."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from funding.stripe_sandbox.account import Account, Json

_TIMEOUT = 20.0
# How long a delivery that is held up on purpose waits at most, in seconds.
_LATER = {"delay": 5.0, "reorder": 0.2}

# Takes a body and its signature; answers with the HTTP status, or what went wrong.
Post = Callable[[bytes, str], tuple[int | None, str | None]]


def sign(payload: bytes, *, secret: str, at: int) -> str:
    """The ``Stripe-Signature`` header: HMAC-SHA256 over ``at.payload``.

    docs.stripe.com/webhooks#verify-manually
    """
    message = f"{at}.".encode() + payload
    mac = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def payload_of(event: Json) -> bytes:
    """The bytes that are signed and sent."""
    return json.dumps(event, indent=2).encode()


class Deliverer:
    """Sends events that wait to the webhook, oldest first, while it is switched on.

    What fails waits for its turn (``Settings.retry_after``) and does not hold up the others.
    Deliveries and attempts are rows: a restart continues where the last run stopped.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._url = urlsplit(account.settings.webhook_url or "")
        self._on = threading.Event()
        self._on.set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin to deliver, if there is anywhere to deliver to."""
        if self._url.hostname:
            self._thread.start()

    def stop(self) -> None:
        """Finish the delivery under way and end."""
        self._stopping.set()
        self._on.set()
        if self._thread.is_alive():
            self._thread.join()

    @property
    def on(self) -> bool:
        return self._on.is_set()

    def switch(self, *, on: bool) -> None:
        """Hold deliveries back, or let them go."""
        if on:
            self._on.set()
        else:
            self._on.clear()

    def state(self) -> Json:
        """Counts by state, and the latest attempts."""
        counts = dict(
            self._account.store.run("SELECT state, COUNT(*) FROM delivery GROUP BY state")
        )
        attempts = self._account.store.run(
            "SELECT event, at, status, error FROM attempt ORDER BY rowid DESC LIMIT 20"
        )
        return {
            "deliver": self.on,
            **{state: counts.get(state, 0) for state in ("pending", "delivered", "failed")},
            "attempts": [
                {"event": event, "at": at, "status": status, "error": error}
                for event, at, status, error in attempts
            ],
        }

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._on.wait()
            due = self._account.store.run(
                "SELECT event, attempts FROM delivery WHERE state = 'pending' AND due <= ? "
                "ORDER BY due, rowid LIMIT 20",
                (time.time(),),
            )
            if not due:
                self._stopping.wait(0.05)
            for event, _attempts in due:
                if self._stopping.is_set() or not self._on.is_set():
                    break
                self.deliver(event)

    def waiting(self) -> list[str]:
        """The events that wait to be delivered, oldest first."""
        rows = self._account.store.run(
            "SELECT event FROM delivery WHERE state = 'pending' ORDER BY rowid"
        )
        return [event for (event,) in rows]

    def deliver(self, event_id: str, post: Post | None = None) -> None:
        """Try once to deliver an event, by ``post`` or to the webhook's address.

        What goes wrong on purpose (``faults.py``) goes wrong here.
        """
        store = self._account.store
        fault = self._account.faults.of_delivery()
        if fault in ("delay", "reorder"):
            later = self._account.faults.seconds(_LATER[fault])
            store.run(
                "UPDATE delivery SET due = ? WHERE event = ?", (time.time() + later, event_id)
            )
            return
        payload = payload_of(store.get("event", event_id))
        signature = self._signature(payload)
        post = post or self._post
        status: int | None
        error: str | None
        if fault == "drop":
            status, error = None, "TimeoutError: dropped on purpose"
        elif fault == "corrupt_byte":
            status, error = post(payload.replace(b'"id"', b'"iD"', 1), signature)
        elif fault == "corrupt_signature":
            status, error = post(payload, signature[:-4] + "0000")
        else:
            status, error = post(payload, signature)
        if fault == "duplicate":
            status, error = post(payload, signature)
        self._note(event_id, status, error)

    def _signature(self, payload: bytes) -> str:
        secret = self._account.settings.webhook_secret
        return sign(payload, secret=secret, at=int(time.time()))

    def _note(self, event_id: str, status: int | None, error: str | None) -> None:
        """Write down how a try ended, and when the next one is due."""
        rows = self._account.store.run("SELECT attempts FROM delivery WHERE event = ?", (event_id,))
        attempts: int = rows[0][0]
        event = self._account.store.get("event", event_id)
        at = time.time()
        taken = status is not None and 200 <= status < 300
        retries = self._account.settings.retry_after
        if taken:
            state, due = "delivered", at
        elif attempts < len(retries):
            state, due = "pending", at + retries[attempts]
        else:
            state, due = "failed", at
        with self._account.store.transaction():
            self._account.store.run(
                "UPDATE delivery SET state = ?, attempts = ?, due = ? WHERE event = ?",
                (state, attempts + 1, due, event_id),
            )
            self._account.store.run(
                "INSERT INTO attempt (event, at, status, error) VALUES (?, ?, ?, ?)",
                (event_id, at, status, error),
            )
            if state != "pending":
                self._account.store.change(event, pending_webhooks=0)

    def _post(self, payload: bytes, signature: str) -> tuple[int | None, str | None]:
        connection = http.client.HTTPConnection(
            self._url.hostname or "", self._url.port or 80, timeout=_TIMEOUT
        )
        path = self._url.path + (f"?{self._url.query}" if self._url.query else "")
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature,
            "User-Agent": "Stripe/1.0 (sandbox; no real money moves)",
        }
        try:
            connection.request("POST", path or "/", payload, headers)
            return connection.getresponse().status, None
        except (OSError, http.client.HTTPException) as problem:
            return None, f"{type(problem).__name__}: {problem}"
        finally:
            connection.close()
