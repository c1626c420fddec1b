"""What happens to a Checkout Session: it is paid, or a card is declined, or it expires.

In mode ``subscription`` paying begins a subscription; in mode ``payment`` it is one charge.
"""

from __future__ import annotations

from funding.stripe_sandbox import collecting
from funding.stripe_sandbox.account import BY_ITSELF, Account, Cause
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import billing, catalogue, money, selling
from funding.stripe_sandbox.objects.money import Card
from funding.stripe_sandbox.periods import next_boundary
from funding.stripe_sandbox.store import Json

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
    Makes the customer where one is needed, and what the session sells: a subscription with its
    first paid invoice, or a single payment. Answers with the completed session.
    """
    store = account.store
    with store.transaction():
        session = open_session(store.get("checkout.session", session_id, param="session"))
        session = store.change(session, created=min(at, session["created"]))
        customer = _customer_of(account, session, email=email, at=at)
        holder = customer["id"] if customer else session_id
        card = money.card_of(
            holder,
            at=at,
            name=name or (customer and customer["name"]) or EXAMPLE_NAME,
            fingerprint=fingerprint,
        )
        email = customer["email"] if customer else session["customer_email"] or email
        if customer:
            customer = _named(account, customer, card.name, session["currency"], at=at)
        sold = (
            _subscribe(account, session, customer, card, at=at)
            if session["mode"] == "subscription" and customer
            else _buy(account, session, customer, card, email=email, at=at)
        )
        details = selling.customer_details(
            email=email,
            name=card.name,
            individual_name=card.name if session["name_collection"] else None,
        )
        session = store.change(
            session,
            **sold,
            customer=customer["id"] if customer else None,
            customer_details=details,
            collected_information={
                "business_name": None,
                "individual_name": details["individual_name"],
                "shipping_details": None,
            },
            payment_status="paid",
            status="complete",
            url=None,
        )
        account.emit("checkout.session.completed", session, at=at)
        return session


def _subscribe(account: Account, session: Json, customer: Json, card: Card, *, at: int) -> Json:
    """Begin the subscription that a session sells. Answers with what changes on the session."""
    store = account.store
    method = store.add(
        money.payment_method(
            created=at, card=card, customer=customer["id"], email=customer["email"]
        )
    )
    account.emit("payment_method.attached", method, at=at)
    private = store.private(session["id"])
    items = [(item["price"], item["quantity"]) for item in store.children(session["id"], "item")]
    recurring = items[0][0]["recurring"]
    subscription = store.add(
        billing.subscription(
            created=at,
            customer=customer["id"],
            payment_method=method["id"],
            items=items,
            period_end=next_boundary(
                at, at, interval=recurring["interval"], count=recurring["interval_count"]
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
    return {"invoice": invoice["id"], "subscription": subscription["id"]}


def _buy(
    account: Account,
    session: Json,
    customer: Json | None,
    card: Card,
    *,
    email: str | None,
    at: int,
) -> Json:
    """Charge once for what a session sells. Answers with what changes on the session."""
    store = account.store
    method = store.add(money.payment_method(created=at, card=card, customer=None, email=email))
    intent = _intent_of(account, session, customer, at=at)
    account.emit("payment_intent.created", intent, at=at)
    charge = collecting.charge(account, intent, card, method["id"], email=email, at=at)
    collecting.settle(account, charge, at=at)
    return {"payment_intent": intent["id"]}


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
        customer = store.find("customer", session["customer"] or "")
        email = customer["email"] if customer else session["customer_email"]
        intent = _intent_of(account, session, customer, at=at)
        return collecting.refuse(account, intent, card, email=email, at=at)


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


def _intent_of(account: Account, session: Json, customer: Json | None, *, at: int) -> Json:
    private = account.store.private(session["id"])
    once = session["mode"] == "payment"
    return account.store.add(
        money.payment_intent(
            created=at,
            amount=session["amount_total"],
            currency=session["currency"],
            customer=customer["id"] if customer else None,
            description=private.get("description") if once else "Subscription creation",
            metadata=private.get("metadata") if once else None,
            setup_future_usage=None if once else "off_session",
        )
    )


def _customer_of(account: Account, session: Json, *, email: str | None, at: int) -> Json | None:
    """The customer who pays, made where the session makes one; None for a guest."""
    store = account.store
    if session["customer"]:
        customer = store.get("customer", session["customer"])
        return store.change(customer, created=min(at, customer["created"]))
    if session["customer_creation"] == "if_required":
        return None
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
