"""A worker that is killed, by SIGKILL, at any moment: no payment is lost, none is booked twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from funding.dues import actions, sweeps
from funding.dues.models import Payment
from funding.stripe_sandbox.server import Sandbox
from members.models import Person
from tests.conftest import NOW, TEST
from tests.funding.dues.conftest import KEY, SECRET, Till, all_once

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
