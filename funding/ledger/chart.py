"""The chart of accounts: every account the books have. Pure data; add a line to add an account.

Amounts are signed as in all double-entry books kept with one column: a debit is positive, a credit
negative. Assets and expenses grow by debits, liabilities, equity and income by credits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AccountType(StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"

    @property
    def sign(self) -> int:
        """1 where a debit makes the account grow, -1 where a credit does."""
        return 1 if self in (AccountType.ASSET, AccountType.EXPENSE) else -1


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """``code`` never changes once anything is posted to it; ``name`` is for people and may."""

    code: str
    name: str
    type: AccountType


# Codes that programs post to by name.
STRIPE = "stripe"
DUES = "dues"
PAYMENT_FEES = "payment-fees"

CHART: tuple[AccountSpec, ...] = (
    AccountSpec(STRIPE, "Held by Stripe, on its way to the bank", AccountType.ASSET),
    AccountSpec("bank", "In the bank", AccountType.ASSET),
    AccountSpec("opening", "Opening balance", AccountType.EQUITY),
    AccountSpec(DUES, "Dues from members", AccountType.INCOME),
    AccountSpec(PAYMENT_FEES, "Fees for taking payments", AccountType.EXPENSE),
)
