"""The one account that the sandbox is: its settings, its memory, and the events it emits."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from funding.stripe_sandbox.faults import Faults
from funding.stripe_sandbox.ids import new_id
from funding.stripe_sandbox.older import as_of_version
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
    account_id: str = "acct_1CustomerCommons"
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


@dataclass(slots=True)
class Knobs:
    """What the side door can turn while the sandbox runs.

    ``dunning`` is what becomes of a subscription when the last try at its card has failed: it is
    cancelled, unpaid, or stays past due. ``frozen_at`` is the moment the clock stands at.
    ``payouts_every`` so many seconds what is available goes to our bank; 0 is never. Events are
    rendered as ``event_version`` has them, in the name of ``event_account`` where that is set (as
    those of a connected account are) and in live mode with ``event_livemode``. ``restricted``
    are keys that may do less: by each key, what its permissions are (``charge_read``).
    """

    dunning: str = "cancel"
    frozen_at: int | None = None
    payouts_every: int = 0
    event_version: str = API_VERSION
    event_account: str = ""
    event_livemode: bool = False
    restricted: dict[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """What every verb works on."""

    store: Store
    settings: Settings
    knobs: Knobs = field(default_factory=Knobs)
    faults: Faults = field(default_factory=Faults)

    def now(self) -> int:
        """What time it is here, in Unix seconds: the machine's, or where the clock was stopped."""
        return int(time.time()) if self.knobs.frozen_at is None else self.knobs.frozen_at

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
        version = self.knobs.event_version
        named = {"account": self.knobs.event_account} if self.knobs.event_account else {}
        event = self.store.add(
            {
                "id": new_id("evt_"),
                "object": "event",
                **named,
                "api_version": version,
                "created": at,
                "data": as_of_version(data, version),
                "livemode": self.knobs.event_livemode,
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
