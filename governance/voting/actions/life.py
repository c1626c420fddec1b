"""Scheduling, cancelling and opening a poll."""

from __future__ import annotations

import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.record.actions import submit
from governance.record.canonical import canonical_bytes
from governance.record.public_files import write_public
from governance.voting import keys, manifest, roll, scripts, stages
from governance.voting.models import Concern, Event, Poll, RollEntry, Upkeep
from governance.voting.permissions import check_can_call_off
from governance.voting.rule import Option, PollRule, Unfit, check_fit
from kernel import sealed
from kernel.refusal import Refused
from members.models import Author, Person, StandingPeriod, subject_of
from members.standing import Period

SEED_BYTES = 32


@transaction.atomic
def schedule_poll(
    *,
    title: str,
    question_text: str,
    options: Sequence[Option],
    rule: PollRule,
    opens_at: datetime,
    closes_at: datetime,
    roll_from: date,
    cutoff: date,
    min_days: int,
    subject_url: str,
    by: Author,
    at: datetime,
    concerned: Iterable[Person] = (),
) -> Poll:
    """Set a poll up: text, options, rule and window. It opens by itself when its window begins.

    The roll will be everyone in standing both on ``roll_from`` (the day discussion began) and on
    ``cutoff``, who on ``cutoff`` has been in standing for at least ``min_days`` days in a row.
    ``subject_url`` is the page of what is voted on, a path of this site. Times are kept to the
    second. ``concerned`` are those whose own cause it is: none of them can cancel it once open.

    Raises ``Refused``: "poll-window" for a window that ends before it begins, "poll-roll-days" for
    days of the roll out of order or after the opening, "poll-options" for options and a rule that
    do not go together.
    """
    opens_at = opens_at.replace(microsecond=0)
    closes_at = closes_at.replace(microsecond=0)
    if closes_at <= opens_at:
        raise Refused("poll-window", _("A vote has to close after it opens."))
    if not roll_from <= cutoff <= opens_at.astimezone(UTC).date() or min_days < 0:
        raise Refused(
            "poll-roll-days",
            _("Who can vote is decided by a first day, then a cut-off day, then the vote opens."),
        )
    try:
        check_fit(rule, options)
    except Unfit as unfit:
        raise Refused("poll-options", _(unfit.sentence).format(**unfit.values)) from None
    poll = Poll.objects.create(
        title=title,
        question_text=question_text,
        options=[
            {
                "id": option.id,
                "label": option.label,
                "textSha256": option.text_sha256,
                **({"text": option.text} if option.text else {}),
                **({} if option.cost is None else {"cost": option.cost}),
            }
            for option in options
        ],
        method=rule.method,
        quorum=rule.quorum,
        majority=rule.majority,
        founding_minimum=rule.founding_minimum,
        seats=rule.seats,
        default_option=rule.default,
        budget=rule.budget,
        currency=rule.currency,
        opens_at=opens_at,
        closes_at=closes_at,
        roll_from=roll_from,
        cutoff=cutoff,
        min_days=min_days,
        subject_url=subject_url,
        scheduled_at=at,
    )
    Upkeep.objects.create(poll=poll)
    Concern.objects.bulk_create(Concern(poll=poll, person=person) for person in set(concerned))
    Event.record("poll.scheduled", subject=subject_of(poll), by=by, at=at)
    return poll


@transaction.atomic
def cancel_poll(*, poll: Poll, by: Author, at: datetime) -> None:
    """Call off a poll that has not opened, as whoever scheduled it.

    Raises ``Refused``: "not-the-proposer" for anybody else, "poll-not-scheduled" once it opened.
    """
    check_can_call_off(poll, by)
    if not Poll.objects.filter(pk=poll.pk, stage=stages.SCHEDULED).update(stage=stages.CANCELLED):
        raise Refused(
            "poll-not-scheduled", _("Only a vote that has not opened yet can be called off.")
        )
    poll.stage = stages.CANCELLED
    Event.record("poll.cancelled", subject=subject_of(poll), by=by, at=at)


def open_poll(*, poll: Poll, at: datetime, by: Author) -> None:
    """Freeze the manifest and the roll, make the poll's keys, and take ballots from now on.

    A poll whose whole window went by before anything opened it gets a window of the same length
    from ``at``. ``poll`` is brought up to date. Raises ``Refused``: "poll-too-early" before its
    window, "poll-not-scheduled" if it was opened or cancelled meanwhile.
    """
    if at < poll.opens_at:
        raise Refused("poll-too-early", _("This vote does not open yet."))
    # Making keys takes a while: not while holding locks.
    made = keys.make(poll.pk)
    entries = _roll_of(poll)
    with transaction.atomic():
        held = Poll.objects.select_for_update().filter(pk=poll.pk, stage=stages.SCHEDULED).first()
        if held is not None:
            _freeze(held, made, entries, at=at, by=by)
    poll.refresh_from_db()
    if held is None:
        if poll.stage != stages.OPEN:
            keys.destroy(poll.pk)
        raise Refused("poll-not-scheduled", _("This vote was opened or called off meanwhile."))


@dataclass(frozen=True, slots=True, order=True)
class _Salted:
    """Somebody on the roll; in the order of the hashes."""

    leaf: bytes
    person: uuid.UUID
    salt: bytes


def _roll_of(poll: Poll) -> list[_Salted]:
    """Everyone on the poll's roll as standing is recorded now, in the order of the hashes."""
    people = Person.objects.in_standing(poll.roll_from).in_standing(poll.cutoff)
    periods: dict[uuid.UUID, list[Period]] = defaultdict(list)
    for person, starts_on, ends_on in StandingPeriod.objects.filter(person__in=people).values_list(
        "person", "starts_on", "ends_on"
    ):
        periods[person].append(Period(starts_on, ends_on))
    entries = []
    for person, theirs in periods.items():
        if roll.is_on_roll(
            theirs, roll_from=poll.roll_from, cutoff=poll.cutoff, min_days=poll.min_days
        ):
            salt = secrets.token_bytes(roll.SALT_BYTES)
            leaf = roll.leaf(poll=str(poll.pk), person=str(person), salt=salt)
            entries.append(_Salted(leaf, person, salt))
    return sorted(entries)


def _freeze(
    poll: Poll, made: keys.NewKeys, entries: list[_Salted], *, at: datetime, by: Author
) -> None:
    """Write the roll, then everything that never changes again, then the record's entry."""
    seed = secrets.token_bytes(SEED_BYTES)
    if poll.closes_at <= at:
        begins = at.replace(microsecond=0)
        poll.opens_at, poll.closes_at = begins, begins + (poll.closes_at - poll.opens_at)
    # While the poll is still scheduled: afterwards the database lets nobody onto the roll.
    RollEntry.objects.bulk_create(
        RollEntry(poll=poll, person_id=entry.person, salt=entry.salt) for entry in entries
    )
    document = manifest.build(
        poll=str(poll.pk),
        title=poll.title,
        question_text=poll.question_text,
        options=poll.choices,
        rule=poll.rule,
        opens_at=poll.opens_at,
        closes_at=poll.closes_at,
        roll_from=poll.roll_from,
        cutoff=poll.cutoff,
        min_days=poll.min_days,
        roll_size=len(entries),
        roll_root=roll.root([entry.leaf for entry in entries]),
        issuer_spki=made.issuer_spki,
        receipt_spki=made.receipt_spki,
        scripts=scripts.hashes(),
        seed=seed,
    )
    manifest_sha256 = manifest.sha256_of(document)
    pending = submit(type="poll.opened", body=_opened(document, manifest_sha256), at=at)
    Poll.objects.filter(pk=poll.pk).update(
        stage=stages.OPEN,
        opens_at=poll.opens_at,
        closes_at=poll.closes_at,
        manifest=document,
        manifest_sha256=manifest_sha256,
        roll_size=len(entries),
        record_hash_opened=pending.leaf_hash,
        private_keys=made.wrapped,
        seed=sealed.seal(seed),
    )
    Event.record("poll.opened", subject=subject_of(poll), by=by, at=at)
    transaction.on_commit(partial(publish_manifest, poll.pk, document))


def publish_manifest(poll: uuid.UUID, document: dict[str, Any]) -> None:
    """Write a poll's manifest as a public file. Again changes nothing."""
    write_public(f"polls/{poll}/manifest.json", canonical_bytes(document))


def _opened(document: dict[str, Any], manifest_sha256: str) -> dict[str, Any]:
    """The record's entry on an opened poll: the manifest by its hash, and what it says."""
    return {
        "poll": document["poll"],
        "manifestSha256": manifest_sha256,
        "method": document["method"],
        **{
            name: document["rule"][name]
            for name in ("quorum", "majority", "seats")
            if name in document["rule"]
        },
        "opensAt": document["opensAt"],
        "closesAt": document["closesAt"],
        "rollSize": document["roll"]["size"],
        "rollRoot": document["roll"]["root"],
        "issuerKeys": [issuer["id"] for issuer in document["issuers"]],
        "seedSha256": document["seedSha256"],
    }
