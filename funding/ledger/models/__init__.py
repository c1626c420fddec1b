"""The books, and what is told of them: entries and their chain, digests, months, vouchers."""

from funding.ledger.models.books import (
    Account,
    ChainHead,
    ChainHeadQuerySet,
    Entry,
    EntryQuerySet,
    Event,
    Leg,
    LegQuerySet,
    Seal,
    SealQuerySet,
)
from funding.ledger.models.digests import Digest, DigestQuerySet, tree_between
from funding.ledger.models.leaves import PaymentLeaf
from funding.ledger.models.months import Month, MonthQuerySet
from funding.ledger.models.vouchers import Voucher, VoucherQuerySet

__all__ = [
    "Account",
    "ChainHead",
    "ChainHeadQuerySet",
    "Digest",
    "DigestQuerySet",
    "Entry",
    "EntryQuerySet",
    "Event",
    "Leg",
    "LegQuerySet",
    "Month",
    "MonthQuerySet",
    "PaymentLeaf",
    "Seal",
    "SealQuerySet",
    "Voucher",
    "VoucherQuerySet",
    "tree_between",
]
