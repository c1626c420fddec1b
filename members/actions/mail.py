"""Writes to the mail we owe people, and to what they chose about it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kernel import sweeps
from kernel.refusal import Refused
from members import mail_kinds
from members.models import Author, Event, MailChoice, OutgoingMail, Person, subject_of

# The kinds of mail that members themselves send: what one's account needs, and the weekly digest.
ACCOUNT = "account"
DIGEST = "digest"


@transaction.atomic
def queue_mail(
    *, person: Person, kind: str, key: str, subject: str, body: str, at: datetime
) -> None:
    """Queue one mail in the caller's transaction. The same ``key`` again changes nothing.

    ``kind`` is one that an app has registered with ``members.mail_kinds``; another raises
    ``LookupError``. Whether its person wants it is judged when it is sent.
    """
    mail_kinds.get(kind)
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
    """Note that the mail server took a claimed mail, and forget what it said.

    Raises ``ClaimLost`` without the claim.
    """
    sweeps.settle(mail, sent_at=at, subject="", body="")


def postpone_mail(*, mail: OutgoingMail, until: datetime) -> None:
    """Keep a claimed mail that could not be sent, and leave it alone ``until`` then."""
    held = OutgoingMail.objects.filter(pk=mail.pk, claim_token=mail.claim_token)
    held.update(claimed_until=until)


@transaction.atomic
def choose_mail(*, person: Person, kind: str, wanted: bool, by: Author, at: datetime) -> None:
    """Say whether ``person`` wants mail of this ``kind``; what holds already changes nothing.

    Raises ``Refused`` for mail that cannot be declined, and ``LookupError`` for no kind of ours.
    """
    if not mail_kinds.get(kind).optional:
        raise Refused("mail-not-optional", _("This mail belongs to having an account."))
    if person.wants(kind) == wanted:
        return
    MailChoice.objects.update_or_create(person=person, kind=kind, defaults={"wanted": wanted})
    Event.record(
        "person.mail-chosen", subject=subject_of(person), by=by, at=at, kind=kind, wanted=wanted
    )


@transaction.atomic
def queue_digest(
    *,
    person: Person,
    since: datetime | None,
    until: datetime,
    subject: str,
    body: str,
    at: datetime,
) -> bool:
    """Note that ``person`` has been told until ``until``, and queue it unless ``body`` is empty.

    Answers whether it was still to be done: another worker may have told them since.
    """
    mine = Person.objects.filter(pk=person.pk, is_active=True, digested_to=since)
    if not mine.update(digested_to=until):
        return False
    if body:
        key = f"digest:{person.pk}:{until:%Y-%m-%d}"
        queue_mail(person=person, kind=DIGEST, key=key, subject=subject, body=body, at=at)
    return True
