"""The Billing Portal's page: one customer's subscriptions, their card, stopping and going on."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Redirect

from funding.stripe_sandbox import billing
from funding.stripe_sandbox.account import Account
from funding.stripe_sandbox.objects.billing import period_of
from funding.stripe_sandbox.pages import (
    amount_words,
    card_problems,
    day_words,
    digits,
    filled_card,
    page,
    rhythm,
)
from funding.stripe_sandbox.store import Json, among, equals

# How long the way in stays open, in seconds.
_LASTS = 3600


def pages(account: Account) -> Blueprint:
    """The page of each portal session, under the address its ``url`` names."""
    blueprint = Blueprint("portal", __name__)

    @blueprint.get("/p/session/<secret>")
    def show(secret: str) -> Response:
        session = _session(account, secret)
        if session is None:
            return page("portal_closed.html", status=404)
        return _show(account, session)

    @blueprint.post("/p/session/<secret>/<id>")
    def change(secret: str, id: str) -> Response | Redirect:
        session = _session(account, secret)
        mine = {found["id"]: found for found in _subscriptions(account, session)} if session else {}
        if session is None or id not in mine:
            return page("portal_closed.html", status=404)
        typed = {name: value.strip() for name, value in request.form.items()}
        wanted = typed.pop("do", "")
        at = account.now()
        if wanted == "card":
            problems = card_problems(typed)
            if not typed.get("name"):
                problems["name"] = "Enter the name on the card."
            if problems:
                return _show(account, session, about=id, values=typed, problems=problems)
            number = digits(typed["card"])
            billing.change_card(account, mine[id], number=number, at=at, name=typed["name"])
        elif wanted in ("stop", "resume"):
            changes = billing.ending(mine[id], wanted == "stop", at=at)
            account.changed("customer.subscription.updated", mine[id], at=at, **changes)
        else:
            return _show(account, session)
        return redirect(_after(session) or request.path.rpartition("/")[0], 303)

    return blueprint


def _session(account: Account, secret: str) -> Json | None:
    """The session whose address ends in ``secret``, while it lasts."""
    url = f"{account.settings.public_origin}/p/session/{secret}"
    found = account.store.every("billing_portal.session", [equals("url", url)])
    if not found or found[0]["created"] + _LASTS < account.now():
        return None
    return found[0]


def _subscriptions(account: Account, session: Json) -> list[Json]:
    """The customer's subscriptions that live, or the one that the session is about."""
    found = account.store.every(
        "subscription",
        [
            equals("customer", session["customer"]),
            among("status", (*billing.LIVE, "unpaid")),
        ],
    )
    flow = session["flow"] or {}
    only = (flow.get("subscription_cancel") or {}).get("subscription")
    return [subscription for subscription in found if only in (None, subscription["id"])]


def _after(session: Json) -> str | None:
    """Where a session with one thing to do leads when it is done."""
    flow = session["flow"] or {}
    redirected = flow.get("after_completion", {}).get("redirect") or {}
    url: str | None = redirected.get("return_url")
    return url


def _show(
    account: Account,
    session: Json,
    *,
    about: str = "",
    values: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
) -> Response:
    customer = account.store.get("customer", session["customer"])
    return page(
        "portal.html",
        session["return_url"],
        _after(session),
        status=422 if problems else 200,
        account=account.settings.name,
        session=session,
        customer=customer,
        subscriptions=[_drawn(account, found) for found in _subscriptions(account, session)],
        only=(session["flow"] or {}).get("type"),
        about=about,
        values=values or filled_card(customer["name"] or billing.EXAMPLE_NAME),
        problems=problems or {},
    )


def _drawn(account: Account, subscription: Json) -> Json:
    item = subscription["items"]["data"][0]
    price = item["price"]
    method = account.store.get("payment_method", subscription["default_payment_method"])
    invoice = account.store.get("invoice", subscription["latest_invoice"])
    card = method["card"]
    return {
        "id": subscription["id"],
        "name": price["nickname"] or account.store.get("product", price["product"])["name"],
        "amount": amount_words(price["unit_amount"] * item["quantity"], price["currency"]),
        "rhythm": rhythm(price),
        "ending": subscription["cancel_at_period_end"],
        "until": day_words(period_of(subscription)[1]),
        "card": f"Visa ending in {card['last4']}, {card['exp_month']:02}/{card['exp_year'] % 100}",
        "unpaid": invoice["hosted_invoice_url"] if invoice["status"] == "open" else None,
        "path": f"{session_path(request.path)}/{subscription['id']}",
    }


def session_path(path: str) -> str:
    """The address of the session itself, from that of a page under it."""
    return "/".join(path.split("/")[:4])
