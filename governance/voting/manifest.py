"""The manifest: everything about a poll that is frozen when it opens, as one document. Pure.

Its SHA-256 is in the public record from the opening on, and in whatever the poll's result is cited
by. It holds hashes of texts, no texts; a count and a Merkle root of the roll, no members.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from governance.record.canonical import canonical_bytes, timestamp
from governance.voting.ballots import ISSUER_BITS, from_base64, to_base64
from governance.voting.rule import APPROVAL, STV, Option, PollRule, text_sha256

TYPE = "PollManifest"


class ManifestInvalid(ValueError):
    """This document is not a manifest: the message says what is wrong with it."""


@dataclass(frozen=True)
class Manifest:
    """A manifest that was read, with its keys ready to verify with.

    ``sha256`` is of the document's canonical bytes, in hex. ``costs`` are of those options that
    have one. ``issuers`` are keyed by the SHA-256 of each public key.
    """

    poll: str
    sha256: str
    options: tuple[str, ...]
    costs: Mapping[str, int]
    rule: PollRule
    roll_size: int
    roll_root: str
    seed_sha256: str
    issuers: Mapping[str, rsa.RSAPublicKey]
    receipt_key: ec.EllipticCurvePublicKey


def build(
    *,
    poll: str,
    title: str,
    question_text: str,
    options: list[Option],
    rule: PollRule,
    opens_at: datetime,
    closes_at: datetime,
    roll_from: date,
    cutoff: date,
    min_days: int,
    roll_size: int,
    roll_root: bytes,
    issuer_spki: bytes,
    receipt_spki: bytes,
    seed: bytes,
    scripts: Mapping[str, str],
) -> dict[str, Any]:
    """The manifest of a poll as a JSON value. Public keys come as DER (SubjectPublicKeyInfo).

    ``scripts`` are the SHA-256 of the programs that the ballot page loads, by name.
    """
    return {
        "type": TYPE,
        "poll": poll,
        "titleSha256": text_sha256(title),
        "textSha256": text_sha256(question_text),
        "options": [_option(option) for option in options],
        "method": rule.method,
        "rule": _rule(rule),
        "opensAt": timestamp(opens_at),
        "closesAt": timestamp(closes_at),
        "roll": {
            "standingOn": [roll_from.isoformat(), cutoff.isoformat()],
            "minDays": min_days,
            "size": roll_size,
            "root": roll_root.hex(),
        },
        "issuers": [
            {"id": hashlib.sha256(issuer_spki).hexdigest(), "spki": to_base64(issuer_spki)}
        ],
        "receiptKey": to_base64(receipt_spki),
        "seedSha256": hashlib.sha256(seed).hexdigest(),
        "scripts": [{"name": name, "sha256": digest} for name, digest in scripts.items()],
    }


def _option(option: Option) -> dict[str, Any]:
    written: dict[str, Any] = {"id": option.id, "textSha256": option.text_sha256}
    return written if option.cost is None else {**written, "cost": option.cost}


def _rule(rule: PollRule) -> dict[str, Any]:
    """The rule; what the method does not take is left out."""
    written = {
        "quorum": rule.quorum,
        "majority": rule.majority or None,
        "foundingMinimum": rule.founding_minimum,
        "seats": rule.seats if rule.method in (APPROVAL, STV) else None,
        "default": rule.default or None,
        "budget": rule.budget,
        "currency": rule.currency or None,
    }
    return {name: value for name, value in written.items() if value is not None}


def sha256_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of a document's canonical bytes, in hex."""
    return hashlib.sha256(canonical_bytes(document)).hexdigest()


def read(document: Mapping[str, Any]) -> Manifest:
    """Read a manifest, checking what a verifier relies on. Raises ``ManifestInvalid``."""
    try:
        if document["type"] != TYPE:
            raise ManifestInvalid(f"its type is not {TYPE}")
        rule = document["rule"]
        issuers = {}
        for issuer in document["issuers"]:
            spki = from_base64(issuer["spki"], "issuers")
            if hashlib.sha256(spki).hexdigest() != issuer["id"]:
                raise ManifestInvalid("an issuer's id is not the hash of its key")
            issuers[issuer["id"]] = _issuer_key(spki)
        if not issuers:
            raise ManifestInvalid("it names no issuer")
        return Manifest(
            poll=document["poll"],
            sha256=sha256_of(document),
            options=tuple(option["id"] for option in document["options"]),
            costs={
                option["id"]: int(option["cost"])
                for option in document["options"]
                if "cost" in option
            },
            rule=PollRule(
                method=document["method"],
                quorum=rule["quorum"],
                majority=rule.get("majority", ""),
                founding_minimum=rule.get("foundingMinimum"),
                seats=rule.get("seats", 1),
                default=rule.get("default", ""),
                budget=rule.get("budget"),
                currency=rule.get("currency", ""),
            ),
            roll_size=int(document["roll"]["size"]),
            roll_root=document["roll"]["root"],
            seed_sha256=document["seedSha256"],
            issuers=issuers,
            receipt_key=_receipt_key(from_base64(document["receiptKey"], "receiptKey")),
        )
    except ManifestInvalid:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise ManifestInvalid(f"it cannot be read: {fault}") from fault


def _issuer_key(spki: bytes) -> rsa.RSAPublicKey:
    key = load_der_public_key(spki)
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size != ISSUER_BITS:
        raise ManifestInvalid(f"an issuer's key is not RSA of {ISSUER_BITS} bits")
    return key


def _receipt_key(spki: bytes) -> ec.EllipticCurvePublicKey:
    key = load_der_public_key(spki)
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ManifestInvalid("the receipt key is not on P-256")
    return key
