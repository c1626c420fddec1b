"""The lists of dues that a treasurer can take away as CSV. None of them names a person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from funding.dues.models import Payment, Payout, Refund
from funding.ledger import csv_lists
from funding.ledger.csv_lists import Rows


def _payments() -> Rows:
    yield ("entry", "paid_at", "for", "gross", "fee", "currency", "starts_on", "ends_on")
    payments = Payment.objects.select_related("one_off").order_by("paid_at", "pk")
    for payment in payments.iterator(chunk_size=500):
        yield (
            *(payment.entry_id, payment.paid_at.isoformat()),
            payment.one_off.purpose if payment.one_off else "dues",
            *(payment.gross.major, payment.fee.major, payment.currency),
            *(payment.starts_on or "", payment.ends_on or ""),
        )


def _payouts() -> Rows:
    yield ("payout", "status", "arrives_on", "amount", "currency", "in_the_bank")
    for payout in Payout.objects.order_by("arrives_on", "stripe_id"):
        amount = payout.amount
        arrived = "yes" if payout.bank_line_id else "no"
        yield (
            *(payout.stripe_id, payout.status, payout.arrives_on),
            *(amount.major, amount.currency, arrived),
        )


def _refunds() -> Rows:
    yield ("entry_of_payment", "cause", "state", "proposed_at", "amount", "currency")
    for refund in Refund.objects.select_related("payment").order_by("proposed_at", "pk"):
        yield (
            *(refund.payment.entry_id, refund.cause, refund.state),
            *(refund.proposed_at.isoformat(), refund.amount.major, refund.currency),
        )


csv_lists.register("payments", _("Payments, without names"), _payments)
csv_lists.register("payouts", _("Payouts to the bank"), _payouts)
csv_lists.register("refunds", _("Refunds"), _refunds)
