"""The demo's mail: what would be sent is kept in a folder, a file each, and a page shows it."""

from __future__ import annotations

import email
import email.policy
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class FolderBackend(BaseEmailBackend):
    """Writes each message to ``mail`` in ``settings.VAR_DIR`` under a name that sorts by time."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = settings.VAR_DIR / "mail"
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{timezone.now():%Y%m%dT%H%M%S.%f}-{uuid.uuid4().hex[:8]}.eml"
            (folder / name).write_bytes(message.message().as_bytes())
        return len(email_messages)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as its reader sees it."""

    at: datetime
    to: str
    subject: str
    body: str


def newest(count: int) -> list[Letter]:
    """The newest ``count`` mails, newest first."""
    folder = settings.VAR_DIR / "mail"
    files = sorted(folder.glob("*.eml"), reverse=True)[:count] if folder.is_dir() else []
    return [_read(file) for file in files]


def _read(file: Path) -> Letter:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    text = message.get_body(preferencelist=("plain",))
    return Letter(
        at=datetime.strptime(file.name.split("-")[0], "%Y%m%dT%H%M%S.%f").astimezone(),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        body=text.get_content() if text else "",
    )
