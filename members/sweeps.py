"""What the worker does for members: it sends the mail that waits."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import prefetch_related_objects

from kernel.sweeps import ClaimLost, claim, sweep
from members import actions
from members.mail_gates import is_wanted
from members.models import OutgoingMail

# A batch is small enough to be sent within its lease even where each mail waits for the server.
_BATCH = 20
_LEASE = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(hours=6)

log = logging.getLogger(__name__)


@sweep("members.mail", every=timedelta(seconds=5))
def mail(at: datetime) -> int:
    """Send what waits and is still wanted, at least once; what fails waits longer each time."""
    sent = 0
    batch = claim(OutgoingMail.objects.waiting(), at=at, lease=_LEASE, limit=_BATCH)
    prefetch_related_objects(batch, "person")
    for waiting in batch:
        try:
            if is_wanted(waiting, at):
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


def wait_after(attempts: int) -> timedelta:
    """How long a mail waits after its ``attempts``-th failure: 1, 2, 4 … minutes, at most hours."""
    return min(timedelta(minutes=2 ** min(attempts - 1, 16)), _LONGEST_WAIT)


def _message(waiting: OutgoingMail) -> EmailMessage:
    """The mail as it is sent: the same Message-ID each time, so that a repeat can be told."""
    digest = hashlib.sha256(waiting.key.encode()).hexdigest()[:32]
    host = urlsplit(settings.PUBLIC_ORIGIN).hostname
    return EmailMessage(
        subject=waiting.subject,
        body=waiting.body,
        to=[waiting.person.email],
        headers={"Message-ID": f"<{digest}@{host}>", "Auto-Submitted": "auto-generated"},
    )
