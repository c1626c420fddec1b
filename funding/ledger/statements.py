"""The three statements of the books: trial balance, income statement, balance sheet. Pure.

Each is of one currency, made from balances (``figures.Balance``): of a period for the income
statement, of everything up to a day for the other two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from funding.ledger.calendar_months import Period
from funding.ledger.chart import AccountType
from funding.ledger.figures import Balance
from kernel.money import Money


@dataclass(frozen=True, slots=True)
class TrialRow:
    """An account with what it holds, on the side where it stands; the other side is None."""

    code: str
    name: str
    debit: Money | None
    credit: Money | None


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Every account that anything was posted to; in books that are right, the sums are the same."""

    rows: tuple[TrialRow, ...]
    debits: Money
    credits: Money

    @property
    def balances(self) -> bool:
        return self.debits == self.credits


@dataclass(frozen=True, slots=True)
class Section:
    """Accounts of one type as people say their amounts, and what they sum to."""

    type: AccountType
    lines: tuple[Balance, ...]
    total: Money


@dataclass(frozen=True, slots=True)
class IncomeStatement:
    """What was earned and spent in a period, and what is left of it."""

    period: Period
    income: Section
    expense: Section

    @property
    def result(self) -> Money:
        return self.income.total - self.expense.total


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """What there is at the end of a period, whom it is owed to, and what is our own.

    ``before`` is what was left of all years before the one that the period ends in, ``this_year``
    what is left of that one: both belong to what is our own, with the opening balance.
    """

    assets: Section
    liabilities: Section
    equity: Section
    before: Money
    this_year: Money

    @property
    def own(self) -> Money:
        return self.equity.total + self.before + self.this_year

    @property
    def balances(self) -> bool:
        return self.assets.total == self.liabilities.total + self.own


@dataclass(frozen=True, slots=True)
class Statements:
    """All three, for one period and one currency."""

    period: Period
    currency: str
    trial: TrialBalance
    income: IncomeStatement
    sheet: BalanceSheet

    @property
    def balances(self) -> bool:
        return self.trial.balances and self.sheet.balances


def draw_up(
    *,
    period: Period,
    currency: str,
    of_the_period: Sequence[Balance],
    before_the_year: Sequence[Balance],
    to_the_end: Sequence[Balance],
) -> Statements:
    """All three statements from balances; those of other currencies are left out."""
    moved = [balance for balance in of_the_period if balance.amount.currency == currency]
    earlier = [balance for balance in before_the_year if balance.amount.currency == currency]
    held = [balance for balance in to_the_end if balance.amount.currency == currency]
    before = result_of(earlier, currency)
    return Statements(
        period=period,
        currency=currency,
        trial=trial_balance(held, currency),
        income=IncomeStatement(
            period=period,
            income=section(moved, AccountType.INCOME, currency),
            expense=section(moved, AccountType.EXPENSE, currency),
        ),
        sheet=BalanceSheet(
            assets=section(held, AccountType.ASSET, currency),
            liabilities=section(held, AccountType.LIABILITY, currency),
            equity=section(held, AccountType.EQUITY, currency),
            before=before,
            this_year=result_of(held, currency) - before,
        ),
    )


def trial_balance(balances: Sequence[Balance], currency: str) -> TrialBalance:
    rows = tuple(
        TrialRow(
            code=balance.code,
            name=balance.name,
            debit=balance.amount if balance.amount.minor > 0 else None,
            credit=-balance.amount if balance.amount.minor < 0 else None,
        )
        for balance in balances
        if balance.amount
    )
    return TrialBalance(
        rows=rows,
        debits=Money(sum(row.debit.minor for row in rows if row.debit), currency),
        credits=Money(sum(row.credit.minor for row in rows if row.credit), currency),
    )


def section(balances: Sequence[Balance], kind: AccountType, currency: str) -> Section:
    lines = tuple(balance for balance in balances if balance.type is kind and balance.amount)
    return Section(kind, lines, Money(sum(line.natural.minor for line in lines), currency))


def result_of(balances: Sequence[Balance], currency: str) -> Money:
    """What was earned and not spent."""
    return (
        section(balances, AccountType.INCOME, currency).total
        - section(balances, AccountType.EXPENSE, currency).total
    )
