"""What Stripe does not have: paying without the page, letting time pass, holding webhooks back.

For the demo and the tests, from this machine only, and as JSON only, so that no page of another
site can post here.
"""

from __future__ import annotations

import time
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, request

from funding.stripe_sandbox import billing
from funding.stripe_sandbox.account import API_VERSION, Account
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.store import Json
from funding.stripe_sandbox.webhooks import Deliverer


def doors(account: Account, deliverer: Deliverer) -> Blueprint:
    """The addresses under /_sandbox/."""
    blueprint = Blueprint("side_door", __name__, url_prefix="/_sandbox")

    @blueprint.before_request
    def only_from_here() -> None:
        if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104
            raise ApiError("This door opens from the same machine only.", status=403)

    @blueprint.get("/health")
    def health() -> Json:
        return {"ok": True, "version": API_VERSION}

    @blueprint.post("/pay")
    def pay() -> Json:
        """``{"session", "created"?, "name"?, "email"?, "fingerprint"?, "deliver"?}`` → the session.

        ``"deliver": false`` sends no webhooks about it: the caller takes the events by itself.
        """
        given = _given(session=str, created=int, name=str, email=str, fingerprint=str, deliver=bool)
        payee = account if given.pop("deliver", True) else _silent(account)
        return billing.pay(payee, _needed(given, "session"), at=_moment(given), **given)

    @blueprint.post("/decline")
    def decline() -> Json:
        """``{"session", "created"?, "name"?}`` → the payment intent that failed."""
        given = _given(session=str, created=int, name=str)
        return billing.decline(account, _needed(given, "session"), at=_moment(given), **given)

    @blueprint.post("/renew")
    def renew() -> Json:
        """``{"subscription", "created"?, "accepted"?}`` → the invoice, paid or still open."""
        given = _given(subscription=str, created=int, accepted=bool)
        return billing.renew(account, _needed(given, "subscription"), at=_moment(given), **given)

    @blueprint.post("/advance")
    def advance() -> Json:
        """``{"created"?}`` → how many sessions and periods moved on until then (or now)."""
        return {"moved": billing.advance(account, to=_moment(_given(created=int)))}

    @blueprint.get("/webhooks")
    def webhooks() -> Json:
        return deliverer.state()

    @blueprint.post("/webhooks")
    def switch() -> Json:
        """``{"deliver": false}`` holds webhooks back, ``true`` lets them go."""
        deliverer.switch(on=_needed(_given(deliver=bool), "deliver"))
        return deliverer.state()

    return blueprint


def _silent(account: Account) -> Account:
    """The same account, with no webhook for the events it emits."""
    return replace(account, settings=replace(account.settings, webhook_url=None))


def _given(**types: type) -> dict[str, Any]:
    """The request's JSON object. Raises ``ApiError`` for another key or another type of value."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ApiError("Send a JSON object, with Content-Type: application/json.")
    for key, value in body.items():
        if key not in types:
            raise ApiError(f"Received unknown parameter: {key}", param=key)
        if type(value) is not types[key]:
            raise ApiError(f"{key} must be of type {types[key].__name__}", param=key)
    return body


def _needed(given: dict[str, Any], key: str) -> Any:
    if key not in given:
        raise ApiError(f"Missing required param: {key}.", param=key)
    return given.pop(key)


def _moment(given: dict[str, Any]) -> int:
    """When it happens: the ``created`` that was given, which may be long ago, or now."""
    now = int(time.time())
    at: int = given.pop("created", now)
    if not 0 <= at < 2**32:
        raise ApiError("created is in Unix seconds", param="created")
    return at
