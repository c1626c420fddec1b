"""What reconciliation finds: what no webhook brought, what is not booked, where totals differ."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from funding.dues import actions, reconciling, stripe_gateway, sweeps
from funding.dues.models import (
    BalanceTransaction,
    BankLine,
    Case,
    InboxObject,
    Payment,
    Payout,
    Reconciliation,
    Subscription,
)
from funding.dues.stripe_gateway import WrongAccount
from funding.ledger import actions as ledger
from funding.ledger.entries import LegSpec
from funding.ledger.models import Entry
from funding.stripe_sandbox import billing, paying_out
from funding.stripe_sandbox.server import Sandbox
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import NOW, TEST
from tests.funding.dues.conftest import KEY, SECRET, Till, all_once, books, work
from tests.funding.dues.test_bank_files import camt, entry

AT = int(NOW.timestamp())


@pytest.fixture
def sandbox(settings: Settings) -> object:
    """One of its own: reconciliation looks at everything that is there."""
    with Sandbox(api_key=KEY, webhook_secret=SECRET) as sandbox:
        settings.STRIPE_API_BASE = sandbox.url
        yield sandbox


@pytest.fixture
def treasurer(make_person: Callable[..., Person]) -> Person:
    return make_person("Tara", role="treasurer")


def walk(minutes: int = 0) -> Reconciliation:
    done = reconciling.walk(by=TEST, at=NOW + timedelta(minutes=minutes))
    work(NOW + timedelta(minutes=minutes))
    return done


def test_everything_dropped_is_found_and_booked_once(till: Till, newcomer: Person) -> None:
    subscription = till.pay(till.choose(newcomer))
    till.news()  # all of it is lost
    first = walk(1)
    assert first.missed_events == first.events > 0
    work(NOW + timedelta(minutes=2))
    all_once(newcomer)
    billing.cancel(till.sandbox.account, subscription, at=AT + 60)
    till.news()
    walk(3)
    assert Subscription.objects.get().status == "canceled"
    last = walk(4)
    assert (last.missed_events, last.unbooked, last.differences) == (0, 0, 0)
    assert last.balance_minor == last.books_minor == books()["stripe"]


def test_a_line_that_no_event_tells_of_is_booked_all_the_same(
    till: Till, newcomer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.pay(till.choose(newcomer))
    monkeypatch.setattr(stripe_gateway, "events", lambda since: iter(()))
    assert walk(1).unbooked == 1
    for minutes in (2, 3, 4):
        work(NOW + timedelta(minutes=minutes))
    assert Payment.objects.count() == 1
    assert walk(5).unbooked == 0


def test_what_we_cannot_book_opens_a_case_and_changes_no_book(
    till: Till, newcomer: Person, make_person: Callable[..., Person]
) -> None:
    steward = make_person("Stella", role="steward")
    till.join(newcomer)
    _move(till, "txn_strange", "other_adjustment", -700)
    _move(till, "txn_fee", "fee", -250)
    before = books()
    walk(1)
    after = books()
    assert after["stripe"] == before["stripe"] - 250
    assert after["payment-fees"] == before["payment-fees"] + 250
    case = Case.objects.get()
    assert (case.kind, case.stripe_id, case.closed_at) == ("unbooked", "txn_strange", None)
    assert "-€7.00" in case.seen
    with pytest.raises(Refused) as no:
        actions.do_about_case(case=case, way="nonsense", reason="x", by=steward, at=NOW)
    assert no.value.code == "no-such-way"
    actions.do_about_case(case=case, way="book-as-fee", reason="Card network", by=steward, at=NOW)
    assert books()["stripe"] == before["stripe"] - 950
    assert walk(2).differences == 0


def test_a_balance_that_differs_opens_a_case(till: Till, newcomer: Person) -> None:
    till.join(newcomer)
    ledger.post(
        source_key="by-hand",
        description="A mistake by hand",
        legs=[LegSpec("stripe", Money(100, "EUR")), LegSpec("dues", Money(-100, "EUR"))],
        effective_on=NOW.date(),
        by=TEST,
        at=NOW,
    )
    done = walk(1)
    assert done.books_minor == (done.balance_minor or 0) + 100
    assert Case.objects.get().kind == "balance"
    assert Entry.objects.count() == 2
    BalanceTransaction.objects.get()


def test_payouts_are_on_their_way_until_the_bank_shows_them(
    till: Till, newcomer: Person, treasurer: Person
) -> None:
    till.join(newcomer)
    held = books()["stripe"]
    later = AT + 10 * 86_400
    payout = paying_out.pay_out(till.sandbox.account, at=later)
    assert payout
    till.settle()
    assert (books()["stripe"], books()["payouts-in-transit"]) == (0, held)
    day = Payout.objects.get().arrives_on
    amount = f"{held / 100:.2f}"
    body = camt(entry(amount, day=f"{day}"), entry("12.00", direction="DBIT", reference="B2"))
    for _again in range(2):
        made = actions.import_statement(body=body, by=treasurer, at=NOW)
    assert made.lines.count() == 2
    assert (books()["bank"], books()["payouts-in-transit"]) == (held, 0)
    assert Payout.objects.get().bank_line == BankLine.objects.get(reference="BANK-1")
    case = Case.objects.get()
    assert (case.kind, case.details["amount"]) == ("bank-line", "-€12.00")
    ledger.post(
        source_key="voucher:1",
        description="Servers in November",
        legs=[LegSpec("hosting", Money(1200, "EUR")), LegSpec("bank", Money(-1200, "EUR"))],
        effective_on=day,
        by=TEST,
        at=NOW,
    )
    assert actions.match_line(line=BankLine.objects.get(reference="B2"), by=TEST, at=NOW)
    case.refresh_from_db()
    assert case.way == "matched"
    overlapping = camt(entry(amount, day=f"{day}"), entry("3.00", reference="B3", day=f"{day}"))
    assert actions.import_statement(body=overlapping, by=treasurer, at=NOW).lines.count() == 1
    changed = camt(entry("99.00", day=f"{day}"), entry("4.00", reference="B4"))
    with pytest.raises(Refused) as no:
        actions.import_statement(body=changed, by=treasurer, at=NOW)
    assert no.value.code == "statement-changed"
    assert not BankLine.objects.filter(reference="B4").exists()


def test_a_line_that_nothing_explains_is_explained_by_a_steward_with_a_reason(
    db: None, treasurer: Person, make_person: Callable[..., Person], client: Client
) -> None:
    steward = make_person("Stella", role="steward")
    body = camt(entry("12.00", direction="DBIT", reference="B2", text="CARD FEE"))
    made = actions.import_statement(body=body, by=treasurer, at=NOW)
    case = Case.objects.get()
    client.force_login(steward)
    page = reverse("statements")
    assert "CARD FEE" in client.get(page).content.decode()
    with pytest.raises(Refused) as no:
        actions.do_about_case(case=case, way="explained", reason="Ours", by=treasurer, at=NOW)
    assert no.value.code == "not-a-steward"
    actions.do_about_case(
        case=case, way="explained", reason="A lost card, see the minutes", by=steward, at=NOW
    )
    line = made.lines.get()
    assert (line.explained, line.entry) == ("A lost card, see the minutes", None)
    assert "CARD FEE" not in client.get(page).content.decode()
    assert "see the minutes" in client.get(reverse("statement", args=[made.pk])).content.decode()
    # Explained is explained: what is booked later does not take it over.
    assert actions.match_line(line=line, by=TEST, at=NOW)
    assert not BankLine.objects.exclude(entry=None).exists()


def test_a_payout_that_fails_comes_back(till: Till, newcomer: Person) -> None:
    till.join(newcomer)
    held = books()["stripe"]
    payout = paying_out.pay_out(till.sandbox.account, at=AT + 10 * 86_400)
    assert payout
    paying_out.fail(till.sandbox.account, payout["id"], at=AT + 11 * 86_400)
    till.settle()
    assert (books()["stripe"], books()["payouts-in-transit"]) == (held, 0)
    assert Case.objects.get().kind == "payout-failed"
    assert walk(1).unbooked == 0


def test_another_account_is_refused(till: Till, settings: Settings) -> None:
    settings.STRIPE_ACCOUNT = "acct_other"
    with pytest.raises(WrongAccount):
        reconciling.walk(by=TEST, at=NOW)
    assert not Reconciliation.objects.exists()


def test_what_is_given_up_is_listed_and_replayed(
    till: Till, newcomer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = till.pay(till.choose(newcomer))
    till.deliver()

    def broken(id: str) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(stripe_gateway, "fetch_subscription", broken)
        at = NOW
        for _ in range(25):
            sweeps.inbox(at)
            at += timedelta(minutes=11)
    dead = InboxObject.objects.dead().get()
    assert (dead.stripe_id, dead.attempts) == (subscription, 20)
    assert Case.objects.get().kind == "dead-letter"
    assert not InboxObject.objects.waiting().exists()
    out = StringIO()
    call_command("replay", stdout=out)
    assert subscription in out.getvalue()
    call_command("replay", all=True, stdout=out)
    work(at)
    all_once(newcomer)
    assert not Case.objects.open().exists()
    with pytest.raises(CommandError, match="nothing of sub_none"):
        call_command("replay", "sub_none", stdout=out)


def test_the_command_says_what_it_found(till: Till, newcomer: Person) -> None:
    till.pay(till.choose(newcomer))
    out = StringIO()
    call_command("reconcile", stdout=out)
    assert "Nothing differs." in out.getvalue()
    assert Payment.objects.count() == 1


def _move(till: Till, id: str, category: str, amount: int) -> None:
    till.sandbox.account.store.add(
        {
            "id": id,
            "object": "balance_transaction",
            "amount": amount,
            "available_on": AT,
            "created": AT + 1,
            "currency": "eur",
            "fee": 0,
            "fee_details": [],
            "net": amount,
            "reporting_category": category,
            "source": None,
            "status": "available",
            "type": "adjustment",
        }
    )
