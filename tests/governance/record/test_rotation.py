"""A new key signs once the record lists it; whatever an old key signed verifies for ever."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from governance.record import actions, merkle, multikey, notes, proofs, signing, sweeps
from governance.record.models import Entry, Pending
from governance.record.public_files import read_public
from governance.record.signing import KeyMissing
from tests.conftest import NOW

Sequence = Callable[[], int]
Count = Callable[..., list[Pending]]

DID = "did:web:localhost%3A8000"


def keys(*arguments: str) -> str:
    output = StringIO()
    call_command("keys", *arguments, stdout=output)
    return output.getvalue()


def listed() -> list[dict[str, Any]]:
    """What the record and its queue say of keys, in order."""
    rows = [*Entry.objects.order_by("index"), *Pending.objects.order_by("pk")]
    return [row.content for row in rows if row.type == "key.listed"]


def names() -> list[str]:
    return [f"{said['purpose']}-{said['number']}" for said in listed()]


def checkpoint() -> str:
    return (read_public("record/checkpoint") or b"").decode()


def signed_by(note: str) -> list[str]:
    """The names of those of our keys that signed a note."""
    found = []
    for key in signing.all_keys():
        verifier = notes.Verifier("localhost:8000/record", key.public)
        try:
            notes.verify(note, [verifier])
        except notes.NoteInvalid:
            continue
        found.append(key.fragment)
    return found


def document_of_the_log_alone(root: Path) -> dict[str, Any]:
    """``did.json`` as anybody makes it who has nothing but the published bundles."""
    size = notes.parse_tree_head(checkpoint().rpartition("\n\n")[0] + "\n").size
    said = []
    for number in range((size + 255) // 256):
        width = merkle.tile_width(size, 0, number)
        bundle = root / "record" / merkle.tile_path("entries", number, width)
        said += [json.loads(data) for data in merkle.unbundle(bundle.read_bytes())]
    found = {
        (one["purpose"], one["number"]): one["publicKeyMultibase"]
        for one in said
        if one["type"] == "key.listed"
    }
    methods = [
        {
            "id": f"{DID}#{purpose}-{number}",
            "type": "Multikey",
            "controller": DID,
            "publicKeyMultibase": key,
        }
        for (purpose, number), key in sorted(found.items())
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": DID,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


@pytest.fixture
def work(sequence: Sequence) -> Callable[[], None]:
    """What the worker does within a minute."""

    def run() -> None:
        sweeps.keys(NOW)
        sequence()

    return run


# The first keys


def test_the_first_keys_are_listed_by_the_worker_and_once(work: Callable[[], None]) -> None:
    for _ in range(3):
        work()
    assert names() == ["record-1", "terms-1"]
    for said, key in zip(listed(), signing.key_files(), strict=True):
        assert said == {
            "type": "key.listed",
            "at": "2026-11-20T12:00:00Z",
            "purpose": key.purpose,
            "number": 1,
            "publicKeyMultibase": multikey.encode_public(key.public),
        }
    assert Entry.objects.get(index=0).sentence == "The key record-1 may sign from here on."


def test_the_did_document_is_that_of_the_log_alone(
    work: Callable[[], None], count: Count, record_of_its_own: Path, client: Client
) -> None:
    def check() -> None:
        document = json.loads((record_of_its_own / ".well-known/did.json").read_bytes())
        assert document == document_of_the_log_alone(record_of_its_own)
        assert client.get("/.well-known/did.json").json() == document

    count(255)
    work()
    check()
    keys("--rotate", "record")
    check()
    work()
    check()
    assert len(document_of_the_log_alone(record_of_its_own)["verificationMethod"]) == 3


def test_before_the_first_entry_the_document_lists_what_is_there(
    sequence: Sequence, record_of_its_own: Path, db: None
) -> None:
    """A record that was begun before keys were listed goes on as it did."""
    before = signing.did_document()
    sequence()
    assert json.loads((record_of_its_own / ".well-known/did.json").read_bytes()) == before
    sweeps.keys(NOW)
    sequence()
    assert json.loads((record_of_its_own / ".well-known/did.json").read_bytes()) == before


# Rotation


def test_the_checkpoint_that_lists_a_key_is_signed_by_the_one_before(
    work: Callable[[], None], count: Count
) -> None:
    """Whoever trusts the first key follows the record from key to key."""
    work()
    assert signed_by(checkpoint()) == ["record-1"]
    assert "record-2.pem is the next key" in keys("--rotate", "record")
    count(1)
    assert signing.signer("record")[0] == "record-1"
    work()
    assert signed_by(checkpoint()) == ["record-1"]
    assert names() == ["record-1", "terms-1", "record-2"]
    assert listed()[-1]["replaces"] == 1
    assert signing.signer("record")[0] == "record-2"
    count(1, start=1)
    work()
    assert signed_by(checkpoint()) == ["record-2"]


def test_a_document_is_signed_by_no_key_that_did_json_does_not_list(
    work: Callable[[], None],
) -> None:
    work()
    keys("--rotate", "terms")
    before = signing.sign_document({"title": "One"}, at=NOW)
    assert before["proof"]["verificationMethod"] == f"{DID}#terms-1"
    work()
    after = signing.sign_document({"title": "Two"}, at=NOW)
    assert after["proof"]["verificationMethod"] == f"{DID}#terms-2"
    found = {
        method["id"]: multikey.decode_public(method["publicKeyMultibase"])
        for method in json.loads(read_public(signing.DID_DOCUMENT) or b"")["verificationMethod"]
    }
    for document in (before, after):
        proofs.verify(document, found[document["proof"]["verificationMethod"]])


def test_a_rotation_that_is_under_way_is_not_begun_again(work: Callable[[], None]) -> None:
    work()
    assert len({keys("--rotate", "record") for _ in range(3)}) == 1
    work()
    assert names() == ["record-1", "terms-1", "record-2"]
    keys("--rotate", "record")
    work()
    assert names()[3:] == ["record-3"]
    assert [said.get("replaces") for said in listed()] == [None, None, 1, 2]


@pytest.mark.parametrize("healed", ["again", "by the sweep"])
def test_a_rotation_stopped_before_its_entry_is_finished_later(
    healed: str, work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    work()
    with monkeypatch.context() as patch:
        patch.setattr(actions, "list_keys", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            keys("--rotate", "terms")
    assert names() == ["record-1", "terms-1"]
    assert [key.fragment for key in signing.key_files()] == ["record-1", "terms-1", "terms-2"]
    assert signing.signer("terms")[0] == "terms-1", "it is listed nowhere yet"
    if healed == "again":
        keys("--rotate", "terms")
    work()
    assert names() == ["record-1", "terms-1", "terms-2"]
    assert signing.signer("terms")[0] == "terms-2"


@pytest.mark.django_db(transaction=True)
def test_two_who_rotate_at_once_make_one_key(work: Callable[[], None]) -> None:
    work()
    start = threading.Barrier(4)
    failures: list[BaseException] = []

    def rotate() -> None:
        start.wait()
        try:
            keys("--rotate", "record")
            sweeps.keys(NOW)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=rotate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    work()
    assert names() == ["record-1", "terms-1", "record-2"]


def test_a_key_that_is_lost_is_replaced_by_the_next(
    work: Callable[[], None], count: Count, settings: Any
) -> None:
    """The record goes on; that nobody but the new key vouches for the new key is plain to see."""
    work()
    folder = Path(settings.KEYS_DIR)
    (folder / "record-1.pem").unlink()
    count(1)
    with pytest.raises(KeyMissing, match=r"keys --rotate record"):
        work()
    with pytest.raises(CommandError, match=r"record-1 is published: put record-1\.pem back"):
        keys()
    assert not (folder / "record-1.pem").exists()
    keys("--rotate", "record")
    work()
    assert names() == ["record-1", "terms-1", "record-2"]
    assert signed_by(checkpoint()) == ["record-2"]
    assert [key.fragment for key in signing.all_keys()] == ["record-1", "record-2", "terms-1"]


def test_another_key_under_a_listed_name_is_refused(
    work: Callable[[], None], tmp_path: Path, settings: Any
) -> None:
    signing.make_keys(tmp_path / "other")
    work()
    os.replace(tmp_path / "other/terms-1.pem", Path(settings.KEYS_DIR, "terms-1.pem"))
    with pytest.raises(KeyMissing, match=r"terms-1\.pem is not the key that the record lists"):
        sweeps.keys(NOW)
    with pytest.raises(KeyMissing, match="the private key of terms-1 is not in"):
        signing.sign_document({}, at=NOW)
    assert names() == ["record-1", "terms-1"]


# Retirement


def test_a_key_that_was_replaced_is_retired_to_its_public_part(
    work: Callable[[], None], count: Count, settings: Any, record_of_its_own: Path
) -> None:
    work()
    old = checkpoint()
    keys("--rotate", "record")
    work()
    path = Path(settings.KEYS_DIR, "record-1.pem")
    document = signing.did_document()
    assert "holds the public key alone now" in keys("--retire", "record-1")
    public = path.read_bytes()
    assert b"PRIVATE" not in public
    load_pem_public_key(public)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "alone already" in keys("--retire", "record-1")
    assert path.read_bytes() == public
    count(1)
    work()
    assert signed_by(old) == ["record-1"]
    assert signed_by(checkpoint()) == ["record-2"]
    assert signing.did_document() == document == document_of_the_log_alone(record_of_its_own)


def test_the_key_that_signs_is_not_retired(work: Callable[[], None]) -> None:
    def refused(name: str, why: str) -> None:
        before = [key.private is not None for key in signing.key_files()]
        with pytest.raises(CommandError, match=why):
            keys("--retire", name)
        assert [key.private is not None for key in signing.key_files()] == before

    refused("record-1", "record-1 signs now")  # before the first checkpoint
    work()
    refused("record-1", "record-1 signs now")
    keys("--rotate", "record")
    refused("record-1", "record-1 signs now")
    refused("record-2", "record-1 signs now")
    work()
    refused("record-2", "record-2 signs now")
    for name in ("record-3", "polls", "../secret"):
        refused(name, "there is no key")
    keys("--retire", "record-1")


def test_a_retirement_stopped_halfway_leaves_the_key_as_it_was(
    work: Callable[[], None], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    work()
    keys("--rotate", "terms")
    work()
    path = Path(settings.KEYS_DIR, "terms-1.pem")
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            keys("--retire", "terms-1")
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".*"))
    keys("--retire", "terms-1")
    assert b"PRIVATE" not in path.read_bytes()


def test_what_is_asked_for_is_rotated_or_retired_and_nothing_else() -> None:
    for wrong in (["--rotate", "polls"], ["--rotate", "terms", "--retire", "terms-1"]):
        with pytest.raises(CommandError):
            keys(*wrong)
