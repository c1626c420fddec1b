"""The only writes to people, standing, roles and mail. One verb each, with a named author."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel import sweeps
from kernel.refusal import Refused
from members import names, scopes
from members.models import (
    TOKEN_PREFIX,
    Attestation,
    Author,
    Event,
    OutgoingMail,
    Person,
    PersonalToken,
    RoleGrant,
    StandingPeriod,
    subject_of,
)
from members.permissions import check_can_manage_tokens

NAME_REFUSALS = {
    names.Problem.EMPTY: gettext_lazy("Please give a name that others will see."),
    names.Problem.LONG: gettext_lazy("Please choose a name of at most 60 characters."),
    names.Problem.HIDDEN: gettext_lazy(
        "This name contains characters that nobody can see. Please type it anew."
    ),
    names.Problem.ACCENTS: gettext_lazy("Please put fewer accents on one letter."),
    names.Problem.NO_LETTER: gettext_lazy("A name needs at least one letter or digit."),
    names.Problem.ADDRESS: gettext_lazy(
        "Everybody sees this name, so it cannot be an e-mail address. A pseudonym is welcome."
    ),
}


@transaction.atomic
def register(*, email: str, locale: str, at: datetime, confirmed: bool = False) -> Person:
    """Somebody signed up with an address; until they enter its code it is not ``confirmed``.

    Raises ``IntegrityError`` where somebody has the address already.
    """
    person = Person.objects.create_user(email, locale=locale, joined_at=at)
    if confirmed:
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    Event.record("person.registered", subject=subject_of(person), by=person, at=at)
    return person


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
    """Change what others see. Raises ``Refused`` with what stands against the name."""
    name = names.clean(display_name)
    if problem := names.problem_with(name):
        raise Refused(problem.value, NAME_REFUSALS[problem])
    Person.objects.filter(pk=person.pk).update(display_name=name)
    person.display_name = name
    Event.record("person.renamed", subject=subject_of(person), by=by, at=at)


@transaction.atomic
def set_account(
    *,
    person: Person,
    display_name: str,
    locale: str,
    remind_of_votes: bool,
    by: Author,
    at: datetime,
) -> None:
    """Change what others see, and in which language and of what we write, where they differ.

    ``locale`` is one of ``settings.LANGUAGES``. Raises ``Refused`` as ``set_display_name`` does.
    """
    if display_name != person.display_name:
        set_display_name(person=person, display_name=display_name, by=by, at=at)
    if locale != person.locale:
        Person.objects.filter(pk=person.pk).update(locale=locale)
        person.locale = locale
        Event.record("person.locale-set", subject=subject_of(person), by=by, at=at, locale=locale)
    if remind_of_votes != person.remind_of_votes:
        Person.objects.filter(pk=person.pk).update(remind_of_votes=remind_of_votes)
        person.remind_of_votes = remind_of_votes
        Event.record("person.reminders-set", subject=subject_of(person), by=by, at=at)


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


def sent_mail(*, mail: OutgoingMail, at: datetime) -> None:
    """Note that the mail server took a claimed mail. Raises ``ClaimLost`` without the claim."""
    sweeps.settle(mail, sent_at=at)


def postpone_mail(*, mail: OutgoingMail, until: datetime) -> None:
    """Keep a claimed mail that could not be sent, and leave it alone ``until`` then."""
    held = OutgoingMail.objects.filter(pk=mail.pk, claim_token=mail.claim_token)
    held.update(claimed_until=until)


@transaction.atomic
def create_token(
    *,
    person: Person,
    name: str,
    opens: Iterable[str],
    lasts: timedelta,
    by: Author,
    at: datetime,
) -> tuple[PersonalToken, str]:
    """Make a token that speaks for ``person``. The secret is returned once and kept nowhere.

    ``opens`` are names of ``members.scopes``. Raises ``Refused`` for somebody else's token, for no
    scope and for an unknown one.
    """
    check_can_manage_tokens(person, by)
    wanted = list(dict.fromkeys(opens))
    if not wanted or scopes.unknown(wanted):
        raise Refused("token-scopes", _("Please choose what the token may do."))
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = PersonalToken.objects.create(
        person=person,
        name=name,
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        scopes=wanted,
        created_at=at,
        expires_at=at + lasts,
    )
    Event.record("token.created", subject=subject_of(token), by=by, at=at, scopes=wanted)
    return token, secret


@transaction.atomic
def revoke_token(*, token: PersonalToken, by: Author, at: datetime) -> None:
    """End a token now. Raises ``Refused`` for somebody else's and for one that has ended."""
    check_can_manage_tokens(token.person, by)
    if not PersonalToken.objects.live(at).filter(pk=token.pk).update(revoked_at=at):
        raise Refused("token-ended", _("This token has ended already."))
    Event.record("token.revoked", subject=subject_of(token), by=by, at=at)
