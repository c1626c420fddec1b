"""What members themselves do when somebody leaves: close every door, then forget who it was."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction

from members.actions.desk import forget_desk
from members.models import (
    NOBODYS_ADDRESS,
    Author,
    Event,
    Invitation,
    LeavingCode,
    MailChoice,
    OutgoingMail,
    Person,
    PersonalToken,
    subject_of,
)


@transaction.atomic
def close_doors(*, person: Person, by: Author, at: datetime) -> None:
    """End every session, token and passkey of ``person``, and the link with which they invite."""
    addresses = set(EmailAddress.objects.filter(user=person).values_list("email", flat=True))
    names = {str(person.pk), person.email, *addresses}
    for session in Session.objects.iterator():
        held = str(session.get_decoded())
        if any(name in held for name in names):
            session.delete()
    PersonalToken.objects.filter(person=person).delete()
    Authenticator.objects.filter(user=person).delete()
    Invitation.objects.filter(person=person).delete()
    LeavingCode.objects.filter(person=person).delete()
    Event.record("person.doors-closed", subject=subject_of(person), by=by, at=at)


@transaction.atomic
def forget_person(*, person: Person, by: Author, at: datetime) -> None:
    """Erase the name, the addresses, the mail and the choices of ``person``; the row stays."""
    close_doors(person=person, by=by, at=at)
    EmailAddress.objects.filter(user=person).delete()
    OutgoingMail.objects.filter(person=person).delete()
    MailChoice.objects.filter(person=person).delete()
    forget_desk(person)
    Person.objects.filter(pk=person.pk).update(
        email=f"{person.pk}{NOBODYS_ADDRESS}",
        display_name="",
        locale=settings.LANGUAGE_CODE,
        last_login=None,
        is_active=False,
        left_at=at,
        digested_to=None,
    )
    person.refresh_from_db()
