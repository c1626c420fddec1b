"""What an approval of a payment is for, and for nothing else. Pure."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import rfc8785

from kernel.money import Money


def fingerprint(
    *,
    payment: uuid.UUID,
    preparation: int,
    milestone: uuid.UUID,
    payee: uuid.UUID,
    account: str,
    amount: Money,
) -> str:
    """SHA-256 over payment, milestone, payee, account, amount and currency.

    ``preparation`` counts how often the payment was prepared, so that what was approved once is
    never approved already when it is prepared again. ``account`` is the keyed digest of the
    account's details, so that what is approved can be named without naming the account.
    """
    content: dict[str, Any] = {
        "payment": str(payment),
        "preparation": preparation,
        "milestone": str(milestone),
        "payee": str(payee),
        "account": account,
        "minor": amount.minor,
        "currency": amount.currency,
    }
    return hashlib.sha256(rfc8785.dumps(content)).hexdigest()
