"""The one account that the sandbox is: its settings, its memory, and the events it emits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from funding.stripe_sandbox.ids import new_id
from funding.stripe_sandbox.store import Store

Json = dict[str, Any]

# The version that the ``stripe`` package in the lockfile speaks; a test holds the two together.
API_VERSION = "2026-10-28.endive"

RETRY_AFTER = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)


@dataclass(frozen=True, slots=True)
class Settings:
    """How this sandbox was started.

    ``webhook_events`` names the event types the webhook takes; empty means all. ``retry_after`` are
    the seconds to wait after each failed delivery; when they are used up the event is given up.
    """

    api_key: str
    public_origin: str
    webhook_url: str | None = None
    webhook_secret: str = ""
    webhook_events: frozenset[str] = frozenset()
    retry_after: tuple[float, ...] = RETRY_AFTER
    name: str = "Customer Commons (sandbox)"
    currency: str = "eur"

    def __post_init__(self) -> None:
        parts = urlsplit(self.webhook_url or "http://localhost")
        if parts.scheme != "http" or parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("the sandbox sends webhooks to http:// on this machine only")


@dataclass(frozen=True, slots=True)
class Cause:
    """The API request that an event came from; both None for what happened by itself."""

    request: str | None = None
    idempotency_key: str | None = None


BY_ITSELF = Cause()


@dataclass(frozen=True, slots=True)
class Account:
    """What every verb works on."""

    store: Store
    settings: Settings

    def emit(
        self,
        type: str,
        body: Json,
        *,
        at: int,
        previous: Json | None = None,
        cause: Cause = BY_ITSELF,
    ) -> Json:
        """Record an event about an object as it is now; the webhook gets it after the commit."""
        wanted = self.settings.webhook_url is not None and (
            not self.settings.webhook_events or type in self.settings.webhook_events
        )
        data: Json = {"object": body}
        if previous is not None:
            data["previous_attributes"] = previous
        event = self.store.add(
            {
                "id": new_id("evt_"),
                "object": "event",
                "api_version": API_VERSION,
                "created": at,
                "data": data,
                "livemode": False,
                "pending_webhooks": 1 if wanted else 0,
                "request": {"id": cause.request, "idempotency_key": cause.idempotency_key},
                "type": type,
            }
        )
        if wanted:
            self.store.run(
                "INSERT INTO delivery (event, state, due) VALUES (?, 'pending', 0)",
                (event["id"],),
            )
        return event

    def changed(
        self, type: str, before: Json, *, at: int, cause: Cause = BY_ITSELF, **changes: Any
    ) -> Json:
        """Change an object, and record the event with what it was. Answers with the new object."""
        after = self.store.change(before, **changes)
        previous = {key: before.get(key) for key in changes if before.get(key) != after[key]}
        self.emit(type, after, at=at, previous=previous, cause=cause)
        return after
