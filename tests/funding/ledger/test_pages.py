"""The books' pages and their API, as the treasurer and a steward use them."""

from __future__ import annotations

import csv
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from funding.ledger import actions, csv_lists, month_checks, sweeps
from funding.ledger.entries import LegSpec
from funding.ledger.models import Entry, Leg, Month, Voucher
from kernel.money import Money
from members.models import Person, RoleGrant
from tests.conftest import TEST

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_april() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def signed_in(make_person: Callable[..., Person]) -> Callable[..., Client]:
    def make(name: str, role: str = "") -> Client:
        person = make_person(name)
        if role:
            RoleGrant.objects.create(
                person=person, role=role, starts_on=date(2026, 1, 1), basis="test"
            )
        client = Client()
        client.force_login(person)
        return client

    return make


@pytest.fixture
def entries() -> list[Entry]:
    posted = []
    for number in range(3):
        at = datetime(2026, 3, 10 + number, 12, tzinfo=UTC)
        amount, fee = Money(1000 + number, "EUR"), Money(30, "EUR")
        legs = [
            LegSpec("stripe", amount - fee),
            LegSpec("payment-fees", fee),
            LegSpec("dues", -amount),
        ]
        posted.append(
            actions.post(
                source_key=f"dues:{number}",
                description=f"Dues paid, number {number}",
                legs=legs,
                effective_on=at.date(),
                by=TEST,
                at=at,
                paid=amount,
            )
        )
    sweeps.digest(NOW)
    return posted


def bill(content: bytes = b"%PDF-1.7 a bill", name: str = "bill.pdf") -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


def expense(**changes: Any) -> dict[str, Any]:
    return {
        "description": "Servers in March",
        "on": "2026-03-31",
        "amount": "75.00",
        "debit": "hosting",
        "credit": "bank",
        "document": bill(),
        **changes,
    }


def test_from_a_bill_to_the_books_by_two_people(signed_in: Callable[..., Client]) -> None:
    treasurer, steward = signed_in("Tom", "treasurer"), signed_in("Sam", "steward")
    new = reverse("books-voucher-new", args=["expense"])
    made = treasurer.post(new, expense())
    voucher = Voucher.objects.get()
    assert made.url == voucher.get_absolute_url()  # type: ignore[attr-defined]
    assert voucher.amount == Money(7_500, "EUR")
    assert "Your decision" not in treasurer.get(made.url).content.decode()  # type: ignore[attr-defined]
    page = steward.get(voucher.get_absolute_url()).content.decode()
    assert "Your decision" in page
    assert voucher.fingerprint in page
    document = steward.get(reverse("books-voucher-document", args=[voucher.pk]))
    assert document.content == b"%PDF-1.7 a bill"
    assert document["Content-Disposition"].startswith("attachment")
    assert document["X-Content-Type-Options"] == "nosniff"
    approve = reverse("books-voucher-approve", args=[voucher.pk])
    # The treasurer changed it after the steward had looked.
    seen = {"fingerprint": voucher.fingerprint}
    change = reverse("books-voucher-change", args=[voucher.pk])
    changes = expense(amount="750.00")
    del changes["document"]
    assert treasurer.post(change, changes).status_code == 302
    refused = steward.post(approve, seen)
    assert refused.status_code == 409
    assert "changed since you looked" in refused.content.decode()
    reject = reverse("books-voucher-reject", args=[voucher.pk])
    assert steward.post(reject, {"reason": ""}).status_code == 422
    assert steward.post(reject, {"reason": "It says 75."}).status_code == 302
    assert "It says 75." in treasurer.get(voucher.get_absolute_url()).content.decode()
    treasurer.post(change, expense())
    voucher.refresh_from_db()
    api = reverse("api-books-voucher-approve", args=[voucher.pk])
    told = treasurer.post(api, {"fingerprint": voucher.fingerprint}, "application/json")
    assert (told.status_code, told.json()["code"]) == (409, "own-voucher")
    told = steward.post(api, {"fingerprint": voucher.fingerprint}, "application/json")
    assert (told.status_code, told.json()["state"]) == (200, "posted")
    assert Leg.objects.get(account="hosting").minor == 7_500


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "0"}, "Amount"),
        ({"amount": "1.005"}, "Amount"),
        ({"amount": "-5"}, "Amount"),
        ({"amount": "1e400"}, "Amount"),
        ({"on": "tomorrow"}, "Day"),
        ({"debit": "dues"}, "What it was for"),
        ({"description": ""}, "What it is"),
        ({"document": bill(b"MZ", "bill.pdf")}, "Document"),
        ({"document": ""}, "Document"),
    ],
)
def test_what_is_filled_in_wrongly_comes_back_named(
    signed_in: Callable[..., Client], changes: dict[str, Any], field: str
) -> None:
    treasurer = signed_in("Tom", "treasurer")
    new = reverse("books-voucher-new", args=["expense"])
    response = treasurer.post(new, expense(**changes))
    assert response.status_code == 422
    assert f">{field}: " in response.content.decode()
    if "description" not in changes:
        assert 'value="Servers in March"' in response.content.decode()
    assert not Voucher.objects.exists()


def test_statements_journal_and_lists(
    entries: list[Entry],
    signed_in: Callable[..., Client],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = signed_in("Tom", "treasurer")
    march = {"since": "2026-03-01", "until": "2026-03-31"}
    for name in ("books-trial-balance", "books-income", "books-balance-sheet"):
        words = client.get(reverse(name), march).content.decode()
        assert "€30.03" in words or "€29.13" in words, name
    said = client.get(reverse("api-books-statements"), march).json()
    assert said["balances"] is True
    assert said["income_statement"]["result"] == {"minor": 3_003 - 90, "currency": "EUR"}
    assert said["trial_balance"]["debits"] == said["trial_balance"]["credits"]
    bad = client.get(reverse("api-books-statements"), {"since": "x"})
    assert (bad.status_code, "since" in bad.content.decode()) == (400, True)
    client.get(reverse("books-journal"))
    # session, person, role, accounts of the filter, count, entries, legs, accounts
    with django_assert_num_queries(7):
        page = client.get(reverse("books-journal"))
    assert page.content.decode().count("Dues paid, number") == 3
    found = client.get(reverse("books-journal"), {"q": "number 2", "account": "dues"})
    assert found.content.decode().count("Dues paid, number") == 1
    listed = client.get(reverse("api-books-entries"), {"since": "2026-03-12"}).json()
    assert [one["description"] for one in listed["results"]] == ["Dues paid, number 2"]
    rows = b"".join(client.get(reverse("books-journal-csv"), {"until": "2026-03-11"}))
    assert len(list(csv.DictReader(StringIO(rows.decode())))) == 6
    assert (
        "Brought forward"
        in client.get(reverse("books-journal-beancount"), {"since": "2026-03-12"}).content.decode()
    )
    for each in csv_lists.registered():
        lines = b"".join(client.get(reverse("books-list", args=[each.name])))
        assert lines.count(b"\r\n") >= 1, each.name
    entry = client.get(reverse("books-entry", args=[entries[0].pk])).content.decode()
    assert entries[0].seal.hash in entry
    assert "With the digest of 10 March 2026" in entry


def test_a_month_is_closed_on_its_page(
    entries: list[Entry], signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = ("over", "earlier", "vouchers", "digests", "balance")
    known = month_checks._registry
    monkeypatch.setattr(month_checks, "_registry", {name: known[name] for name in ours})
    treasurer, steward = signed_in("Tom", "treasurer"), signed_in("Sam", "steward")
    address = reverse("books-month", args=["2026-03"])
    assert "A steward can close it." in treasurer.get(address).content.decode()
    assert treasurer.post(address).status_code == 409
    april = reverse("books-month", args=["2026-04"])
    refused = steward.post(april)
    assert refused.status_code == 409
    assert "It lasts until 30 April 2026." in refused.content.decode()
    assert steward.post(address).status_code == 302
    report = steward.get(reverse("books-month-report", args=["2026-03"]))
    assert report.content == bytes(Month.objects.get().report)
    assert "sha256-" in report["Content-Security-Policy"]
    assert steward.get(reverse("api-books-months")).json()["results"][0]["first"] == "2026-03-01"


def test_the_api_prepares_and_withdraws_as_the_pages_do(
    signed_in: Callable[..., Client],
) -> None:
    treasurer, steward = signed_in("Tom", "treasurer"), signed_in("Sam", "steward")
    vouchers = reverse("api-books-vouchers")
    said = {
        **expense(),
        "kind": "expense",
        "minor": 7_500,
        "document": b64encode(b"%PDF-1.7 a bill").decode(),
    }
    del said["amount"]

    def ask(client: Client, address: str, body: Any = None) -> tuple[int, Any]:
        answer = client.post(address, body or {}, "application/json")
        return answer.status_code, answer.json()

    status, made = ask(treasurer, vouchers, said)
    assert (status, made["state"], made["amount"]["minor"]) == (201, "prepared", 7_500)
    for name, value in (
        ("document", "not base 64"),
        ("minor", 0),
        ("minor", 10**13),
        ("on", "2026-02-30"),
        ("kind", "gift"),
        ("description", ""),
    ):
        status, problem = ask(treasurer, vouchers, {**said, name: value})
        assert (status, name in str(problem)) == (400, True)
    for changed, code in (
        ({"document": b64encode(b"<html>").decode()}, "document-type"),
        ({"debit": "dues"}, "voucher-debit"),
        ({"on": "2026-04-03"}, "voucher-in-the-future"),
    ):
        status, problem = ask(treasurer, vouchers, {**said, **changed})
        assert (status, problem["code"]) == (409, code)
    assert Voucher.objects.count() == 1
    withdraw = reverse("api-books-voucher-withdraw", args=[made["id"]])
    assert ask(steward, withdraw)[1]["code"] == "prepared-by-another"
    assert ask(treasurer, withdraw)[1]["state"] == "withdrawn"
    assert ask(treasurer, withdraw)[1]["code"] == "voucher-decided"


def test_the_api_changes_approves_and_undoes_as_the_pages_do(
    signed_in: Callable[..., Client],
) -> None:
    treasurer, steward = signed_in("Tom", "treasurer"), signed_in("Sam", "steward")
    said = {
        **expense(),
        "kind": "expense",
        "minor": 7_500,
        "document": b64encode(b"%PDF-1.7 a bill").decode(),
    }
    del said["amount"]

    def ask(client: Client, name: str, body: Any, *args: Any, method: str = "post") -> Any:
        send = getattr(client, method)
        return send(reverse(f"api-books-{name}", args=args), body, "application/json").json()

    made = ask(treasurer, "vouchers", said)
    less = {**said, "minor": 700}
    del less["document"]
    voucher = made["id"]
    assert ask(steward, "voucher", less, voucher, method="put")["code"] == "prepared-by-another"
    changed = ask(treasurer, "voucher", less, voucher, method="put")
    assert (changed["amount"]["minor"], changed["document_size"]) == (700, made["document_size"])
    seen = {"fingerprint": made["fingerprint"]}
    assert ask(steward, "voucher-approve", seen, voucher)["code"] == "changed-since"
    seen = {"fingerprint": changed["fingerprint"]}
    posted = ask(steward, "voucher-approve", seen, voucher)
    assert posted["state"] == "posted"
    why = {"description": "Put in twice", "on": "2026-02-30"}
    assert ask(treasurer, "entry-undo", why, posted["entry"])["errors"][0]["field"] == "on"
    why["on"] = said["on"]
    undoing = ask(treasurer, "entry-undo", why, posted["entry"])
    assert (undoing["kind"], undoing["reverses"]) == ("reversal", posted["entry"])
    assert ask(treasurer, "entry-undo", why, posted["entry"])["code"] == "reversed-already"
    seen = {"fingerprint": undoing["fingerprint"]}
    undone = ask(steward, "voucher-approve", seen, undoing["id"])
    entry = treasurer.get(reverse("api-books-entry", args=[undone["entry"]])).json()
    assert entry["reverses"] == posted["entry"]


def test_closing_by_the_api(
    entries: list[Entry], signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    steward = signed_in("Sam", "steward")
    months = reverse("api-books-months")

    def ask(client: Client, address: str, body: Any) -> tuple[int, Any]:
        answer = client.post(address, body, "application/json")
        return answer.status_code, answer.json()

    ours = ("over", "earlier", "vouchers", "digests", "balance")
    known = month_checks._registry
    monkeypatch.setattr(month_checks, "_registry", {name: known[name] for name in ours})
    march = {"month": "2026-03"}
    assert ask(signed_in("Tom", "treasurer"), months, march)[1]["code"] == "not-a-steward"
    assert ask(steward, months, {"month": "2026-04"})[1]["code"] == "month-not-ready"
    assert ask(steward, months, {"month": "2026-13"})[0] == 400
    assert ask(steward, months, march)[0] == 201
    assert ask(steward, months, march)[1]["code"] == "month-closed"
    assert ask(signed_in("Mia"), months, march)[0] == 403


def test_the_books_are_nobody_elses(
    entries: list[Entry], signed_in: Callable[..., Client], client: Client
) -> None:
    member = signed_in("Mia")
    scrutineer = signed_in("Sue", "scrutineer")
    for name in ("books", "books-journal", "books-vouchers", "books-months"):
        assert member.get(reverse(name)).status_code == 403
        assert scrutineer.get(reverse(name)).status_code == 403
        assert client.get(reverse(name)).status_code == 302
    assert member.get(reverse("api-books-entries")).status_code == 403
    assert client.get(reverse("api-books-entries")).status_code in (401, 403)
    assert client.get(reverse("api-ledger-digests")).json()["results"][0]["payments"] == 1
