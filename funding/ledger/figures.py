"""What the books answer with: balances and months, as plain values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from funding.ledger.chart import AccountType
from kernel.money import Money


@dataclass(frozen=True, slots=True)
class Balance:
    """An account with what it holds, debits positive."""

    code: str
    name: str
    type: AccountType
    amount: Money

    @property
    def natural(self) -> Money:
        """The amount as people say it: income and debts are positive when there are any."""
        return Money(self.amount.minor * self.type.sign, self.amount.currency)


@dataclass(frozen=True, slots=True)
class Month:
    """What came in and went out in one month; ``first`` is its first day, both amounts positive."""

    first: date
    income: Money
    expense: Money


def without_gaps(months: list[Month]) -> list[Month]:
    """The same months, in order, with those in between in which nothing moved."""
    known = {month.first: month for month in months}
    filled: list[Month] = []
    first = min(known, default=date.max)
    while first <= max(known, default=date.min):
        zero = Money(0, months[0].income.currency)
        filled.append(known.get(first, Month(first, zero, zero)))
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return filled
