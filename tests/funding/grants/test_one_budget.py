"""Six hundred attempts at one budget by twenty-four processes at once: never a cent too much."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from funding.grants.actions import funds
from funding.grants.models import Application, ApplicationVersion, Award, Fund
from funding.ledger import entries
from funding.ledger.models import Leg, Seal
from members.models import Person
from tests.conftest import NOW, TEST
from tests.funding.grants.awards_scene import a_round, an_application, fill_bank

PROCESSES, ATTEMPTS = 24, 600
BUDGET = 300_000
ROOT = Path(__file__).resolve().parents[3]

# One process is started and becomes twenty-four, so that Django is read once: all of it, the
# addresses too. A mail names an address, and whoever reads the site's for the first time does it
# while holding the fund: twenty-four times, one after the other. What finds the database busy is
# tried again, as a request of a person's is: nothing was written.
AWARDERS = """
import json, os, sys
from collections import Counter
from datetime import datetime
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"], at, processes = sys.argv[1], *sys.argv[2:4]
django.setup()
from django.db import OperationalError
from django.urls import reverse
from funding.grants.actions.funds import commit_award
from funding.grants.models import Application
from kernel.refusal import Refused
from members.models import Program

def attempt(key):
    application = Application.objects.select_related("round", "version").get(pk=key)
    for tried in range(40):
        try:
            commit_award(application=application, amount=application.version.ask,
                by=Program("test"), at=datetime.fromisoformat(at))
        except Refused as refused:
            return refused.code
        except OperationalError:
            continue
        return "awarded"
    return "busy"

reverse("grants")
keys = json.load(sys.stdin)
pipes = []
for number in range(int(processes)):
    reading, writing = os.pipe()
    if os.fork() == 0:
        answers = Counter(attempt(key) for key in keys[number::int(processes)])
        os.write(writing, json.dumps(answers).encode())
        os._exit(0)
    os.close(writing)
    pipes.append(reading)
told = Counter()
for reading in pipes:
    with os.fdopen(reading, "rb") as answers:
        told.update(json.loads(answers.read()))
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
print(json.dumps(told))
"""


def applications(person: Person) -> list[Application]:
    """Chosen projects, each of which asks for between 60 and 105 euros of one budget."""
    first = an_application(a_round(budget=BUDGET), person, ask=6_000)
    assert first.version
    made = [first]
    copies, versions = [], []
    for number in range(1, ATTEMPTS):
        ask = 6_000 + number % 10 * 500
        copy = Application(
            round=first.round,
            applicant=person,
            begun_at=first.begun_at,
            stage="draft",
        )
        content = {
            **first.version.content,
            "minor": ask,
            "milestones": [{**first.version.content["milestones"][0], "minor": ask}],
        }
        version = ApplicationVersion(
            application=copy,
            number=1,
            title=f"Project {number}",
            summary="Small.",
            content=content,
            sha256=f"{number:064d}",
            ask_minor=ask,
            currency="EUR",
            sent_at=NOW,
        )
        copies.append(copy)
        versions.append(version)
    Application.objects.bulk_create(copies)
    ApplicationVersion.objects.bulk_create(versions)
    for copy, version in zip(copies, versions, strict=True):
        copy.version, copy.stage, copy.named_at = version, "awarded", NOW
    Application.objects.bulk_update(copies, ["version", "stage", "named_at"])
    return made + copies


@pytest.mark.django_db(transaction=True)
def test_no_process_awards_what_another_has_awarded(make_person: Callable[..., Person]) -> None:
    asked = applications(make_person("Noor", standing=False))
    wanted = sum(one.version.ask_minor for one in asked if one.version)
    assert wanted > 2 * BUDGET, "far more is asked for than there is"
    fill_bank(BUDGET)
    name = str(connection.settings_dict["NAME"])
    answer = subprocess.run(
        [sys.executable, "-c", AWARDERS, name, NOW.isoformat(), str(PROCESSES)],
        input=json.dumps([str(one.pk) for one in asked]),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    told = Counter(json.loads(answer.stdout))
    assert set(told) == {"awarded", "budget-spent"}, told
    assert sum(told.values()) == ATTEMPTS
    fund = Fund.objects.get()
    promised = sum(Award.objects.values_list("minor", flat=True))
    smallest_left = min(
        one.version.ask_minor
        for one in Application.objects.filter(award=None).select_related("version")
        if one.version
    )
    assert Award.objects.count() == told["awarded"]
    assert promised == fund.committed_minor <= BUDGET
    assert fund.free.minor < smallest_left, "nothing was refused that there was money for"
    books = {balance.code: balance.amount.minor for balance in Leg.objects.trial_balance()}
    assert books["awards"] == -books["awards-payable"] == promised
    assert funds.prove_funds(by=TEST, at=NOW) == ()
    assert list(entries.breaks(Seal.objects.links())) == []
