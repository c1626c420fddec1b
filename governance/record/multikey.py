"""Ed25519 public keys as Multikeys, and the ``did:web`` document that lists them.

Multikey: W3C Controlled Identifiers 1.0, section 2.2.2. ``did:web``: the method's specification of
the W3C Credentials Community Group.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import base58
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519_PUBLIC = b"\xed\x01"
_ED25519_SECRET = b"\x80\x26"
# A host is named in lower case, and in ASCII.
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}([.]{_LABEL})*(:[1-9][0-9]{{0,4}})?")


@dataclass(frozen=True, slots=True)
class Method:
    """One key of a DID document: the part after ``#`` ("record-1") and the key itself."""

    fragment: str
    key: Ed25519PublicKey


def encode_public(key: Ed25519PublicKey) -> str:
    """``publicKeyMultibase``: base58btc of 0xed01 and the 32 bytes of the key."""
    return "z" + base58.b58encode(_ED25519_PUBLIC + key.public_bytes_raw()).decode("ascii")


def decode_public(multibase: str) -> Ed25519PublicKey:
    """The key of a ``publicKeyMultibase``. Raises ``ValueError`` for anything but Ed25519."""
    return Ed25519PublicKey.from_public_bytes(_decode(multibase, _ED25519_PUBLIC))


def decode_secret(multibase: str) -> Ed25519PrivateKey:
    """The key of a ``secretKeyMultibase``. Raises ``ValueError`` for anything but Ed25519."""
    return Ed25519PrivateKey.from_private_bytes(_decode(multibase, _ED25519_SECRET))


def did_web(origin: str) -> str:
    """``https://example.org`` is ``did:web:example.org``; a port's colon is percent-encoded.

    Of ``https://example.org/a/b`` it is ``did:web:example.org:a:b``, whose document is at
    ``/a/b/did.json``. Raises ``ValueError`` for an address that no ``did:web`` stands for.
    """
    parts = urlsplit(origin)
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.netloc):
        raise ValueError(f"not an origin with a host name in lower case: {origin!r}")
    if parts.query or parts.fragment or "//" in parts.path:
        raise ValueError(f"not an origin: {origin!r}")
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    return ":".join(["did:web", *(quote(one, safe="") for one in (parts.netloc, *segments))])


def did_document(did: str, methods: Sequence[Method]) -> dict[str, Any]:
    """The document served as ``/.well-known/did.json``: every key, for making assertions."""
    ids = [f"{did}#{method.fragment}" for method in methods]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [
            {
                "id": name,
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": encode_public(method.key),
            }
            for name, method in zip(ids, methods, strict=True)
        ],
        "assertionMethod": ids,
    }


def _decode(multibase: str, prefix: bytes) -> bytes:
    if not multibase.startswith("z"):
        raise ValueError("a Multikey begins with z (base58btc)")
    raw = base58.b58decode(multibase[1:])
    if not raw.startswith(prefix) or len(raw) != len(prefix) + 32:
        raise ValueError("not an Ed25519 Multikey")
    return raw.removeprefix(prefix)
