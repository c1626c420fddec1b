"""Invoices, what is on them, and what waits for the next one."""

from __future__ import annotations

from typing import Any

from funding.stripe_sandbox.ids import new_id
from funding.stripe_sandbox.objects.billing import NO_TAX, list_of

Json = dict[str, Any]

# An unpaid invoice is tried again every three days; after the fourth time the subscription ends.
RETRY_AFTER = 3 * 86400
ATTEMPTS = 4


def invoice(
    *,
    created: int,
    subscription: Json,
    customer: Json,
    reason: str,
    period: tuple[int, int],
    lines: list[Json],
    account_name: str,
    origin: str,
) -> Json:
    """The open invoice of a subscription for these lines, whose page is under ``origin``.

    ``reason`` is ``subscription_create``, ``subscription_cycle`` or ``subscription_update``. As at
    Stripe, the invoice's own period is the one before the period that its lines sell. What the
    customer's balance owes or is owed is settled with it, and so is what is too little to charge.
    """
    id = new_id("in_")
    lines = [{**line, "invoice": id} for line in lines]
    total = sum(line["amount"] for line in lines)
    due, left = _with_balance(total, customer["balance"])
    return {
        "id": id,
        "object": "invoice",
        "account_country": "IE",
        "account_name": account_name,
        "account_tax_ids": None,
        "amount_due": due,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": due,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {**NO_TAX, "provider": None, "status": None},
        "automatically_finalizes_at": None,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": created,
        "currency": subscription["currency"],
        "custom_fields": None,
        "customer": customer["id"],
        "customer_account": None,
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": created,
        "ending_balance": left,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": f"{origin}/i/{id}",
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": list_of(lines, f"/v1/invoices/{id}/lines"),
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}",
        "on_behalf_of": None,
        "parent": {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {
                "metadata": subscription["metadata"],
                "subscription": subscription["id"],
            },
        },
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": period[1],
        "period_start": period[0],
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": customer["balance"],
        "statement_descriptor": None,
        "status": "open",
        "status_transitions": {
            "finalized_at": created,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "test_clock": None,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
    }


# What Stripe charges at least, in minor units: less is left for the next invoice.
LEAST = 50


def _with_balance(total: int, balance: int) -> tuple[int, int]:
    """What is due, and what the customer's balance (below zero: our debt) is afterwards."""
    owed = total + balance
    return (owed, 0) if owed >= LEAST else (0, owed)


def period_lines(subscription: Json, *, start: int, end: int) -> list[Json]:
    """The lines of an invoice for one period of a subscription, ``start`` to ``end``."""
    return [
        _line(
            subscription,
            item["id"],
            item["price"],
            item["quantity"],
            amount=item["price"]["unit_amount"] * item["quantity"],
            description=item["price"]["nickname"],
            start=start,
            end=end,
        )
        for item in subscription["items"]["data"]
    ]


def proration_line(subscription: Json, pending: Json) -> Json:
    """The line of an invoice that takes up a pending invoice item of a change of plan."""
    details = pending["pricing"]["price_details"]
    line = _line(
        subscription,
        pending["parent"]["subscription_details"]["subscription_item"],
        {
            "id": details["price"],
            "product": details["product"],
            "unit_amount_decimal": pending["pricing"]["unit_amount_decimal"],
            "currency": pending["currency"],
        },
        pending["quantity"],
        amount=pending["amount"],
        description=pending["description"],
        **pending["period"],
    )
    details = line["parent"]["subscription_item_details"]
    details["invoice_item"] = pending["id"]
    details["proration"] = True
    return {**line, "discountable": False}


def _line(
    subscription: Json,
    item: str,
    price: Json,
    quantity: int,
    *,
    amount: int,
    description: str | None,
    start: int,
    end: int,
) -> Json:
    return {
        "id": new_id("il_"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": description,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": subscription["metadata"],
        "parent": {
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": subscription["id"],
                "subscription_item": item,
            },
        },
        "period": {"start": start, "end": end},
        "pretax_credit_amounts": [],
        "pricing": {
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subscription": subscription["id"],
        "subtotal": amount,
        "taxes": [],
    }


def invoice_item(
    *,
    created: int,
    subscription: Json,
    item: Json,
    amount: int,
    description: str,
    end: int,
) -> Json:
    """A part of a period to be given back (below zero) or paid with the next invoice."""
    price = item["price"]
    return {
        "id": new_id("ii_"),
        "object": "invoiceitem",
        "amount": amount,
        "currency": price["currency"],
        "customer": subscription["customer"],
        "customer_account": None,
        "date": created,
        "description": description,
        "discountable": False,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "net_amount": amount,
        "parent": {
            "type": "subscription_details",
            "subscription_details": {
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
        },
        "period": {"start": created, "end": end},
        "pricing": {
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "proration": True,
        "proration_details": {"discount_amounts": []},
        "quantity": item["quantity"],
        "quantity_decimal": str(item["quantity"]),
        "tax_rates": [],
        "test_clock": None,
    }


def paid(invoice: Json, *, at: int) -> Json:
    """What changes on an invoice when it is paid."""
    return {
        "amount_paid": invoice["amount_due"],
        "amount_remaining": 0,
        "attempt_count": invoice["attempt_count"] + 1,
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status": "paid",
        "status_transitions": {**invoice["status_transitions"], "paid_at": at},
    }


def settled(invoice: Json, *, at: int) -> Json:
    """What changes on an invoice with nothing due: it is paid without a charge."""
    return {
        "attempted": True,
        "auto_advance": False,
        "status": "paid",
        "status_transitions": {**invoice["status_transitions"], "paid_at": at},
    }


def refused(invoice: Json, *, at: int) -> Json:
    """What changes on an invoice when its charge fails: it is tried again, but not for ever."""
    tried = invoice["attempt_count"] + 1
    return {
        "attempt_count": tried,
        "attempted": True,
        "next_payment_attempt": at + RETRY_AFTER if tried < ATTEMPTS else None,
    }


def invoice_payment(*, created: int, invoice: Json, payment_intent: str) -> Json:
    """The open payment that joins an invoice to its payment intent."""
    return {
        "id": new_id("inpay_"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": created,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"type": "payment_intent", "payment_intent": payment_intent},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def previewed(invoice: Json) -> Json:
    """An invoice as it would be, had it been made: a draft that nobody is asked to pay."""
    return {
        **invoice,
        "id": new_id("upcoming_in_"),
        "amount_paid": 0,
        "amount_remaining": invoice["amount_due"],
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": False,
        "effective_at": None,
        "hosted_invoice_url": None,
        "next_payment_attempt": None,
        "number": None,
        "status": "draft",
        "status_transitions": dict.fromkeys(invoice["status_transitions"]),
    }
