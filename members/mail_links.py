"""Links in mail that decline a kind of mail without signing in (RFC 8058).

A link holds who and which kind, sealed: it names nobody to whoever reads it, opens nothing else,
and is a row nowhere.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.urls import reverse

from kernel import sealed

_UUID_BYTES = 16


def stop_url(person: uuid.UUID, kind: str) -> str:
    """The address at which the person with this key declines mail of this ``kind``."""
    token = sealed.seal(person.bytes + kind.encode()).decode()
    return f"{settings.SITE_ORIGIN}{reverse('mail-stop', args=[token])}"


def read(token: str) -> tuple[uuid.UUID, str]:
    """Whose link it is and which kind of mail it declines. Raises ``LookupError`` for none."""
    try:
        said = sealed.unseal(token.encode())
        return uuid.UUID(bytes=said[:_UUID_BYTES]), said[_UUID_BYTES:].decode()
    except (sealed.Unsealable, ValueError):
        raise LookupError("this is no link of ours") from None
