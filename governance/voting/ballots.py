"""The bytes of voting: tokens, issuer signatures, ballots, receipts. Pure.

``docs/voting-protocol.md`` says in words what each is for. Bytes are written in standard base64
with padding, hashes in lower-case hex, and what is signed or hashed is RFC 8785 canonical JSON.

token
    The voter's own P-256 public key, as the 65 bytes of its uncompressed point (SEC 1, 2.3.3).
prepared message
    32 random bytes and then the token (RFC 9474, section 4.1, ``Randomized``): what the issuer's
    signature is over. The issuer signs it blinded (:mod:`governance.voting.blind`), unread.
issuer signature
    RSASSA-PSS, SHA-384, MGF1 with SHA-384, a salt of 48 bytes, 3072 bits (RFC 8017, section 8.1):
    what ``RSABSSA-SHA384-PSS-Randomized`` (RFC 9474) yields.
ballot
    ``{poll, token, signatures, sequence, choices, salt}``. Its 32-byte salt makes its SHA-256 a
    commitment that tells nothing until the ballot is published.
proof
    ECDSA with SHA-256 by the token's key over the ballot's canonical bytes, as ``r ‖ s`` (64
    bytes).
receipt
    ECDSA with SHA-256 by the poll's receipt key over ``{ballot, poll, type}``, as ``r ‖ s``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils

from governance.voting import blind

PREFIX_BYTES = 32
TOKEN_BYTES = 65
SALT_BYTES = 32
ISSUER_BITS = 3072
HIGHEST_SEQUENCE = 99
# More than any ballot holds; a list longer than this is not read any further.
_MOST = 200

_ECDSA = ec.ECDSA(hashes.SHA256())
_COORDINATE = 32

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# An option, or several that a ranking holds equal; whether the vote has them, ``choices`` says.
_CHOICE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}(?:=[a-z0-9][a-z0-9-]{0,39}){0,99}")


class Malformed(ValueError):
    """This is no ballot: ``field`` ("ballot.salt") is not as the format says, for ``reason``."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TokenSignature:
    """One issuer's signature over ``prefix ‖ token``; ``issuer`` is its key's SHA-256."""

    issuer: str
    prefix: bytes
    signature: bytes


@dataclass(frozen=True)
class Ballot:
    """What a voter casts. A higher ``sequence`` (1 to 99) of the same token supersedes a lower."""

    poll: str
    token: bytes
    signatures: tuple[TokenSignature, ...]
    sequence: int
    choices: tuple[str, ...]
    salt: bytes

    def as_json(self) -> dict[str, Any]:
        return {
            "poll": self.poll,
            "token": to_base64(self.token),
            "signatures": [
                {
                    "issuer": one.issuer,
                    "prefix": to_base64(one.prefix),
                    "signature": to_base64(one.signature),
                }
                for one in self.signatures
            ],
            "sequence": self.sequence,
            "choices": list(self.choices),
            "salt": to_base64(self.salt),
        }

    @cached_property
    def signed_bytes(self) -> bytes:
        """The canonical JSON that is hashed and that the token's key signs."""
        return _canonical(self.as_json())

    @cached_property
    def hash(self) -> str:
        """The ballot's commitment: SHA-256 of its canonical JSON, in hex."""
        return hashlib.sha256(self.signed_bytes).hexdigest()


@dataclass(frozen=True, slots=True)
class SignedBallot:
    """A ballot and the signature of its token's key: ``{"ballot": {…}, "proof": "…"}``."""

    ballot: Ballot
    proof: bytes

    def as_json(self) -> dict[str, Any]:
        return {"ballot": self.ballot.as_json(), "proof": to_base64(self.proof)}


@dataclass(frozen=True, slots=True)
class Receipt:
    """The signed promise to include the ballot of this hash. It holds no credential and no time."""

    poll: str
    ballot: str
    signature: bytes

    def as_json(self) -> dict[str, str]:
        return {
            **receipt_statement(self.poll, self.ballot),
            "signature": to_base64(self.signature),
        }


def prepare(token: bytes, prefix: bytes) -> bytes:
    """The message an issuer signs for ``token``: ``prefix``, 32 random bytes, then the token."""
    if len(prefix) != PREFIX_BYTES:
        raise ValueError(f"a prefix has {PREFIX_BYTES} bytes")
    return prefix + token


def parse(value: object) -> SignedBallot:
    """Read ``{"ballot": {…}, "proof": "…"}`` as JSON gave it. Raises ``Malformed``.

    There is one way to write each ballot: unknown fields, other base64 alphabets and points that
    are not on the curve are refused, so that the same ballot cannot come back under another hash.
    """
    envelope = _object(value, "", {"ballot", "proof"})
    body = _object(
        envelope["ballot"],
        "ballot",
        {"poll", "token", "signatures", "sequence", "choices", "salt"},
    )
    token = _bytes(body["token"], "ballot.token", TOKEN_BYTES)
    _token_key(token, "ballot.token")
    sequence = body["sequence"]
    if type(sequence) is not int or not 1 <= sequence <= HIGHEST_SEQUENCE:
        raise Malformed("ballot.sequence", f"is not a whole number from 1 to {HIGHEST_SEQUENCE}")
    return SignedBallot(
        ballot=Ballot(
            poll=_text(body["poll"], "ballot.poll", _UUID, "a UUID in lower case"),
            token=token,
            signatures=tuple(
                _token_signature(one, f"ballot.signatures.{position}")
                for position, one in enumerate(_list(body["signatures"], "ballot.signatures"))
            ),
            sequence=sequence,
            choices=tuple(
                _text(one, f"ballot.choices.{position}", _CHOICE, "one option or several with =")
                for position, one in enumerate(_list(body["choices"], "ballot.choices"))
            ),
            salt=_bytes(body["salt"], "ballot.salt", SALT_BYTES),
        ),
        proof=_bytes(envelope["proof"], "proof", 2 * _COORDINATE),
    )


def token_is_issued(ballot: Ballot, issuers: Mapping[str, rsa.RSAPublicKey]) -> bool:
    """Whether every issuer, named by the hash of its key, signed the ballot's token, and once."""
    if sorted(one.issuer for one in ballot.signatures) != sorted(issuers):
        return False
    return all(
        blind.holds(prepare(ballot.token, one.prefix), one.signature, issuers[one.issuer])
        for one in ballot.signatures
    )


def proof_holds(signed: SignedBallot) -> bool:
    """Whether the key that is the ballot's token signed exactly this ballot."""
    key = _token_key(signed.ballot.token, "ballot.token")
    return ecdsa_holds(key, signed.ballot.signed_bytes, signed.proof)


def token_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """The token that a P-256 public key is: its uncompressed point."""
    numbers = key.public_numbers()
    return b"\x04" + numbers.x.to_bytes(_COORDINATE, "big") + numbers.y.to_bytes(_COORDINATE, "big")


def receipt_statement(poll: str, ballot: str) -> dict[str, str]:
    """What a receipt signs: that the ballot of this hash will be among those published."""
    return {"type": "BallotReceipt", "poll": poll, "ballot": ballot}


def make_receipt(key: ec.EllipticCurvePrivateKey, *, poll: str, ballot: str) -> Receipt:
    statement = _canonical(receipt_statement(poll, ballot))
    return Receipt(poll=poll, ballot=ballot, signature=ecdsa_sign(key, statement))


def receipt_holds(receipt: Receipt, key: ec.EllipticCurvePublicKey) -> bool:
    """Whether the poll's receipt key signed ``receipt``."""
    statement = _canonical(receipt_statement(receipt.poll, receipt.ballot))
    return ecdsa_holds(key, statement, receipt.signature)


def read_receipt(value: object) -> Receipt:
    """Read a receipt as JSON gave it. Raises ``Malformed``."""
    body = _object(value, "receipt", {"type", "poll", "ballot", "signature"})
    if body["type"] != "BallotReceipt":
        raise Malformed("receipt.type", "is not BallotReceipt")
    return Receipt(
        poll=_text(body["poll"], "receipt.poll", _UUID, "a UUID in lower case"),
        ballot=_text(body["ballot"], "receipt.ballot", _SHA256, "a SHA-256 in hex"),
        signature=_bytes(body["signature"], "receipt.signature", 2 * _COORDINATE),
    )


def ecdsa_sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """ECDSA with SHA-256 as ``r ‖ s`` (IEEE P1363), which is what browsers write."""
    r, s = utils.decode_dss_signature(key.sign(message, _ECDSA))
    return r.to_bytes(_COORDINATE, "big") + s.to_bytes(_COORDINATE, "big")


def ecdsa_holds(key: ec.EllipticCurvePublicKey, message: bytes, signature: bytes) -> bool:
    if len(signature) != 2 * _COORDINATE:
        return False
    r = int.from_bytes(signature[:_COORDINATE], "big")
    s = int.from_bytes(signature[_COORDINATE:], "big")
    try:
        key.verify(utils.encode_dss_signature(r, s), message, _ECDSA)
    except InvalidSignature:
        return False
    return True


def to_base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def from_base64(value: object, field: str) -> bytes:
    """The bytes of standard, padded base64, written the one right way. Raises ``Malformed``."""
    if not isinstance(value, str) or not value.isascii():
        raise Malformed(field, "is not base64")
    try:
        decoded = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(field, "is not base64") from None
    # The last character may carry bits that decoding drops.
    if to_base64(decoded) != value:
        raise Malformed(field, "is not base64 as it is written here")
    return decoded


def _canonical(value: Mapping[str, Any]) -> bytes:
    """Of ASCII and whole numbers alone: what takes RFC 8785 a page is one call then."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _token_key(token: bytes, field: str) -> ec.EllipticCurvePublicKey:
    if len(token) != TOKEN_BYTES or token[0] != 4:
        raise Malformed(field, "is not an uncompressed P-256 point")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), token)
    except ValueError:
        raise Malformed(field, "is not a point of P-256") from None


def _token_signature(value: object, field: str) -> TokenSignature:
    body = _object(value, field, {"issuer", "prefix", "signature"})
    return TokenSignature(
        issuer=_text(body["issuer"], f"{field}.issuer", _SHA256, "a SHA-256 in hex"),
        prefix=_bytes(body["prefix"], f"{field}.prefix", PREFIX_BYTES),
        signature=_bytes(body["signature"], f"{field}.signature", ISSUER_BITS // 8),
    )


def _object(value: object, field: str, names: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict) or value.keys() != names:
        raise Malformed(field or "ballot", f"is not an object of {', '.join(sorted(names))}")
    return value


def _list(value: object, field: str) -> list[object]:
    if not isinstance(value, list) or not 1 <= len(value) <= _MOST:
        raise Malformed(field, "is not a list with something in it")
    return value


def _text(value: object, field: str, pattern: re.Pattern[str], what: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Malformed(field, f"is not {what}")
    return value


def _bytes(value: object, field: str, length: int) -> bytes:
    decoded = from_base64(value, field)
    if len(decoded) != length:
        raise Malformed(field, f"is not {length} bytes long")
    return decoded
