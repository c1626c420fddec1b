"""Posting, posting again, reversing, and the reads over what was posted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries

from funding.ledger import actions, entries
from funding.ledger.chart import CHART
from funding.ledger.entries import LegSpec
from funding.ledger.figures import months_of
from funding.ledger.models import Account, ChainHead, Entry, Event, Leg, Seal
from kernel.money import Money
from kernel.refusal import Refused
from tests.conftest import NOW, TEST


def legs(gross: int = 500, fee: int = 33, currency: str = "EUR") -> list[LegSpec]:
    return [
        LegSpec("stripe", Money(gross - fee, currency)),
        LegSpec("payment-fees", Money(fee, currency)),
        LegSpec("dues", Money(-gross, currency)),
    ]


TODAY = NOW.date()


def post(key: str = "dues:in_1", *, on: date = TODAY, gross: int = 500, fee: int = 33) -> Entry:
    return actions.post(
        source_key=key,
        description="Dues paid",
        legs=legs(gross, fee),
        effective_on=on,
        by=TEST,
        at=NOW,
    )


@pytest.mark.django_db
def test_posting_seals_the_entry_into_the_chain_and_says_who_did_it() -> None:
    first, second = post("dues:in_1"), post("dues:in_2")
    connection.check_constraints()
    assert (first.seal.position, first.seal.previous_hash) == (1, entries.GENESIS)
    assert (second.seal.position, second.seal.previous_hash) == (2, first.seal.hash)
    assert ChainHead.objects.at() == (2, second.seal.hash)
    assert list(entries.breaks(Seal.objects.links())) == []
    posted = Event.objects.filter(verb="entry.posted")
    assert {event.subject for event in posted} == {f"entry:{first.pk}", f"entry:{second.pk}"}
    assert {event.program for event in posted} == {"test"}


@pytest.mark.django_db
def test_posting_twice_changes_nothing() -> None:
    first = post()
    assert post() == first
    assert (Entry.objects.count(), Leg.objects.count(), Seal.objects.count()) == (1, 3, 1)


@pytest.mark.django_db
def test_the_same_key_with_other_amounts_is_refused() -> None:
    post()
    with pytest.raises(Refused) as refusal:
        post(gross=600)
    assert refusal.value.code == "posted-differently"
    assert Entry.objects.count() == 1


@pytest.mark.django_db
def test_legs_that_do_not_balance_never_reach_the_database() -> None:
    with pytest.raises(entries.Unbalanced):
        actions.post(
            source_key="x",
            description="x",
            legs=legs()[:2],
            effective_on=TODAY,
            by=TEST,
            at=NOW,
        )
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_an_account_outside_the_chart_is_an_error() -> None:
    with pytest.raises(LookupError, match="yacht"):
        actions.post(
            source_key="x",
            description="x",
            legs=[LegSpec("yacht", Money(5, "EUR")), LegSpec("dues", Money(-5, "EUR"))],
            effective_on=TODAY,
            by=TEST,
            at=NOW,
        )
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_the_chart_is_opened_once_and_renamed_in_place() -> None:
    actions.ensure_chart(by=TEST, at=NOW)
    Account.objects.filter(code="bank").update(name="An old name")
    actions.ensure_chart(by=TEST, at=NOW)
    actions.ensure_chart(by=TEST, at=NOW)
    assert dict(Account.objects.values_list("code", "name")) == {a.code: a.name for a in CHART}
    assert Event.objects.filter(verb="account.opened").count() == len(CHART)
    assert Event.objects.get(verb="account.renamed").subject == "account:bank"


@pytest.mark.django_db
def test_a_reversal_is_the_mirror_and_happens_once() -> None:
    entry = post()
    undo = [
        actions.reverse(entry=entry, description="Undone", effective_on=TODAY, by=TEST, at=NOW)
        for _ in range(2)
    ]
    assert undo[0] == undo[1]
    assert undo[0].reverses == entry
    assert all(not balance.amount for balance in Leg.objects.trial_balance())
    assert list(entries.breaks(Seal.objects.links())) == []
    with pytest.raises(Refused) as refusal:
        actions.reverse(entry=undo[0], description="x", effective_on=TODAY, by=TEST, at=NOW)
    assert refusal.value.code == "reverses-a-reversal"


@pytest.mark.django_db
def test_the_reads_say_what_was_posted(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    post("a", on=date(2026, 9, 30))
    post("b", on=date(2026, 10, 1), gross=1000, fee=40)
    post("c", on=date(2026, 10, 31))
    with django_assert_num_queries(1):
        found = Leg.objects.trial_balance()
    assert {balance.code: balance.natural.minor for balance in found} == {
        "stripe": 467 + 960 + 467,
        "payment-fees": 33 + 40 + 33,
        "dues": 500 + 1000 + 500,
    }
    assert sum(balance.amount.minor for balance in found) == 0
    with django_assert_num_queries(1):
        moved = Leg.objects.by_month()
    months = months_of(moved, "EUR")
    assert [(m.first, m.came_in.minor, m.fees.minor, m.held.minor) for m in months] == [
        (date(2026, 9, 1), 500, 33, 467),
        (date(2026, 10, 1), 1500, 73, 467 + 960 + 467),
    ]


@pytest.mark.django_db
def test_checking_the_books_reads_every_entry(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        post(f"dues:in_{number}")
    told = StringIO()
    # the entries with their seals, their legs, the last seal, the head
    with django_assert_num_queries(4):
        call_command("check_books", stdout=told)
    assert told.getvalue() == "5 entries, every one as it was sealed\n"


class AnySequenceOfPostsAndReversals(TestCase):
    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.differing_executors]
    )
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 4),
                st.integers(1, 10**9),
                st.sampled_from(["EUR", "JPY"]),
                st.booleans(),
            ),
            max_size=12,
        )
    )
    def test_keeps_the_books_balanced_and_chained(
        self, steps: list[tuple[int, int, str, bool]]
    ) -> None:
        for key, gross, currency, undo in steps:
            try:
                entry = actions.post(
                    source_key=f"k{key}",
                    description="Dues paid",
                    legs=legs(gross + 1, 1, currency),
                    effective_on=TODAY,
                    by=TEST,
                    at=NOW,
                )
            except Refused:
                continue
            if undo:
                actions.reverse(
                    entry=entry, description="Undone", effective_on=TODAY, by=TEST, at=NOW
                )
        connection.check_constraints()
        totals: dict[str, int] = {}
        for balance in Leg.objects.trial_balance():
            currency = balance.amount.currency
            totals[currency] = totals.get(currency, 0) + balance.amount.minor
        assert not any(totals.values())
        assert list(entries.breaks(Seal.objects.links())) == []
        assert Seal.objects.count() == Entry.objects.count() == ChainHead.objects.at()[0]


@pytest.mark.django_db(transaction=True)
def test_eight_threads_posting_the_same_keys_make_one_entry_each() -> None:
    keys = [f"dues:in_{number}" for number in range(12)]

    def work(shift: int) -> list[str]:
        try:
            return [str(post(key).pk) for key in [*keys[shift:], *keys[:shift], *reversed(keys)]]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(work, range(8)))
    assert {pk for answer in answers for pk in answer} == {
        str(pk) for pk in Entry.objects.values_list("pk", flat=True)
    }
    assert sorted(Entry.objects.values_list("source_key", flat=True)) == sorted(keys)
    assert Leg.objects.count() == 3 * len(keys)
    assert list(entries.breaks(Seal.objects.links())) == []
    assert ChainHead.objects.at()[0] == len(keys)
