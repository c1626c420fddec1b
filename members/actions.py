"""The only writes to people, standing, roles and mail. One verb each, with a named author."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.refusal import Refused
from members.models import (
    Attestation,
    Author,
    Event,
    OutgoingMail,
    Person,
    RoleGrant,
    StandingPeriod,
    subject_of,
)


@transaction.atomic
def extend_standing(
    *,
    person: Person,
    starts_on: date,
    ends_on: date,
    kind: str,
    source: str,
    by: Author,
    at: datetime,
) -> StandingPeriod:
    """Record days of standing: ``ends_on`` is the first day after them. Again changes nothing."""
    period, created = StandingPeriod.objects.get_or_create(
        source=source,
        defaults={
            "person": person,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "kind": kind,
            "recorded_at": at,
        },
    )
    if created:
        # The event says that standing grew, not from what: nobody is shown how it was obtained.
        Event.record("standing.extended", subject=subject_of(person), by=by, at=at)
    return period


@transaction.atomic
def set_display_name(*, person: Person, display_name: str, by: Author, at: datetime) -> None:
    """Change what others see. Raises ``Refused`` for an empty name."""
    name = " ".join(display_name.split())
    if not name:
        raise Refused("display-name-empty", _("Please give a name that others will see."))
    Person.objects.filter(pk=person.pk).update(display_name=name)
    person.display_name = name
    Event.record("person.renamed", subject=subject_of(person), by=by, at=at)


@transaction.atomic
def attest(*, person: Person, version: str, text: str, by: Author, at: datetime) -> Attestation:
    """Record word for word what somebody attested."""
    if by != person:
        raise Refused("attest-for-another", _("Only you can attest for yourself."))
    attestation = Attestation.objects.create(
        person=person, version=version, text=text, attested_at=at
    )
    Event.record("person.attested", subject=subject_of(person), by=by, at=at, version=version)
    return attestation


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
def queue_mail(
    *, person: Person, kind: str, key: str, subject: str, body: str, at: datetime
) -> None:
    """Queue one mail in the caller's transaction. The same ``key`` again changes nothing."""
    OutgoingMail.objects.get_or_create(
        key=key,
        defaults={
            "person": person,
            "kind": kind,
            "subject": subject,
            "body": body,
            "queued_at": at,
        },
    )
