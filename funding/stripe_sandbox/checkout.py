"""The Checkout page: what is bought, a card that is already filled in, and three ways out."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Redirect

from funding.stripe_sandbox import billing
from funding.stripe_sandbox.account import Account
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import money
from funding.stripe_sandbox.pages import (
    amount_words,
    card_problems,
    digits,
    filled_card,
    page,
    rhythm,
)
from funding.stripe_sandbox.store import Json


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
        at = account.now()
        if typed.get("outcome") == "decline" or digits(typed["card"]) == money.DECLINED_CARD:
            billing.decline(account, id, at=at, name=typed["name"])
            return _open_page(account, session, typed, declined=True, status=402)
        try:
            session = billing.pay(account, id, at=at, name=typed["name"], email=typed.get("email"))
        except ApiError:
            # Somebody else, or a second tap, closed it between our look and our try.
            session = store.get("checkout.session", id)
        return redirect(_way_back(session), 303)

    return blueprint


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
            "rhythm": rhythm(item["price"]),
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
    session = context.get("session") or {}
    return page(
        template, session.get("success_url"), session.get("cancel_url"), status=status, **context
    )


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
    return {"email": "alex@example.org", **filled_card(name or billing.EXAMPLE_NAME)}


def _problems(typed: dict[str, str], *, ask_email: bool) -> dict[str, str]:
    """What is wrong with the form, by field."""
    problems: dict[str, str] = {}
    if ask_email and not re.fullmatch(r"[^@\s]+@[^@\s]+", typed.get("email", "")):
        problems["email"] = "Enter an e-mail address."
    problems.update(card_problems(typed))
    if not typed.get("name"):
        problems["name"] = "Enter the name on the card."
    return problems
