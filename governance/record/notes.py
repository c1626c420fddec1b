"""Signed notes and the checkpoints of logs (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).

Ed25519 (signature type 0x01) alone: signatures by unknown keys, such as witnesses', are kept and
passed over.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
# More than any log needs; the format asks verifiers to take at least sixteen.
_MOST_SIGNATURES = 100
_SIGNATURE_LINE = re.compile("— ([^ ]+) ([A-Za-z0-9+/]+={0,2})")
_DECIMAL = re.compile("0|[1-9][0-9]{0,18}")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


class NoteInvalid(Exception):
    """Not a signed note, not by a key we know, or not with a signature that fits."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A key that notes may be signed by, under its name."""

    name: str
    key: Ed25519PublicKey

    @property
    def key_id(self) -> bytes:
        """Four bytes: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)[:4]."""
        public = _ED25519 + self.key.public_bytes_raw()
        return hashlib.sha256(self.name.encode() + b"\n" + public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as tools take it: ``name+c74f20a3+base64``."""
        public = _ED25519 + self.key.public_bytes_raw()
        return f"{self.name}+{self.key_id.hex()}+{_encode(public)}"


@dataclass(frozen=True, slots=True)
class TreeHead:
    """What a checkpoint says: the log's ``origin``, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{_encode(self.root)}\n"


def parse_vkey(vkey: str) -> Verifier:
    """The verifier of ``name+c74f20a3+base64``. Raises ``ValueError`` for anything else."""
    name, _, rest = vkey.partition("+")
    key_id, _, encoded = rest.partition("+")
    public = _decode(encoded)
    if not _is_name(name) or len(public) != 33 or not public.startswith(_ED25519):
        raise ValueError("not an Ed25519 verifier key")
    verifier = Verifier(name, Ed25519PublicKey.from_public_bytes(public[1:]))
    if verifier.key_id.hex() != key_id:
        raise ValueError("the key id is not that of the key")
    return verifier


def sign(text: str, *, name: str, key: Ed25519PrivateKey) -> str:
    """A note: ``text``, which ends in a newline, and its signature under ``name``.

    Raises ``ValueError`` for a text or name that notes cannot carry.
    """
    if not text.endswith("\n") or _CONTROL.search(text):
        raise ValueError("a note's text ends in a newline and has no other control character")
    if not _is_name(name):
        raise ValueError("a key name has neither spaces nor +")
    key_id = Verifier(name, key.public_key()).key_id
    return f"{text}\n— {name} {_encode(key_id + key.sign(text.encode()))}\n"


def verify(note: str, verifiers: Iterable[Verifier]) -> str:
    """The text of a note that one of ``verifiers`` signed.

    Raises ``NoteInvalid`` if it is malformed, if a known key's signature does not fit, or if no
    known key signed it.
    """
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or _CONTROL.search(note):
        raise NoteInvalid("this is not a signed note")
    text += "\n"
    known = {(verifier.name, verifier.key_id): verifier.key for verifier in verifiers}
    signatures = lines.removesuffix("\n").split("\n")
    if len(signatures) > _MOST_SIGNATURES:
        raise NoteInvalid("the note has too many signatures")
    verified = False
    for line in signatures:
        name, key_id, signature = _parse_signature(line)
        if key := known.get((name, key_id)):
            try:
                key.verify(signature, text.encode())
            except InvalidSignature:
                raise NoteInvalid(f"the signature by {name} does not fit the note") from None
            verified = True
    if not verified:
        raise NoteInvalid("no key we know signed this note")
    return text


def parse_tree_head(text: str) -> TreeHead:
    """What a checkpoint's text says. Raises ``NoteInvalid`` if it is not a checkpoint's."""
    lines = text.split("\n")
    # Origin, size, root, perhaps extensions, and the nothing after the last newline.
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not _DECIMAL.fullmatch(lines[1]):
        raise NoteInvalid("this is not a checkpoint")
    origin, size, root = lines[:3]
    try:
        decoded = _decode(root)
    except ValueError:
        raise NoteInvalid("the checkpoint's root is not base64") from None
    if len(decoded) != 32:
        raise NoteInvalid("the checkpoint's root is not 32 bytes long")
    return TreeHead(origin, int(size), decoded)


def _parse_signature(line: str) -> tuple[str, bytes, bytes]:
    match = _SIGNATURE_LINE.fullmatch(line)
    if not match or not _is_name(match[1]):
        raise NoteInvalid("a signature line of the note is malformed")
    try:
        raw = _decode(match[2])
    except ValueError:
        raise NoteInvalid("a signature of the note is not base64") from None
    if len(raw) < 5:
        raise NoteInvalid("a signature of the note is too short")
    return match[1], raw[:4], raw[4:]


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(sign.isspace() for sign in name)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str) -> bytes:
    """Strict base64: raises ``ValueError`` for any spelling that encoding would not give."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    if _encode(data) != text:
        raise ValueError("not canonical base64")
    return data
