"""What arrives at the webhook: is it Stripe's, is it fresh, and which object is it about? Pure.

The signature is Stripe's scheme ``v1``: HMAC-SHA256, in hex, of ``"<timestamp>.<raw body>"``
(docs.stripe.com/webhooks, "Verify webhook signatures manually"). It is checked here because their
SDK takes timestamps from the future, and lets bad UTF-8 and bad JSON through as other errors.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

MAX_BYTES = 512 * 1024
MAX_AGE = timedelta(minutes=5)
# Two clocks never agree entirely.
MAX_AHEAD = timedelta(seconds=10)

_NAME = re.compile(r"[A-Za-z0-9_]{1,120}")
_TYPE = re.compile(r"[a-z0-9_.]{1,80}")
_VERSION = re.compile(r"[a-z0-9_.-]{1,60}")


class BadWebhook(Exception):
    """Not an event of ours; nothing of it is kept. ``status`` is the HTTP answer, 4xx."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Notice:
    """An event by id and type, and the object to ask about; ``kind`` is empty where none is.

    ``version`` is the one of Stripe's API that the event is written in.
    """

    event_id: str
    type: str
    kind: str
    object_id: str
    invoice_id: str
    version: str = ""


def read(
    body: bytes,
    signature: str,
    *,
    secrets: Iterable[str],
    live: bool,
    account: str = "",
    at: datetime,
) -> Notice:
    """The event in ``body``, signed with one of ``secrets`` at most five minutes before ``at``.

    ``live`` says whether our key moves real money: the event must be of the same mode. An event of
    another account than ``account`` (Stripe names one only where it is not the endpoint's own) is
    none of ours. Raises ``BadWebhook`` for everything else, whatever was sent.
    """
    _check_signature(body, signature, secrets, at)
    try:
        event = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadWebhook(400, "the body is not JSON in UTF-8") from None
    return read_event(event, live=live, account=account)


def read_event(event: Any, *, live: bool, account: str = "") -> Notice:
    """The same for an event that needs no signature, because we asked Stripe for it."""
    try:
        event_id, kind, about = event["id"], event["type"], event["data"]["object"]
        is_event, mode = event["object"] == "event", event["livemode"]
        owner, version = event.get("account"), event.get("api_version")
    except (KeyError, TypeError, IndexError, AttributeError):
        raise BadWebhook(400, "the body is not an event") from None
    if not (is_event and _named(event_id, _NAME) and _named(kind, _TYPE)):
        raise BadWebhook(400, "the body is not an event")
    if mode is not live:
        raise BadWebhook(400, "the event is of the other mode, live or test")
    if owner and owner != account:
        raise BadWebhook(400, "the event is of another account")
    written_in = version if _named(version, _VERSION) else ""
    return Notice(event_id, kind, *_subject(kind, about), version=written_in)


def _check_signature(body: bytes, header: str, secrets: Iterable[str], at: datetime) -> None:
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _equals, value in parts if name == "t"]
    given = [value.encode() for name, _equals, value in parts if name == "v1"]
    if len(times) != 1 or not re.fullmatch(r"[0-9]{1,12}", times[0]):
        raise BadWebhook(400, "the signature has no timestamp")
    signed = times[0].encode() + b"." + body
    expected = [
        hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in secrets if key
    ]
    if not any(hmac.compare_digest(a.encode(), b) for a in expected for b in given):
        raise BadWebhook(400, "the signature does not fit")
    age = at.timestamp() - int(times[0])
    if age > MAX_AGE.total_seconds():
        raise BadWebhook(400, "the event is too old")
    if age < -MAX_AHEAD.total_seconds():
        raise BadWebhook(400, "the event is from the future")


def _subject(type: str, about: Any) -> tuple[str, str, str]:
    """Kind and id of the object to refetch, and the invoice to look at with it."""
    if not isinstance(about, dict):
        return "", "", ""
    match type.split("."):
        case ["invoice", "paid" | "payment_failed" | "payment_action_required"]:
            # Before 2025 the subscription stood elsewhere; what it says is asked in our version.
            subscription = _dig(about, "parent", "subscription_details", "subscription")
            subscription = subscription or _dig(about, "subscription")
            return _about("subscription", subscription, _dig(about, "id"))
        case ["checkout", "session", "completed"] if _dig(about, "subscription"):
            return _about("subscription", _dig(about, "subscription"))
        case ["checkout", "session", "completed" | "expired"]:
            return _about("session", _dig(about, "id"))
        case ["customer", "subscription", *_]:
            return _about("subscription", _dig(about, "id"))
        case ["customer", "created" | "updated"] if about.get("business_name"):
            return _about("customer", _dig(about, "id"))
        case ["customer", "tax_id", *_]:
            return _about("customer", _dig(about, "customer"))
        case ["charge", "refunded"]:
            return _about("charge", _dig(about, "id"))
        case ["charge", "dispute", *_] | ["charge", "refund", *_] | ["refund", *_]:
            return _about("charge", _dig(about, "charge"))
        case ["payout", *_]:
            return _about("payout", _dig(about, "id"))
    return "", "", ""


def _about(kind: str, object_id: str, invoice_id: str = "") -> tuple[str, str, str]:
    return (kind, object_id, invoice_id) if object_id else ("", "", "")


def _dig(body: Any, *path: str) -> str:
    for step in path:
        body = body.get(step) if isinstance(body, dict) else None
    return body if _named(body, _NAME) else ""


def _named(value: Any, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and bool(pattern.fullmatch(value))
