"""A poll from scheduling to its result."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from governance.record.canonical import canonical_bytes
from governance.record.models import Pending
from governance.record.public_files import read_public
from governance.voting import actions, keys, manifest, recount, sweeps
from governance.voting.models import (
    Ballot,
    Commitment,
    Event,
    Intake,
    IssueMark,
    Poll,
    RollEntry,
)
from kernel.refusal import Refused
from members.models import Person
from tests.governance.voting.conftest import TEST, vote

pytestmark = pytest.mark.django_db


def entry_bodies(kind: str) -> list[dict[str, object]]:
    return [json.loads(bytes(one.data)) for one in Pending.objects.filter(type=kind).order_by("pk")]


def test_a_vote_from_opening_to_result(
    make_open: Callable[..., Poll],
    people: Callable[[int], list[Person]],
    now: datetime,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    members = people(5)
    poll = make_open()
    assert poll.roll_size == 5
    for person, choice in zip(members, ["yes", "yes", "yes", "no"], strict=False):
        vote(poll, person, choice, now)

    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)

    assert poll.stage == "closed"
    assert poll.result["counts"] == {"yes": 3, "no": 1, "abstain": 0}
    assert poll.result["outcome"] == "adopted"
    assert (poll.result["eligible"], poll.result["issued"], poll.result["cast"]) == (5, 4, 4)
    assert poll.private_keys is None
    assert not (Path(settings.KEYS_DIR) / "polls" / str(poll.pk)).exists()
    assert not Intake.objects.exists()
    assert not IssueMark.objects.exclude(fingerprint=None).exists()

    [opened] = entry_bodies("poll.opened")
    assert opened["manifestSha256"] == poll.manifest_sha256 == manifest.sha256_of(poll.manifest)
    [committed] = entry_bodies("poll.ballots-committed")
    assert committed["hashes"] == sorted(Ballot.objects.values_list("hash", flat=True))
    [closed] = entry_bodies("poll.closed")
    assert closed["resultSha256"] == poll.result_sha256
    assert closed["bundleSha256"] == poll.bundle_sha256

    bundle = json.loads(read_public(f"polls/{poll.pk}/ballots.json") or b"")
    assert read_public(f"polls/{poll.pk}/result.json") == canonical_bytes(poll.result)
    checked = recount.recount(
        bundle,
        json.loads(read_public(f"polls/{poll.pk}/manifest.json") or b""),
        manifest_sha256=str(opened["manifestSha256"]),
        committed=committed["hashes"],
        recorded_result=poll.result,
    )
    assert checked.holds, checked.faults
