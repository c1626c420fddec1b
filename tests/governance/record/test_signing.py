"""Keys are files, made once, and what they sign verifies with what is published."""

from __future__ import annotations

import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.core.management import call_command

from governance.record import multikey, proofs, signing
from governance.record.signing import KeyMissing
from kernel import sealed
from tests.conftest import NOW

DID = "did:web:localhost%3A8000"


@pytest.fixture
def folder(settings: Any) -> Path:
    return Path(settings.KEYS_DIR)


def run_keys() -> str:
    output = StringIO()
    call_command("keys", stdout=output)
    return output.getvalue()


def test_the_command_makes_what_is_missing_for_its_owner_alone_and_says_so(
    tmp_path: Path, settings: Any
) -> None:
    settings.KEYS_DIR = tmp_path / "new"
    settings.SEALING_KEYS = [str(tmp_path / "new" / "sealing")]
    said = run_keys()
    made = sorted(path.name for path in settings.KEYS_DIR.iterdir())
    assert made == ["record-1.pem", "sealing", "terms-1.pem"]
    assert all(str(settings.KEYS_DIR / name) in said for name in made)
    for path in settings.KEYS_DIR.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.KEYS_DIR.stat().st_mode) == 0o700
    assert sealed.unseal(sealed.seal(b"secret")) == b"secret"

    before = {path: path.read_bytes() for path in settings.KEYS_DIR.iterdir()}
    assert "there already" in run_keys()
    assert {path: path.read_bytes() for path in settings.KEYS_DIR.iterdir()} == before
    (settings.KEYS_DIR / "terms-1.pem").unlink()
    assert "terms-1.pem" in run_keys()
    assert (settings.KEYS_DIR / "record-1.pem").read_bytes() in before.values()


def test_the_did_document_lists_the_keys_under_our_origin() -> None:
    document = signing.did_document()
    assert document["id"] == DID
    listed = [method["id"] for method in document["verificationMethod"]]
    assert listed == document["assertionMethod"] == [f"{DID}#record-1", f"{DID}#terms-1"]


def test_a_signed_document_verifies_with_the_key_it_names() -> None:
    document = signing.sign_document({"title": "One"}, at=NOW)
    assert document["proof"]["verificationMethod"] == f"{DID}#terms-1"
    assert document["proof"]["created"] == "2026-11-20T12:00:00Z"
    method = next(
        method
        for method in signing.did_document()["verificationMethod"]
        if method["id"] == document["proof"]["verificationMethod"]
    )
    proofs.verify(document, multikey.decode_public(method["publicKeyMultibase"]))


def test_after_a_rotation_the_new_key_signs_and_the_old_stays_listed(
    tmp_path: Path, folder: Path
) -> None:
    _, old = signing.signer("terms")
    signing.make_keys(tmp_path / "other")
    (tmp_path / "other" / "terms-1.pem").rename(folder / "terms-2.pem")
    assert [key.fragment for key in signing.all_keys()] == ["record-1", "terms-1", "terms-2"]
    signed = signing.sign_document({}, at=NOW)
    assert signed["proof"]["verificationMethod"] == f"{DID}#terms-2"

    # Only the public part of a retired key need be kept.
    public = old.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    listed = signing.did_document()
    (folder / "terms-1.pem").write_bytes(public)
    assert signing.did_document() == listed
    assert signing.signer("terms")[0] == "terms-2"
    (folder / "terms-2.pem").write_bytes(public)
    with pytest.raises(KeyMissing, match="no terms key that signs"):
        signing.signer("terms")


def test_a_missing_or_broken_key_says_what_to_do(folder: Path) -> None:
    (folder / "terms-1.pem").unlink()
    with pytest.raises(KeyMissing, match=r"manage\.py keys"):
        signing.signer("terms")
    (folder / "terms-1.pem").write_text("not a key")
    with pytest.raises(KeyMissing, match=r"terms-1\.pem"):
        signing.all_keys()
    rsa = generate_private_key(65537, 2048)
    pem = rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "terms-1.pem").write_bytes(pem)
    with pytest.raises(KeyMissing, match="Ed25519"):
        signing.all_keys()


def test_other_files_beside_the_keys_are_left_alone(folder: Path) -> None:
    (folder / "sealing").write_bytes(sealed.new_key())
    (folder / "record-0.pem").write_text("no number")
    assert len(signing.all_keys()) == 2
