"""What members attested when they joined, confirmed once a year."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import translation

from funding.dues import attestation, mails
from funding.dues.permissions import check_can_manage_dues
from members.actions import attest, queue_mail
from members.models import Author, OutgoingMail, Person, StandingPeriod

YEAR = timedelta(days=365)
# When somebody is written to who has not confirmed, counted from when it was due.
WRITE_AFTER = (timedelta(0), timedelta(days=21))
# After that, those who look after cases ask, not a program.
_NO_LONGER = timedelta(days=60)


def statement_for(person: Person, at: datetime) -> str:
    """What ``person`` is asked to confirm: it depends on how they are a member now."""
    begun = person.standing_periods.filter(starts_on__lte=at.date())
    paid = begun.exclude(kind=StandingPeriod.Kind.GRACE).order_by("-ends_on")
    return str(attestation.text_for(paid.values_list("kind", flat=True).first() or ""))


def is_attestation_due(person: Person, at: datetime) -> bool:
    """Whether a member has something to confirm: a year has passed since they did."""
    last = person.attestations.aggregate(last=Max("attested_at"))["last"]
    return last is not None and last <= at - YEAR and person.standing_on(at.date()) is not None


@transaction.atomic
def confirm_attestation(*, person: Person, by: Author, at: datetime) -> None:
    """Confirm for another year; where nothing is due, nothing changes."""
    check_can_manage_dues(person, by)
    if not is_attestation_due(person, at):
        return
    text = statement_for(person, at)
    attest(person=person, version=attestation.VERSION, text=text, by=by, at=at)


@transaction.atomic
def ask_for_attestations(*, at: datetime) -> int:
    """Write to members whose year is over, and three weeks later once more; to how many.

    Nobody loses anything by a program for not answering.
    """
    attested = Person.objects.in_standing(at.date()).annotate(last=Max("attestations__attested_at"))
    waiting = attested.filter(last__lte=at - YEAR, last__gt=at - YEAR - _NO_LONGER)
    written = 0
    for person in waiting.order_by("last", "pk"):
        number = sum(at - person.last - YEAR >= after for after in WRITE_AFTER)
        key = f"attest:{person.pk}:{person.last:%Y-%m-%d}:{number}"
        if OutgoingMail.objects.filter(key=key).exists():
            continue
        with translation.override(person.locale):
            text = statement_for(person, at)
            subject, body = mails.confirm_attestation(person=person, text=text, at=at)
        queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)
        written += 1
    return written
