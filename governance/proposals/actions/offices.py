"""Who sits in office: seated by elections, caretakers when the term is over, ended by recalls."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from governance.proposals import record_types
from governance.proposals.models import Event, Nomination, Proposal, Seat
from governance.record.actions import submit
from kernel.refusal import Refused
from members.actions import end_role, grant_role
from members.models import Author, Person, RoleGrant, subject_of


@transaction.atomic
def note_seats(*, by: Author, at: datetime) -> int:
    """Give each role that somebody was given without an election a seat, which has no term."""
    bare = RoleGrant.objects.on(at.date()).filter(seat=None)
    made = [Seat.objects.get_or_create(grant=grant)[1] for grant in bare]
    return sum(made)


@transaction.atomic
def seat_elected(
    *,
    proposal: Proposal,
    role: str,
    winners: list[str],
    term: timedelta,
    poll: str,
    by: Author,
    at: datetime,
) -> list[Seat]:
    """Seat those whom members elected, and let those go whose term was over: they were caretakers.

    A winner who is no member any more is passed over.
    """
    today = at.date()
    until = today + term
    poll_id = _poll_id(proposal)
    caretakers = Seat.objects.of_role(role).held(today).over(today)
    standing = {one.option: one for one in proposal.nominations.standing()}
    elected = [standing[option].nominee for option in winners]
    in_standing = set(
        Person.objects.in_standing(today).filter(pk__in=[person.pk for person in elected])
    )
    elected = [person for person in elected if person in in_standing]
    if elected:
        for seat in caretakers.select_related("grant__person"):
            _end(seat, record_types.SEAT_ENDED.name, poll_id, poll=poll, by=by, at=at)
    return [
        _seat(person, role, proposal=proposal, until=until, poll=poll, by=by, at=at)
        for person in elected
    ]


@transaction.atomic
def recall(*, seat: Seat, proposal: Proposal, poll: str, by: Author, at: datetime) -> None:
    """End a seat as members decided. Ended already, by whatever, it stays so."""
    if not Seat.objects.held(at.date()).filter(pk=seat.pk).exists():
        return
    _end(
        seat,
        record_types.RECALLED.name,
        _poll_id(proposal),
        poll=poll,
        by=by,
        at=at,
        recall=proposal,
    )


@transaction.atomic
def cut_terms(*, proposal: Proposal, poll: str, by: Author, at: datetime) -> None:
    """End the terms that an election of the founding gave: who sits there is a caretaker now."""
    today = at.date()
    for seat in proposal.seats.held(today).exclude(term_ends_on__lte=today).select_related("grant"):
        entry = submit(
            type=record_types.TERM_CUT.name,
            body={**_named(seat), "until": today.isoformat(), "poll": poll},
            at=at,
        )
        Seat.objects.filter(pk=seat.pk).update(term_ends_on=today)
        Event.record(
            "seat.term-cut", subject=subject_of(seat), by=by, at=at, record=entry.leaf_hash
        )


def held_seat(seat_id: str, at: datetime) -> Seat:
    """The seat of this id, if somebody sits in it. Raises ``Refused`` ("seat-empty")."""
    try:
        key = uuid.UUID(seat_id)
    except ValueError:
        key = None
    found = Seat.objects.to_show().held(at.date()).filter(pk=key).first() if key else None
    if found is None:
        raise Refused("seat-empty", _("Nobody sits in that office any more."))
    return found


def candidate(proposal: Proposal, option: str) -> Nomination:
    """Who stands under this id on the ballot."""
    [found] = [one for one in proposal.nominations.standing() if one.option == option]
    return found


def _seat(
    person: Person,
    role: str,
    *,
    proposal: Proposal,
    until: Any,
    poll: str,
    by: Author,
    at: datetime,
) -> Seat:
    seat = Seat(election=proposal, term_ends_on=until)
    seat.grant = grant_role(
        person=person,
        role=role,
        starts_on=at.date(),
        ends_on=None,
        poll=_poll_id(proposal),
        by=by,
        at=at,
    )
    entry = submit(
        type=record_types.SEATED.name,
        body={
            **_named(seat),
            "from": at.date().isoformat(),
            "until": until.isoformat(),
            "poll": poll,
        },
        at=at,
    )
    seat.record_hash = entry.leaf_hash
    seat.save(force_insert=True)
    Event.record("seat.taken", subject=subject_of(seat), by=by, at=at, role=role)
    return seat


def _end(
    seat: Seat,
    entry_type: str,
    poll_id: uuid.UUID,
    *,
    poll: str,
    by: Author,
    at: datetime,
    **more: Proposal,
) -> None:
    end_role(
        person=seat.grant.person,
        role=seat.grant.role,
        ends_on=at.date(),
        poll=poll_id,
        by=by,
        at=at,
    )
    entry = submit(type=entry_type, body={**_named(seat), "poll": poll}, at=at)
    Seat.objects.filter(pk=seat.pk).update(ended_record_hash=entry.leaf_hash, **more)
    Event.record("seat.ended", subject=subject_of(seat), by=by, at=at, role=seat.grant.role)


def _named(seat: Seat) -> dict[str, str]:
    return {"role": seat.grant.role, "seat": str(seat.pk)}


def _poll_id(proposal: Proposal) -> uuid.UUID:
    if proposal.poll_id is None:
        raise ValueError("only a vote gives and ends offices")
    return proposal.poll_id
