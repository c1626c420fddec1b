"""A visitor's address, made unreadable before anything counts by it.

No IP address is stored: what rate limits hold is an HMAC under a salt that lives in this process's
memory and is forgotten when the day ends.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from datetime import date


class DailySalt:
    """A secret for each day; yesterday's is forgotten as soon as today's is asked for."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._salt = b""

    def on(self, day: date) -> bytes:
        """The 32 bytes of ``day``."""
        if self._day != day:
            self._day, self._salt = day, secrets.token_bytes(32)
        return self._salt


_salt = DailySalt()


def pseudonym(visitor: str, day: date) -> str:
    """64 hexadecimal digits that stand for ``visitor`` on ``day``, in this process only.

    An IPv6 address counts by its network (/64), which is what one household or server is given.
    """
    return hmac.new(_salt.on(day), _network(visitor).encode(), hashlib.sha256).hexdigest()


def _network(visitor: str) -> str:
    try:
        address = ipaddress.ip_address(visitor)
    except ValueError:
        return visitor
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    return visitor
