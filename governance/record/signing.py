"""Our signing keys: files in ``settings.KEYS_DIR``, and what they sign.

``record-1.pem`` signs checkpoints, ``terms-1.pem`` documents. Each is listed in
``/.well-known/did.json`` under its name. When a key is replaced, the next number signs, and the old
one stays listed: its file is kept, or is replaced by the public key alone.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.conf import settings

from governance.record import multikey, proofs
from governance.record.canonical import timestamp
from kernel import sealed

PURPOSES = ("record", "terms")
_FILE = re.compile(r"(record|terms)-([1-9][0-9]*)\.pem")


class KeyMissing(Exception):
    """A key is missing, unreadable or of another kind. ``manage.py keys`` makes missing keys."""


@dataclass(frozen=True, slots=True)
class Key:
    """One of our keys. ``private`` is None for one that only verifies any more."""

    purpose: str
    number: int
    public: Ed25519PublicKey
    private: Ed25519PrivateKey | None

    @property
    def fragment(self) -> str:
        return f"{self.purpose}-{self.number}"


def make_keys(folder: Path) -> list[str]:
    """Make the signing keys that are missing in ``folder``; answers their names ("record-1").

    Files are PKCS#8 PEM, readable by their owner alone. Again makes nothing.
    """
    there = {key.purpose for key in _keys(folder)}
    made = []
    for purpose in PURPOSES:
        if purpose not in there:
            pem = Ed25519PrivateKey.generate().private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            )
            if _write_secret(folder / f"{purpose}-1.pem", pem):
                made.append(f"{purpose}-1")
    return made


def make_sealing_key(path: Path) -> bool:
    """Make the key that encrypts at rest, if missing. Answers whether it was made."""
    return _write_secret(path, sealed.new_key())


def sign_document(document: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """``document`` with an ``eddsa-jcs-2022`` proof by the newest terms key.

    Raises ``KeyMissing``, and ``ValueError`` if the document already has a proof.
    """
    name, key = signer("terms")
    return proofs.create(
        document,
        key=key,
        verification_method=f"{did()}#{name}",
        created=timestamp(at),
    )


def key_ids() -> list[str]:
    """The full id of every listed key: ``did:web:example.org#record-1``."""
    return [f"{did()}#{key.fragment}" for key in all_keys()]


def did() -> str:
    """Our ``did:web``, from ``settings.PUBLIC_ORIGIN``."""
    return multikey.did_web(settings.PUBLIC_ORIGIN)


def did_document() -> dict[str, Any]:
    """What ``/.well-known/did.json`` says: every key there is or was."""
    return multikey.did_document(
        did(), [multikey.Method(key.fragment, key.public) for key in all_keys()]
    )


def log_origin() -> str:
    """The record's name in checkpoints: our origin without the scheme, and ``/record``."""
    return f"{urlsplit(settings.PUBLIC_ORIGIN).netloc}/record"


def all_keys() -> list[Key]:
    """Every key, by purpose and number."""
    return _keys(Path(settings.KEYS_DIR))


def signer(purpose: str) -> tuple[str, Ed25519PrivateKey]:
    """The name ("record-1") and key that sign for ``purpose`` now. Raises ``KeyMissing``."""
    newest = [key for key in all_keys() if key.purpose == purpose][-1:]
    for key in newest:
        if key.private:
            return key.fragment, key.private
    raise KeyMissing(f"no {purpose} key that signs in {settings.KEYS_DIR}: run manage.py keys")


def _keys(folder: Path) -> list[Key]:
    found = [
        _read(path, purpose=match[1], number=int(match[2]))
        for path in (folder.iterdir() if folder.is_dir() else ())
        if (match := _FILE.fullmatch(path.name))
    ]
    return sorted(found, key=lambda key: (key.purpose, key.number))


def _read(path: Path, *, purpose: str, number: int) -> Key:
    try:
        pem = path.read_bytes()
        if b"PRIVATE" in pem:
            private = load_pem_private_key(pem, password=None)
            if isinstance(private, Ed25519PrivateKey):
                return Key(purpose, number, private.public_key(), private)
        else:
            public = load_pem_public_key(pem)
            if isinstance(public, Ed25519PublicKey):
                return Key(purpose, number, public, None)
    except (OSError, ValueError) as error:
        raise KeyMissing(f"{path} cannot be read as a key: {error}") from error
    raise KeyMissing(f"{path} is not an Ed25519 key")


def _write_secret(path: Path, content: bytes) -> bool:
    """Write a file for its owner's eyes, whole or not at all. False if there is one already."""
    if path.exists():
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    return True
