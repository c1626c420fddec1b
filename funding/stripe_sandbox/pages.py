"""What the sandbox's pages have in common: how they are sent, their words, and a card's fields."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import format_currency, get_currency_precision
from flask import Response, make_response, render_template

from funding.stripe_sandbox.objects import money
from funding.stripe_sandbox.store import Json

# The test cards that the pages take.
NUMBERS = (money.GOOD_CARD, money.DECLINED_CARD, money.FAILS_LATER_CARD, money.ASKING_CARD)


def page(template: str, *ways: str | None, status: int = 200, **context: Any) -> Response:
    """A page that may lead to ``ways``, and holds nothing that is not our own."""
    response = make_response(render_template(template, **context), status)
    # Browsers hold a form to its policy after a redirect too, so it names where it may lead.
    origins = {_origin(way) for way in ways} - {""}
    response.headers["Content-Security-Policy"] = "; ".join(
        [
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            " ".join(["form-action 'self'", *sorted(origins)]),
        ]
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _origin(url: str | None) -> str:
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def amount_words(amount: int, currency: str) -> str:
    """``500, "eur"`` is ``€5.00``."""
    code = currency.upper()
    return format_currency(Decimal(amount).scaleb(-get_currency_precision(code)), code, locale="en")


def rhythm(price: Json) -> str:
    recurring = price["recurring"]
    if recurring is None:
        return "once"
    count = recurring["interval_count"]
    if count == 1:
        return f"every {recurring['interval']}"
    return f"every {count} {recurring['interval']}s"


def day_words(at: int) -> str:
    """A day as it is written out: ``5 March 2026``."""
    day = datetime.fromtimestamp(at, UTC)
    return f"{day.day} {day:%B %Y}"


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def filled_card(name: str) -> dict[str, str]:
    """The fields of a good card, filled in."""
    return {
        "card": "4242 4242 4242 4242",
        "expiry": time.strftime("12 / %y", time.gmtime(time.time() + 4 * 365 * 86400)),
        "cvc": "123",
        "name": name,
    }


def card_problems(typed: dict[str, str]) -> dict[str, str]:
    """What is wrong with the number, the expiry date and the security code of a card."""
    problems = {}
    if digits(typed.get("card", "")) not in NUMBERS:
        problems["card"] = (
            "Only test cards work here: 4242 4242 4242 4242 pays, "
            "4000 0000 0000 0002 is declined. Never enter a real card."
        )
    expiry = re.fullmatch(r"(0[1-9]|1[0-2]) ?/ ?(\d\d)", typed.get("expiry", ""))
    if not expiry:
        problems["expiry"] = "Enter the month and year as MM / YY."
    elif (int(expiry[2]), int(expiry[1])) < _month_now():
        problems["expiry"] = "This card has expired."
    if not re.fullmatch(r"\d{3,4}", typed.get("cvc", "")):
        problems["cvc"] = "Enter three digits."
    return problems


def _month_now() -> tuple[int, int]:
    now = time.gmtime()
    return now.tm_year % 100, now.tm_mon
