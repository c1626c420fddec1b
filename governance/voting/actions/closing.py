"""Committing ballots to the public record, and closing a poll.

Every step may be run again after a crash, and by several workers at once: ballots move in one
transaction with their entry in the record, what is published follows from the ballots alone, and
only one worker's last step finds the poll still closing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.record.actions import submit
from governance.record.canonical import canonical_bytes
from governance.record.public_files import read_public, write_public
from governance.voting import ballots, bundle, exports, keys, manifest, stages
from governance.voting.actions.life import publish_manifest
from governance.voting.ballots import SignedBallot
from governance.voting.models import Ballot, Commitment, Event, Intake, IssueMark, Poll
from governance.voting.record_types import MOST_HASHES
from kernel import sealed
from kernel.refusal import Refused
from members.models import Author, subject_of

# No batch is smaller while a poll is open, so that none tells who just voted.
LEAST = 20

# What the record's entry says of a result; the rest is in the file whose hash it names.
_RECORDED = ("eligible", "issued", "cast", "counts", "winners", "outcome")


@transaction.atomic
def commit_ballots(*, poll: Poll, at: datetime, by: Author, least: int = LEAST) -> int:
    """Move up to 900 ballots from the intake to the record, if there are ``least``: how many.

    They are written in the order of their hashes. Fewer go back into the intake in that order.
    Either way the marks of who took a ballot are rewritten in the order of the roll: the newest of
    them would otherwise lie apart, and tell whose the ballots are that wait.
    """
    waiting = list(
        Intake.objects.select_for_update().filter(poll=poll).order_by("hash")[:MOST_HASHES]
    )
    Intake.objects.filter(pk__in=[ballot.pk for ballot in waiting]).delete()
    if waiting:
        rewrite_marks(poll)
    if len(waiting) < max(least, 1):
        Intake.objects.bulk_create(waiting)
        return 0
    Ballot.objects.bulk_create(
        Ballot(
            poll=poll,
            token=ballot.token,
            sequence=ballot.sequence,
            hash=ballot.hash,
            body=ballot.body,
            proof=ballot.proof,
        )
        for ballot in waiting
    )
    pending = submit(
        type="poll.ballots-committed",
        body={"poll": str(poll.pk), "hashes": [ballot.hash for ballot in waiting]},
        at=at,
    )
    Commitment.objects.create(poll=poll, record_hash=pending.leaf_hash, ballots=len(waiting), at=at)
    Event.record(
        "poll.ballots-committed", subject=subject_of(poll), by=by, at=at, ballots=len(waiting)
    )
    return len(waiting)


def close_poll(*, poll: Poll, at: datetime, by: Author) -> None:
    """Stop taking ballots, commit the last, publish them all, count what was published, record it.

    The poll's key file is destroyed as soon as nothing needs signing. May be called again after a
    crash at any point, and by several workers. ``poll`` is brought up to date. Raises ``Refused``:
    "poll-still-open" within its window, "poll-not-open" if it never opened.
    """
    # What has begun to close goes on, even by a clock that was set back since.
    if at < poll.closes_at and poll.stage != stages.CLOSING:
        raise Refused("poll-still-open", _("This vote is open until its window ends."))
    _begin_to_close(poll, at=at, by=by)
    poll.refresh_from_db()
    if poll.stage == stages.CLOSED:
        return
    if poll.stage != stages.CLOSING:
        raise Refused("poll-not-open", _("This vote did not open, so it cannot be closed."))
    keys.destroy(poll.pk)
    while commit_ballots(poll=poll, at=at, by=by, least=1):
        pass
    bundle_sha256 = publish_bundle(poll)
    publish_exports(poll)
    result = _count_published(poll)
    write_public(f"polls/{poll.pk}/result.json", canonical_bytes(result))
    _conclude(poll, result, bundle_sha256, at=at, by=by)
    poll.refresh_from_db()


def publish_bundle(poll: Poll) -> str:
    """Write the manifest and every committed ballot as public files; answer the bundle's SHA-256.

    The same bytes each time: only for a poll that takes no more ballots.
    """
    content = _bundle(poll)
    publish_manifest(poll.pk, poll.manifest or {})
    write_public(f"polls/{poll.pk}/ballots.json", content)
    return hashlib.sha256(content).hexdigest()


def publish_exports(poll: Poll) -> None:
    """Write the ballots that count in the formats that others read; the same bytes each time.

    Only for a poll that takes no more ballots.
    """
    content = read_public(f"polls/{poll.pk}/ballots.json") or _bundle(poll)
    for path, exported in _exports(poll, content):
        write_public(path, exported)


def public_files(poll: Poll) -> Iterator[tuple[str, bytes]]:
    """Every file that is published of a poll at its stage, by path."""
    if poll.manifest is not None:
        yield f"polls/{poll.pk}/manifest.json", canonical_bytes(poll.manifest)
    if poll.stage == stages.CLOSED:
        ballots_json = _bundle(poll)
        yield f"polls/{poll.pk}/ballots.json", ballots_json
        yield f"polls/{poll.pk}/result.json", canonical_bytes(poll.result or {})
        yield from _exports(poll, ballots_json)


def _exports(poll: Poll, ballots_json: bytes) -> Iterator[tuple[str, bytes]]:
    for ending, content in exports.files(json.loads(ballots_json), poll.manifest or {}):
        yield f"polls/{poll.pk}/ballots.{ending}", content


def _bundle(poll: Poll) -> bytes:
    """Every committed ballot in one file; the same bytes each time."""
    document = bundle.build(
        poll.frozen,
        [_signed(ballot) for ballot in Ballot.objects.filter(poll=poll).iterator()],
        issued=IssueMark.objects.filter(entry__poll=poll).count(),
        seed=sealed.unseal(bytes(poll.seed or b"")),
    )
    return canonical_bytes(document)


@transaction.atomic
def _begin_to_close(poll: Poll, *, at: datetime, by: Author) -> None:
    """From this commit on no ballot gets in; casting holds a share of the row this waits for."""
    past = Poll.objects.filter(pk=poll.pk, stage=stages.OPEN, closes_at__lte=at)
    if past.update(stage=stages.CLOSING):
        Event.record("poll.closing", subject=subject_of(poll), by=by, at=at)


def _count_published(poll: Poll) -> dict[str, Any]:
    """The result that the published file gives."""
    document = json.loads(read_public(f"polls/{poll.pk}/ballots.json") or b"{}")
    published = [
        ballots.parse({"ballot": entry["ballot"], "proof": entry["proof"]})
        for entry in document["ballots"]
    ]
    return bundle.result(
        poll.frozen, published, issued=document["issued"], seed=bytes.fromhex(document["seed"])
    )


@transaction.atomic
def _conclude(
    poll: Poll, result: dict[str, Any], bundle_sha256: str, *, at: datetime, by: Author
) -> None:
    """Write the result into the poll and the record, if no other worker did."""
    result_sha256 = manifest.sha256_of(result)
    if not Poll.objects.select_for_update().filter(pk=poll.pk, stage=stages.CLOSING).exists():
        return
    pending = submit(
        type="poll.closed",
        body={
            "poll": str(poll.pk),
            "manifestSha256": poll.manifest_sha256,
            **{name: result[name] for name in _RECORDED if name in result},
            "resultSha256": result_sha256,
            "bundleSha256": bundle_sha256,
            "keysDestroyed": True,
        },
        at=at,
    )
    Poll.objects.filter(pk=poll.pk).update(
        stage=stages.CLOSED,
        closed_at=at,
        private_keys=None,
        result=result,
        result_sha256=result_sha256,
        bundle_sha256=bundle_sha256,
        record_hash_result=pending.leaf_hash,
    )
    # Nobody asks again, so nothing needs to recognise what was signed.
    rewrite_marks(poll, keep_fingerprints=False)
    Event.record("poll.closed", subject=subject_of(poll), by=by, at=at)


def rewrite_marks(poll: Poll, *, keep_fingerprints: bool = True) -> None:
    """Write the poll's issue marks anew in the order of the roll, which is random."""
    marks = list(
        IssueMark.objects.select_for_update(of=("self",)).filter(entry__poll=poll).order_by("pk")
    )
    for start in range(0, len(marks), MOST_HASHES):
        some = marks[start : start + MOST_HASHES]
        IssueMark.objects.filter(pk__in=[mark.pk for mark in some]).delete()
    if not keep_fingerprints:
        for mark in marks:
            mark.fingerprint = None
    IssueMark.objects.bulk_create(marks)


def _signed(stored: Ballot) -> SignedBallot:
    return ballots.parse({"ballot": json.loads(stored.body), "proof": stored.proof})
