"""The Checkout page: what is bought, a card that is already filled in, and three ways out."""

from __future__ import annotations

import re
import time
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import format_currency, get_currency_precision
from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from funding.stripe_sandbox import billing
from funding.stripe_sandbox.account import Account
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import money
from funding.stripe_sandbox.store import Json

_NUMBERS = (money.GOOD_CARD, money.DECLINED_CARD)


def pages(account: Account) -> Blueprint:
    """The page of each Checkout Session, under the address its ``url`` names."""
    blueprint = Blueprint("checkout", __name__)
    store = account.store

    @blueprint.get("/c/pay/<id>")
    def show(id: str) -> Response:
        session = store.find("checkout.session", id)
        if session is None:
            return _page("unknown.html", status=404)
        if session["status"] != "open":
            return _page("closed.html", session=session, back=_way_back(session))
        return _open_page(account, session, _prefilled(account, session))

    @blueprint.post("/c/pay/<id>")
    def submit(id: str) -> Response | Redirect:
        session = store.find("checkout.session", id)
        if session is None:
            return _page("unknown.html", status=404)
        if session["status"] != "open":
            return redirect(_way_back(session), 303)
        typed = {name: value.strip() for name, value in request.form.items()}
        problems = _problems(typed, ask_email=_email_of(account, session) is None)
        if problems:
            return _open_page(account, session, typed, problems=problems, status=422)
        at = int(time.time())
        if typed.get("outcome") == "decline" or _digits(typed["card"]) == money.DECLINED_CARD:
            billing.decline(account, id, at=at, name=typed["name"])
            return _open_page(account, session, typed, declined=True, status=402)
        try:
            session = billing.pay(account, id, at=at, name=typed["name"], email=typed.get("email"))
        except ApiError:
            # Somebody else, or a second tap, closed it between our look and our try.
            session = store.get("checkout.session", id)
        return redirect(_way_back(session), 303)

    return blueprint


def amount_words(amount: int, currency: str) -> str:
    """``500, "eur"`` is ``€5.00``."""
    code = currency.upper()
    return format_currency(Decimal(amount).scaleb(-get_currency_precision(code)), code, locale="en")


def _rhythm(price: Json) -> str:
    recurring = price["recurring"]
    count = recurring["interval_count"]
    if count == 1:
        return f"every {recurring['interval']}"
    return f"every {count} {recurring['interval']}s"


def _open_page(
    account: Account,
    session: Json,
    values: dict[str, str],
    *,
    problems: dict[str, str] | None = None,
    declined: bool = False,
    status: int = 200,
) -> Response:
    items = [
        {
            "name": item["description"],
            "detail": item["price"]["nickname"],
            "quantity": item["quantity"],
            "amount": amount_words(item["amount_total"], item["currency"]),
            "rhythm": _rhythm(item["price"]),
        }
        for item in account.store.children(session["id"], "item")
    ]
    return _page(
        "pay.html",
        status=status,
        account=account.settings.name,
        session=session,
        items=items,
        total=amount_words(session["amount_total"], session["currency"]),
        rhythm=items[0]["rhythm"],
        email=_email_of(account, session),
        values=values,
        problems=problems or {},
        declined=declined,
        declined_card=money.DECLINED_CARD,
    )


def _page(template: str, *, status: int = 200, **context: Any) -> Response:
    response = make_response(render_template(template, **context), status)
    session = context.get("session") or {}
    # Browsers hold a form to its policy after a redirect too, so it names where paying leads.
    ways = {_origin(session.get(name)) for name in ("success_url", "cancel_url")} - {""}
    response.headers["Content-Security-Policy"] = "; ".join(
        [
            "default-src 'none'",
            "style-src 'self'",
            "img-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            " ".join(["form-action 'self'", *sorted(ways)]),
        ]
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _origin(url: str | None) -> str:
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _way_back(session: Json) -> str:
    """Where a closed session leads: paid to the success address, expired to the other one."""
    url: str = session["success_url"]
    if session["status"] != "complete":
        url = session["cancel_url"] or url
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _email_of(account: Account, session: Json) -> str | None:
    email: str | None = session["customer_email"]
    if session["customer"]:
        email = account.store.get("customer", session["customer"])["email"]
    return email


def _prefilled(account: Account, session: Json) -> dict[str, str]:
    name = None
    if session["customer"]:
        name = account.store.get("customer", session["customer"])["name"]
    return {
        "email": "alex@example.org",
        "card": "4242 4242 4242 4242",
        "expiry": time.strftime("12 / %y", time.gmtime(time.time() + 4 * 365 * 86400)),
        "cvc": "123",
        "name": name or billing.EXAMPLE_NAME,
    }


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _problems(typed: dict[str, str], *, ask_email: bool) -> dict[str, str]:
    """What is wrong with the form, by field."""
    problems = {}
    if ask_email and not re.fullmatch(r"[^@\s]+@[^@\s]+", typed.get("email", "")):
        problems["email"] = "Enter an e-mail address."
    if _digits(typed.get("card", "")) not in _NUMBERS:
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
    if not typed.get("name"):
        problems["name"] = "Enter the name on the card."
    return problems


def _month_now() -> tuple[int, int]:
    now = time.gmtime()
    return now.tm_year % 100, now.tm_mon
