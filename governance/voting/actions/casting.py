"""Taking a ballot and casting it: the only writes with no author, no time and no event.

Each is one statement that also checks that the poll is open, by its row and by its window. On
PostgreSQL the statement shares a lock on that row, so that closing waits for it and nothing gets in
afterwards; SQLite has one writer at a time.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from governance.voting import ballots, blind, bundle, keys, stages
from governance.voting.ballots import Malformed, Receipt, SignedBallot
from governance.voting.manifest import Manifest
from governance.voting.models import Ballot, Intake, IssueMark, Poll
from governance.voting.permissions import check_can_take_ballot
from kernel import sealed
from kernel.refusal import Refused
from members.models import Person

_GATE = (
    "(SELECT id FROM voting_poll WHERE id = %s AND stage = 'open' AND closes_at > %s{lock}) AS gate"
)

_MARK = (
    "INSERT INTO voting_issuemark (entry_id, fingerprint) "
    "SELECT entry.id, %s FROM voting_rollentry AS entry, {gate} "
    "WHERE entry.poll_id = gate.id AND entry.person_id = %s "
    "ON CONFLICT (entry_id) DO NOTHING RETURNING entry_id"
)

# An identical retry updates nothing but answers the row; another ballot under the same sequence
# answers none.
_STORE = (
    "INSERT INTO voting_intake (id, poll_id, token, sequence, hash, body, proof) "
    "SELECT %s, gate.id, %s, %s, %s, %s, %s FROM {gate} "
    "WHERE NOT EXISTS (SELECT 1 FROM voting_ballot AS committed "
    "WHERE committed.poll_id = gate.id AND committed.token = %s AND committed.sequence = %s) "
    "ON CONFLICT (poll_id, token, sequence) DO UPDATE SET hash = excluded.hash "
    "WHERE voting_intake.hash = excluded.hash RETURNING hash"
)


def issue(*, poll: Poll, blinded: bytes, by: Person, at: datetime) -> bytes:
    """Sign, unread, the blinded message of somebody on the roll; mark that they took their ballot.

    Answers the blind signature. The same message again is answered again; the mark keeps a keyed
    hash of it until the close, to tell. That hash joins nothing: what was signed is as likely to
    hide any other voter's token (RFC 9474, section 7.1).

    Raises ``ballots.Malformed`` for what no issuer's key can sign, and ``Refused``:
    "poll-not-open", "poll-closed", "not-on-roll", or "already-issued" for another message.
    """
    _check_takes_ballots(poll, at)
    check_can_take_ballot(poll, by)
    if not all(blind.fits(blinded, key) for key in poll.frozen.issuers.values()):
        raise Malformed("blinded", "is not a blinded message for this vote's key")
    fingerprint = sealed.fingerprint(b"voting.issue\x00" + poll.pk.bytes + blinded)
    if not _mark(poll, by, fingerprint, at):
        _check_takes_ballots(Poll.objects.get(pk=poll.pk), at)
        mark = IssueMark.objects.get(entry__poll=poll, entry__person=by)
        if mark.fingerprint is None or bytes(mark.fingerprint) != fingerprint:
            raise Refused(
                "already-issued",
                _(
                    "You took your ballot already. Vote from the browser you took it with, or with "
                    "the voting pass you saved."
                ),
            )
    with _unless_closed_meanwhile(poll, at):
        return keys.sign_blinded(poll.pk, bytes(poll.private_keys or b""), blinded)


def cast(*, poll_id: uuid.UUID, ballot: object, at: datetime) -> Receipt:
    """Take a ballot, whoever brings it, and answer the signed promise to include it.

    ``ballot`` is ``{"ballot": {…}, "proof": "…"}`` as JSON gave it. The same ballot again is
    answered again; one with a higher sequence supersedes it.

    Raises ``ballots.Malformed`` for what is no ballot, ``Poll.DoesNotExist``, and ``Refused``:
    "poll-not-open", "poll-closed", "wrong-poll", "unknown-choice", "token-not-issued",
    "proof-wrong", or "sequence-taken" for another ballot under a sequence that was used.
    """
    signed = ballots.parse(ballot)
    poll, frozen = _open_poll(poll_id, at)
    _check_counts(signed, frozen)
    with _unless_closed_meanwhile(poll, at):
        receipt_key = keys.receipt_key(poll.pk, bytes(poll.private_keys or b""))
    if not _store(poll, signed, at):
        _check_takes_ballots(Poll.objects.get(pk=poll.pk), at)
        if not _is_committed(poll, signed):
            raise Refused(
                "sequence-taken",
                _(
                    "Another ballot was cast under this number already. Give your new ballot a "
                    "higher number."
                ),
            )
    return ballots.make_receipt(receipt_key, poll=str(poll.pk), ballot=signed.ballot.hash)


# Polls that took ballots when they were read, with their manifests, by their id. What is read of
# them never changes while they are open; whether they still are is in the statement that stores.
_open: dict[uuid.UUID, tuple[Poll, Manifest]] = {}
_MOST_OPEN = 100


def _open_poll(poll_id: uuid.UUID, at: datetime) -> tuple[Poll, Manifest]:
    """A poll and its manifest. Raises ``Poll.DoesNotExist``, and ``Refused`` unless it is open."""
    kept = _open.get(poll_id)
    if kept is None or not kept[0].takes_ballots(at):
        _open.pop(poll_id, None)
        read = Poll.objects.only("stage", "closes_at", "manifest", "private_keys")
        poll = read.get(pk=poll_id)
        _check_takes_ballots(poll, at)
        if len(_open) >= _MOST_OPEN:
            _open.clear()
        kept = _open[poll_id] = poll, poll.frozen
    return kept


def _check_takes_ballots(poll: Poll, at: datetime) -> None:
    """Raise ``Refused`` unless ``poll`` is open by its row and within its window."""
    if poll.takes_ballots(at):
        return
    if poll.stage == stages.SCHEDULED:
        raise Refused("poll-not-open", _("This vote is not open yet."))
    raise Refused("poll-closed", _("This vote is closed, and takes no more ballots."))


@contextmanager
def _unless_closed_meanwhile(poll: Poll, at: datetime) -> Iterator[None]:
    """Keys that are gone because the poll began to close since it was read are a refusal."""
    try:
        yield
    except keys.KeysGone:
        _check_takes_ballots(Poll.objects.get(pk=poll.pk), at)
        raise


def _check_counts(signed: SignedBallot, frozen: Manifest) -> None:
    """Raise ``Refused`` unless the ballot would count under this manifest."""
    if signed.ballot.poll != frozen.poll:
        raise Refused("wrong-poll", _("This ballot belongs to another vote."))
    if not bundle.choices_fit(signed.ballot.choices, frozen):
        raise Refused("unknown-choice", _("A ballot chooses exactly one of the options."))
    if not ballots.token_is_issued(signed.ballot, frozen.issuers):
        raise Refused(
            "token-not-issued",
            _("This ballot was not taken in this vote: our signature on it does not hold."),
        )
    if not ballots.proof_holds(signed):
        raise Refused("proof-wrong", _("This ballot is not signed by whoever took it."))


def _mark(poll: Poll, person: Person, fingerprint: bytes, at: datetime) -> bool:
    """Whether the mark was made now: not if there is one, and not if the poll takes no ballots."""
    who = Person._meta.pk.get_db_prep_value(person.pk, connection)
    return _write(_MARK, [fingerprint, *_gate_values(poll, at), who])


def _store(poll: Poll, signed: SignedBallot, at: datetime) -> bool:
    """Whether the ballot is in the intake, by this call or by an earlier, identical one."""
    ballot = signed.ballot
    json = signed.as_json()
    token = json["ballot"]["token"]
    try:
        return _write(
            _STORE,
            [
                Intake._meta.pk.get_db_prep_value(uuid.uuid4(), connection),
                *(token, ballot.sequence, ballot.hash),
                *(ballot.signed_bytes.decode(), json["proof"]),
                *_gate_values(poll, at),
                *(token, ballot.sequence),
            ],
        )
    except IntegrityError:
        # It was being committed at this moment, and the trigger saw what the statement could not.
        return False


def _is_committed(poll: Poll, signed: SignedBallot) -> bool:
    """Whether exactly this ballot was cast and committed before."""
    return Ballot.objects.filter(poll=poll, hash=signed.ballot.hash).exists()


def _gate_values(poll: Poll, at: datetime) -> tuple[Any, Any]:
    return (
        Poll._meta.pk.get_db_prep_value(poll.pk, connection),
        Poll._meta.get_field("closes_at").get_db_prep_value(at, connection),
    )


def _write(sql: str, values: list[Any]) -> bool:
    """Run one gated statement; whether it answered a row."""
    lock = " FOR SHARE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(sql.format(gate=_GATE.format(lock=lock)), values)
        return cursor.fetchone() is not None
