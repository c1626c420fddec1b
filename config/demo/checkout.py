"""How the demo's people pay: through Checkout on the sandbox, and the inbox, like anybody."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from funding.dues import actions, sweeps, webhook
from funding.dues.models import Plan
from members.models import Person

# Which level somebody chooses, in turn: most take the middle, some less, some more.
_LEVELS = ("standard", "standard", "concession", "standard", "solidarity")


class Till:
    """Pays on the sandbox at ``settings.STRIPE_API_BASE``, with time as an argument."""

    def __init__(self) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(settings.STRIPE_API_BASE).netloc)
        self._plans: dict[tuple[str, str], Plan] = {}

    def offer(self, *, by: Any, at: datetime) -> None:
        """Make the plans and their prices at the sandbox."""
        offered = actions.sync_plans(by=by, at=at)
        self._plans = {(plan.level, plan.interval): plan for plan in offered}

    def pay(self, person: Person, *, yearly: bool, choice: int, at: datetime) -> None:
        """Choose a plan, pay it on the sandbox, and let the inbox apply what Stripe then says."""
        level = _LEVELS[choice % len(_LEVELS)]
        checkout = actions.begin_checkout(
            person=person,
            display_name=person.display_name,
            attested=True,
            plan=self._plans[level, "year" if yearly else "month"],
            by=person,
            at=at,
        )
        actions.open_checkout(checkout=checkout, by=person, at=at)
        checkout.refresh_from_db()
        self._ask(
            "POST",
            "/_sandbox/pay",
            {
                "session": checkout.session_id,
                "created": int(at.timestamp()),
                "name": person.display_name,
                "email": person.email,
                # The inbox below is given the events; there is no server yet to be told.
                "deliver": False,
                "fingerprint": hashlib.sha256(person.email.encode()).hexdigest()[:16],
            },
        )
        self._deliver(at)

    def _deliver(self, at: datetime) -> None:
        """Take what happened at ``at`` to the inbox, signed as Stripe signs, and apply it."""
        stamp = int(at.timestamp())
        query = urlencode({"created[gte]": stamp, "created[lte]": stamp + 60, "limit": 100})
        key = settings.STRIPE_WEBHOOK_SECRETS[0]
        for event in self._ask("GET", f"/v1/events?{query}")["data"]:
            body = json.dumps(event).encode()
            mac = hmac.new(key.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
            notice = webhook.read(body, f"t={stamp},v1={mac}", secrets=[key], live=False, at=at)
            if notice.kind:
                actions.store_notice(notice=notice, at=at)
        while sweeps.inbox(at):
            pass

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {
            "Authorization": f"Bearer {settings.STRIPE_API_KEY}",
            "Content-Type": "application/json",
        }
        self._connection.request(method, path, json.dumps(body) if body else None, headers)
        response = self._connection.getresponse()
        answer = json.load(response)
        if response.status != http.client.OK:
            raise RuntimeError(f"{method} {path}: {response.status} {answer}")
        return answer
