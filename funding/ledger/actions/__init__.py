"""The only writes to the books. One module for each subject."""

from funding.ledger.actions.digests import digest_next_day
from funding.ledger.actions.months import lock_month
from funding.ledger.actions.posting import ensure_chart, post, reverse
from funding.ledger.actions.vouchers import (
    Facts,
    approve_voucher,
    change_voucher,
    prepare_reversal,
    prepare_voucher,
    reject_voucher,
    withdraw_voucher,
)

__all__ = [
    "Facts",
    "approve_voucher",
    "change_voucher",
    "digest_next_day",
    "ensure_chart",
    "lock_month",
    "post",
    "prepare_reversal",
    "prepare_voucher",
    "reject_voucher",
    "reverse",
    "withdraw_voucher",
]
