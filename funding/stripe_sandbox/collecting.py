"""How an invoice gets its money: billed, collected or refused, and given back.

Parts of the verbs in ``billing.py``, which hold the transaction; ``refund`` is a verb of its own.
"""

from __future__ import annotations

from funding.stripe_sandbox.account import BY_ITSELF, Account, Cause
from funding.stripe_sandbox.errors import ApiError
from funding.stripe_sandbox.objects import billing, money
from funding.stripe_sandbox.objects.money import Card
from funding.stripe_sandbox.store import Json


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
    """A finalized invoice, with the payment intent that waits for it."""
    store = account.store
    invoice = store.add(
        billing.invoice(
            created=at,
            subscription=subscription,
            customer=customer,
            reason=reason,
            start=start,
            end=end,
            account_name=account.settings.name,
        )
    )
    number = customer["next_invoice_sequence"] + 1
    store.change(customer, next_invoice_sequence=number)
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
    payment = billing.invoice_payment(created=at, invoice=invoice, payment_intent=intent["id"])
    store.add(payment, parent=invoice["id"])
    draft = {**invoice, "status": "draft", "number": None, "effective_at": None}
    draft["status_transitions"] = {**invoice["status_transitions"], "finalized_at": None}
    account.emit("invoice.created", draft, at=at)
    account.emit("invoice.finalized", invoice, at=at)
    account.emit("payment_intent.created", intent, at=at)
    return invoice


def collect(account: Account, invoice: Json, card: Card, method: Json, *, at: int) -> Json:
    """Charge the card for an open invoice. Answers with the paid invoice."""
    store = account.store
    payment = store.children(invoice["id"], "invoice_payment")[0]
    intent = store.get("payment_intent", payment["payment"]["payment_intent"])
    charge = store.add(
        money.charge(
            created=at,
            intent=intent,
            card=card,
            payment_method=method["id"],
            email=invoice["customer_email"],
            succeeded=True,
        )
    )
    intent = store.change(
        intent, **money.succeeded(intent, charge=charge["id"], payment_method=method["id"])
    )
    account.emit("charge.succeeded", charge, at=at)
    account.emit("payment_intent.succeeded", intent, at=at)
    store.change(
        payment,
        amount_paid=invoice["amount_due"],
        status="paid",
        status_transitions={"canceled_at": None, "paid_at": at},
    )
    invoice = store.change(invoice, **billing.paid(invoice, at=at))
    account.emit("invoice.paid", invoice, at=at)
    account.emit("invoice.payment_succeeded", invoice, at=at)
    # Stripe captures cards afterwards: only then has the charge a balance transaction.
    transaction = store.add(
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
    account.changed("charge.updated", charge, at=at, balance_transaction=transaction["id"])
    return invoice


def fail_to_collect(account: Account, invoice: Json, card: Card, *, at: int) -> Json:
    """A declined charge for an open invoice. Answers with the invoice, which stays open."""
    payment = account.store.children(invoice["id"], "invoice_payment")[0]
    intent = account.store.get("payment_intent", payment["payment"]["payment_intent"])
    refuse(account, intent, card, email=invoice["customer_email"], at=at)
    invoice = account.store.change(invoice, **billing.refused(invoice, at=at))
    account.emit("invoice.payment_failed", invoice, at=at)
    return invoice


def refuse(account: Account, intent: Json, card: Card, *, email: str | None, at: int) -> Json:
    charge = account.store.add(
        money.charge(
            created=at, intent=intent, card=card, payment_method=None, email=email, succeeded=False
        )
    )
    account.emit("charge.failed", charge, at=at)
    intent = account.store.change(intent, **money.failed(intent, charge=charge["id"]))
    account.emit("payment_intent.payment_failed", intent, at=at)
    return intent


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
        left = charge["amount_captured"] - charge["amount_refunded"]
        if left == 0:
            raise ApiError(
                f"Charge {charge_id} has already been refunded.", code="charge_already_refunded"
            )
        given = left if amount is None else amount
        if not 0 < given <= left:
            raise ApiError(
                f"Refund amount ({given}) is greater than unrefunded amount on charge ({left})"
                if given > 0
                else "Invalid positive integer",
                param="amount",
            )
        refund = money.refund(
            created=at, charge=charge, amount=given, reason=reason, metadata=metadata
        )
        transaction = store.add(
            money.balance_transaction(
                created=at,
                source=refund["id"],
                type="refund",
                amount=-given,
                fee=0,
                currency=charge["currency"],
                description=f"REFUND FOR CHARGE ({charge['description']})",
            )
        )
        refund["balance_transaction"] = transaction["id"]
        store.add(refund, parent=charge_id)
        refunded = charge["amount_refunded"] + given
        account.changed(
            "charge.refunded",
            charge,
            at=at,
            cause=cause,
            amount_refunded=refunded,
            refunded=refunded == charge["amount_captured"],
        )
        account.emit("refund.created", refund, at=at, cause=cause)
        return refund
