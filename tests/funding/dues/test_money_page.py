"""The money page is the ledger to the cent: made again from the export alone, and the same."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from funding.dues import earning_sweeps, summary
from funding.dues.actions import earning
from funding.dues.models import OneOff, Payment
from funding.ledger import actions as ledger
from funding.ledger import digests, sweeps
from funding.ledger.entries import LegSpec
from funding.ledger.models import Digest
from governance.record import sweeps as record
from kernel.money import Money
from members.models import Person
from tests.conftest import TEST

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 20, 12, tzinfo=UTC)
CAME_IN = {"dues", "gifts", "waivers", "deferred-dues", "pot"}
HELD = {"stripe", "payouts-in-transit", "bank", "disputed", "prepaid", "receivables"}
FEES = {"payment-fees", "dispute-fees", "bank-fees"}


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def pays(person: Person, number: int, minor: int, on: date, *, months: int = 12) -> Payment:
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    entry = earning.receive(
        source_key=f"dues:{number}",
        description="Dues paid",
        gross=euros(minor),
        fee=euros(minor // 50),
        to="pot" if months == 0 else "dues",
        months=months,
        starts_on=on if months else None,
        effective_on=on,
        by=TEST,
        at=at,
    )
    intent = OneOff.objects.create(
        person=person, purpose="pot", minor=minor, currency="EUR", created_at=at, state="paid"
    )
    return Payment.objects.create(
        person=person,
        one_off=intent,
        intent_id=f"pi_{number}",
        entry=entry,
        gross_minor=minor,
        fee_minor=minor // 50,
        currency="EUR",
        paid_at=at,
    )


def post(number: int, on: date, **legs: int) -> None:
    ledger.post(
        source_key=f"test:{number}",
        description="Something else",
        legs=[LegSpec(code.replace("_", "-"), euros(minor)) for code, minor in legs.items()],
        effective_on=on,
        by=TEST,
        at=datetime(on.year, on.month, on.day, 13, tzinfo=UTC),
    )


@pytest.fixture
def payments(make_person: Callable[..., Person]) -> list[Payment]:
    """Half a year with everything that there is a name for."""
    people = [make_person(name) for name in ("Ada", "Ben", "Cat", "Dan", "Eve", "Fay")]
    paid = []
    post(0, date(2026, 1, 2), bank=50_000, opening=-50_000)
    for number, person in enumerate(people):
        on = date(2026, 1 + number, 10)
        paid.append(pays(person, number, 5_000 + 1_000 * number, on, months=12 * (number % 3 > 0)))
    earning_sweeps.earn(datetime(2026, 5, 2, tzinfo=UTC))
    earning.return_dues(
        source_key="refund:1",
        description="Dues returned",
        received=paid[1].entry,
        amount=euros(2_500),
        effective_on=date(2026, 6, 1),
        by=TEST,
        at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    post(1, date(2026, 3, 31), pot=1_500, waivers=-1_500)
    post(2, date(2026, 4, 1), payouts_in_transit=9_000, stripe=-9_000)
    post(3, date(2026, 4, 3), bank=9_000, payouts_in_transit=-9_000)
    post(4, date(2026, 4, 5), hosting=3_100, payables=-3_100)
    post(5, date(2026, 6, 5), payables=3_100, bank=-3_100)
    post(6, date(2026, 6, 6), disputed=1_000, stripe=-1_000)
    post(7, date(2026, 6, 6), dispute_fees=1_500, stripe=-1_500)
    sweeps.digest(NOW)
    return paid


def page(client: Client) -> dict[str, object]:
    with time_machine.travel(NOW, tick=False):
        answer: dict[str, object] = client.get(reverse("api-ledger-summary")).json()
    return answer


def from_the_export() -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """By month, and by account: from the lines of the CSV, and from nothing else."""
    out = StringIO()
    call_command("books", format="csv", stdout=out)
    months: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    accounts: dict[str, int] = defaultdict(int)
    for row in csv.DictReader(StringIO(out.getvalue())):
        minor = int((Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)) * 100)
        code, month = row["account"], months[row["effective_on"][:7]]
        accounts[code] += minor
        if code in CAME_IN:
            month["came_in"] -= minor
        elif code == "returned-dues":
            month["returned"] += minor
        elif code in FEES:
            month["fees"] += minor
        elif row["type"] == "expense":
            month["spent"] += minor
        elif code in HELD:
            month["held"] += minor
    return months, accounts


def test_the_page_is_the_ledger_to_the_cent(payments: list[Payment], client: Client) -> None:
    said, (months, accounts) = page(client), from_the_export()
    held = 0
    for told in said["months"]:  # type: ignore[attr-defined]
        alone = months[told["month"]]
        held += alone["held"]
        for name in ("came_in", "returned", "fees", "spent"):
            assert told[name] == {"minor": alone[name], "currency": "EUR"}, (told["month"], name)
        assert told["held"]["minor"] == held
    for name in ("came_in", "returned", "fees", "spent", "held"):
        total = sum(alone[name] for alone in months.values())
        assert said[name] == {"minor": total, "currency": "EUR"}, name
    shown = {
        line["account"]: line["balance"]["minor"]
        for lines in said["accounts"].values()  # type: ignore[attr-defined]
        for line in lines
    }
    assert {code: abs(minor) for code, minor in shown.items()} == {
        code: abs(minor) for code, minor in accounts.items()
    }
    # And by hand: what six people paid, whenever it is earned.
    assert said["came_in"] == {"minor": sum(5_000 + 1_000 * n for n in range(6)), "currency": "EUR"}
    assert said["returned"] == {"minor": 2_500, "currency": "EUR"}
    with time_machine.travel(NOW, tick=False):
        words = client.get(reverse("money")).content.decode()
    for name in ("came_in", "returned", "fees", "spent", "held"):
        assert euros(said[name]["minor"]).format() in words  # type: ignore[index]


def test_a_digest_stands_behind_each_month(payments: list[Payment], client: Client) -> None:
    said = page(client)
    last = Digest.objects.latest("day")
    assert said["digest"] == {"day": f"{last.day}", "hash": last.leaf_hash}
    by_month = {told["month"]: told["digest"] for told in said["months"]}  # type: ignore[attr-defined]
    assert by_month["2026-04"]["day"] == "2026-04-10"
    held = {t["code"]: t["minor"] for t in last.content["totals"]}
    shown = {line["account"]: line["balance"]["minor"] for line in said["accounts"]["asset"]}  # type: ignore[index]
    assert shown == {code: held[code] for code in shown}


def test_who_pays_is_counted_but_never_told_of_few(
    payments: list[Payment], client: Client, make_person: Callable[..., Person]
) -> None:
    said = page(client)["payers"]
    # 50, 60, 70, 80, 90 and 100 euros: half way between 70 and 80; 100 of 450.
    assert said == {
        "people": 6,
        "median": {"minor": 7_500, "currency": "EUR"},
        "largest_permille": 223,
    }
    few = summary.summarise("EUR", at=NOW + timedelta(days=212)).payers
    assert (few.people, few.median, few.largest_permille) == (4, None, None)


def test_only_the_payer_gets_the_proof_and_it_proves_it(
    payments: list[Payment], client: Client
) -> None:
    mine = payments[0]
    address = reverse("payment-proof", args=[mine.uuid])
    assert client.get(address).status_code == 302
    client.force_login(payments[1].person)
    assert client.get(address).status_code == 404
    client.force_login(mine.person)
    response = client.get(address)
    assert response.headers["Cache-Control"].startswith("max-age=0")
    proof = json.loads(response.content)
    proven = digests.check(proof)
    assert proven.amount == mine.gross
    assert proven.day == "2026-01-10"
    # The digest in it is the entry of the public record, which proves the rest.
    record.sequence(NOW)
    entry = client.get(reverse("record-entry-bytes", args=[proven.digest_hash]))
    assert json.loads(entry.content) == proof["digest"]


def test_a_payment_of_today_is_proven_tomorrow(payments: list[Payment], client: Client) -> None:
    today = pays(payments[0].person, 99, 5_000, date(2026, 7, 20))
    client.force_login(today.person)
    answer = client.get(reverse("payment-proof", args=[today.uuid]))
    assert (answer.status_code, answer.json()["code"]) == (409, "not-told-yet")
