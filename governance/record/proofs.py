"""Data Integrity proofs with the cryptosuite ``eddsa-jcs-2022``.

W3C *Data Integrity EdDSA Cryptosuites v1.0*, section 3.3: what is signed with Ed25519 is
SHA-256 of the canonical proof options followed by SHA-256 of the canonical document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import base58
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from governance.record.canonical import canonical_bytes

CRYPTOSUITE = "eddsa-jcs-2022"


class ProofInvalid(Exception):
    """The proof is missing, malformed, of another kind, or does not fit the document and key."""


def create(
    document: Mapping[str, Any],
    *,
    key: Ed25519PrivateKey,
    verification_method: str,
    created: str,
) -> dict[str, Any]:
    """``document`` with a ``proof``. ``created`` is an XML Schema dateTime with its zone.

    Raises ``ValueError`` if the document already has a proof.
    """
    if "proof" in document:
        raise ValueError("this document already has a proof")
    options: dict[str, Any] = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": created,
        "verificationMethod": verification_method,
        "proofPurpose": "assertionMethod",
    }
    if "@context" in document:
        options["@context"] = document["@context"]
    signature = key.sign(hash_data(document, options))
    value = "z" + base58.b58encode(signature).decode("ascii")
    return {**document, "proof": {**options, "proofValue": value}}


def verify(document: Mapping[str, Any], key: Ed25519PublicKey) -> None:
    """Raise ``ProofInvalid`` unless ``key`` made the document's ``proof``, over exactly it."""
    proof = document.get("proof")
    if not isinstance(proof, Mapping):
        raise ProofInvalid("the document has no proof")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    if (options.get("type"), options.get("cryptosuite")) != ("DataIntegrityProof", CRYPTOSUITE):
        raise ProofInvalid(f"the proof is not an {CRYPTOSUITE} proof")
    if options.get("proofPurpose") != "assertionMethod":
        raise ProofInvalid("the proof was made for another purpose")
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    if "@context" in options:
        _check_context(unsecured.get("@context"), options["@context"])
        unsecured["@context"] = options["@context"]
    try:
        key.verify(_signature(proof.get("proofValue")), hash_data(unsecured, options))
    except InvalidSignature:
        raise ProofInvalid("the signature does not fit the document and the key") from None


def hash_data(document: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """The 64 bytes that are signed, for a document without proof and options without value."""
    return _sha256(canonical_bytes(options)) + _sha256(canonical_bytes(document))


def _check_context(secured: Any, of_proof: Any) -> None:
    """The document's contexts begin with the proof's, in order (section 3.3.2, step 3)."""
    has = secured if isinstance(secured, list) else [secured]
    wanted = of_proof if isinstance(of_proof, list) else [of_proof]
    if has[: len(wanted)] != wanted:
        raise ProofInvalid("the proof was made for another @context")


def _signature(value: Any) -> bytes:
    if not isinstance(value, str) or not value.startswith("z"):
        raise ProofInvalid("proofValue is not base58btc")
    try:
        signature = base58.b58decode(value[1:])
    except ValueError:
        raise ProofInvalid("proofValue is not base58btc") from None
    if len(signature) != 64:
        raise ProofInvalid("proofValue is not an Ed25519 signature")
    return signature


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
