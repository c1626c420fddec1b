"""Writes to people, their standing and what they attested."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.refusal import Refused
from members import names
from members.models import Attestation, Author, Event, Person, StandingPeriod, subject_of

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
def shorten_standing(*, source: str, ends_on: date, by: Author, at: datetime) -> bool:
    """Take back what is left of a period from ``ends_on`` on; whether there was anything to take.

    Its first day stays. A roll that was frozen before is not changed.
    """
    period = StandingPeriod.objects.select_related("person").filter(source=source).first()
    if period is None:
        return False
    ends_on = max(ends_on, period.starts_on + timedelta(days=1))
    if not StandingPeriod.objects.filter(pk=period.pk, ends_on__gt=ends_on).update(ends_on=ends_on):
        return False
    Event.record("standing.shortened", subject=subject_of(period.person), by=by, at=at)
    return True


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
    by: Author,
    at: datetime,
) -> None:
    """Change what others see, and the language we write in, where they differ.

    ``locale`` is one of ``settings.LANGUAGES``. Raises ``Refused`` as ``set_display_name`` does.
    """
    if display_name != person.display_name:
        set_display_name(person=person, display_name=display_name, by=by, at=at)
    if locale != person.locale:
        Person.objects.filter(pk=person.pk).update(locale=locale)
        person.locale = locale
        Event.record("person.locale-set", subject=subject_of(person), by=by, at=at, locale=locale)


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
