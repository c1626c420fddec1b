"""What the worker does for members: it sends what waits, tells the week, and lets people go."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import prefetch_related_objects
from django.utils import translation
from django.utils.translation import gettext as _

from kernel.sweeps import ClaimLost, claim, sweep
from members import actions, digest, leaving, mail_kinds, mail_links
from members.mail_gates import is_wanted
from members.models import Leaving, OutgoingMail, Person, Program

# A batch is small enough to be sent within its lease even where each mail waits for the server.
_BATCH = 20
_LEASE = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(hours=6)
# The week ends on Monday at six, so that its mail is there in the morning.
_WEEK_ENDS = time(6)
_DIGESTS_AT_ONCE = 100
_DESK = Program("sweep:members.desk")

log = logging.getLogger(__name__)


@sweep("members.mail", every=timedelta(seconds=5))
def mail(at: datetime) -> int:
    """Send what waits and is still wanted, at least once; what fails waits longer each time."""
    sent = 0
    batch = claim(OutgoingMail.objects.waiting(), at=at, lease=_LEASE, limit=_BATCH)
    prefetch_related_objects(batch, "person__mail_choices")
    for waiting in batch:
        try:
            if _chosen(waiting) and is_wanted(waiting, at):
                _message(waiting).send()
        except (SMTPException, OSError) as failure:
            # The kind of failure alone: what servers say about a mail names its address.
            log.warning("mail %s waits: %s", waiting.pk, type(failure).__name__)
            actions.postpone_mail(mail=waiting, until=at + wait_after(waiting.attempts))
            continue
        try:
            actions.sent_mail(mail=waiting, at=at)
        except ClaimLost:
            continue
        sent += 1
    return sent


@sweep("members.desk", every=timedelta(minutes=10))
def tidy_desk(at: datetime) -> int:
    """Let go of claims of what waits no longer, or of what who claimed it may not see any more."""
    return actions.drop_claims(by=_DESK, at=at)


@sweep("members.digest", every=timedelta(minutes=1))
def tell_the_week(at: datetime) -> int:
    """Queue, once a week, what is new for whoever wants to hear it and has something to hear."""
    until = end_of_week(at)
    told = 0
    for person in Person.objects.to_digest(until).order_by("pk")[:_DIGESTS_AT_ONCE]:
        since = max(person.digested_to or person.joined_at, until - timedelta(days=7))
        with translation.override(person.locale):
            subject, body = "", ""
            if person.wants(actions.DIGEST) and since < until:
                subject, body = _digest(digest.compose(person, since, until))
            told += actions.queue_digest(
                person=person,
                since=person.digested_to,
                until=until,
                subject=subject,
                body=body,
                at=at,
            )
    return told


@sweep("members.leave", every=timedelta(seconds=30))
def let_go(at: datetime) -> int:
    """Erase who they were for everybody who asked to leave and whom no part holds up any more."""
    gone = 0
    batch = claim(Leaving.objects.unfinished(), at=at, lease=_LEASE, limit=_BATCH)
    prefetch_related_objects(batch, "person")
    for asked in batch:
        if not all(part.ready(asked.person) for part in leaving.parts()):
            actions.postpone_leaving(asked=asked, until=at + wait_after(asked.attempts))
            continue
        try:
            actions.finish_leaving(asked=asked, by=Program("sweep:members.leave"), at=at)
        except ClaimLost:
            continue
        gone += 1
    return gone


def wait_after(attempts: int) -> timedelta:
    """How long a mail waits after its ``attempts``-th failure: 1, 2, 4 … minutes, at most hours."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 16)), _LONGEST_WAIT)


def end_of_week(at: datetime) -> datetime:
    """The last Monday, at six in the morning (UTC), that is not after ``at``."""
    monday = at.date() - timedelta(days=at.weekday())
    end = datetime.combine(monday, _WEEK_ENDS, tzinfo=at.tzinfo)
    return end if end <= at else end - timedelta(days=7)


def _digest(sections: Iterable[digest.Section]) -> tuple[str, str]:
    """The subject and the body of what is new; both empty where nothing is."""
    told = [
        "\n".join([section.heading, *(f"- {said}\n  {_full(url)}" for said, url in section.lines)])
        for section in sections
    ]
    if not told:
        return "", ""
    return _("The week at Customer Commons"), "\n\n".join(told) + "\n"


def _full(path: str) -> str:
    return f"{settings.SITE_ORIGIN}{path}"


def _chosen(waiting: OutgoingMail) -> bool:
    """Whether its person wants mail of this kind now, and is still somebody we write to."""
    person, kind = waiting.person, mail_kinds.get(waiting.kind)
    if not kind.optional:
        return person.left_at is None
    chosen = {choice.kind: choice.wanted for choice in person.mail_choices.all()}
    return person.is_active and chosen.get(kind.name, kind.wanted)


def _message(waiting: OutgoingMail) -> EmailMessage:
    """The mail as it is sent: the same Message-ID each time, so that a repeat can be told.

    Mail that can be declined says how, to people in its last lines and to mail programs in its
    headers (RFC 8058).
    """
    digest_of_key = hashlib.sha256(waiting.key.encode()).hexdigest()[:32]
    host = urlsplit(settings.PUBLIC_ORIGIN).hostname
    headers = {"Message-ID": f"<{digest_of_key}@{host}>", "Auto-Submitted": "auto-generated"}
    body = waiting.body
    kind = mail_kinds.get(waiting.kind)
    if kind.optional:
        stop = mail_links.stop_url(waiting.person.pk, kind.name)
        headers["List-Unsubscribe"] = f"<{stop}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        with translation.override(waiting.person.locale):
            body += "\n-- \n" + _(
                "We send you this because you get “%(kind)s” from us. To get no more of it, "
                "without signing in:\n%(url)s\n"
            ) % {"kind": kind.label, "url": stop}
    return EmailMessage(
        subject=waiting.subject, body=body, to=[waiting.person.email], headers=headers
    )
