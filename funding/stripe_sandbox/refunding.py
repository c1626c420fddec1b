"""Giving money back, and a bank that does not take it."""

from __future__ import annotations

from funding.stripe_sandbox.account import BY_ITSELF, Account, Cause
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.ids import new_id
from funding.stripe_sandbox.objects import money
from funding.stripe_sandbox.store import Json


def refund(
    account: Account,
    charge_id: str,
    *,
    amount: int | None,
    reason: str | None,
    metadata: dict[str, str] | None,
    at: int,
    cause: Cause = BY_ITSELF,
) -> Json:
    """Give back some of a charge, or all that is left. Raises ``ApiError`` for more than that."""
    store = account.store
    with store.transaction():
        charge = store.get("charge", charge_id, param="charge", status=400)
        if charge["status"] != "succeeded":
            raise ApiError(f"Charge {charge_id} did not succeed, so nothing can be refunded.")
        if charge["disputed"]:
            raise ApiError(
                f"Charge {charge_id} has been charged back; cannot issue a refund.",
                code="charge_disputed",
            )
        left = charge["amount_captured"] - charge["amount_refunded"]
        if left == 0:
            raise ApiError(
                f"Charge {charge_id} has already been refunded.", code="charge_already_refunded"
            )
        given = left if amount is None else amount
        if given <= 0:
            raise ApiError(
                "Invalid positive integer", code="parameter_invalid_integer", param="amount"
            )
        if given > left:
            raise ApiError(
                f"Refund amount ({given}) is greater than unrefunded amount on charge ({left})",
                param="amount",
            )
        refund = money.refund(
            created=at, charge=charge, amount=given, reason=reason, metadata=metadata
        )
        transaction = _moved(
            account, refund, charge, type="refund", amount=-given, said="REFUND FOR CHARGE", at=at
        )
        refund["balance_transaction"] = transaction["id"]
        store.add(refund, parent=charge_id)
        _count(account, charge, given, at=at, cause=cause)
        account.emit("refund.created", refund, at=at, cause=cause)
        # The network's own number follows: banks find the refund by it.
        card = {**refund["destination_details"]["card"], "reference": new_id("")[:23].upper()}
        card["reference_status"] = "available"
        _updated(account, refund, at=at, destination_details={"type": "card", "card": card})
        return refund


def update(account: Account, refund_id: str, *, at: int, cause: Cause, **changes: object) -> Json:
    """Change what we wrote on a refund."""
    refund = account.store.get("refund", refund_id)
    return _updated(account, refund, at=at, cause=cause, **changes)


def fail(account: Account, refund_id: str, *, at: int) -> Json:
    """The bank sends a refund back: the money is on our balance again, and the charge is owed."""
    store = account.store
    with store.transaction():
        refund = store.get("refund", refund_id, param="refund")
        if refund["status"] != "succeeded":
            raise ApiError(f"This refund is {refund['status']}.", param="refund")
        charge = store.get("charge", refund["charge"])
        transaction = _moved(
            account,
            refund,
            charge,
            type="refund_failure",
            amount=refund["amount"],
            said="REFUND FAILURE FOR CHARGE",
            at=at,
        )
        _count(account, charge, -refund["amount"], at=at)
        failed = _updated(
            account,
            refund,
            at=at,
            status="failed",
            failure_balance_transaction=transaction["id"],
            failure_reason="lost_or_stolen_card",
        )
        account.emit("refund.failed", failed, at=at)
        return failed


def _moved(
    account: Account, refund: Json, charge: Json, *, type: str, amount: int, said: str, at: int
) -> Json:
    return account.store.add(
        money.balance_transaction(
            created=at,
            source=refund["id"],
            type=type,
            amount=amount,
            fee=0,
            currency=charge["currency"],
            description=f"{said} ({charge['description']})",
        )
    )


def _count(
    account: Account, charge: Json, amount: int, *, at: int, cause: Cause = BY_ITSELF
) -> None:
    refunded = charge["amount_refunded"] + amount
    account.changed(
        "charge.refunded" if amount > 0 else "charge.updated",
        charge,
        at=at,
        cause=cause,
        amount_refunded=refunded,
        refunded=refunded == charge["amount_captured"],
    )


def _updated(
    account: Account, refund: Json, *, at: int, cause: Cause = BY_ITSELF, **changes: object
) -> Json:
    after = account.changed("refund.updated", refund, at=at, cause=cause, **changes)
    previous = {key: refund.get(key) for key in changes}
    account.emit("charge.refund.updated", after, at=at, previous=previous, cause=cause)
    return after
