"""A term kept as files, and verified from them with no network at all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from customer_commons.reader import Sources
from customer_commons.status import Linked, TermStatus, parts_of, verify_status
from customer_commons.verifier import Keys, NotVerified, VerifiedTerm, json_object, verify_term

DOCUMENT = "term.json"
PROOF = "proof.tlog-proof"
DID = "did.json"
STATUS = "status.json"


@dataclass(frozen=True)
class Kept:
    """What was found in a folder, verified; ``parts`` are the names of the policy and texts."""

    term: VerifiedTerm
    status: TermStatus | None
    did: str
    parts: tuple[str, ...]


def write(folder: Path, sources: Sources, statement: bytes, parts: Mapping[str, bytes]) -> None:
    """Keep a term's files in a folder of its own, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        DOCUMENT: sources.document,
        PROOF: sources.proof,
        DID: sources.did_document,
        STATUS: statement,
        **parts,
    }
    for name, body in files.items():
        (folder / name).write_bytes(body)


def verify(folder: Path, *, now: datetime, did_document: bytes | None = None) -> Kept:
    """Check what ``write`` kept. ``did_document`` are keys you trust, instead of those in there.

    A folder without ``status.json`` is in order, and its term's status unknown; every part that is
    there must have the hash that names it, and those the document names must be there. Raises
    ``NotVerified``.
    """
    keys = Keys.from_did_document(json_object(did_document or _read(folder, DID), "identity"))
    document = _read(folder, DOCUMENT)
    try:
        proof = _read(folder, PROOF).decode()
    except UnicodeDecodeError as error:
        raise NotVerified("record", f"{PROOF} is not text.") from error
    term = verify_term(document, proof, keys)
    parts = list(parts_of(term.document))
    status = None
    if (folder / STATUS).exists():
        status = verify_status(
            _read(folder, STATUS),
            keys,
            term=str(term.document.get("id")),
            sha256=term.sha256,
            now=now,
        )
        parts += [text for texts in status.translations.values() for text in texts]
    for part in parts:
        _check(folder, part)
    return Kept(term, status, keys.did, tuple(part.name for part in parts))


def _check(folder: Path, part: Linked) -> None:
    if hashlib.sha256(_read(folder, part.name)).hexdigest() != part.sha256:
        raise NotVerified("hash", f"The hash of {part.name} is not the one that names it.")


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise NotVerified("document", f"{folder / name} cannot be read.") from error
