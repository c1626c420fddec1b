"""What Stripe does not have: paying without the page, letting time pass, holding webhooks back.

For the demo and the tests, from this machine only, and as JSON only, so that no page of another
site can post here.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, request

from funding.stripe_sandbox import billing, clock, disputing, paying_out, refunding
from funding.stripe_sandbox.account import API_VERSION, Account
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.faults import DELIVERY_FAULTS, REQUEST_FAULTS, Rule
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
        return billing.pay(payee, _needed(given, "session"), at=_moment(account, given), **given)

    @blueprint.post("/decline")
    def decline() -> Json:
        """``{"session", "created"?, "name"?}`` → the payment intent that failed."""
        given = _given(session=str, created=int, name=str)
        return billing.decline(
            account, _needed(given, "session"), at=_moment(account, given), **given
        )

    @blueprint.post("/renew")
    def renew() -> Json:
        """``{"subscription", "created"?, "accepted"?, "authenticate"?}`` → the invoice.

        It is paid, or still open: ``"accepted": false`` has the card declined from now on,
        ``"authenticate": true`` has its bank ask for 3-D Secure.
        """
        given = _given(subscription=str, created=int, accepted=bool, authenticate=bool)
        return billing.renew(
            account, _needed(given, "subscription"), at=_moment(account, given), **given
        )

    @blueprint.post("/fail_refund")
    def fail_refund() -> Json:
        """``{"refund", "created"?}`` → the refund that the bank has sent back."""
        given = _given(refund=str, created=int)
        return refunding.fail(account, _needed(given, "refund"), at=_moment(account, given))

    @blueprint.post("/dispute")
    def dispute() -> Json:
        """``{"charge", "amount"?, "reason"?, "inquiry"?, "created"?}`` → the dispute."""
        given = _given(charge=str, amount=int, reason=str, inquiry=bool, created=int)
        return disputing.open_dispute(
            account,
            _needed(given, "charge"),
            amount=given.get("amount"),
            reason=given.get("reason", "fraudulent"),
            inquiry=given.get("inquiry", False),
            at=_moment(account, given),
        )

    @blueprint.post("/close_dispute")
    def close_dispute() -> Json:
        """``{"dispute", "won", "returned"?, "created"?}`` → the dispute, won, lost or in part."""
        given = _given(dispute=str, won=bool, returned=int, created=int)
        return disputing.close_dispute(
            account,
            _needed(given, "dispute"),
            won=_needed(given, "won"),
            returned=given.get("returned"),
            at=_moment(account, given),
        )

    @blueprint.post("/pay_out")
    def pay_out() -> Json:
        """``{"created"?}`` → ``{"payout": the payout or null}``, of what is available."""
        return {"payout": paying_out.pay_out(account, at=_moment(account, _given(created=int)))}

    @blueprint.post("/payout_arrives")
    def payout_arrives() -> Json:
        """``{"payout", "created"?}`` → the payout, on our bank account."""
        given = _given(payout=str, created=int)
        return paying_out.arrive(account, _needed(given, "payout"), at=_moment(account, given))

    @blueprint.post("/payout_fails")
    def payout_fails() -> Json:
        """``{"payout", "created"?}`` → the payout, sent back by our bank."""
        given = _given(payout=str, created=int)
        return paying_out.fail(account, _needed(given, "payout"), at=_moment(account, given))

    @blueprint.post("/payouts")
    def payouts() -> Json:
        """``{"every": seconds}``: how often what is available goes to our bank; 0 is never."""
        account.knobs.payouts_every = max(0, _needed(_given(every=int), "every"))
        return {"every": account.knobs.payouts_every}

    @blueprint.post("/advance")
    def advance() -> Json:
        """``{"created"?}`` → how many sessions and periods moved on until then (or now)."""
        return {"moved": clock.advance(account, to=_moment(account, _given(created=int)))}

    @blueprint.post("/clock")
    def stop_clock() -> Json:
        """``{"now": seconds}`` stops the clock there, ``{}`` lets it run by the machine's again."""
        account.knobs.frozen_at = _given(now=int).get("now")
        return {"now": account.now()}

    @blueprint.post("/dunning")
    def dunning() -> Json:
        """``{"outcome": "cancel" | "unpaid" | "past_due"}``: what the last failed try leads to."""
        outcome = _needed(_given(outcome=str), "outcome")
        if outcome not in ("cancel", "unpaid", "past_due"):
            raise ApiError(f"No such outcome: {outcome}", param="outcome")
        account.knobs.dunning = outcome
        return {"outcome": outcome}

    @blueprint.post("/faults")
    def faults() -> Json:
        """``{"seed", "rates": {fault: 0 to 1}}`` → what is drawn from now on; no rates is none."""
        given = _given(seed=int, rates=dict)
        rates = given.get("rates", {})
        for fault, rate in rates.items():
            known = fault in REQUEST_FAULTS or fault in DELIVERY_FAULTS
            if not known or not isinstance(rate, int | float) or not 0 <= rate <= 1:
                raise ApiError(f"No such fault or rate: {fault}", param="rates")
        account.faults.seed(given.get("seed", 0), rates)
        return {"rates": rates}

    @blueprint.post("/fault")
    def fault() -> Json:
        """``{"fault", "match", "times"?, "seconds"?}``: what the next requests like this meet.

        ``match`` is how ``METHOD /path`` begins; ``seconds`` is how long they wait first.
        """
        given = _given(fault=str, match=str, times=int, seconds=float)
        kind = _needed(given, "fault")
        if kind not in REQUEST_FAULTS:
            raise ApiError("No such fault.", param="fault")
        rule = Rule(kind, _needed(given, "match"), given.get("times", 1), given.get("seconds", 0.0))
        account.faults.rules = [*(r for r in account.faults.rules if r.times > 0), rule]
        return {"rules": len(account.faults.rules)}

    @blueprint.post("/events")
    def events() -> Json:
        """``{"version"?, "account"?, "livemode"?}``: how events are rendered from now on."""
        given = _given(version=str, account=str, livemode=bool)
        account.knobs.event_version = given.get("version", API_VERSION)
        account.knobs.event_account = given.get("account", "")
        account.knobs.event_livemode = given.get("livemode", False)
        return {"version": account.knobs.event_version}

    @blueprint.post("/keys")
    def keys() -> Json:
        """``{"key": "rk_test_…", "permissions": ["charge_read", …]}``: a key that may do less."""
        given = _given(key=str, permissions=list)
        allowed = frozenset(map(str, _needed(given, "permissions")))
        account.knobs.restricted[_needed(given, "key")] = allowed
        return {"permissions": sorted(allowed)}

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


def _moment(account: Account, given: dict[str, Any]) -> int:
    """When it happens: the ``created`` that was given, which may be long ago, or now."""
    at: int = given.pop("created", account.now())
    if not 0 <= at < 2**32:
        raise ApiError("created is in Unix seconds", param="created")
    return at
