"""Writes of leaving: the code that confirms it, the first step, and the last."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kernel import sealed, sweeps
from kernel.refusal import Refused
from members import leaving
from members.actions.mail import ACCOUNT, queue_mail
from members.models import Author, Event, Leaving, LeavingCode, Person, subject_of
from members.permissions import check_can_leave

CODE_LASTS = timedelta(minutes=15)
CODE_AGAIN_AFTER = timedelta(minutes=1)
TRIES = 3
_DIGITS = 8


@transaction.atomic
def send_leaving_code(*, person: Person, by: Author, at: datetime) -> None:
    """Mail a code that confirms, for a quarter of an hour, that it is ``person`` who leaves.

    Raises ``Refused`` for another person, with an open duty, and right after another code.
    """
    check_can_leave(person, by)
    _check_no_duty(person, at)
    code = "".join(secrets.choice("0123456789") for _digit in range(_DIGITS))
    fresh = {
        "fingerprint": _fingerprint(person, code),
        "sent_at": at,
        "expires_at": at + CODE_LASTS,
        "tries_left": TRIES,
    }
    sent, created = LeavingCode.objects.get_or_create(person=person, defaults=fresh)
    earlier = LeavingCode.objects.filter(pk=sent.pk, sent_at__lte=at - CODE_AGAIN_AFTER)
    if not created and not earlier.update(**fresh):
        raise Refused(
            "code-just-sent",
            _("We have just sent you a code. Wait a minute before you ask for another."),
        )
    with translation.override(person.locale):
        queue_mail(
            person=person,
            kind=ACCOUNT,
            key=f"leaving-code:{person.pk}:{at.timestamp():.6f}",
            subject=_("Your code to leave"),
            body=_(
                "With this code you close your account at Customer Commons. It works for 15 "
                "minutes:\n\n%(code)s\n\nIf you did not ask for it, somebody has opened your "
                "account: sign out of it everywhere by ending this here:\n%(url)s\n"
            )
            % {"code": code, "url": settings.SITE_ORIGIN + reverse("account")},
            at=at,
        )


def leave(*, person: Person, code: str, by: Author, at: datetime) -> Leaving:
    """Close the account of ``person`` for good: at once for them, and a sweep does the rest.

    Each part prepares in this transaction. Raises ``Refused`` for another person, without the code
    that was mailed, with an open duty, and where they have asked already.
    """
    check_can_leave(person, by)
    _use_code(person, code, at)
    return _leave(person, by=by, at=at)


def _use_code(person: Person, code: str, at: datetime) -> None:
    """Use up one try, right or wrong; in no transaction, so that a refusal gives no try back."""
    live = LeavingCode.objects.filter(person=person, expires_at__gt=at, tries_left__gt=0)
    digits = "".join(character for character in code if character.isdigit())
    right = LeavingCode.objects.filter(person=person, fingerprint=_fingerprint(person, digits))
    if not live.update(tries_left=F("tries_left") - 1) or not right.exists():
        raise Refused(
            "leaving-code",
            _("This is not the code we sent you last, or it is too old. Ask for another."),
        )


@transaction.atomic
def _leave(person: Person, *, by: Author, at: datetime) -> Leaving:
    Person.objects.select_for_update().get(pk=person.pk)
    _check_no_duty(person, at)
    try:
        with transaction.atomic():
            asked = Leaving.objects.create(person=person, asked_at=at)
    except IntegrityError:
        raise Refused("leaving-already", _("You have asked for this already.")) from None
    for part in leaving.parts():
        part.prepare(person=person, by=by, at=at)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    Event.record("person.asked-to-leave", subject=subject_of(person), by=by, at=at)
    with translation.override(person.locale):
        queue_mail(
            person=person,
            kind=ACCOUNT,
            key=f"left:{person.pk}",
            subject=_("You have left Customer Commons"),
            body=_(
                "Your account is closed, as you asked, and what names you is being erased. This "
                "is the last mail from us. What stays, and why:\n%(url)s\n\nThank you for having "
                "been with us. You can join again whenever you like.\n"
            )
            % {"url": settings.SITE_ORIGIN + reverse("what-stays")},
            at=at,
        )
    return asked


@transaction.atomic
def finish_leaving(*, asked: Leaving, by: Author, at: datetime) -> None:
    """Erase what names whoever ``asked``, in every part. Raises ``ClaimLost`` without the claim."""
    for part in leaving.parts():
        part.erase(person=asked.person, by=by, at=at)
    Event.record("person.left", subject=subject_of(asked.person), by=by, at=at)
    sweeps.settle(asked, finished_at=at)


def postpone_leaving(*, asked: Leaving, until: datetime) -> None:
    """Leave a claimed leaving alone ``until`` then: a part is not ready yet."""
    held = Leaving.objects.filter(pk=asked.pk, claim_token=asked.claim_token)
    held.update(claimed_until=until)


def _check_no_duty(person: Person, at: datetime) -> None:
    if open_duties := leaving.duties(person, at):
        raise Refused("duties-open", " ".join(open_duties))


def _fingerprint(person: Person, code: str) -> str:
    return sealed.fingerprint(f"leave:{person.pk}:{code}".encode()).hex()
