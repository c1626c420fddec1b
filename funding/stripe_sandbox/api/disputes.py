"""Disputes and payouts."""

from __future__ import annotations

from funding.stripe_sandbox import disputing
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects.disputing import EVIDENCE
from funding.stripe_sandbox.params import boolean, created, fields, merged, metadata, text
from funding.stripe_sandbox.store import Json, bounds
from funding.stripe_sandbox.wire import PAGING, Call, Table

TABLE = Table()


@TABLE.add("GET", "/v1/disputes/<id>")
def retrieve_dispute(call: Call, id: str) -> Json:
    return call.account.store.get("dispute", id)


@TABLE.add(
    "POST",
    "/v1/disputes/<id>",
    {
        "evidence": fields(dict.fromkeys(EVIDENCE, text)),
        "metadata": metadata,
        "submit": boolean,
    },
)
def update_dispute(call: Call, id: str) -> Json:
    dispute = call.account.store.get("dispute", id)
    if dispute["status"] not in (*disputing.OPEN, *disputing.ASKED):
        raise ApiError("This dispute is already closed", code="dispute_closed")
    return disputing.answer(
        call.account,
        dispute,
        evidence=call.params.get("evidence", {}),
        metadata=merged(dispute["metadata"], call.params.get("metadata", {})),
        submit=call.params.get("submit", True),
        at=call.at,
        cause=call.cause,
    )


@TABLE.add("POST", "/v1/disputes/<id>/close")
def close_dispute(call: Call, id: str) -> Json:
    """We accept it: it is lost."""
    call.account.store.get("dispute", id)
    return disputing.close_dispute(call.account, id, won=False, at=call.at, cause=call.cause)


@TABLE.add("GET", "/v1/disputes", {**PAGING, "charge": text, "payment_intent": text})
def list_disputes(call: Call) -> Json:
    return call.page("dispute", call.where("charge", "payment_intent"))


@TABLE.add("GET", "/v1/payouts/<id>")
def retrieve_payout(call: Call, id: str) -> Json:
    return call.account.store.get("payout", id)


@TABLE.add(
    "GET",
    "/v1/payouts",
    {**PAGING, "arrival_date": created, "destination": text, "status": text},
)
def list_payouts(call: Call) -> Json:
    conditions = call.where("destination", "status")
    conditions += bounds("arrival_date", call.params.get("arrival_date", {}))
    return call.page("payout", conditions)
