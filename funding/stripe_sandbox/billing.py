"""What happens: paying, declining, expiring, renewing, cancelling.

The verbs of Checkout Sessions are in ``paying.py``, and named here with the others; a change of
plan is in ``changing.py``, the passing of time in ``clock.py``.

Each verb writes all its objects and events in one transaction. ``at`` is the moment it happens, in
Unix seconds, and may lie in the past: everything the verb makes carries it.
"""

from __future__ import annotations

from funding.stripe_sandbox import collecting
from funding.stripe_sandbox.account import BY_ITSELF, Account, Cause
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.ids import new_id
from funding.stripe_sandbox.objects import billing, money
from funding.stripe_sandbox.paying import EXAMPLE_NAME, decline, expire, open_session, pay
from funding.stripe_sandbox.periods import next_boundary
from funding.stripe_sandbox.store import Json

__all__ = [
    "EXAMPLE_NAME",
    "LIVE",
    "attempt",
    "bill_next",
    "boundary_after",
    "cancel",
    "change_card",
    "decline",
    "ending",
    "expire",
    "missing_subscription",
    "open_session",
    "pay",
    "pay_invoice",
    "renew",
    "subscription_of",
    "waits_for_holder",
]

LIVE = ("active", "past_due")


def renew(
    account: Account,
    subscription_id: str,
    *,
    at: int,
    accepted: bool | None = None,
    authenticate: bool | None = None,
) -> Json:
    """Bill the next period of a subscription, or try its unpaid invoice again.

    ``accepted`` says whether the card is good from now on, ``authenticate`` whether its bank asks
    for 3-D Secure from now on; None leaves either as it was. A card that is declined leaves the
    invoice open and the subscription past due; declined once too often, it ends the subscription
    (or as the account's ``dunning`` says). Answers with the invoice.
    """
    store = account.store
    with store.transaction():
        subscription = store.get("subscription", subscription_id, param="subscription")
        if subscription["status"] not in LIVE:
            raise ApiError(f"This subscription is {subscription['status']}.", param="subscription")
        method = subscription["default_payment_method"]
        if accepted is not None:
            store.remember(method, declines=not accepted)
        if authenticate is not None:
            store.remember(method, asks=authenticate)
        invoice = store.get("invoice", subscription["latest_invoice"])
        if invoice["status"] == "open" and invoice["next_payment_attempt"] is not None:
            return attempt(account, invoice, at=at)
        return bill_next(account, subscription, at=at)


def bill_next(account: Account, subscription: Json, *, at: int) -> Json:
    """Bill the period after the current one, and try the card. Answers with the invoice."""
    _, start = billing.period_of(subscription)
    end = boundary_after(subscription, start)
    customer = account.store.get("customer", subscription["customer"])
    invoice = collecting.bill(
        account, subscription, customer, reason="subscription_cycle", start=start, end=end, at=at
    )
    account.changed(
        "customer.subscription.updated",
        subscription,
        at=at,
        items=billing.moved_on(subscription, start=start, end=end),
        latest_invoice=invoice["id"],
    )
    return attempt(account, invoice, at=at)


def boundary_after(subscription: Json, moment: int) -> int:
    """When the period ends that is running, or begins, at a moment."""
    recurring = subscription["items"]["data"][0]["price"]["recurring"]
    return next_boundary(
        subscription["billing_cycle_anchor"],
        moment,
        interval=recurring["interval"],
        count=recurring["interval_count"],
    )


def attempt(account: Account, invoice: Json, *, at: int) -> Json:
    """Try the subscription's card, with nobody there, for an invoice. Answers with the invoice."""
    store = account.store
    subscription = subscription_of(account, invoice)
    method = store.get("payment_method", subscription["default_payment_method"])
    private = store.private(method["id"])
    if invoice["status"] == "paid" or not (private.get("declines") or private.get("asks")):
        invoice = collecting.collect(account, invoice, money.card_shown(method), method, at=at)
        _now(account, subscription, "active", at=at)
        return invoice
    if private.get("declines"):
        card = money.card_shown(method)
        invoice = collecting.fail_to_collect(account, invoice, card, at=at)
    else:
        invoice = collecting.await_action(account, invoice, method, at=at)
    subscription = _now(account, subscription, "past_due", at=at)
    if invoice["next_payment_attempt"] is None and subscription["status"] == "past_due":
        _give_up(account, subscription, at=at)
    return invoice


def pay_invoice(account: Account, invoice_id: str, *, at: int, number: str | None = None) -> Json:
    """Somebody pays an open invoice on its page: by the card on file, or by another one.

    Whatever the bank asks for is answered. A new card stays on the subscription. Answers with the
    invoice, still open where the card is declined. Raises ``ApiError`` if it is not open.
    """
    store = account.store
    with store.transaction():
        invoice = store.get("invoice", invoice_id, param="invoice")
        if invoice["status"] != "open":
            raise ApiError(f"This invoice is {invoice['status']}.", param="invoice")
        subscription = subscription_of(account, invoice)
        method = store.get("payment_method", subscription["default_payment_method"])
        if number == money.DECLINED_CARD or (
            number is None and store.private(method["id"]).get("declines")
        ):
            intent = collecting.intent_of(account, invoice)
            collecting.refuse(
                account, intent, money.card_shown(method), email=invoice["customer_email"], at=at
            )
            return invoice
        if number is not None:
            method = change_card(account, subscription, number=number, at=at)
            subscription = store.get("subscription", subscription["id"])
        invoice = collecting.collect(account, invoice, money.card_shown(method), method, at=at)
        if subscription["latest_invoice"] == invoice_id:
            _now(account, subscription, "active", at=at)
        return invoice


def change_card(
    account: Account, subscription: Json, *, number: str, at: int, name: str | None = None
) -> Json:
    """Put another card on a subscription. Answers with the payment method."""
    store = account.store
    with store.transaction():
        old = store.get("payment_method", subscription["default_payment_method"])
        card = money.card_of(
            f"{subscription['customer']}:{new_id('')}",
            at=at,
            number=number,
            name=name or old["billing_details"]["name"],
        )
        email = old["billing_details"]["email"]
        method = store.add(
            money.payment_method(
                created=at, card=card, customer=subscription["customer"], email=email
            ),
            private={
                "declines": number == money.FAILS_LATER_CARD,
                "asks": number == money.ASKING_CARD,
            },
        )
        account.emit("payment_method.attached", method, at=at)
        account.changed(
            "customer.subscription.updated",
            subscription,
            at=at,
            default_payment_method=method["id"],
        )
        return method


def waits_for_holder(account: Account, invoice: Json) -> bool:
    """Whether the bank waits for the card's holder to confirm the payment of an open invoice."""
    return bool(collecting.intent_of(account, invoice)["status"] == "requires_action")


def subscription_of(account: Account, invoice: Json) -> Json:
    """The subscription that an invoice bills."""
    about = invoice["parent"]["subscription_details"]["subscription"]
    return account.store.get("subscription", about)


def _now(account: Account, subscription: Json, status: str, *, at: int) -> Json:
    """The subscription, moved to a status if it is not there and has not ended."""
    subscription = account.store.get("subscription", subscription["id"])
    if subscription["status"] in (status, "canceled"):
        return subscription
    return account.changed("customer.subscription.updated", subscription, at=at, status=status)


def _give_up(account: Account, subscription: Json, *, at: int) -> None:
    """The last try has failed: what becomes of the subscription is a setting, as at Stripe."""
    if account.knobs.dunning == "cancel":
        cancel(account, subscription["id"], at=at, reason="payment_failed")
    elif account.knobs.dunning == "unpaid":
        _now(account, subscription, "unpaid", at=at)


def ending(subscription: Json, wanted: bool, *, at: int) -> Json:
    """What changes when a subscription is to end with its period, or is to go on after all."""
    details = subscription["cancellation_details"]
    if not wanted:
        gone = {"comment": None, "feedback": None, "reason": None}
        return {
            "cancel_at_period_end": False,
            "cancel_at": None,
            "canceled_at": None,
            "cancellation_details": gone,
        }
    return {
        "cancel_at_period_end": True,
        "cancel_at": billing.period_of(subscription)[1],
        "canceled_at": subscription["canceled_at"] or at,
        "cancellation_details": {**details, "reason": "cancellation_requested"},
    }


def cancel(
    account: Account,
    subscription_id: str,
    *,
    at: int,
    reason: str = "cancellation_requested",
    comment: str | None = None,
    feedback: str | None = None,
    cause: Cause = BY_ITSELF,
) -> Json:
    """End a subscription at once; nothing is given back. Raises ``ApiError`` if it has ended."""
    with account.store.transaction():
        subscription = account.store.get("subscription", subscription_id)
        if subscription["status"] not in (*LIVE, "unpaid"):
            raise missing_subscription(subscription_id)
        subscription = account.store.change(
            subscription,
            status="canceled",
            canceled_at=subscription["canceled_at"] or at,
            ended_at=at,
            cancellation_details={"comment": comment, "feedback": feedback, "reason": reason},
        )
        account.emit("customer.subscription.deleted", subscription, at=at, cause=cause)
        return subscription


def missing_subscription(id: str) -> ApiError:
    """Stripe treats an ended subscription as gone when it is to be changed."""
    return ApiError(
        f"No such subscription: '{id}'", status=404, code="resource_missing", param="id"
    )
