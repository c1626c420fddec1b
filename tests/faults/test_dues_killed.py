"""A worker that is killed, by SIGKILL, at any moment: no payment is lost, none is booked twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from funding.dues import actions, stripe_gateway, sweeps
from funding.dues.models import BalanceTransaction, InboxEvent, Payment, Refund
from funding.ledger import entries as chain
from funding.ledger.models import Entry, Seal
from funding.stripe_sandbox import disputing
from funding.stripe_sandbox.server import Sandbox
from members.models import Person
from tests.conftest import NOW, TEST
from tests.funding.dues.conftest import KEY, SECRET, Till, all_once, books, post, work

PEOPLE = 24
KILLS = 3
ROOT = Path(__file__).resolve().parents[2]
# Longer than any lease: what a killed worker held is free for the next one.
LATER = timedelta(minutes=5)

WORKER = """
import sys
from datetime import datetime
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"], settings.STRIPE_API_BASE, at = sys.argv[1:]
django.setup()
from funding.dues import sweeps
print("ready", flush=True)
sys.stdin.readline()
while True:
    sweeps.inbox(datetime.fromisoformat(at))
"""


@contextmanager
def a_worker(sandbox: Sandbox, at: datetime) -> Iterator[subprocess.Popen[str]]:
    """A worker process on this test's database: works once it is told to, as if it were ``at``."""
    database = str(connection.settings_dict["NAME"])
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, database, sandbox.url, at.isoformat()],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        try:
            yield worker
        finally:
            worker.kill()


def kill_at_work(worker: subprocess.Popen[str], *, after: float) -> None:
    """Let the worker begin, and kill it ``after`` seconds from its first two payments on."""
    assert worker.stdin
    assert worker.stdout
    assert worker.stdout.readline() == "ready\n"
    before = Payment.objects.count()
    worker.stdin.write("go\n")
    worker.stdin.flush()
    while Payment.objects.count() < before + 2:
        assert worker.poll() is None
        time.sleep(0.005)
    time.sleep(after)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()


@pytest.mark.django_db(transaction=True)
def test_every_payment_is_applied_once_however_often_the_worker_is_killed(
    make_person: Callable[..., Person], settings: Settings
) -> None:
    chance = random.Random(20261120)  # noqa: S311 - moments to kill at, the same in every run
    with Sandbox(api_key=KEY, webhook_secret=SECRET) as sandbox, ExitStack() as stack:
        workers = [
            stack.enter_context(a_worker(sandbox, NOW + number * LATER)) for number in range(KILLS)
        ]
        settings.STRIPE_API_BASE = sandbox.url
        actions.sync_plans(by=TEST, at=NOW)
        till = Till(sandbox)
        people = [make_person(f"P{number}", standing=False) for number in range(PEOPLE)]
        for person in people:
            till.pay(till.choose(person))
        till.deliver()
        for worker in workers:
            kill_at_work(worker, after=chance.uniform(0, 0.05))
        assert 2 * KILLS <= Payment.objects.count() < PEOPLE
        while sweeps.inbox(NOW + KILLS * LATER):
            pass
        all_once(*people)


class Mortal:
    """The process of ``mortal.py`` on this test's database, and the tasks it is given."""

    def __init__(self, sandbox: Sandbox) -> None:
        database = str(connection.settings_dict["NAME"])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.mortal", database, sandbox.url],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n"

    def do(self, what: str, at: datetime, die_at: int, **more: str) -> list[str] | None:
        """Have a child do it; None where it died by SIGKILL, else every point it came past."""
        assert self.process.stdin
        assert self.process.stdout
        task = {"do": what, "at": at.isoformat(), "die_at": die_at, **more}
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if answer["signal"] == signal.SIGKILL:
            return None
        assert answer["code"] == 0
        points: list[str] = answer["points"]
        return points


@pytest.fixture
def till(transactional_db: None, settings: Settings) -> Iterator[Till]:
    with Sandbox(api_key=KEY, webhook_secret=SECRET) as sandbox:
        settings.STRIPE_API_BASE = sandbox.url
        actions.sync_plans(by=TEST, at=NOW)
        yield Till(sandbox)


@pytest.fixture
def mortal(till: Till) -> Iterator[Mortal]:
    mortal = Mortal(till.sandbox)
    yield mortal
    mortal.process.kill()
    mortal.process.communicate()


def moments(points: Sequence[str]) -> Iterator[tuple[int, datetime]]:
    """Where to die, once for each name, and when: after the leases held at the one before."""
    firsts = {name: number for number, name in reversed(list(enumerate(points, 1)))}
    for turn, number in enumerate(sorted(firsts.values()), 1):
        yield number, NOW + turn * LATER


def test_a_payment_survives_a_kill_at_every_step(
    till: Till, mortal: Mortal, make_person: Callable[..., Person]
) -> None:
    def pays(name: str) -> Person:
        person = make_person(name, standing=False)
        till.pay(till.choose(person))
        till.deliver()
        return person

    # The first payment of all opens the accounts too.
    people = [pays("Ada")]
    till.settle()
    people.append(pays("Nia"))
    points = mortal.do("inbox", NOW, 0)
    assert points
    assert {
        *("dues_payment", "dues_balancetransaction", "dues_subscription"),
        *("ledger_entry", "ledger_leg", "ledger_seal"),
        *("members_standingperiod", "members_outgoingmail"),
    } <= {point.split()[-1] for point in points if "INTO" in point}
    for number, at in moments(points):
        people.append(pays(f"P{number}"))
        assert mortal.do("inbox", at, number) is None
        till.settle(at + LATER / 2)
    all_once(*people)


def test_an_event_survives_a_kill_of_the_web_at_every_step(
    till: Till, mortal: Mortal, make_person: Callable[..., Person]
) -> None:
    """What was not answered, Stripe sends again; what was stored before the answer is one event."""
    till.pay(till.choose(make_person("Nia", standing=False)))
    news = [{"body": body.decode(), "signature": signature} for body, signature in till.news()]
    points = mortal.do("webhook", NOW, 0, **news[0])
    assert points
    assert "before INSERT INTO dues_inboxevent" in points
    for (number, _at), sent in zip(moments(points), cycle(news[1:]), strict=False):
        mortal.do("webhook", NOW, number, **sent)
    for sent in news * 2:
        assert post(sent["body"].encode(), sent["signature"]) == 200
    assert InboxEvent.objects.count() == len(news)
    work(NOW + LATER)
    assert Payment.objects.count() == Entry.objects.count() == 1


def test_a_refund_survives_a_kill_at_every_step(
    till: Till, mortal: Mortal, make_person: Callable[..., Person]
) -> None:
    def pays_and_gets_back(name: str) -> None:
        till.join(make_person(name, standing=False), at=NOW)
        payment = Payment.objects.latest("pk")
        actions.order_refund(
            payment=payment, amount=payment.gross, cause="ending", reason="", by=TEST, at=NOW
        )

    pays_and_gets_back("Ada")
    till.settle()
    pays_and_gets_back("Nia")
    points = mortal.do("refunds", NOW, 0)
    assert points
    for number, at in moments(points):
        pays_and_gets_back(f"P{number}")
        assert mortal.do("refunds", at, number) is None
        till.settle(at + LATER / 2)
    till.settle(NOW)
    count = Refund.objects.filter(state="returned").count()
    assert count == Refund.objects.count() == Payment.objects.count()
    assert len(till.sandbox.account.store.every("refund")) == count
    balances(till, entries=2 * count)


def test_a_lost_dispute_survives_a_kill_at_every_step(
    till: Till, mortal: Mortal, make_person: Callable[..., Person]
) -> None:
    moment = int(NOW.timestamp())

    def pays_and_disputes(name: str) -> None:
        till.join(make_person(name, standing=False), at=NOW)
        intent, _collected = stripe_gateway.fetch_payment(Payment.objects.latest("pk").intent_id)
        account = till.sandbox.account
        opened = disputing.open_dispute(
            account, intent.charge, amount=5000, reason="fraudulent", inquiry=False, at=moment
        )
        disputing.close_dispute(account, opened["id"], won=False, at=moment + 1)
        till.deliver()

    pays_and_disputes("Ada")
    till.settle()
    pays_and_disputes("Nia")
    points = mortal.do("inbox", NOW, 0)
    assert points
    for number, at in moments(points):
        pays_and_disputes(f"P{number}")
        assert mortal.do("inbox", at, number) is None
        till.settle(at + LATER / 2)
    count = Payment.objects.count()
    assert (books()["disputed"], books()["returned-dues"]) == (0, -5000 * count)
    balances(till, entries=3 * count)


def balances(till: Till, *, entries: int) -> None:
    """The books are whole, and hold what the sandbox does: one entry for each of its lines."""
    lines = till.sandbox.account.store.every("balance_transaction")
    assert Entry.objects.count() == Seal.objects.count() == entries
    assert BalanceTransaction.objects.exclude(entry=None).count() == len(lines)
    assert books()["stripe"] == sum(line["net"] for line in lines)
    assert list(chain.breaks(Seal.objects.links())) == []
