"""The passing of time: sessions expire, periods are billed, what is unpaid is tried again."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from funding.stripe_sandbox import billing, collecting, paying_out
from funding.stripe_sandbox.account import Account
from funding.stripe_sandbox.objects.billing import period_of
from funding.stripe_sandbox.store import Json, among, equals

# When something happens by itself, to what kind of thing, and to which.
Due = tuple[int, str, str]


def advance(account: Account, *, to: int) -> int:
    """Let time pass: expire sessions, end what is to end, bill what is due. Answers how many moved.

    What should have happened earlier happens at its own moment, in order, and as often as it should
    have: a monthly subscription last billed a quarter ago is billed three times.
    """
    moved = 0
    with account.store.transaction():
        waiting = list(_waiting(account))
        heapq.heapify(waiting)
        while waiting and waiting[0][0] <= to:
            due, kind, id = heapq.heappop(waiting)
            moved += 1
            for follows in _happen(account, kind, id, at=due):
                heapq.heappush(waiting, follows)
    return moved


def _waiting(account: Account) -> Iterator[Due]:
    """Everything that happens by itself."""
    for session in account.store.every("checkout.session", [equals("status", "open")]):
        yield session["expires_at"], "session", session["id"]
    for subscription in account.store.every("subscription", [among("status", billing.LIVE)]):
        yield _due(account, subscription), "subscription", subscription["id"]
    for payout in account.store.every("payout", [equals("status", "in_transit")]):
        yield payout["arrival_date"], "payout", payout["id"]
    if account.knobs.payouts_every and (begun := _last_paid_out(account)) is not None:
        yield begun + account.knobs.payouts_every, "balance", ""


def _happen(account: Account, kind: str, id: str, *, at: int) -> Iterator[Due]:
    """Let one thing happen. Answers with what follows from it."""
    if kind == "session":
        billing.expire(account, id, at=at)
    elif kind == "payout":
        paying_out.arrive(account, id, at=at)
    elif kind == "balance":
        if payout := paying_out.pay_out(account, at=at):
            yield payout["arrival_date"], "payout", payout["id"]
        yield at + account.knobs.payouts_every, "balance", ""
    else:
        _move_on(account, account.store.get("subscription", id), at=at)
        subscription = account.store.get("subscription", id)
        if subscription["status"] in billing.LIVE:
            yield _due(account, subscription), kind, id


def _move_on(account: Account, subscription: Json, *, at: int) -> None:
    if invoice := _unpaid(account, subscription, at=at):
        billing.attempt(account, invoice, at=at)
    elif subscription["cancel_at"] == at:
        _end(account, subscription, at=at)
    else:
        billing.bill_next(account, subscription, at=at)


def _last_paid_out(account: Account) -> int | None:
    """When the last payout left, or the first money came; None while there is none."""
    last = account.store.page("payout", limit=1)[0]
    if last:
        return int(last[0]["created"])
    moved = account.store.every("balance_transaction")
    return int(moved[-1]["created"]) if moved else None


def _end(account: Account, subscription: Json, *, at: int) -> None:
    """The period is over and is the last one: what changes of plan have left is billed first."""
    if collecting.pending_items(account, subscription):
        customer = account.store.get("customer", subscription["customer"])
        invoice = collecting.issue(
            account,
            subscription,
            customer,
            reason="subscription_cycle",
            period=period_of(subscription),
            lines=[],
            at=at,
        )
        account.store.change(subscription, latest_invoice=invoice["id"])
        billing.attempt(account, invoice, at=at)
    details = subscription["cancellation_details"]
    billing.cancel(
        account,
        subscription["id"],
        at=at,
        comment=details["comment"],
        feedback=details["feedback"],
    )


def _due(account: Account, subscription: Json) -> int:
    """When something happens next by itself: a retry, or the end of the period."""
    retries = [invoice["next_payment_attempt"] for invoice in _open(account, subscription)]
    due: int = min([period_of(subscription)[1], *(at for at in retries if at is not None)])
    return due


def _unpaid(account: Account, subscription: Json, *, at: int) -> Json | None:
    """The invoice that is to be tried again at a moment."""
    return next((i for i in _open(account, subscription) if i["next_payment_attempt"] == at), None)


def _open(account: Account, subscription: Json) -> list[Json]:
    if subscription["status"] == "active":
        return []
    about = equals("parent.subscription_details.subscription", subscription["id"])
    mine = equals("customer", subscription["customer"])
    return account.store.every("invoice", [mine, equals("status", "open"), about])
