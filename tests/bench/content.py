"""What the bench serves: terms that were published as the site publishes them."""

from __future__ import annotations

import io
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from governance.record import merkle, sweeps
from governance.record.canonical import canonical_bytes, timestamp
from governance.record.models import Pending
from governance.record.signing import make_keys
from governance.terms import actions
from governance.terms.models import Version
from governance.terms.rulebook import DraftContent, Rule
from members.models import Person, Program

BENCH = Program("bench")
TERMS = 60
ADOPTION = {
    "poll": "http://localhost:8000/polls/6f3c2a52-9a7e-4d61-8f0e-2f1f6f0a9b11/",
    "method": "yes_no",
    "eligible": 200,
    "cast": 61,
    "result": {"counts": {"yes": 50, "no": 8, "abstain": 3}, "outcome": "adopted"},
    "manifestSha256": "a" * 64,
    "resultSha256": "b" * 64,
}


def fill() -> Version:
    """An empty database becomes one of sixty terms, all of them files too; answers one of them."""
    call_command("migrate", verbosity=0)
    make_keys(Path(settings.KEYS_DIR))
    now = timezone.now()
    author = Person.objects.create_user("ada@example.org", display_name="Ada")
    for number in range(TERMS):
        draft = actions.create_draft(content=_content(number), by=author, at=now)
        actions.freeze_draft(draft=draft, by=BENCH, at=now)
        version = actions.publish(draft=draft, adoption=ADOPTION, by=BENCH, at=now)
    sweeps.keys(now)
    sweeps.sequence(now)
    call_command("publish", verbosity=0, stdout=io.StringIO())
    return version


def _content(number: int) -> DraftContent:
    keep = Rule("permission", "second", "store", retention=f"P{number}D")
    return DraftContent(
        slug=f"kept-for-{number}-days",
        version="1.0.0",
        title=f"Kept for {number} days",
        plain=f"Keep what I tell you for {number} days and do not follow me around.\n" * 4,
        legal=f"The organisation keeps the data for at most {number} days.\n" * 20,
        rules=(keep, Rule("prohibition", "second", "track")),
    )


def wait_for_the_record(turn: int, number: int) -> float:
    """Have ``number`` entries wait for the record; answers the seconds that this took."""
    now = timezone.now()
    rows = []
    for place in range(number):
        body = {"slug": f"term-{turn}-{place}", "status": "deprecated", "version": "1.0.0"}
        data = canonical_bytes({**body, "type": "term.status", "at": timestamp(now)})
        leaf = merkle.leaf_hash(data).hex()
        rows.append(Pending(type="term.status", at=now, data=data, leaf_hash=leaf))
    begun = time.perf_counter()
    with transaction.atomic():
        Pending.objects.bulk_create(rows)
    return time.perf_counter() - begun


def sequence() -> None:
    """Give all that waits its place, sign the tree and publish it."""
    sweeps.sequence(timezone.now())
