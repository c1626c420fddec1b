"""How the demo's people pay: through Checkout on the sandbox, and the inbox, like anybody."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from funding.dues import actions, sweeps, webhook
from funding.dues.models import OneOff, Payment, Plan, Subscription
from members.models import Person

# Which level somebody chooses, in turn: most take the middle, some less, some more.
_LEVELS = ("standard", "standard", "concession", "standard", "solidarity")


class Till:
    """Pays on the sandbox at ``settings.STRIPE_API_BASE``, with time as an argument."""

    def __init__(self) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(settings.STRIPE_API_BASE).netloc)

    def offer(self, *, by: Any, at: datetime) -> None:
        """Make the plans and their prices at the sandbox."""
        actions.sync_plans(by=by, at=at)

    def pay(
        self, person: Person, *, yearly: bool, choice: int, at: datetime, card: str = ""
    ) -> None:
        """Choose a plan, pay it on the sandbox, and let the inbox apply what Stripe then says.

        ``card`` names one that several people pay by.
        """
        level = _LEVELS[choice % len(_LEVELS)]
        checkout = actions.begin_checkout(
            person=person,
            display_name=person.display_name,
            attested=True,
            plan=Plan.objects.on_offer().get(level=level, interval="year" if yearly else "month"),
            by=person,
            at=at,
        )
        actions.open_checkout(checkout=checkout, by=person, at=at)
        checkout.refresh_from_db()
        self._pay(str(checkout.session_id), person, card=card or person.email, at=at)

    def pay_once(self, one_off: OneOff, *, at: datetime) -> None:
        """Pay for a gift or into the pot, on the sandbox."""
        actions.open_one_off(one_off=one_off, by=one_off.person, at=at)
        one_off.refresh_from_db()
        self._pay(str(one_off.session_id), one_off.person, card=one_off.person.email, at=at)

    def renew(self, person: Person, *, accepted: bool, at: datetime) -> None:
        """Charge the next period of a subscription; ``accepted`` or not, the inbox is told."""
        subscription = Subscription.objects.get(person=person).stripe_id
        self.happen("renew", subscription=subscription, accepted=accepted, at=at)

    def charge_of(self, payment: Payment) -> str:
        """What the sandbox calls the charge of a payment."""
        charge: str = self._ask("GET", f"/v1/payment_intents/{payment.intent_id}")["latest_charge"]
        return charge

    def happen(self, what: str, *, at: datetime, **given: Any) -> Any:
        """Have something happen at the sandbox at ``at``, and apply what Stripe says of it."""
        answer = self._ask("POST", f"/_sandbox/{what}", {**given, "created": int(at.timestamp())})
        self.deliver(at)
        return answer

    @contextmanager
    def clock(self, at: datetime) -> Iterator[None]:
        """Stop the sandbox's clock at ``at``: what we ask of it happens then. It is applied."""
        self._ask("POST", "/_sandbox/clock", {"now": int(at.timestamp())})
        try:
            yield
        finally:
            self._ask("POST", "/_sandbox/clock", {})
        self.deliver(at)

    def _pay(self, session: str, person: Person, *, card: str, at: datetime) -> None:
        self._ask(
            "POST",
            "/_sandbox/pay",
            {
                "session": session,
                "created": int(at.timestamp()),
                "name": person.display_name,
                "email": person.email,
                # The inbox below is given the events; there is no server yet to be told.
                "deliver": False,
                "fingerprint": hashlib.sha256(card.encode()).hexdigest()[:16],
            },
        )
        self.deliver(at)

    def deliver(self, at: datetime) -> None:
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
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = self._connection.getresponse()
        answer = json.load(response)
        if response.status != http.client.OK:
            raise RuntimeError(f"{method} {path}: {response.status} {answer}")
        return answer
