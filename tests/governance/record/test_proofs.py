"""Data Integrity proofs and Multikeys, beyond what the published vectors hold."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.record import multikey, proofs
from governance.record.checks import published_name_is_an_origin
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


@pytest.mark.parametrize(
    ("origin", "did"),
    [
        ("http://localhost:8000", "did:web:localhost%3A8000"),
        ("https://example.org", "did:web:example.org"),
        ("https://example.org/", "did:web:example.org"),
        ("https://sub.example-one.org:8443", "did:web:sub.example-one.org%3A8443"),
        ("https://xn--bcher-kva.example", "did:web:xn--bcher-kva.example"),
        # As the method's specification has them.
        ("https://w3c-ccg.github.io/user/alice", "did:web:w3c-ccg.github.io:user:alice"),
        ("https://example.com:3000/user/alice", "did:web:example.com%3A3000:user:alice"),
        ("https://example.com/a%3Ab/c", "did:web:example.com:a%3Ab:c"),
    ],
)
def test_a_did_of_the_web_names_host_port_and_path(origin: str, did: str) -> None:
    assert multikey.did_web(origin) == did


@pytest.mark.parametrize(
    "wrong",
    [
        *("", "example.org", "ftp://example.org", "https://", "https://:8000", "https://a@b.org"),
        *("https://Example.org", "https://bücher.example", "https://example.org:0"),
        *("https://[::1]:8000", "https://a..b", "https://-a.org"),
        *("https://example.org/?a", "https://example.org/#a", "https://example.org//a"),
    ],
)
def test_what_no_did_of_the_web_stands_for_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        multikey.did_web(wrong)


@pytest.mark.parametrize(
    ("origin", "taken"),
    [
        ("https://commons.example", True),
        ("http://localhost:8000", True),
        ("https://commons.example/", False),
        ("https://commons.example/terms", False),
        ("https://Commons.example", False),
        ("https://127.0.0.1", False),
        ("commons.example", False),
    ],
)
def test_a_site_with_another_name_than_a_plain_origin_does_not_start(
    origin: str, taken: bool, settings: Any
) -> None:
    settings.PUBLIC_ORIGIN = origin
    found = [error.id for error in published_name_is_an_origin()]
    assert found == ([] if taken else ["record.E001"])


def test_the_did_document_has_the_shape_that_the_w3c_gives_it() -> None:
    """DID Core 1.0, and Controlled Identifiers 1.0 for the Multikey: these members, no others."""
    did = "did:web:localhost%3A8000"
    document = multikey.did_document(
        did, [Method("record-1", KEY.public_key()), Method("terms-1", KEY.public_key())]
    )
    assert document.keys() == {"@context", "id", "verificationMethod", "assertionMethod"}
    assert document["@context"][0] == "https://www.w3.org/ns/did/v1"
    assert "https://w3id.org/security/multikey/v1" in document["@context"]
    # The ABNF of a DID (DID Core, section 3.1), and of a DID URL with a fragment.
    idchar = "(?:[A-Za-z0-9._-]|%[0-9A-F]{2})"
    assert re.fullmatch(f"did:[a-z0-9]+:(?:{idchar}*:)*{idchar}+", document["id"])
    assert document["id"] == did
    for method in document["verificationMethod"]:
        assert method.keys() == {"id", "type", "controller", "publicKeyMultibase"}
        assert re.fullmatch(re.escape(did) + "#[a-z]+-[1-9][0-9]*", method["id"])
        assert (method["type"], method["controller"]) == ("Multikey", did)
        assert method["publicKeyMultibase"].startswith("z6Mk")
        key = multikey.decode_public(method["publicKeyMultibase"])
        assert key.public_bytes_raw() == KEY.public_key().public_bytes_raw()
    ids = [method["id"] for method in document["verificationMethod"]]
    assert document["assertionMethod"] == ids
    assert len(set(ids)) == 2


@pytest.mark.parametrize("text", ["", "z", "z6Mk", "u6Mk", "zO0Il", "z" + "1" * 47])
def test_what_is_not_an_ed25519_multikey_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is the library's or ours
        multikey.decode_public(text)
