"""The books for other programs: as a beancount file, and as CSV. Pure.

Both say everything that the chain hashes. What cannot be told apart from the whole (the balances
before a first day) is brought forward in one transaction, so that a part of the books balances too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from funding.ledger.calendar_months import Period
from funding.ledger.chart import AccountType
from funding.ledger.entries import LegSpec
from funding.ledger.figures import Balance
from members.csv_lines import line

_ROOTS = {
    AccountType.ASSET: "Assets",
    AccountType.LIABILITY: "Liabilities",
    AccountType.EQUITY: "Equity",
    AccountType.INCOME: "Income",
    AccountType.EXPENSE: "Expenses",
}
_BROUGHT_FORWARD = "Equity:Earlier-Results"


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as the export says it."""

    id: str
    position: int
    hash: str
    effective_on: date
    concerns_on: date | None
    posted_at: datetime
    description: str
    reverses: str
    legs: tuple[LegSpec, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """What is exported: the accounts, what they held before, the entries in order, and after."""

    title: str
    currency: str
    accounts: tuple[tuple[str, str, AccountType], ...]
    period: Period | None
    before: tuple[Balance, ...]
    entries: tuple[Written, ...]
    after: tuple[Balance, ...]


def account_name(code: str, kind: AccountType) -> str:
    """How beancount names an account: "Assets:Payouts-In-Transit"."""
    return f"{_ROOTS[kind]}:{code.title()}"


def beancount(book: Book) -> Iterator[str]:
    """The lines of a beancount file, which ends with what each account must hold then."""
    names = {code: account_name(code, kind) for code, _name, kind in book.accounts}
    days = [entry.effective_on for entry in book.entries]
    opened = min([book.period.first, *days] if book.period else [*days, date.max])
    yield f'option "title" {_quoted(book.title)}'
    yield f'option "operating_currency" "{book.currency}"'
    if opened == date.max:
        yield "; There are no entries."
        return
    yield ""
    for code, name, _kind in book.accounts:
        yield f"{opened} open {names[code]}"
        yield f"  name: {_quoted(name)}"
    yield f"{opened} open {_BROUGHT_FORWARD}"
    forward = [(names[code], amount) for code, amount in _on_the_sheet(book.before)]
    results = _results(book.before)
    if forward or results:
        yield ""
        yield f'{opened} * "Brought forward"'
        yield from (f"  {name}  {_amount(leg)}" for name, leg in forward)
        yield from (f"  {_BROUGHT_FORWARD}  {_amount(leg)}" for leg in results)
    for entry in book.entries:
        yield ""
        yield f"{entry.effective_on} * {_quoted(entry.description)}"
        yield f'  entry: "{entry.id}"'
        yield f"  position: {entry.position}"
        yield f'  hash: "{entry.hash}"'
        if entry.concerns_on:
            yield f"  concerns: {entry.concerns_on}"
        if entry.reverses:
            yield f'  reverses: "{entry.reverses}"'
        yield from (f"  {names[leg.account]}  {_amount(leg)}" for leg in entry.legs)
    yield ""
    closed = book.period.until if book.period else _day_after(max(days))
    for code, leg in _on_the_sheet(book.after):
        yield f"{closed} balance {names[code]}  {_amount(leg)}"


COLUMNS = (
    *("position", "entry", "hash", "effective_on", "concerns_on", "posted_at", "description"),
    *("reverses", "account", "account_name", "type", "debit", "credit", "currency"),
)


def journal_csv(book: Book) -> Iterator[str]:
    """One line for each leg, after one that names the columns."""
    known = {code: (name, kind) for code, name, kind in book.accounts}
    yield line(COLUMNS)
    for entry in book.entries:
        for leg in entry.legs:
            name, kind = known[leg.account]
            yield line(
                (
                    *(entry.position, entry.id, entry.hash, entry.effective_on),
                    *(entry.concerns_on or "", entry.posted_at.isoformat(), entry.description),
                    *(entry.reverses, leg.account, name, kind.value),
                    leg.amount.major if leg.amount.minor > 0 else "",
                    (-leg.amount).major if leg.amount.minor < 0 else "",
                    leg.amount.currency,
                )
            )


def _on_the_sheet(balances: Sequence[Balance]) -> list[tuple[str, LegSpec]]:
    return [
        (balance.code, LegSpec(balance.code, balance.amount))
        for balance in balances
        if balance.type not in (AccountType.INCOME, AccountType.EXPENSE) and balance.amount
    ]


def _results(balances: Sequence[Balance]) -> list[LegSpec]:
    return [
        LegSpec(balance.code, balance.amount)
        for balance in balances
        if balance.type in (AccountType.INCOME, AccountType.EXPENSE) and balance.amount
    ]


def _amount(leg: LegSpec) -> str:
    return f"{leg.amount.major:f} {leg.amount.currency}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{" ".join(escaped.split())}"'


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
