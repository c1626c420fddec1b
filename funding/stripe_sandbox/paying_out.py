"""What is available goes to our bank, and arrives there or comes back."""

from __future__ import annotations

from funding.stripe_sandbox.account import Account
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import money, payouts
from funding.stripe_sandbox.store import Condition, Json, equals


def pay_out(account: Account, *, at: int) -> Json | None:
    """Send what is available to our bank. Answers with the payout, or None where there is nothing.

    Each balance transaction goes with one payout, so that the payout is the sum of what it names.
    """
    store = account.store
    currency = account.settings.currency
    with store.transaction():
        going = store.every(
            "balance_transaction",
            [
                equals("currency", currency),
                Condition("json_extract(private, '$.payout') IS NULL"),
                Condition("json_extract(body, '$.available_on') <= ?", (at,)),
            ],
        )
        amount = sum(transaction["net"] for transaction in going)
        if amount <= 0:
            return None
        payout = payouts.payout(created=at, amount=amount, currency=currency)
        transaction = _moved(account, payout, -amount, type="payout", at=at)
        payout["balance_transaction"] = transaction["id"]
        store.add(payout)
        for each in [*going, transaction]:
            store.remember(each["id"], payout=payout["id"])
        account.emit("payout.created", payout, at=at)
        account.emit("payout.reconciliation_completed", payout, at=at)
        return payout


def arrive(account: Account, payout_id: str, *, at: int) -> Json:
    """The payout is on our bank account. Raises ``ApiError`` if it is not on its way."""
    with account.store.transaction():
        payout = _on_its_way(account, payout_id)
        trace = {"status": "supported", "value": payout["id"][3:].upper()}
        return account.changed("payout.paid", payout, at=at, status="paid", trace_id=trace)


def fail(account: Account, payout_id: str, *, at: int) -> Json:
    """Our bank sends a payout back. It goes with the next one."""
    with account.store.transaction():
        payout = account.store.get("payout", payout_id, param="payout")
        if payout["status"] == "failed":
            raise ApiError("This payout has failed.", param="payout")
        transaction = _moved(account, payout, payout["amount"], type="payout_failure", at=at)
        return account.changed(
            "payout.failed",
            payout,
            at=at,
            status="failed",
            failure_balance_transaction=transaction["id"],
            failure_code="account_closed",
            failure_message="The bank account has been closed",
        )


def _on_its_way(account: Account, payout_id: str) -> Json:
    payout = account.store.get("payout", payout_id, param="payout")
    if payout["status"] != "in_transit":
        raise ApiError(f"This payout is {payout['status']}.", param="payout")
    return payout


def _moved(account: Account, payout: Json, amount: int, *, type: str, at: int) -> Json:
    return account.store.add(
        money.balance_transaction(
            created=at,
            source=payout["id"],
            type=type,
            amount=amount,
            fee=0,
            currency=payout["currency"],
            description=payout["description"],
            available_on=at,
        )
    )
