"""Reminding, once, those on a poll's roll who asked for it and have not taken their ballot.

Who was reminded is known to nobody but the mail server: a mail is queued for everybody who asked,
looking alike, and whether it goes out is judged when it is sent (:func:`still_wanted`) and written
down nowhere. Otherwise the outbox would tell of each of them whether they took their ballot before
that moment or after it, and the ballots sealed before and after could be told apart likewise.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.voting.models import Event, Poll, Upkeep
from members.actions import queue_mail
from members.models import Author, Person, subject_of

KIND = "votes"
AT_ONCE = 200


def remind(*, poll: Poll, at: datetime, by: Author) -> int:
    """Queue the reminder of ``poll`` for everybody on its roll who asked for it: how many.

    Once for each of them, however often it is called: a crash between two transactions is followed
    by the rest. A poll that was reminded of, or takes no ballots at ``at``, is left alone.
    """
    if not poll.takes_ballots(at):
        return 0
    asked = list(
        Person.objects.wanting(KIND)
        .filter(pk__in=poll.roll.values("person"), is_active=True)
        .order_by("pk")
    )
    for start in range(0, len(asked), AT_ONCE):
        with transaction.atomic():
            for person in asked[start : start + AT_ONCE]:
                _queue(poll, person, at)
    with transaction.atomic():
        if Upkeep.objects.filter(poll=poll, reminded=False).update(reminded=True):
            Event.record("poll.reminded", subject=subject_of(poll), by=by, at=at)
    return len(asked)


def still_wanted(*, person: Person, key: str, at: datetime) -> bool:
    """Whether a reminder that was queued under ``key`` is still to be sent to ``person``.

    Not once they have taken their ballot, nor when the poll takes none any more.
    """
    poll = uuid.UUID(key.split(":")[1])
    waiting = Poll.objects.taking_ballots(at).awaiting(person).filter(pk=poll)
    return waiting.exists()


def _queue(poll: Poll, person: Person, at: datetime) -> None:
    with translation.override(person.locale):
        words = {
            "title": poll.title,
            "until": date_format(poll.closes_at, "j F Y, H:i"),
            "url": f"{settings.SITE_ORIGIN}{reverse('poll', args=[poll.pk])}#ballot-heading",
        }
        queue_mail(
            person=person,
            kind=KIND,
            key=f"{KIND}:{poll.pk}:{person.pk}",
            subject=_("You have not voted yet: %(title)s") % words,
            body=_(
                "The vote on “%(title)s” is open until %(until)s UTC, and you have not taken your "
                "ballot yet.\n\nVote here:\n%(url)s\n\nWe remind you once in each vote, because "
                "you asked for it.\n"
            )
            % words,
            at=at,
        )
