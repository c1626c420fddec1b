"""What the books answer with: balances and months, as plain values. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from funding.ledger.calendar_months import month_after
from funding.ledger.chart import BY_CODE, AccountType, Flow
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
class Movement:
    """What one month, by its first day, moved on one account, debits positive."""

    first: date
    code: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Month:
    """What came in and went out in one month, seen from outside; ``first`` is its first day.

    What came in is what people paid, when they paid it, and not when it is earned. ``held`` is what
    there was at the end of the month.
    """

    first: date
    came_in: Money
    returned: Money
    fees: Money
    spent: Money
    held: Money

    @property
    def went_out(self) -> Money:
        return self.returned + self.fees + self.spent


def months_of(movements: Iterable[Movement], currency: str) -> list[Month]:
    """Every month from the first in which anything moved to the last, those between included."""
    sums: dict[date, dict[Flow, int]] = {}
    for moved in movements:
        if moved.amount.currency != currency:
            continue
        flow = BY_CODE[moved.code].flow
        month = sums.setdefault(moved.first, {})
        month[flow] = month.get(flow, 0) + moved.amount.minor
    months: list[Month] = []
    held = 0
    first, last = min(sums, default=date.max), max(sums, default=date.min)
    while first <= last:
        month = sums.get(first, {})
        held += month.get(Flow.HELD, 0)
        months.append(
            Month(
                first=first,
                came_in=Money(-month.get(Flow.IN, 0), currency),
                returned=Money(month.get(Flow.RETURNED, 0), currency),
                fees=Money(month.get(Flow.FEES, 0), currency),
                spent=Money(month.get(Flow.OUT, 0), currency),
                held=Money(held, currency),
            )
        )
        first = month_after(first)
    return months
