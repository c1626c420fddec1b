"""Many posters at once, each with the same two hundred things to post."""

from __future__ import annotations

import random
import threading
from datetime import date

import pytest
from django.db import OperationalError, connection

from funding.ledger import actions, entries
from funding.ledger.entries import LegSpec
from funding.ledger.models import ChainHead, Entry, Leg, Seal
from kernel.money import Money
from tests.conftest import NOW, TEST

THREADS, EVENTS = 8, 200
# Each try waits for the database as long as its setting says.
TRIES = 20


def post(number: int) -> None:
    """As a worker does: what found the database busy is tried again, and not for ever."""
    amount = Money(number + 1, "EUR")
    for tried in range(TRIES):
        try:
            actions.post(
                source_key=f"dues:{number}",
                description="Dues paid",
                legs=[LegSpec("stripe", amount), LegSpec("dues", -amount)],
                effective_on=date(2026, 3, 10),
                by=TEST,
                at=NOW,
                paid=amount,
            )
        except OperationalError:
            if tried == TRIES - 1:
                raise
        else:
            return


@pytest.mark.django_db(transaction=True)
def test_eight_threads_with_the_same_events_post_each_once() -> None:
    actions.ensure_chart(by=TEST, at=NOW)
    start, faults = threading.Barrier(THREADS), []

    def work(seed: int) -> None:
        numbers = list(range(EVENTS))
        random.Random(seed).shuffle(numbers)  # noqa: S311 - an order, no secret
        try:
            start.wait()
            for number in numbers:
                post(number)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Entry.objects.count() == Seal.objects.count() == EVENTS
    total = sum(range(1, EVENTS + 1))
    balances = {balance.code: balance.amount.minor for balance in Leg.objects.trial_balance()}
    assert balances == {"stripe": total, "dues": -total}
    assert ChainHead.objects.get().position == EVENTS
    assert list(entries.breaks(Seal.objects.links())) == []
