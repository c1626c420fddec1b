"""Data Integrity proofs and Multikeys, beyond what the published vectors hold."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.record import multikey, proofs
from governance.record.multikey import Method
from governance.record.proofs import ProofInvalid

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DOCUMENT: dict[str, Any] = {
    "@context": ["https://example.org/a", "https://example.org/b"],
    "title": {"en": "One"},
}


def signed(document: dict[str, Any] = DOCUMENT) -> dict[str, Any]:
    return proofs.create(
        document,
        key=KEY,
        verification_method="did:web:example.org#terms-1",
        created="2026-11-20T12:00:00Z",
    )


@pytest.mark.parametrize("document", [DOCUMENT, {"title": "no context"}])
def test_a_signed_document_verifies(document: dict[str, Any]) -> None:
    proofs.verify(signed(document), KEY.public_key())


def test_a_context_may_be_added_after_the_proofs_own() -> None:
    document = signed()
    more = {**document, "@context": [*DOCUMENT["@context"], "https://example.org/c"]}
    proofs.verify(more, KEY.public_key())
    fewer = {**document, "@context": DOCUMENT["@context"][1:]}
    with pytest.raises(ProofInvalid, match="@context"):
        proofs.verify(fewer, KEY.public_key())


def test_every_change_is_noticed() -> None:
    document = signed()
    proof = document["proof"]
    for changed in (
        {**document, "title": {"en": "Two"}},
        {**document, "more": 1},
        {**document, "proof": {**proof, "created": "2026-11-21T12:00:00Z"}},
        {**document, "proof": {**proof, "verificationMethod": "did:web:example.com#terms-1"}},
        {**document, "proof": {**proof, "cryptosuite": "eddsa-rdfc-2022"}},
        {**document, "proof": {**proof, "proofPurpose": "authentication"}},
        {**document, "proof": {**proof, "proofValue": proof["proofValue"][:-1]}},
        {**document, "proof": {**proof, "proofValue": "u" + proof["proofValue"][1:]}},
        {**document, "proof": {**proof, "proofValue": "z0OIl"}},
        {**document, "proof": {**proof, "proofValue": 7}},
        {**document, "proof": [proof]},
        DOCUMENT,
    ):
        with pytest.raises(ProofInvalid):
            proofs.verify(changed, KEY.public_key())
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    with pytest.raises(ProofInvalid, match="does not fit"):
        proofs.verify(document, other.public_key())


def test_a_document_is_signed_once() -> None:
    with pytest.raises(ValueError, match="already"):
        signed(signed())


def test_a_did_of_the_web_escapes_its_port() -> None:
    assert multikey.did_web("http://localhost:8000") == "did:web:localhost%3A8000"
    assert multikey.did_web("https://example.org/") == "did:web:example.org"
    for wrong in ("example.org", "https://example.org/record", ""):
        with pytest.raises(ValueError, match="origin"):
            multikey.did_web(wrong)


def test_the_did_document_lists_every_key_under_its_full_id() -> None:
    document = multikey.did_document("did:web:example.org", [Method("terms-1", KEY.public_key())])
    [method] = document["verificationMethod"]
    assert method["id"] == "did:web:example.org#terms-1"
    assert method["controller"] == document["id"] == "did:web:example.org"
    assert method["type"] == "Multikey"
    assert document["assertionMethod"] == [method["id"]]
    key = multikey.decode_public(method["publicKeyMultibase"])
    assert key.public_bytes_raw() == KEY.public_key().public_bytes_raw()


@pytest.mark.parametrize("text", ["", "z", "z6Mk", "u6Mk", "zO0Il", "z" + "1" * 47])
def test_what_is_not_an_ed25519_multikey_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the library's or ours
        multikey.decode_public(text)
