"""Proofs that verify offline."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.record import merkle, notes, tlog_proof
from governance.record.notes import TreeHead, Verifier
from governance.record.tlog_proof import ProofInvalid, TlogProof

ORIGIN = "example.org/record"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
VERIFIER = Verifier(ORIGIN, KEY.public_key())
LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(3)]
ROOT = merkle.node_hash(merkle.node_hash(LEAVES[0], LEAVES[1]), LEAVES[2])
CHECKPOINT = notes.sign(TreeHead(ORIGIN, 3, ROOT).text, name=ORIGIN, key=KEY)
PROOF = TlogProof(1, (LEAVES[0], LEAVES[2]), CHECKPOINT, b"\x01")


def check(proof: TlogProof, leaf: bytes = LEAVES[1], origin: str = ORIGIN) -> TreeHead:
    return tlog_proof.verify(proof, leaf=leaf, origin=origin, verifiers=[VERIFIER])


def test_the_text_is_that_of_the_specification() -> None:
    lines = PROOF.text().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra AQ==", "index 1"]
    assert [base64.b64decode(line) for line in lines[3:5]] == [LEAVES[0], LEAVES[2]]
    assert lines[5] == ""
    assert PROOF.text().endswith(CHECKPOINT)


def test_a_proof_is_read_back_and_verifies() -> None:
    assert tlog_proof.parse(PROOF.text()) == PROOF
    assert check(tlog_proof.parse(PROOF.text())) == TreeHead(ORIGIN, 3, ROOT)


def test_a_proof_in_a_tree_of_one_has_no_hashes() -> None:
    note = notes.sign(TreeHead(ORIGIN, 1, LEAVES[0]).text, name=ORIGIN, key=KEY)
    alone = TlogProof(0, (), note)
    assert tlog_proof.parse(alone.text()) == alone
    assert check(alone, LEAVES[0]).size == 1


def test_another_leaf_place_log_or_key_does_not_verify() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    forged = notes.sign(TreeHead(ORIGIN, 3, ROOT).text, name=ORIGIN, key=stranger)
    with pytest.raises(ProofInvalid, match="another root"):
        check(PROOF, LEAVES[0])
    with pytest.raises(ProofInvalid):
        check(TlogProof(2, PROOF.hashes, CHECKPOINT))
    with pytest.raises(ProofInvalid, match=r"not example\.com"):
        check(PROOF, origin="example.com/record")
    with pytest.raises(ProofInvalid, match="no key we know"):
        check(TlogProof(1, PROOF.hashes, forged))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\n",
        "c2sp.org/tlog-proof@v1\n\n" + CHECKPOINT,
        PROOF.text().replace("@v1", "@v2"),
        PROOF.text().replace("index 1", "index 01"),
        PROOF.text().replace("index 1", "index -1"),
        PROOF.text().replace("index 1", "index " + "9" * 30),
        PROOF.text().replace("index 1\n", ""),
        PROOF.text().replace("extra AQ==", "extra ?"),
        PROOF.text().replace("extra AQ==\n", "extra AQ==\nextra AQ==\n"),
    ],
)
def test_what_is_not_a_proof_is_refused(text: str) -> None:
    with pytest.raises(ProofInvalid):
        check(tlog_proof.parse(text))
