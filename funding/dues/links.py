"""Links in mail that work without signing in: signed, for one purpose, and only for a time.

A link alone changes nothing: it opens a page, and what it is for happens when the form there is
sent.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from django.core import signing


class Purpose(StrEnum):
    """What a link is for; each is signed by itself, so that no link opens anything else."""

    CANCEL = "cancel"
    MEND = "mend"
    GIFT = "gift"
    ATTEST = "attest"


LASTS: dict[Purpose, timedelta] = {
    # Longer than from one yearly mail to the next.
    Purpose.CANCEL: timedelta(days=400),
    Purpose.MEND: timedelta(days=45),
    Purpose.GIFT: timedelta(days=45),
    Purpose.ATTEST: timedelta(days=60),
}


def token(purpose: Purpose, key: uuid.UUID, at: datetime) -> str:
    """What stands in the address of a link made at ``at``."""
    ends = int((at + LASTS[purpose]).timestamp())
    return signing.dumps([key.hex, ends], salt=f"dues.{purpose}")


class NotOurs(Exception):
    """This is no link of ours, or one for something else."""


def read(purpose: Purpose, token: str, at: datetime) -> uuid.UUID | None:
    """What a link is about; None for one that is too old. Raises ``NotOurs``."""
    try:
        key, ends = signing.loads(token, salt=f"dues.{purpose}")
    except (signing.BadSignature, ValueError):
        raise NotOurs from None
    return uuid.UUID(key) if at.timestamp() < ends else None
