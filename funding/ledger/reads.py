"""What pages, the API and the export read of the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from funding.ledger import statements
from funding.ledger.calendar_months import Period
from funding.ledger.chart import AccountType
from funding.ledger.export import Book, Written
from funding.ledger.figures import Balance
from funding.ledger.models import Account, Entry, Leg
from funding.ledger.statements import Statements


def statements_of(period: Period, currency: str) -> Statements:
    """All three statements of a period; three queries."""
    return statements.draw_up(
        period=period,
        currency=currency,
        of_the_period=Leg.objects.within(period.first, period.until).trial_balance(),
        before_the_year=Leg.objects.within(date.min, date(period.last.year, 1, 1)).trial_balance(),
        to_the_end=Leg.objects.within(date.min, period.until).trial_balance(),
    )


def book(period: Period | None, currency: str, *, entries: Sequence[Written] | None = None) -> Book:
    """The books, or those of a period, ready to be exported; or with just these ``entries``."""
    before: list[Balance] = []
    after = Leg.objects.trial_balance()
    found = Entry.objects.in_order()
    if period:
        found = found.within(period.first, period.until)
        before = Leg.objects.within(date.min, period.first).trial_balance()
        after = Leg.objects.within(date.min, period.until).trial_balance()
    return Book(
        title=f"Customer Commons, {currency}",
        currency=currency,
        accounts=tuple(
            (account.code, account.name, AccountType(account.type))
            for account in Account.objects.order_by("type", "code")
        ),
        period=period,
        before=tuple(before),
        entries=tuple((written(entry) for entry in found) if entries is None else entries),
        after=tuple(after),
    )


def written(entry: Entry) -> Written:
    """An entry of ``Entry.objects.in_order()`` as the export says it."""
    return Written(
        id=str(entry.pk),
        position=entry.seal.position,
        hash=entry.seal.hash,
        effective_on=entry.effective_on,
        concerns_on=entry.concerns_on,
        posted_at=entry.posted_at,
        description=entry.description,
        reverses=entry.reverses.seal.hash if entry.reverses else "",
        legs=tuple(
            leg.as_spec() for leg in sorted(entry.legs.all(), key=lambda leg: (-leg.minor, leg.pk))
        ),
    )
