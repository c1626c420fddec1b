"""Checking, offline: nothing here reads a file or the network.

The formats are published ones: did:web documents with Multikeys, Data Integrity ``eddsa-jcs-2022``
proofs (W3C), RFC 6962 Merkle trees, and the signed notes, checkpoints and proofs of C2SP logs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import base58
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_PROOF_HEADER = "c2sp.org/tlog-proof@v1"
_NUMBER = re.compile("0|[1-9][0-9]{0,18}")
_SIGNATURE = re.compile("— ([^ +]+) ([A-Za-z0-9+/]+={0,2})")


class NotVerified(Exception):
    """Something is not as it should be. ``what`` names it in a word; the sentence says how.

    ``what`` is one of "fetch", "identity", "hash", "document", "signature", "checkpoint", "record",
    "status", "vocabulary".
    """

    def __init__(self, what: str, sentence: str) -> None:
        super().__init__(what, sentence)
        self.what = what
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Keys:
    """Whose keys, and which: the full id of each ("did:web:example.org#terms-1") and the key."""

    did: str
    methods: Mapping[str, Ed25519PublicKey]

    @classmethod
    def from_did_document(cls, document: Any) -> Keys:
        """The keys for making assertions that ``/.well-known/did.json`` lists."""
        try:
            did = document["id"]
            allowed = set(document["assertionMethod"])
            methods = {
                method["id"]: _multikey(method["publicKeyMultibase"])
                for method in document["verificationMethod"]
                if method["id"] in allowed and method["type"] == "Multikey"
            }
        except (KeyError, TypeError, ValueError) as error:
            raise NotVerified("identity", f"did.json cannot be read: {error!r}.") from error
        if not isinstance(did, str) or not did.startswith("did:web:"):
            raise NotVerified("identity", f"did.json names {did!r}, which is not a did:web.")
        if foreign := [name for name in methods if not name.startswith(f"{did}#")]:
            raise NotVerified("identity", f"did.json lists a key of somebody else: {foreign[0]}.")
        return cls(did, methods)

    @property
    def host(self) -> str:
        """The host, and the port if it has one: "localhost:8000"."""
        return unquote(self.did.removeprefix("did:web:"))

    @property
    def log_origin(self) -> str:
        """The name of the record that these keys' holder keeps."""
        return f"{self.host}/record"

    def for_purpose(self, purpose: str) -> dict[str, Ed25519PublicKey]:
        """The keys of one purpose, "terms" or "record", by their full id."""
        begin = f"{self.did}#{purpose}-"
        return {name: key for name, key in self.methods.items() if name.startswith(begin)}


@dataclass(frozen=True)
class Checkpoint:
    """What a verified checkpoint says: which log, how many entries, the root over them."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True)
class Inclusion:
    """An entry that is in the record: its exact bytes, its place, and under which checkpoint."""

    entry: bytes
    index: int
    checkpoint: Checkpoint


@dataclass(frozen=True)
class VerifiedTerm:
    """A term that was checked: the document, its hash, who signed it, and its entry in the record.

    ``status`` is what the index says today ("active", "superseded" …); it is not signed, and None
    where no index was read.
    """

    document: dict[str, Any]
    sha256: str
    signed_by: str
    entry: dict[str, Any]
    inclusion: Inclusion
    status: str | None = None


def verify_term(document: bytes, proof: str, keys: Keys) -> VerifiedTerm:
    """Check a term's document with its ``proof.tlog-proof``. Raises ``NotVerified``."""
    content = json_object(document, "document")
    signed_by = verify_document(content, keys)
    digest = hashlib.sha256(document).hexdigest()
    inclusion = verify_inclusion(proof, keys)
    entry = json_object(inclusion.entry, "record")
    if entry.get("type") != "term.published":
        raise NotVerified("record", f"The record entry is of the type {entry.get('type')!r}.")
    if entry.get("sha256") != digest:
        raise NotVerified("record", "The record entry is about another document.")
    for name, said in (
        ("slug", content.get("slug")),
        ("version", content.get("version")),
        ("url", content.get("id")),
    ):
        if entry.get(name) != said:
            raise NotVerified("record", f"The record entry and the document differ in {name}.")
    return VerifiedTerm(content, digest, signed_by, entry, inclusion)


def verify_document(document: Mapping[str, Any], keys: Keys) -> str:
    """Check a document's ``eddsa-jcs-2022`` proof; answers the full id of the key it is by."""
    proof = document.get("proof")
    if not isinstance(proof, dict):
        raise NotVerified("signature", "The document is not signed.")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    wanted = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "proofPurpose": "assertionMethod",
    }
    if any(options.get(name) != value for name, value in wanted.items()):
        raise NotVerified("signature", "The document is signed in a way this program cannot check.")
    method = options.get("verificationMethod")
    key = keys.for_purpose("terms").get(method) if isinstance(method, str) else None
    if key is None:
        raise NotVerified("signature", f"The document is signed by {method!r}, an unknown key.")
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    if options.get("@context") != unsigned.get("@context"):
        raise NotVerified("signature", "The signature was made for another @context.")
    try:
        message = _hash_of(options) + _hash_of(unsigned)
        key.verify(_base58btc(proof.get("proofValue")), message)
    except InvalidSignature:
        raise NotVerified("signature", "The signature does not fit the document.") from None
    except ValueError as error:
        raise NotVerified("signature", f"The signature cannot be read: {error}.") from error
    return str(method)


def verify_checkpoint(note: str, keys: Keys) -> Checkpoint:
    """Check a checkpoint, as ``/record/checkpoint`` has it, with the keys for the record."""
    text, blank, signatures = note.rpartition("\n\n")
    lines = text.split("\n")
    if not blank or len(lines) < 3 or not all(lines) or not _NUMBER.fullmatch(lines[1]):
        raise NotVerified("checkpoint", "This is not a checkpoint.")
    if lines[0] != keys.log_origin:
        raise NotVerified("checkpoint", f"The checkpoint is of another record: {lines[0]}.")
    signed = f"{text}\n".encode()
    known = {_key_id(keys.log_origin, key): key for key in keys.for_purpose("record").values()}
    verified = False
    for line in signatures.removesuffix("\n").split("\n"):
        match = _SIGNATURE.fullmatch(line)
        if match is None:
            raise NotVerified("checkpoint", "A signature line of the checkpoint is malformed.")
        raw = _base64(match[2], "checkpoint")
        key = known.get(raw[:4]) if match[1] == keys.log_origin else None
        if key is None:
            continue  # a witness's, or of a key that we do not know
        try:
            key.verify(raw[4:], signed)
        except InvalidSignature:
            raise NotVerified("checkpoint", "The checkpoint's signature does not fit it.") from None
        verified = True
    if not verified:
        raise NotVerified("checkpoint", "No key we know signed the checkpoint.")
    root = _base64(lines[2], "checkpoint")
    if len(root) != 32:
        raise NotVerified("checkpoint", "The checkpoint's root is not 32 bytes long.")
    return Checkpoint(lines[0], int(lines[1]), root)


def verify_inclusion(proof: str, keys: Keys, entry: bytes | None = None) -> Inclusion:
    """Check that an entry is in the record, by a ``.tlog-proof``.

    ``entry`` is its exact bytes; where it is None the proof must bring them along itself.
    """
    head, blank, note = proof.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != _PROOF_HEADER:
        raise NotVerified("record", "This is not a proof of the record.")
    if lines and lines[0].startswith("extra "):
        brought = _base64(lines.pop(0).removeprefix("extra "), "record")
        if entry is not None and entry != brought:
            raise NotVerified("record", "The proof is of another entry.")
        entry = brought
    if entry is None:
        raise NotVerified("record", "The proof brings no entry along, and none was given.")
    place = lines.pop(0) if lines else ""
    if not place.startswith("index ") or not _NUMBER.fullmatch(place.removeprefix("index ")):
        raise NotVerified("record", "The proof names no place in the record.")
    index = int(place.removeprefix("index "))
    path = [_base64(line, "record") for line in lines]
    checkpoint = verify_checkpoint(note, keys)
    leaf = hashlib.sha256(b"\x00" + entry).digest()
    if _root(leaf, index, checkpoint.size, path) != checkpoint.root:
        raise NotVerified("record", "The entry is not in the record at the place the proof names.")
    return Inclusion(entry, index, checkpoint)


def _root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that ``path`` leads to from the leaf (RFC 6962, section 2.1.1); None if it cannot.

    From the top: each split of the tree tells on which side of the leaf a hash of the path stands.
    """
    if index >= size:
        return None
    sides = []  # True where the sibling stands on the left; from the root down
    while size > 1:
        left = 1 << ((size - 1).bit_length() - 1)
        sides.append(index >= left)
        if index >= left:
            index, size = index - left, size - left
        else:
            size = left
    if len(path) != len(sides):
        return None
    computed = leaf
    for on_the_left, sibling in zip(reversed(sides), path, strict=True):
        pair = sibling + computed if on_the_left else computed + sibling
        computed = hashlib.sha256(b"\x01" + pair).digest()
    return computed


def _hash_of(value: Any) -> bytes:
    return hashlib.sha256(rfc8785.dumps(value)).digest()


def _key_id(name: str, key: Ed25519PublicKey) -> bytes:
    """The id of a note's key: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key)[:4]."""
    named = name.encode() + b"\n\x01" + key.public_bytes_raw()
    return hashlib.sha256(named).digest()[:4]


def _multikey(multibase: str) -> Ed25519PublicKey:
    raw = _base58btc(multibase)
    if raw[:2] != b"\xed\x01":
        raise ValueError("a key is not an Ed25519 Multikey")
    return Ed25519PublicKey.from_public_bytes(raw[2:])


def _base58btc(text: Any) -> bytes:
    if not isinstance(text, str) or not text.startswith("z"):
        raise ValueError("not base58btc")
    return bytes(base58.b58decode(text[1:]))


def _base64(text: str, what: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    # The same bytes have one spelling: spare bits in the last sign are nought.
    if base64.b64encode(raw).decode() != text:
        raise NotVerified(what, "A line that should be base64 is not.")
    return raw


def json_object(data: bytes, what: str) -> dict[str, Any]:
    """A JSON object in which no name stands twice: two readers must not read it differently."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a name stands twice in one object")
        return found

    try:
        value = json.loads(data, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise NotVerified(what, f"The {what} is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise NotVerified(what, f"The {what} is not a JSON object.")
    return value
