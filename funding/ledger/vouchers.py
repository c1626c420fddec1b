"""What goes into the books by hand: which accounts go together, which file proves it. Pure."""

from __future__ import annotations

import hashlib
from datetime import date
from enum import StrEnum
from typing import Any

import rfc8785

from funding.ledger import chart
from funding.ledger.chart import AccountType
from funding.ledger.entries import LegSpec
from kernel.money import Money

LARGEST_DOCUMENT = 10 * 2**20


class Kind(StrEnum):
    """An expense, a payment of what was owed or a move of money, or what there was at first.

    A reversal undoes an entry that came of one of the others.
    """

    EXPENSE = "expense"
    TRANSFER = "transfer"
    OPENING = "opening"
    REVERSAL = "reversal"


# The kinds that somebody writes themselves: a reversal says what another voucher said, backwards.
WRITTEN = (Kind.EXPENSE, Kind.TRANSFER, Kind.OPENING)
# What may be debited and credited in each kind, by types of account.
_HOLDS = (AccountType.ASSET, AccountType.LIABILITY)
_ALLOWED: dict[Kind, tuple[tuple[AccountType, ...], tuple[AccountType, ...]]] = {
    Kind.EXPENSE: ((AccountType.EXPENSE,), _HOLDS),
    Kind.TRANSFER: (_HOLDS, _HOLDS),
    Kind.OPENING: ((*_HOLDS, AccountType.EQUITY), (*_HOLDS, AccountType.EQUITY)),
}
# What programs keep exact: no hand writes there.
_OF_PROGRAMS = (
    *(chart.DEFERRED_DUES, chart.POT, chart.DISPUTED, chart.REFUNDS_PAYABLE),
    *(chart.AWARDS, chart.AWARDS_PAYABLE),
)


def account_codes(kind: Kind, *, debit: bool) -> list[str]:
    """The accounts that one side of a voucher of this kind can be on, as the chart lists them."""
    types = _ALLOWED[kind][0 if debit else 1]
    return [
        spec.code
        for spec in chart.CHART
        if spec.type in types and (kind is Kind.OPENING or spec.code not in _OF_PROGRAMS)
    ]


def problem(kind: Kind, debit: str, credit: str, amount: Money) -> str:
    """Why these do not go together, as a code; empty where they do."""
    if kind not in WRITTEN:
        return "kind"
    if amount.minor <= 0:
        return "amount"
    if debit not in account_codes(kind, debit=True):
        return "debit"
    if credit not in account_codes(kind, debit=False):
        return "credit"
    if debit == credit:
        return "same"
    if kind is Kind.OPENING and chart.OPENING not in (debit, credit):
        return "opening"
    return ""


def legs(debit: str, credit: str, amount: Money) -> list[LegSpec]:
    """The two legs that a voucher is posted with."""
    return [LegSpec(debit, amount), LegSpec(credit, -amount)]


def fingerprint(
    *,
    kind: str,
    description: str,
    on: date,
    debit: str,
    credit: str,
    amount: Money,
    document_sha256: str,
    reverses: str | None,
) -> str:
    """What an approval is for, and for nothing else: SHA-256 over everything a voucher says."""
    content: dict[str, Any] = {
        "kind": kind,
        "description": description,
        "on": on.isoformat(),
        "debit": debit,
        "credit": credit,
        "minor": amount.minor,
        "currency": amount.currency,
        "document": document_sha256,
        "reverses": reverses,
    }
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


def document_type(data: bytes) -> str:
    """What a document is by its first bytes, whatever its name; empty for what we do not take."""
    for signature, media_type in _SIGNATURES:
        if data.startswith(signature):
            return media_type
    return ""
