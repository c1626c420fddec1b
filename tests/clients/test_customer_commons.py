"""The client that developers install: it finds a good term good, and names what is wrong."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import customer_commons
import pytest
from customer_commons import (
    Answer,
    Client,
    Keys,
    NotVerified,
    WebFetch,
    verifier,
    verify_checkpoint,
    verify_document,
    verify_inclusion,
    verify_term,
)
from django.test import Client as Browser
from hypothesis import given
from hypothesis import strategies as st

from governance.record import actions, merkle, reads, signing, sweeps
from governance.record.canonical import canonical_bytes
from governance.record.public_files import public_path
from tests.clients.conftest import HERE, ORIGIN, Site, publish
from tests.conftest import NOW

PROOF = f"{HERE}/proof.tlog-proof"
DID = "/.well-known/did.json"


def client_of(site: Site, **options: Any) -> Client:
    def fetch(url: str, etag: str = "") -> Answer:
        try:
            return Answer(200, site[url.removeprefix(ORIGIN)])
        except KeyError:
            raise NotVerified("fetch", f"{url} is not there.") from None

    return Client(ORIGIN, fetch=fetch, **options)


def keys_of(site: Site) -> Keys:
    return Keys.from_did_document(json.loads(site[DID]))


def test_a_term_that_members_approved_verifies(site: Site, document: dict[str, Any]) -> None:
    term = client_of(site).term("no-stalking", "1.0.0")
    assert {name: term.document[name] for name in document} == document
    assert term.signed_by == "did:web:localhost%3A8000#terms-1"
    assert (term.inclusion.index, term.inclusion.checkpoint.size) == (0, 6)
    assert term.inclusion.checkpoint.origin == "localhost:8000/record"
    assert term.entry["sha256"] == term.sha256
    assert term.status == "active"
    assert client_of(site).checkpoint() == term.inclusion.checkpoint


def test_it_verifies_offline_with_three_files(site: Site) -> None:
    term = verify_term(site[f"{HERE}.json"], site[PROOF].decode(), keys_of(site))
    assert term.document["slug"] == "no-stalking"
    assert term.status is None


def replaced(path: str, old: bytes, new: bytes) -> Callable[[Site], Site]:
    def change(site: Site) -> Site:
        assert old in site[path]
        return {**site, path: site[path].replace(old, new)}

    return change


def with_document(**changes: Any) -> Callable[[Site], Site]:
    """The document altered, and the index agreeing with the alteration."""

    def change(site: Site) -> Site:
        body = canonical_bytes({**json.loads(site[f"{HERE}.json"]), **changes})
        index = json.loads(site["/terms/index.json"])
        index["terms"][0]["sha256"] = hashlib.sha256(body).hexdigest()
        return {**site, f"{HERE}.json": body, "/terms/index.json": canonical_bytes(index)}

    return change


def without(path: str) -> Callable[[Site], Site]:
    return lambda site: {name: content for name, content in site.items() if name != path}


def with_bytes(path: str, content: bytes) -> Callable[[Site], Site]:
    return lambda site: {**site, path: content}


@pytest.mark.parametrize(
    ("alter", "what"),
    [
        (without(DID), "fetch"),
        (with_bytes(DID, b"nonsense"), "fetch"),
        (with_bytes(DID, b"[]"), "identity"),
        (
            with_bytes(DID, b'{"id": 1, "assertionMethod": [], "verificationMethod": []}'),
            "identity",
        ),
        (replaced(DID, b"localhost%3A8000", b"example.org"), "identity"),
        (replaced(DID, b"did:web:", b"did:key:"), "identity"),
        (replaced(DID, b"z6Mk", b"z6Mk0"), "identity"),
        (without("/terms/index.json"), "fetch"),
        (with_bytes("/terms/index.json", b'{"terms": []}'), "document"),
        (with_bytes("/terms/index.json", b"[]"), "document"),
        (without(f"{HERE}.json"), "fetch"),
        (replaced(f"{HERE}.json", b"PublishedTerm", b"PublishedTurm"), "hash"),
        (with_document(type="Other"), "signature"),
        (with_document(proof=None), "signature"),
        (with_document(proof={}), "signature"),
        (without(PROOF), "fetch"),
        (with_bytes(PROOF, b"\xff"), "fetch"),
        (with_bytes(PROOF, b"nonsense"), "record"),
        (replaced(PROOF, b"index 0", b"index 1"), "record"),
        (replaced(PROOF, b"index 0", b"index 9"), "record"),
        (replaced(PROOF, b"index 0\n", b""), "record"),
        (replaced(PROOF, b"extra ", b"extra ?"), "record"),
        (replaced(PROOF, b"\n6\n", b"\n7\n"), "checkpoint"),
        (replaced(PROOF, b"\nlocalhost:8000/record\n6", b"\nexample.org/record\n6"), "checkpoint"),
        (replaced(PROOF, "— localhost".encode(), "— elsewhere".encode()), "checkpoint"),
        (replaced(PROOF, "— ".encode(), b"- "), "checkpoint"),
    ],
)
def test_what_is_wrong_is_named(alter: Callable[[Site], Site], what: str, site: Site) -> None:
    with pytest.raises(NotVerified) as caught:
        client_of(alter(site)).term("no-stalking", "1.0.0")
    assert caught.value.what == what
    assert str(caught.value).endswith(".")


def test_a_term_signed_by_a_key_that_is_not_for_terms_is_refused(
    document: dict[str, Any], settings: Any
) -> None:
    """The key for the record signs no documents, whoever calls it a key for terms."""
    folder = settings.KEYS_DIR
    (folder / "terms-1.pem").write_bytes((folder / "record-1.pem").read_bytes())
    site = publish(document)
    (folder / "terms-1.pem").unlink()
    public_path(signing.DID_DOCUMENT).unlink()
    signing.make_keys(folder)
    site[DID] = Browser().get(DID).content
    with pytest.raises(NotVerified, match="does not fit") as caught:
        client_of(site).term("no-stalking", "1.0.0")
    assert caught.value.what == "signature"
    swapped = site | {DID: site[DID].replace(b"#terms-1", b"#other-1")}
    with pytest.raises(NotVerified, match="unknown key"):
        client_of(swapped).term("no-stalking", "1.0.0")


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"sha256": "0" * 64}, "another document"),
        ({"version": "1.0.1"}, "version"),
        ({"slug": "stalking"}, "slug"),
        ({"url": f"{ORIGIN}/terms/other/1.0.0"}, "url"),
    ],
)
def test_an_entry_about_something_else_proves_nothing(
    entry: dict[str, Any], sentence: str, document: dict[str, Any]
) -> None:
    site = publish(document, entry=entry)
    with pytest.raises(NotVerified, match=sentence) as caught:
        client_of(site).term("no-stalking", "1.0.0")
    assert caught.value.what == "record"


def test_an_entry_of_another_type_proves_nothing(site: Site) -> None:
    other = merkle.leaf_hash(
        canonical_bytes({"type": "test.counted", "at": "2026-11-20T12:00:00Z", "number": 3})
    )
    proof = reads.proof_for(other.hex())
    assert proof
    with pytest.raises(NotVerified, match=r"test\.counted"):
        client_of({**site, PROOF: proof.encode()}).term("no-stalking", "1.0.0")


def test_another_term_at_this_address_is_refused(document: dict[str, Any]) -> None:
    site = publish(
        {**document, "id": f"{ORIGIN}/terms/other/1.0.0"},
        entry={"url": f"{ORIGIN}/terms/other/1.0.0"},
    )
    with pytest.raises(NotVerified, match="another") as caught:
        client_of(site).term("no-stalking", "1.0.0")
    assert caught.value.what == "document"


@pytest.mark.parametrize(("slug", "version"), [("../x", "1.0.0"), ("no-stalking", "latest")])
def test_what_is_not_a_terms_name_is_not_asked_for(slug: str, version: str) -> None:
    with pytest.raises(NotVerified) as caught:
        client_of({}).term(slug, version)
    assert caught.value.what == "document"


def test_a_name_that_stands_twice_is_refused(site: Site) -> None:
    """Two readers could read it differently."""
    body = site[f"{HERE}.json"].replace(b'"slug":', b'"slug":"other","slug":')
    with pytest.raises(NotVerified, match="twice"):
        verify_term(body, site[PROOF].decode(), keys_of(site))


def test_keys_of_somebody_else_are_refused(site: Site) -> None:
    document = json.loads(site[DID])
    document["verificationMethod"][0]["id"] = "did:web:example.org#record-1"
    document["assertionMethod"].append("did:web:example.org#record-1")
    with pytest.raises(NotVerified, match="somebody else"):
        Keys.from_did_document(document)


def test_keys_that_are_not_for_assertions_are_passed_over(site: Site) -> None:
    document = json.loads(site[DID]) | {"assertionMethod": []}
    assert Keys.from_did_document(document).methods == {}


def test_keys_that_one_has_already_are_used_instead_of_the_sites(site: Site) -> None:
    assert client_of(without(DID)(site), did_document=site[DID]).term("no-stalking", "1.0.0")


def test_a_proof_without_the_entry_verifies_with_it(site: Site) -> None:
    keys = keys_of(site)
    proof = site[PROOF].decode()
    entry = base64.b64decode(proof.split("\n")[1].removeprefix("extra "))
    bare = "\n".join(line for line in proof.split("\n") if not line.startswith("extra "))
    assert verify_inclusion(bare, keys, entry).entry == entry
    assert verify_inclusion(proof, keys, entry) == verify_inclusion(proof, keys)
    for wrong in (None, entry + b" "):
        with pytest.raises(NotVerified):
            verify_inclusion(bare, keys, wrong)
    with pytest.raises(NotVerified, match="another entry"):
        verify_inclusion(proof, keys, entry + b" ")


@given(size=st.integers(1, 300), data=st.data())
def test_it_agrees_with_the_record_on_every_proof(size: int, data: st.DataObject) -> None:
    """Two programs written apart: what one proves, the other verifies."""
    leaves = [merkle.leaf_hash(bytes([number % 256, number // 256])) for number in range(size)]

    def read(height: int, number: int) -> bytes:
        if height == 0:
            return leaves[number]
        return merkle.node_hash(read(height - 1, 2 * number), read(height - 1, 2 * number + 1))

    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(index, size, read)
    root = merkle.tree_root(size, read)
    assert verifier._root(leaves[index], index, size, path) == root
    assert verifier._root(leaves[index], size, size, path) is None
    assert verifier._root(leaves[index], index, size, [*path, root]) is None
    if size > 1:
        other = (index + 1) % size
        assert verifier._root(leaves[index], other, size, path) != root


def test_a_witness_beside_our_signature_is_passed_over(site: Site) -> None:
    note = site["/record/checkpoint"].decode()
    witnessed = note + "— witness.example AAAAAAAAAAAAAAAA\n"
    assert verify_checkpoint(witnessed, keys_of(site)) == verify_checkpoint(note, keys_of(site))
    only = note.rpartition("\n\n")[0] + "\n\n— witness.example AAAAAAAAAAAAAAAA\n"
    with pytest.raises(NotVerified, match="No key we know"):
        verify_checkpoint(only, keys_of(site))


def test_every_character_of_a_signed_document_counts(site: Site) -> None:
    document = json.loads(site[f"{HERE}.json"])
    keys = keys_of(site)
    verify_document(document, keys)
    proof = document["proof"]
    for name in proof:
        with pytest.raises(NotVerified) as caught:
            verify_document({**document, "proof": {**proof, name: "z2x"}}, keys)
        assert caught.value.what == "signature", name


def test_the_checkpoint_grows_and_verifies_over_http(live_server: Any, settings: Any) -> None:
    """The real site, through the real fetch."""
    client = Client(live_server.url, identity=ORIGIN)
    sizes = []
    for number in range(3):
        actions.submit(type="test.counted", body={"number": number}, at=NOW)
        sweeps.sequence(NOW)
        sizes.append(client.checkpoint().size)
    assert sizes == [1, 2, 3]
    with pytest.raises(NotVerified, match="identity"):
        Client(live_server.url).checkpoint()
    with pytest.raises(NotVerified, match="404"):
        WebFetch()(f"{live_server.url}/no-such-page/")


def test_it_shares_no_import_with_the_site() -> None:
    allowed = {"customer_commons", "cryptography", "rfc8785", "base58", *sys.stdlib_module_names}
    package = Path(customer_commons.__file__).parent
    seen = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                seen |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.module
                seen.add(node.module.partition(".")[0])
    assert seen - allowed == set()
    assert "cryptography" in seen
