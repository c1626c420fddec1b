"""A bank takes back a charge: opened, answered, won, lost or something between the two."""

from __future__ import annotations

from funding.stripe_sandbox.account import BY_ITSELF, Account, Cause
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import disputing, money
from funding.stripe_sandbox.store import Json

OPEN = ("needs_response", "under_review")
ASKED = ("warning_needs_response", "warning_under_review")


def open_dispute(
    account: Account,
    charge_id: str,
    *,
    amount: int | None,
    reason: str,
    inquiry: bool,
    at: int,
) -> Json:
    """The holder of the card disputes a charge, or a part of it.

    The money is taken from our balance at once, with a fee; an ``inquiry`` only asks. Raises
    ``ApiError`` for a charge that did not succeed, is disputed already, or is smaller.
    """
    store = account.store
    with store.transaction():
        charge = store.get("charge", charge_id, param="charge")
        if charge["status"] != "succeeded" or charge["disputed"]:
            raise ApiError("This charge cannot be disputed.", param="charge")
        disputed = charge["amount_captured"] if amount is None else amount
        if not 0 < disputed <= charge["amount_captured"]:
            raise ApiError("No more than the charge can be disputed.", param="amount")
        dispute = store.add(
            disputing.dispute(
                created=at, charge=charge, amount=disputed, reason=reason, inquiry=inquiry
            )
        )
        account.emit("charge.dispute.created", dispute, at=at)
        if not inquiry:
            store.change(charge, disputed=True)
            dispute = _move(account, dispute, -disputed, fee=disputing.FEE, at=at)
            account.emit("charge.dispute.funds_withdrawn", dispute, at=at)
        return dispute


def answer(
    account: Account,
    dispute: Json,
    *,
    evidence: Json,
    metadata: dict[str, str],
    submit: bool,
    at: int,
    cause: Cause,
) -> Json:
    """We say why the charge was right; once it is submitted the bank looks at it."""
    changes: Json = {"evidence": {**dispute["evidence"], **evidence}, "metadata": metadata}
    if evidence and submit:
        details = dispute["evidence_details"]
        changes["evidence_details"] = {
            **details,
            "has_evidence": True,
            "submission_count": details["submission_count"] + 1,
            "submission_method": "manual",
        }
        asked = dispute["status"] in ASKED
        changes["status"] = "warning_under_review" if asked else "under_review"
    return account.changed("charge.dispute.updated", dispute, at=at, cause=cause, **changes)


def close_dispute(
    account: Account,
    dispute_id: str,
    *,
    won: bool,
    returned: int | None = None,
    at: int,
    cause: Cause = BY_ITSELF,
) -> Json:
    """The bank decides: what was taken is ``returned`` (all of it, or a part), or is lost.

    An inquiry is closed without money. Raises ``ApiError`` if it is closed already.
    """
    store = account.store
    with store.transaction():
        dispute = store.get("dispute", dispute_id, param="dispute")
        if dispute["status"] in ASKED:
            return _closed(account, dispute, "warning_closed", at=at, cause=cause)
        if dispute["status"] not in OPEN:
            raise ApiError(f"This dispute is {dispute['status']}.", param="dispute")
        given = dispute["amount"] if returned is None else returned
        if not 0 < given <= dispute["amount"]:
            raise ApiError("No more than was taken can be returned.", param="returned")
        dispute = _closed(account, dispute, "won" if won else "lost", at=at, cause=cause)
        if won:
            dispute = _move(account, dispute, given, fee=0, at=at)
            account.emit("charge.dispute.funds_reinstated", dispute, at=at, cause=cause)
            if given == dispute["amount"]:
                store.change(store.get("charge", dispute["charge"]), disputed=False)
        return dispute


def _closed(account: Account, dispute: Json, status: str, *, at: int, cause: Cause) -> Json:
    return account.changed(
        "charge.dispute.closed",
        dispute,
        at=at,
        cause=cause,
        status=status,
        is_charge_refundable=status == "warning_closed",
    )


def _move(account: Account, dispute: Json, amount: int, *, fee: int, at: int) -> Json:
    """What a dispute does to the balance. Answers with the dispute."""
    words = "Chargeback withdrawal for" if amount < 0 else "Chargeback reversal for"
    transaction = account.store.add(
        money.balance_transaction(
            created=at,
            source=dispute["id"],
            type="adjustment",
            amount=amount,
            fee=fee,
            currency=dispute["currency"],
            description=f"{words} {dispute['charge']}",
            reported_as="dispute" if amount < 0 else "dispute_reversal",
            fee_for="Dispute fee",
            available_on=at,
        )
    )
    return account.store.change(
        dispute, balance_transactions=[*dispute["balance_transactions"], transaction]
    )
