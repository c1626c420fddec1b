"""What must be true of the settings before anything starts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error

from governance.record import multikey


def published_name_is_an_origin(*args: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every published identifier begins with ``PUBLIC_ORIGIN``, and our keys are listed under it.

    Its document is served at ``/.well-known/did.json``, where a ``did:web`` without a path has it.
    """
    try:
        multikey.did_web(settings.PUBLIC_ORIGIN)
        parts = urlsplit(settings.PUBLIC_ORIGIN)
        # Not so much as a slash at the end: what is published would have two. A did:web names a
        # host by its name, never by an IP address.
        wrong = bool(parts.path) or set(parts.netloc) <= set("0123456789.:")
    except ValueError:
        wrong = True
    if wrong:
        return [
            Error(
                f"PUBLIC_ORIGIN cannot be {settings.PUBLIC_ORIGIN!r}.",
                hint="It is a scheme and a host name in lower case, perhaps with a port, and "
                "nothing after it: https://commons.example",
                id="record.E001",
            )
        ]
    return []
