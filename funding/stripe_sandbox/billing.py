"""What happens: paying, declining, expiring, renewing, cancelling, the passing of time.

Each verb writes all its objects and events in one transaction. ``at`` is the moment it happens, in
Unix seconds, and may lie in the past: everything the verb makes carries it.
"""

from __future__ import annotations

from funding.stripe_sandbox import collecting
from funding.stripe_sandbox.account import BY_ITSELF, Account, Cause
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import billing, catalogue, money, selling
from funding.stripe_sandbox.periods import next_boundary
from funding.stripe_sandbox.store import Json, among, equals

LIVE = ("active", "past_due")
EXAMPLE_NAME = "Alex Example"


def open_session(session: Json) -> Json:
    """The session, if it can still be paid. Raises ``ApiError`` otherwise."""
    if session["status"] != "open":
        raise ApiError(
            f"This Checkout Session is no longer open: it is {session['status']}.", param="session"
        )
    return session


def pay(
    account: Account,
    session_id: str,
    *,
    at: int,
    name: str | None = None,
    email: str | None = None,
    fingerprint: str | None = None,
) -> Json:
    """Pay an open session by a good card: the customer's own, or the one with ``fingerprint``.

    ``name`` is the one on the card, ``email`` what was typed where the session did not know it.
    Makes the customer where there is none yet, and the subscription with its first paid invoice.
    Answers with the completed session.
    """
    store = account.store
    with store.transaction():
        session = open_session(store.get("checkout.session", session_id, param="session"))
        session = store.change(session, created=min(at, session["created"]))
        customer = _customer_of(account, session, email=email, at=at)
        card = money.card_of(
            customer["id"],
            at=at,
            name=name or customer["name"] or EXAMPLE_NAME,
            fingerprint=fingerprint,
        )
        customer = _named(account, customer, card.name, session["currency"], at=at)
        method = store.add(
            money.payment_method(
                created=at, card=card, customer=customer["id"], email=customer["email"]
            )
        )
        account.emit("payment_method.attached", method, at=at)
        private = store.private(session_id)
        items = [(item["price"], item["quantity"]) for item in store.children(session_id, "item")]
        recurring = items[0][0]["recurring"]
        subscription = store.add(
            billing.subscription(
                created=at,
                customer=customer["id"],
                payment_method=method["id"],
                items=items,
                period_end=next_boundary(
                    at,
                    at,
                    interval=recurring["interval"],
                    count=recurring["interval_count"],
                ),
                description=private.get("description"),
                metadata=private.get("metadata"),
            )
        )
        start, end = billing.period_of(subscription)
        invoice = collecting.bill(
            account,
            subscription,
            customer,
            reason="subscription_create",
            start=start,
            end=end,
            at=at,
        )
        subscription = store.change(subscription, latest_invoice=invoice["id"])
        account.emit("customer.subscription.created", subscription, at=at)
        collecting.collect(account, invoice, card, method, at=at)
        details = selling.customer_details(
            email=customer["email"],
            name=card.name,
            individual_name=card.name if session["name_collection"] else None,
        )
        session = store.change(
            session,
            customer=customer["id"],
            customer_details=details,
            collected_information={
                "business_name": None,
                "individual_name": details["individual_name"],
                "shipping_details": None,
            },
            invoice=invoice["id"],
            payment_status="paid",
            status="complete",
            subscription=subscription["id"],
            url=None,
        )
        account.emit("checkout.session.completed", session, at=at)
        return session


def decline(account: Account, session_id: str, *, at: int, name: str | None = None) -> Json:
    """Try an open session with a card that is declined: the charge fails, the session stays open.

    Answers with the payment intent. (A subscription and its invoice begin to exist only once a card
    is accepted.)
    """
    store = account.store
    with store.transaction():
        session = open_session(store.get("checkout.session", session_id, param="session"))
        holder = session["customer"] or session_id
        card = money.card_of(holder, at=at, number=money.DECLINED_CARD, name=name or EXAMPLE_NAME)
        intent = store.add(
            money.payment_intent(
                created=at,
                amount=session["amount_total"],
                currency=session["currency"],
                customer=session["customer"],
                description="Subscription creation",
            )
        )
        return collecting.refuse(account, intent, card, email=_email_of(account, session), at=at)


def expire(account: Account, session_id: str, *, at: int, cause: Cause = BY_ITSELF) -> Json:
    """Close an open session for good. Raises ``ApiError`` if it is not open."""
    with account.store.transaction():
        session = account.store.get("checkout.session", session_id, param="session")
        if session["status"] != "open":
            raise ApiError(
                'Only Checkout Sessions with a status in ["open"] can be expired. '
                f"This Checkout Session has a status of `{session['status']}`."
            )
        session = account.store.change(session, status="expired", url=None)
        account.emit("checkout.session.expired", session, at=at, cause=cause)
        return session


def renew(account: Account, subscription_id: str, *, at: int, accepted: bool | None = None) -> Json:
    """Bill the next period of a subscription, or try its unpaid invoice again.

    ``accepted`` says whether the card is good from now on; None leaves it as it was. A card that is
    declined leaves the invoice open and the subscription past due; declined once too often, it ends
    the subscription. Answers with the invoice.
    """
    store = account.store
    with store.transaction():
        subscription = store.get("subscription", subscription_id, param="subscription")
        if subscription["status"] not in LIVE:
            raise ApiError(f"This subscription is {subscription['status']}.", param="subscription")
        customer = store.get("customer", subscription["customer"])
        invoice = store.get("invoice", subscription["latest_invoice"])
        if invoice["status"] == "paid":
            invoice, subscription = _next_period(account, subscription, customer, at=at)
        method = store.get("payment_method", subscription["default_payment_method"])
        if accepted is not None:
            store.remember(method["id"], declines=not accepted)
        declines = store.private(method["id"]).get("declines", False)
        card = money.card_shown(method)
        if declines:
            invoice = collecting.fail_to_collect(account, invoice, card, at=at)
        else:
            invoice = collecting.collect(account, invoice, card, method, at=at)
        status = "past_due" if declines else "active"
        if subscription["status"] != status:
            account.changed("customer.subscription.updated", subscription, at=at, status=status)
        if declines and invoice["next_payment_attempt"] is None:
            cancel(account, subscription_id, at=at, reason="payment_failed")
        return invoice


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
        if subscription["status"] not in LIVE:
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


def advance(account: Account, *, to: int) -> int:
    """Let time pass: expire sessions, end what is to end, bill what is due. Answers how many moved.

    What should have happened earlier happens at its own moment, as often as it should have: a
    monthly subscription last billed a quarter ago is billed three times.
    """
    moved = 0
    store = account.store
    with store.transaction():
        for session in store.every("checkout.session", [equals("status", "open")]):
            if session["expires_at"] <= to:
                expire(account, session["id"], at=session["expires_at"])
                moved += 1
        for subscription in store.every("subscription", [among("status", LIVE)]):
            moved += _catch_up(account, subscription["id"], to=to)
    return moved


def _catch_up(account: Account, subscription_id: str, *, to: int) -> int:
    moved = 0
    while True:
        subscription = account.store.get("subscription", subscription_id)
        if subscription["status"] not in LIVE:
            return moved
        due = _due(account, subscription)
        if due > to:
            return moved
        moved += 1
        if subscription["cancel_at"] == due:
            details = subscription["cancellation_details"]
            cancel(
                account,
                subscription_id,
                at=due,
                comment=details["comment"],
                feedback=details["feedback"],
            )
        else:
            renew(account, subscription_id, at=due)


def _due(account: Account, subscription: Json) -> int:
    """When something happens next by itself: a retry, or the end of the period."""
    end = billing.period_of(subscription)[1]
    if subscription["status"] == "past_due":
        retry: int = account.store.get("invoice", subscription["latest_invoice"])[
            "next_payment_attempt"
        ]
        return min(end, retry)
    return end


def _customer_of(account: Account, session: Json, *, email: str | None, at: int) -> Json:
    store = account.store
    if session["customer"]:
        customer = store.get("customer", session["customer"])
        return store.change(customer, created=min(at, customer["created"]))
    customer = store.add(catalogue.customer(created=at, email=session["customer_email"] or email))
    account.emit("customer.created", customer, at=at)
    return customer


def _named(account: Account, customer: Json, name: str, currency: str, *, at: int) -> Json:
    """The customer, with the first currency paid in and, where Checkout learnt it, the name."""
    changes: Json = {} if customer["currency"] else {"currency": currency}
    if not customer["name"]:
        changes["name"] = name
    if not changes:
        return customer
    return account.changed("customer.updated", customer, at=at, **changes)


def _email_of(account: Account, session: Json) -> str | None:
    if session["customer"]:
        email: str | None = account.store.get("customer", session["customer"])["email"]
        return email
    email = session["customer_email"]
    return email


def _next_period(
    account: Account, subscription: Json, customer: Json, *, at: int
) -> tuple[Json, Json]:
    """The invoice for the period after the current one, and the subscription moved on to it."""
    _, start = billing.period_of(subscription)
    recurring = subscription["items"]["data"][0]["price"]["recurring"]
    end = next_boundary(
        subscription["billing_cycle_anchor"],
        start,
        interval=recurring["interval"],
        count=recurring["interval_count"],
    )
    invoice = collecting.bill(
        account, subscription, customer, reason="subscription_cycle", start=start, end=end, at=at
    )
    subscription = account.changed(
        "customer.subscription.updated",
        subscription,
        at=at,
        items=billing.moved_on(subscription, start=start, end=end),
        latest_invoice=invoice["id"],
    )
    return invoice, subscription
