"""Payment intents, charges, refunds, the balance, and whose it is."""

from __future__ import annotations

from funding.stripe_sandbox import refunding
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import account, money
from funding.stripe_sandbox.params import integer, merged, metadata, one_of, text
from funding.stripe_sandbox.store import Json, kept
from funding.stripe_sandbox.wire import PAGING, Call, Table

TABLE = Table()


@TABLE.add("GET", "/v1/payment_intents/<id>")
def retrieve_payment_intent(call: Call, id: str) -> Json:
    return call.account.store.get("payment_intent", id)


@TABLE.add("GET", "/v1/payment_intents", {**PAGING, "customer": text})
def list_payment_intents(call: Call) -> Json:
    return call.page("payment_intent", call.where("customer"))


@TABLE.add("GET", "/v1/payment_methods/<id>")
def retrieve_payment_method(call: Call, id: str) -> Json:
    return call.account.store.get("payment_method", id)


@TABLE.add("GET", "/v1/charges/<id>")
def retrieve_charge(call: Call, id: str) -> Json:
    return call.account.store.get("charge", id)


@TABLE.add("GET", "/v1/charges", {**PAGING, "customer": text, "payment_intent": text})
def list_charges(call: Call) -> Json:
    return call.page("charge", call.where("customer", "payment_intent"))


@TABLE.add(
    "POST",
    "/v1/refunds",
    {
        "amount": integer,
        "charge": text,
        "metadata": metadata,
        "payment_intent": text,
        "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
    },
)
def create_refund(call: Call) -> Json:
    given = call.params
    if bool(given.get("charge")) == bool(given.get("payment_intent")):
        raise ApiError("One of the following params should be provided: payment_intent or charge.")
    charge = given.get("charge")
    if not charge:
        intent = call.account.store.get(
            "payment_intent", given["payment_intent"], param="payment_intent", status=400
        )
        charge = intent["latest_charge"] or ""
    return refunding.refund(
        call.account,
        charge,
        amount=given.get("amount"),
        reason=given.get("reason"),
        metadata=merged({}, given.get("metadata")),
        at=call.at,
        cause=call.cause,
    )


@TABLE.add("GET", "/v1/refunds/<id>")
def retrieve_refund(call: Call, id: str) -> Json:
    return call.account.store.get("refund", id)


@TABLE.add("POST", "/v1/refunds/<id>", {"metadata": metadata})
def update_refund(call: Call, id: str) -> Json:
    refund = call.account.store.get("refund", id)
    changed = merged(refund["metadata"], call.params.get("metadata", {}))
    return refunding.update(call.account, id, at=call.at, cause=call.cause, metadata=changed)


@TABLE.add("GET", "/v1/refunds", {**PAGING, "charge": text, "payment_intent": text})
def list_refunds(call: Call) -> Json:
    return call.page("refund", call.where("charge", "payment_intent"))


@TABLE.add("GET", "/v1/balance_transactions/<id>")
def retrieve_balance_transaction(call: Call, id: str) -> Json:
    return call.account.store.get("balance_transaction", id)


@TABLE.add(
    "GET",
    "/v1/balance_transactions",
    {**PAGING, "currency": text, "payout": text, "source": text, "type": text},
)
def list_balance_transactions(call: Call) -> Json:
    conditions = call.where("currency", "source", "type")
    if payout := call.params.get("payout"):
        call.account.store.get("payout", payout, param="payout", status=400)
        conditions.append(kept("payout", payout))
    return call.page("balance_transaction", conditions)


@TABLE.add("GET", "/v1/balance")
def retrieve_balance(call: Call) -> Json:
    transactions = call.account.store.every("balance_transaction")
    return money.balance(transactions, at=call.at, currency=call.account.settings.currency)


@TABLE.add("GET", "/v1/account")
def retrieve_account(call: Call) -> Json:
    settings = call.account.settings
    return account.account(id=settings.account_id, name=settings.name, currency=settings.currency)
