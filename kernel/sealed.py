"""Encryption at rest for what the database must hold but a copy of it must not tell.

Keys are files named by ``settings.SEALING_KEYS``, newest first: the first seals, all of them open
(Fernet: AES-128-CBC with HMAC-SHA256, github.com/fernet/spec).
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unsealable(Exception):
    """None of the keys in ``settings.SEALING_KEYS`` opens these bytes."""


def seal(plain: bytes) -> bytes:
    """Encrypt and authenticate ``plain`` under the newest key."""
    return MultiFernet([Fernet(key) for key in _keys()]).encrypt(plain)


def unseal(sealed: bytes) -> bytes:
    """The bytes given to :func:`seal`. Raises ``Unsealable`` for other keys or altered bytes."""
    try:
        return MultiFernet([Fernet(key) for key in _keys()]).decrypt(bytes(sealed))
    except InvalidToken:
        raise Unsealable("these bytes were sealed with another key, or altered") from None


def fingerprint(message: bytes) -> bytes:
    """A 32-byte HMAC-SHA256 of ``message`` that nobody without the oldest key can recompute.

    The oldest key, so that a fingerprint stays the same when a newer key is added.
    """
    return hmac.new(_keys()[-1], message, hashlib.sha256).digest()


def new_key() -> bytes:
    """A fresh key, as the text a key file holds."""
    return Fernet.generate_key()


def _keys() -> list[bytes]:
    return [Path(path).read_bytes().strip() for path in settings.SEALING_KEYS]
