"""The export is what bean-check accepts, and says everything that the books say."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from funding.ledger import actions, chart, export
from funding.ledger.calendar_months import Period, month_after
from funding.ledger.entries import LegSpec
from funding.ledger.models import Leg
from funding.ledger.reads import statements_of
from kernel.money import Money
from tests.conftest import TEST

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
BEAN_CHECK = Path(sys.executable).with_name("bean-check")


def post(number: int, on: date, description: str = "Dues paid", **legs: int) -> None:
    actions.post(
        source_key=f"test:{number}",
        description=description,
        legs=[LegSpec(code.replace("_", "-"), Money(minor, "EUR")) for code, minor in legs.items()],
        effective_on=on,
        by=TEST,
        at=AT,
    )


@pytest.fixture
def some_books() -> None:
    """Half a year in which everything happens that the chart has a name for."""
    post(0, date(2025, 12, 30), "Opening", bank=100_00, opening=-100_00)
    for month in range(6):
        day = date(2026, month + 1, 10)
        post(10 + month, day, stripe=970, payment_fees=30, dues=-1000)
        post(20 + month, day, stripe=11_800, payment_fees=200, deferred_dues=-12_000)
        post(30 + month, day, "Earned", deferred_dues=1000, dues=-1000)
        post(40 + month, day, 'Servers, "big" ones \\ and domains', hosting=750, bank=-750)
    post(50, date(2026, 4, 2), "=cmd", returned_dues=500, stripe=-500)


def exported(**options: object) -> str:
    out = StringIO()
    call_command("books", stdout=out, **options)
    return out.getvalue()


def bean_check(text: str, folder: Path) -> str:
    file = folder / "books.beancount"
    file.write_text(text)
    done = subprocess.run(
        [BEAN_CHECK, "--no-cache", file], capture_output=True, text=True, timeout=60
    )
    return done.stdout + done.stderr


def test_bean_check_accepts_all_and_each_part(some_books: None, tmp_path: Path) -> None:
    assert bean_check(exported(format="beancount"), tmp_path) == ""
    part = exported(format="beancount", first=date(2026, 2, 1), last=date(2026, 3, 31))
    assert "Brought forward" in part
    assert bean_check(part, tmp_path) == ""
    # It would notice: the same with one cent changed.
    broken = part.replace("Assets:Stripe  9.70 EUR", "Assets:Stripe  9.71 EUR", 1)
    assert broken != part
    assert "does not balance" in bean_check(broken, tmp_path)


def test_empty_books_are_a_file_too(tmp_path: Path) -> None:
    assert bean_check(exported(format="beancount"), tmp_path) == ""
    assert exported(format="csv").count("\n") == 1


def test_the_csv_sums_to_the_books(some_books: None) -> None:
    sums: Counter[str] = Counter()
    rows = list(csv.DictReader(StringIO(exported(format="csv"))))
    for row in rows:
        amount = Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)
        sums[row["account"]] += int(amount * 100)
    assert sums == {b.code: b.amount.minor for b in Leg.objects.trial_balance()}
    # What a spreadsheet would run is a text.
    assert {row["description"] for row in rows if "cmd" in row["description"]} == {"'=cmd"}


def test_days_that_are_none_are_refused() -> None:
    with pytest.raises(CommandError, match="before"):
        exported(first=date(2026, 2, 1), last=date(2026, 1, 1))


def test_statements_balance_in_every_month(some_books: None) -> None:
    first = date(2025, 12, 1)
    results = 0
    for _ in range(8):
        found = statements_of(Period(first, month_after(first)), "EUR")
        assert found.balances
        assert found.trial.debits == found.trial.credits
        results += found.income.result.minor
        assert found.sheet.before.minor + found.sheet.this_year.minor == results
        first = month_after(first)
    # By hand: six months of 20.00 earned, less 9.80 spent, and 5.00 that went back.
    assert results == 6 * (2000 - 230 - 750) - 500
    year = statements_of(Period(date(2027, 1, 1), date(2028, 1, 1)), "EUR")
    assert year.sheet.before.minor == results
    assert not year.sheet.this_year


def test_every_account_has_a_name_that_beancount_takes(tmp_path: Path) -> None:
    lines = [f"2026-01-01 open {export.account_name(spec.code, spec.type)}" for spec in chart.CHART]
    assert bean_check("\n".join(lines) + "\n", tmp_path) == ""
    assert len(set(lines)) == len(chart.CHART)


def test_what_brings_forward_begins_on_the_first_day(some_books: None) -> None:
    part = exported(format="beancount", first=date(2026, 2, 1))
    assert '2026-02-01 * "Brought forward"' in part
    assert str(date(2026, 2, 1) - timedelta(days=1)) not in part
