"""RSA blind signatures: ``RSABSSA-SHA384-PSS`` of RFC 9474, for voter and issuer. Pure.

The voter hides a message (:func:`blind`), the issuer signs what it cannot read (:func:`sign`), and
the voter uncovers an ordinary RSASSA-PSS signature over the message (:func:`finalize`), which the
issuer has never seen and cannot join to what it signed. All numbers travel as bytes as long as the
key's modulus, the highest first.

Keys are those of ``cryptography``. What it has no door to, the raw RSA operation and the PSS
encoding alone, is PyCryptodome's, pinned and held to the RFC's vectors: arithmetic with the private
key is blinded there, and nowhere is it Python's own.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from Crypto.Hash import SHA384
from Crypto.Math.Numbers import Integer
from Crypto.PublicKey import RSA
from Crypto.Signature import pss
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

SALT_BYTES = 48
PADDING = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=SALT_BYTES)
HASH = hashes.SHA384()


class BlindingFailed(ValueError):
    """The protocol cannot go on: the message says where it stopped."""


@dataclass(frozen=True, slots=True)
class Blinded:
    """What goes to the issuer, and the secret that uncovers its answer."""

    message: bytes
    inverse: bytes


def blind(message: bytes, key: rsa.RSAPublicKey) -> Blinded:
    """Hide a prepared message from the issuer that signs with ``key`` (RFC 9474, section 4.2).

    Raises ``BlindingFailed`` for the one message in 2^1500 that shares a factor with the modulus.
    """
    numbers = key.public_numbers()
    modulus = Integer(numbers.n)
    encode: Any = pss._EMSA_PSS_ENCODE  # private, and pinned
    encoded = Integer.from_bytes(
        encode(
            SHA384.new(message),
            key.key_size - 1,
            secrets.token_bytes,
            lambda seed, length: pss.MGF1(seed, length, SHA384),  # type: ignore[arg-type]
            SALT_BYTES,
        )
    )
    if encoded.gcd(modulus) != 1:
        raise BlindingFailed("the message shares a factor with the key")
    inverse, factor = _blinding_factor(modulus)
    hidden = factor.inplace_pow(numbers.e, modulus) * encoded % modulus
    return Blinded(hidden.to_bytes(_length(key)), inverse.to_bytes(_length(key)))


def fits(blinded: bytes, key: rsa.RSAPublicKey) -> bool:
    """Whether ``blinded`` is a number of the key's length and below its modulus."""
    return len(blinded) == _length(key) and int.from_bytes(blinded, "big") < key.public_numbers().n


def sign(blinded: bytes, key: rsa.RSAPrivateKey) -> bytes:
    """The issuer's answer to a blinded message (section 4.3); the same each time.

    Raises ``BlindingFailed`` for what does not fit the key, and where the result does not verify: a
    faulty one would give the key away.
    """
    if not fits(blinded, key.public_key()):
        raise BlindingFailed("this is no blinded message for this key")
    private = key.private_numbers()
    public = private.public_numbers
    raw: Any = RSA.construct(
        (public.n, public.e, private.d, private.p, private.q), consistency_check=False
    )
    signature: bytes = raw._decrypt_to_bytes(Integer.from_bytes(blinded))
    again = Integer.from_bytes(signature).inplace_pow(public.e, public.n)
    if again.to_bytes(_length(key)) != blinded:
        raise BlindingFailed("the signature does not verify")
    return signature


def finalize(
    message: bytes, blind_signature: bytes, inverse: bytes, key: rsa.RSAPublicKey
) -> bytes:
    """The issuer's signature over the prepared message itself (section 4.4).

    Raises ``BlindingFailed`` if what the issuer answered does not become one.
    """
    if not fits(blind_signature, key):
        raise BlindingFailed("this is no blind signature of this key")
    modulus = Integer(key.public_numbers().n)
    uncovered = Integer.from_bytes(blind_signature) * Integer.from_bytes(inverse) % modulus
    signature: bytes = uncovered.to_bytes(_length(key))
    if not holds(message, signature, key):
        raise BlindingFailed("the signature does not hold")
    return signature


def holds(message: bytes, signature: bytes, key: rsa.RSAPublicKey) -> bool:
    """Whether ``signature`` is the issuer's over a prepared message (RFC 8017, section 8.1.2)."""
    try:
        key.verify(signature, message, PADDING, HASH)
    except InvalidSignature:
        return False
    return True


def _blinding_factor(modulus: Integer) -> tuple[Integer, Integer]:
    """A secret number and its inverse; all but one in 2^1500 have one."""
    while True:
        factor = Integer.random_range(min_inclusive=1, max_exclusive=int(modulus))
        try:
            return factor.inverse(modulus), factor
        except ValueError:
            continue


def _length(key: rsa.RSAPublicKey | rsa.RSAPrivateKey) -> int:
    return (key.key_size + 7) // 8
