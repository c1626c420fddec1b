"""How an invoice gets its money: billed, collected or refused.

Parts of the verbs in ``billing.py`` and ``paying.py``, which hold the transaction.
"""

from __future__ import annotations

from funding.stripe_sandbox.account import Account
from funding.stripe_sandbox.objects import billing, invoicing, money
from funding.stripe_sandbox.objects.money import Card
from funding.stripe_sandbox.store import Condition, Json, equals


def bill(
    account: Account,
    subscription: Json,
    customer: Json,
    *,
    reason: str,
    start: int,
    end: int,
    at: int,
) -> Json:
    """The finalized invoice for a period, and for what waits from changes of plan before it."""
    lines = invoicing.period_lines(subscription, start=start, end=end)
    before = billing.period_of(subscription)[0], start
    period = (at, at) if reason == "subscription_create" else before
    return issue(account, subscription, customer, reason=reason, period=period, lines=lines, at=at)


def issue(
    account: Account,
    subscription: Json,
    customer: Json,
    *,
    reason: str,
    period: tuple[int, int],
    lines: list[Json],
    at: int,
) -> Json:
    """A finalized invoice for ``lines`` and what is pending, with the intent that waits for it.

    Where nothing is due, because the customer has credit, it is paid at once without an intent.
    """
    store = account.store
    waiting = pending_items(account, subscription)
    invoice = store.add(
        invoicing.invoice(
            created=at,
            subscription=subscription,
            customer=customer,
            reason=reason,
            period=period,
            lines=[
                *(invoicing.proration_line(subscription, item) for item in waiting),
                *lines,
            ],
            account_name=account.settings.name,
            origin=account.settings.public_origin,
        )
    )
    for item in waiting:
        account.changed("invoiceitem.updated", item, at=at, invoice=invoice["id"])
    changes: Json = {"next_invoice_sequence": customer["next_invoice_sequence"] + 1}
    if invoice["ending_balance"] != customer["balance"]:
        changes["balance"] = invoice["ending_balance"]
        account.changed("customer.updated", customer, at=at, **changes)
    else:
        store.change(customer, **changes)
    draft = {**invoice, "status": "draft", "number": None, "effective_at": None}
    draft["hosted_invoice_url"] = None
    draft["status_transitions"] = {**invoice["status_transitions"], "finalized_at": None}
    account.emit("invoice.created", draft, at=at)
    account.emit("invoice.finalized", invoice, at=at)
    if invoice["amount_due"] == 0:
        return _paid(account, invoice, invoicing.settled(invoice, at=at), at=at)
    first = reason == "subscription_create"
    intent = store.add(
        money.payment_intent(
            created=at,
            amount=invoice["amount_due"],
            currency=invoice["currency"],
            customer=customer["id"],
            description="Subscription creation" if first else "Subscription update",
        )
    )
    payment = invoicing.invoice_payment(created=at, invoice=invoice, payment_intent=intent["id"])
    store.add(payment, parent=invoice["id"])
    account.emit("payment_intent.created", intent, at=at)
    return invoice


def pending_items(account: Account, subscription: Json) -> list[Json]:
    """What changes of plan have left for the next invoice, oldest first."""
    return account.store.every(
        "invoiceitem",
        [
            equals("parent.subscription_details.subscription", subscription["id"]),
            Condition("json_extract(body, '$.invoice') IS NULL"),
        ],
    )[::-1]


def intent_of(account: Account, invoice: Json) -> Json:
    """The payment intent that waits for an invoice with something due."""
    payment = account.store.children(invoice["id"], "invoice_payment")[0]
    return account.store.get("payment_intent", payment["payment"]["payment_intent"])


def collect(account: Account, invoice: Json, card: Card, method: Json, *, at: int) -> Json:
    """Charge the card for an open invoice. Answers with the paid invoice."""
    if invoice["status"] == "paid":
        return invoice
    store = account.store
    payment = store.children(invoice["id"], "invoice_payment")[0]
    intent = store.get("payment_intent", payment["payment"]["payment_intent"])
    charged = charge(account, intent, card, method["id"], email=invoice["customer_email"], at=at)
    store.change(
        payment,
        amount_paid=invoice["amount_due"],
        status="paid",
        status_transitions={"canceled_at": None, "paid_at": at},
    )
    invoice = _paid(account, invoice, invoicing.paid(invoice, at=at), at=at)
    settle(account, charged, at=at)
    return invoice


def _paid(account: Account, invoice: Json, changes: Json, *, at: int) -> Json:
    invoice = account.store.change(invoice, **changes)
    account.emit("invoice.paid", invoice, at=at)
    account.emit("invoice.payment_succeeded", invoice, at=at)
    return invoice


def charge(
    account: Account, intent: Json, card: Card, method: str, *, email: str | None, at: int
) -> Json:
    """Charge a good card for what an intent waits for. Answers with the charge."""
    charged = account.store.add(
        money.charge(
            created=at,
            intent=intent,
            card=card,
            payment_method=method,
            email=email,
            succeeded=True,
        )
    )
    intent = account.store.change(
        intent, **money.succeeded(intent, charge=charged["id"], payment_method=method)
    )
    account.emit("charge.succeeded", charged, at=at)
    account.emit("payment_intent.succeeded", intent, at=at)
    return charged


def settle(account: Account, charge: Json, *, at: int) -> Json:
    """What a charge brings to the balance. Answers with the charge.

    Stripe captures cards afterwards: only then has a charge its balance transaction.
    """
    transaction = account.store.add(
        money.balance_transaction(
            created=at,
            source=charge["id"],
            type="charge",
            amount=charge["amount"],
            fee=money.fee_on(charge["amount"]),
            currency=charge["currency"],
            description=charge["description"],
        )
    )
    return account.changed("charge.updated", charge, at=at, balance_transaction=transaction["id"])


def fail_to_collect(account: Account, invoice: Json, card: Card, *, at: int) -> Json:
    """A declined charge for an open invoice. Answers with the invoice, which stays open."""
    intent = intent_of(account, invoice)
    refuse(account, intent, card, email=invoice["customer_email"], at=at)
    return _uncollected(account, invoice, at=at)


def await_action(account: Account, invoice: Json, method: Json, *, at: int) -> Json:
    """The bank wants to hear from the card's holder (3-D Secure) before it pays an open invoice.

    Answers with the invoice, which stays open until somebody completes it on the invoice's page.
    """
    intent = account.store.change(
        intent_of(account, invoice),
        **money.awaiting(method["id"], url=invoice["hosted_invoice_url"]),
    )
    account.emit("payment_intent.requires_action", intent, at=at)
    account.emit("invoice.payment_action_required", invoice, at=at)
    return _uncollected(account, invoice, at=at)


def _uncollected(account: Account, invoice: Json, *, at: int) -> Json:
    invoice = account.store.change(invoice, **invoicing.refused(invoice, at=at))
    account.emit("invoice.payment_failed", invoice, at=at)
    return invoice


def refuse(account: Account, intent: Json, card: Card, *, email: str | None, at: int) -> Json:
    """A charge that the bank declines. Answers with the intent, which waits for another card."""
    charge = account.store.add(
        money.charge(
            created=at, intent=intent, card=card, payment_method=None, email=email, succeeded=False
        )
    )
    account.emit("charge.failed", charge, at=at)
    intent = account.store.change(intent, **money.failed(intent, charge=charge["id"]))
    account.emit("payment_intent.payment_failed", intent, at=at)
    return intent
