"""The chart of accounts: every account the books have. Pure data; add a line to add an account.

Amounts are signed as in all double-entry books kept with one column: a debit is positive, a credit
negative. Assets and expenses grow by debits, liabilities, equity and income by credits.

``Flow`` says where an account stands on the money page, which shows what people paid when they
paid it, and not when it counts as income: what was paid for later months, and what is in the pot,
has come in. Moving it on from there to income neither comes in nor goes out.
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


class Flow(StrEnum):
    """What a movement on an account is, seen from outside."""

    IN = "in"
    RETURNED = "returned"
    FEES = "fees"
    OUT = "out"
    HELD = "held"
    OWED = "owed"


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """``code`` never changes once anything is posted to it; ``name`` is for people and may."""

    code: str
    name: str
    type: AccountType
    flow: Flow


# Codes that programs post to by name.
STRIPE = "stripe"
IN_TRANSIT = "payouts-in-transit"
BANK = "bank"
DISPUTED = "disputed"
DEFERRED_DUES = "deferred-dues"
POT = "pot"
REFUNDS_PAYABLE = "refunds-payable"
PAYABLES = "payables"
AWARDS_PAYABLE = "awards-payable"
OPENING = "opening"
DUES = "dues"
GIFTS = "gifts"
WAIVERS = "waivers"
RETURNED_DUES = "returned-dues"
PAYMENT_FEES = "payment-fees"
DISPUTE_FEES = "dispute-fees"
BANK_FEES = "bank-fees"
AWARDS = "awards"
OTHER = "other-expenses"

_ASSET, _LIABILITY, _EQUITY = AccountType.ASSET, AccountType.LIABILITY, AccountType.EQUITY
_INCOME, _EXPENSE = AccountType.INCOME, AccountType.EXPENSE

CHART: tuple[AccountSpec, ...] = (
    # What we have.
    AccountSpec(STRIPE, "Held by Stripe", _ASSET, Flow.HELD),
    AccountSpec(IN_TRANSIT, "On its way from Stripe to the bank", _ASSET, Flow.HELD),
    AccountSpec(BANK, "In the bank", _ASSET, Flow.HELD),
    AccountSpec(DISPUTED, "Held back while a card payment is disputed", _ASSET, Flow.HELD),
    AccountSpec("prepaid", "Paid in advance for later", _ASSET, Flow.HELD),
    AccountSpec("receivables", "Owed to us", _ASSET, Flow.HELD),
    # What of it is not ours to spend yet, or no longer.
    AccountSpec(DEFERRED_DUES, "Dues paid for months to come", _LIABILITY, Flow.IN),
    AccountSpec(POT, "Pay-it-forward pot", _LIABILITY, Flow.IN),
    AccountSpec(REFUNDS_PAYABLE, "Refunds on their way to members", _LIABILITY, Flow.OWED),
    AccountSpec(PAYABLES, "Bills that we have not paid yet", _LIABILITY, Flow.OWED),
    AccountSpec(AWARDS_PAYABLE, "Grants promised and not paid yet", _LIABILITY, Flow.OWED),
    # What the books began with.
    AccountSpec(OPENING, "Opening balance", _EQUITY, Flow.OWED),
    # What members gave. What was returned to them is taken off, and shown by itself.
    AccountSpec(DUES, "Dues from members", _INCOME, Flow.IN),
    AccountSpec(GIFTS, "Memberships given to others", _INCOME, Flow.IN),
    AccountSpec(WAIVERS, "Dues paid by the pot", _INCOME, Flow.IN),
    AccountSpec(RETURNED_DUES, "Dues returned to members", _INCOME, Flow.RETURNED),
    # What it went to.
    AccountSpec(PAYMENT_FEES, "Fees for taking payments", _EXPENSE, Flow.FEES),
    AccountSpec(DISPUTE_FEES, "Fees for disputed payments", _EXPENSE, Flow.FEES),
    AccountSpec(BANK_FEES, "Bank fees", _EXPENSE, Flow.FEES),
    AccountSpec("hosting", "Servers, domains and services", _EXPENSE, Flow.OUT),
    AccountSpec("legal", "Legal advice and registration", _EXPENSE, Flow.OUT),
    AccountSpec("accounting", "Bookkeeping and audit", _EXPENSE, Flow.OUT),
    AccountSpec("insurance", "Insurance", _EXPENSE, Flow.OUT),
    AccountSpec("meetings", "Meetings and travel", _EXPENSE, Flow.OUT),
    AccountSpec("work", "Work that we pay for", _EXPENSE, Flow.OUT),
    AccountSpec("taxes", "Taxes", _EXPENSE, Flow.OUT),
    AccountSpec(OTHER, "Other expenses", _EXPENSE, Flow.OUT),
    AccountSpec(AWARDS, "Grants to projects", _EXPENSE, Flow.OUT),
)

BY_CODE: dict[str, AccountSpec] = {spec.code: spec for spec in CHART}
