"""The books in a few figures, as the page and the API show them. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from funding.dues import money_chart
from funding.dues.models import Payment
from funding.ledger.chart import AccountType
from funding.ledger.models import Balance, ChainHead, Leg
from kernel.money import Money


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything so far, in one currency. ``months`` are first day, income and expense, no gaps."""

    currency: str
    income: Money
    expense: Money
    held: Money
    balances: list[Balance]
    months: list[tuple[date, Money, Money]]
    payers: int
    entries: int
    chain_head: str

    def of_type(self, kind: AccountType) -> list[Balance]:
        return [balance for balance in self.balances if balance.type is kind]


def summarise(currency: str) -> Summary:
    """Four queries, however long the books are."""
    balances = [b for b in Leg.objects.trial_balance() if b.amount.currency == currency]

    def total(kind: AccountType) -> Money:
        return Money(sum(b.natural.minor for b in balances if b.type is kind), currency)

    entries, chain_head = ChainHead.objects.at()
    months = [(m.first, m.income, m.expense) for m in Leg.objects.months(currency)]
    return Summary(
        currency=currency,
        income=total(AccountType.INCOME),
        expense=total(AccountType.EXPENSE),
        held=total(AccountType.ASSET),
        balances=balances,
        months=money_chart.without_gaps(months, currency=currency),
        payers=Payment.objects.payers(),
        entries=entries,
        chain_head=chain_head,
    )
