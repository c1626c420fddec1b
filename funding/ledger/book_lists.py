"""The lists that the books themselves give away as CSV."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from funding.ledger import csv_lists
from funding.ledger.csv_lists import Rows
from funding.ledger.models import Account, Digest, Leg, Voucher


def _accounts_by_month() -> Rows:
    names = dict(Account.objects.values_list("code", "name"))
    yield ("month", "account", "account_name", "amount", "currency")
    for moved in Leg.objects.by_month():
        amount = moved.amount
        yield (f"{moved.first:%Y-%m}", moved.code, names[moved.code], amount.major, amount.currency)


def _accounts() -> Rows:
    yield ("account", "account_name", "type", "balance", "currency")
    for balance in Leg.objects.trial_balance():
        amount = balance.amount
        yield (balance.code, balance.name, balance.type.value, amount.major, amount.currency)


def _vouchers() -> Rows:
    yield (
        *("voucher", "kind", "state", "day", "description", "debit", "credit", "amount"),
        *("currency", "document_sha256", "entry"),
    )
    for voucher in Voucher.objects.order_by("prepared_at", "pk"):
        yield (
            *(voucher.pk, voucher.kind, voucher.state, voucher.on, voucher.description),
            *(voucher.debit_id, voucher.credit_id, voucher.amount.major, voucher.currency),
            *(voucher.document_sha256, voucher.entry_id or ""),
        )


def _digests() -> Rows:
    yield ("day", "entries", "payments", "chain_head", "root", "record_entry")
    for digest in Digest.objects.order_by("day"):
        yield (
            *(digest.day, digest.entries, digest.payments),
            *(digest.chain_head, digest.root, digest.leaf_hash),
        )


csv_lists.register("accounts", _("Accounts and what they hold"), _accounts)
csv_lists.register("accounts-by-month", _("Accounts by month"), _accounts_by_month)
csv_lists.register("vouchers", _("Vouchers"), _vouchers)
csv_lists.register("digests", _("Daily digests"), _digests)
