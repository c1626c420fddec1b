"""The record's pure parts, held to the vectors that were published with their standards."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from governance.record import merkle, multikey, notes, proofs
from governance.record.canonical import canonical_bytes

pytestmark = pytest.mark.vectors


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_canonical_json(vectors: Path) -> None:
    inputs = sorted((vectors / "jcs/input").glob("*.json"))
    assert len(inputs) == 6
    for path in inputs:
        expected = (vectors / "jcs/output" / path.name).read_bytes()
        assert canonical_bytes(read_json(path)) == expected, path.name


def inclusion_holds(vector: dict[str, Any]) -> bool:
    try:
        merkle.verify_inclusion(
            base64.b64decode(vector["leafHash"]),
            index=vector["leafIdx"],
            size=vector["treeSize"],
            proof=[base64.b64decode(node) for node in vector["proof"] or ()],
            root=base64.b64decode(vector["root"]),
        )
    except merkle.DoesNotVerify:
        return False
    return True


def consistency_holds(vector: dict[str, Any]) -> bool:
    try:
        merkle.verify_consistency(
            old=vector["size1"],
            old_root=base64.b64decode(vector["root1"]),
            new=vector["size2"],
            new_root=base64.b64decode(vector["root2"]),
            proof=[base64.b64decode(node) for node in vector["proof"] or ()],
        )
    except merkle.DoesNotVerify:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "holds", "fewest"),
    [("inclusion", inclusion_holds, 90), ("consistency", consistency_holds, 90)],
)
def test_merkle_proofs_good_and_bad(vectors: Path, kind: str, holds: Any, fewest: int) -> None:
    paths = sorted((vectors / "merkle" / kind).rglob("*.json"))
    assert len(paths) >= fewest
    good = 0
    for path in paths:
        vector = read_json(path)
        assert holds(vector) is not vector["wantErr"], path.relative_to(vectors)
        good += not vector["wantErr"]
    assert 0 < good < len(paths)


def test_signed_notes(vectors: Path) -> None:
    published = read_json(vectors / "signed-note/notes.json")["valid"]
    assert published
    for vector in published:
        verifier = notes.parse_vkey(vector["vkey"])
        text, _, _ = vector["note"].rpartition("\n\n")
        assert notes.verify(vector["note"], [verifier]) == text + "\n"
        with pytest.raises(notes.NoteInvalid):
            notes.verify(vector["note"].replace("answer", "question"), [verifier])


def test_data_integrity_proofs(vectors: Path) -> None:
    folder = vectors / "eddsa-jcs-2022"
    pair = read_json(folder / "keyPair.json")
    public = multikey.decode_public(pair["publicKeyMultibase"])
    secret = multikey.decode_secret(pair["privateKeyMultibase"])
    assert multikey.encode_public(secret.public_key()) == pair["publicKeyMultibase"]

    document, signed = read_json(folder / "unsigned.json"), read_json(folder / "signedJCS.json")
    options = read_json(folder / "proofConfigJCS.json")
    assert canonical_bytes(document) == (folder / "canonDocJCS.txt").read_bytes()
    assert canonical_bytes(options) == (folder / "proofCanonJCS.txt").read_bytes()
    combined = (folder / "combinedHashJCS.txt").read_text().strip()
    assert proofs.hash_data(document, options).hex() == combined

    made = proofs.create(
        document,
        key=secret,
        verification_method=options["verificationMethod"],
        created=options["created"],
    )
    assert made == signed
    proofs.verify(signed, public)
    with pytest.raises(proofs.ProofInvalid):
        proofs.verify({**signed, "name": "Another"}, public)
