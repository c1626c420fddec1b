"""Writes to roles: who holds them, from when until when, and by which decision."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from kernel.refusal import Refused
from members.models import Author, Event, Person, RoleGrant, RoleGrantQuerySet, subject_of
from members.permissions import check_can_decide_role, check_can_resign

RESIGNED = "resigned"


@transaction.atomic
def appoint_first_steward(*, person: Person, by: Author, at: datetime) -> RoleGrant:
    """The founding appointment. Refused for good once anybody was given a role by a poll."""
    if RoleGrant.objects.exclude(basis="founding").exists():
        raise Refused(
            "founding-over",
            _("An election has seated someone, so stewards now come from elections."),
        )
    grant, created = RoleGrant.objects.get_or_create(
        person=person,
        role=RoleGrant.Role.STEWARD,
        basis="founding",
        defaults={"starts_on": at.date()},
    )
    if created:
        Event.record("role.granted", subject=subject_of(person), by=by, at=at, role="steward")
    return grant


@transaction.atomic
def grant_role(
    *,
    person: Person,
    role: str,
    starts_on: date,
    ends_on: date | None,
    poll: uuid.UUID,
    by: Author,
    at: datetime,
) -> RoleGrant:
    """Seat ``person`` in ``role`` from ``starts_on`` until ``ends_on``, by what ``poll`` decided.

    The same again changes nothing. Raises ``Refused`` for oneself and for somebody who has left.
    """
    check_can_decide_role(person, by)
    if not Person.objects.filter(pk=person.pk, is_active=True).exists():
        raise Refused("person-left", _("Somebody who has left can hold no role."))
    grant, created = RoleGrant.objects.get_or_create(
        person=person,
        role=role,
        basis=_named(poll),
        defaults={"starts_on": starts_on, "ends_on": ends_on},
    )
    if created:
        _note("role.granted", grant.person, by=by, at=at, role=role, poll=str(poll))
    return grant


@transaction.atomic
def end_role(
    *, person: Person, role: str, ends_on: date, poll: uuid.UUID, by: Author, at: datetime
) -> None:
    """End what ``person`` holds of ``role`` on ``ends_on``, by what ``poll`` decided: a recall.

    ``ends_on`` is the first day without it; grants that would begin later never do. Raises
    ``Refused`` for oneself, and where nothing of the role lasts beyond that day.
    """
    check_can_decide_role(person, by)
    _end(person, role, ends_on, because=_named(poll))
    _note("role.ended", person, by=by, at=at, role=role, poll=str(poll))


@transaction.atomic
def resign_role(*, person: Person, role: str, by: Author, at: datetime) -> None:
    """Give ``role`` back today. Raises ``Refused`` for another person and for a role not held."""
    check_can_resign(person, by)
    _end(person, role, at.date(), because=RESIGNED)
    _note("role.resigned", person, by=by, at=at, role=role)


def _end(person: Person, role: str, ends_on: date, *, because: str) -> None:
    lasting: RoleGrantQuerySet = RoleGrant.objects.filter(person=person, role=role).filter(
        Q(ends_on=None) | Q(ends_on__gt=ends_on), Q(ends_on=None) | Q(ends_on__gt=F("starts_on"))
    )
    if not lasting.update(ends_on=Greatest(F("starts_on"), Value(ends_on)), ended_by=because):
        raise Refused("role-not-held", _("This role is not held beyond that day."))


def _named(poll: uuid.UUID) -> str:
    return f"poll:{poll}"


def _note(verb: str, person: Person, *, by: Author, at: datetime, **details: str) -> None:
    Event.record(verb, subject=subject_of(person), by=by, at=at, **details)
