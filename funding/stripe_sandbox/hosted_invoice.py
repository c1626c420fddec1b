"""An invoice's own page: what is due, and paying it without signing in anywhere."""

from __future__ import annotations

from flask import Blueprint, Response, request

from funding.stripe_sandbox import billing
from funding.stripe_sandbox.account import Account
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import money
from funding.stripe_sandbox.pages import amount_words, digits, page
from funding.stripe_sandbox.store import Json

# Cards that somebody may put on a subscription by paying an invoice with them.
_OTHERS = (money.GOOD_CARD, money.DECLINED_CARD)


def pages(account: Account) -> Blueprint:
    """The page of each invoice, under the address its ``hosted_invoice_url`` names."""
    blueprint = Blueprint("hosted_invoice", __name__)

    @blueprint.get("/i/<id>")
    def show(id: str) -> Response:
        invoice = account.store.find("invoice", id)
        if invoice is None:
            return page("unknown.html", status=404)
        return _show(account, invoice)

    @blueprint.post("/i/<id>")
    def pay(id: str) -> Response:
        invoice = account.store.find("invoice", id)
        if invoice is None:
            return page("unknown.html", status=404)
        number = None
        if request.form.get("do") == "other":
            number = digits(request.form.get("card", ""))
            if number not in _OTHERS:
                return _show(account, invoice, typed=request.form.get("card", ""), wrong=True)
        try:
            invoice = billing.pay_invoice(account, id, at=account.now(), number=number)
        except ApiError:
            # Somebody else, or a second tap, paid it between our look and our try.
            invoice = account.store.get("invoice", id)
        return _show(account, invoice, declined=invoice["status"] == "open")

    return blueprint


def _show(
    account: Account,
    invoice: Json,
    *,
    typed: str = "4242 4242 4242 4242",
    wrong: bool = False,
    declined: bool = False,
) -> Response:
    subscription = billing.subscription_of(account, invoice)
    method = account.store.get("payment_method", subscription["default_payment_method"])
    asks = (
        invoice["status"] == "open"
        and invoice["amount_due"] > 0
        and billing.waits_for_holder(account, invoice)
    )
    return page(
        "invoice.html",
        status=422 if wrong else 402 if declined else 200,
        account=account.settings.name,
        invoice=invoice,
        lines=[
            {
                "name": line["description"] or "Membership dues",
                "amount": amount_words(line["amount"], line["currency"]),
            }
            for line in invoice["lines"]["data"]
        ],
        total=amount_words(invoice["amount_due"], invoice["currency"]),
        last4=method["card"]["last4"],
        asks=asks,
        typed=typed,
        wrong=wrong,
        declined=declined,
    )
