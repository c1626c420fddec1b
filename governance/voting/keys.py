"""A poll's private keys: made when it opens, opened to sign, destroyed when it closes.

They are a blob in the poll's row, encrypted under a key that is a file of its own,
``settings.KEYS_DIR/polls/<poll id>``. The file is in no backup; once it is gone, no copy of the
database signs anything more in the poll's name.
"""

from __future__ import annotations

import json
import os
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from django.conf import settings

from governance.voting import blind
from governance.voting.ballots import ISSUER_BITS


class KeysGone(Exception):
    """The poll's key file is not there, or does not open this blob: nothing can be signed."""


@dataclass(frozen=True, slots=True)
class NewKeys:
    """Public keys as DER (SubjectPublicKeyInfo), and both private keys encrypted for the row."""

    issuer_spki: bytes
    receipt_spki: bytes
    wrapped: bytes


def make(poll: uuid.UUID) -> NewKeys:
    """Make the keys of a poll. Takes 0.05 to 0.3 seconds: call it outside a transaction.

    Whoever calls it again before the poll has opened gets other keys under the same key file, so
    two workers cannot spoil each other's.
    """
    issuer = new_issuer()
    receipts = ec.generate_private_key(ec.SECP256R1())
    blob = json.dumps({"issuer": _private(issuer), "receipts": _private(receipts)}).encode()
    return NewKeys(
        issuer_spki=_spki(issuer.public_key()),
        receipt_spki=_spki(receipts.public_key()),
        wrapped=Fernet(_file_key(poll)).encrypt(blob),
    )


def new_issuer() -> rsa.RSAPrivateKey:
    """A fresh RSA key that signs tokens."""
    return rsa.generate_private_key(public_exponent=65537, key_size=ISSUER_BITS)


def sign_blinded(poll: uuid.UUID, wrapped: bytes, blinded: bytes) -> bytes:
    """The issuer's answer to a blinded message that fits its key. Raises ``KeysGone``."""
    key = _private_key(poll, wrapped, "issuer")
    if not isinstance(key, rsa.RSAPrivateKey):
        raise KeysGone(f"the issuer's key of poll {poll} is none")
    return blind.sign(blinded, key)


def receipt_key(poll: uuid.UUID, wrapped: bytes) -> ec.EllipticCurvePrivateKey:
    """The key that signs receipts. Raises ``KeysGone``."""
    key = _private_key(poll, wrapped, "receipts")
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeysGone(f"the receipt key of poll {poll} is none")
    return key


def destroy(poll: uuid.UUID) -> None:
    """Remove the poll's key file, so that its private keys are gone. Again changes nothing."""
    _path(poll).unlink(missing_ok=True)


def _path(poll: uuid.UUID) -> Path:
    return Path(settings.KEYS_DIR) / "polls" / str(poll)


def _file_key(poll: uuid.UUID) -> bytes:
    """The key in the poll's file, which is made, whole or not at all, where it is missing."""
    path = _path(poll)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = path.with_name(f".{secrets.token_hex(8)}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link never replaces the file another worker has just made.
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_bytes()


def _private_key(poll: uuid.UUID, wrapped: bytes, which: str) -> object:
    try:
        blob = json.loads(Fernet(_path(poll).read_bytes()).decrypt(bytes(wrapped)))
    except (FileNotFoundError, InvalidToken):
        raise KeysGone(f"the keys of poll {poll} cannot be opened") from None
    # The check of an RSA key's primes costs more than signing; this blob is authenticated.
    return load_der_private_key(
        bytes.fromhex(blob[which]), password=None, unsafe_skip_rsa_key_validation=True
    )


def _private(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()).hex()


def _spki(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
