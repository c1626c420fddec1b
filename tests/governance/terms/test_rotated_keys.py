"""Terms and checkpoints from before and after a rotation verify with the one ``did.json``.

Checked with the client that developers install, which shares no import with the apps.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from customer_commons import Keys, NotVerified, verify_checkpoint, verify_term
from django.core.management import call_command
from django.test import Client

from governance.record import signing, sweeps
from tests.conftest import NOW
from tests.governance.terms.conftest import Publish
from tests.governance.terms.rules import content

DID = "did:web:localhost%3A8000"


@pytest.fixture
def keys_of_its_own(tmp_path: Path, settings: Any) -> None:
    settings.KEYS_DIR = tmp_path / "keys"
    signing.make_keys(settings.KEYS_DIR)


@pytest.fixture
def work() -> Callable[[], None]:
    """What the worker does, a minute later each time."""
    times = [NOW]

    def run() -> None:
        times.append(times[-1] + timedelta(minutes=1))
        sweeps.keys(times[-1])
        sweeps.sequence(times[-1])

    return run


@pytest.mark.usefixtures("keys_of_its_own")
def test_before_and_after_a_rotation_everything_verifies(
    publish: Publish, work: Callable[[], None], public_root: Path, client: Client
) -> None:
    notes: list[str] = []

    def published(version: str) -> None:
        publish(content(version=version))
        work()
        notes.append((public_root / "record/checkpoint").read_text())

    published("1.0.0")
    for purpose in signing.PURPOSES:
        call_command("keys", "--rotate", purpose, stdout=StringIO())
    published("1.1.0")  # signed by the old keys: the new ones were listed only now
    published("1.2.0")
    for name in ("record-1", "terms-1"):
        call_command("keys", "--retire", name, stdout=StringIO())
    published("1.3.0")

    document = json.loads((public_root / ".well-known/did.json").read_bytes())
    assert document["id"] == DID
    assert document["assertionMethod"] == [
        f"{DID}#{name}" for name in ("record-1", "record-2", "terms-1", "terms-2")
    ]
    found = Keys.from_did_document(document)
    sizes = [verify_checkpoint(note, found).size for note in notes]
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == 4 + 4 + 3, "four keys, four versions, three that were superseded"

    signers = {}
    for version in ("1.0.0", "1.1.0", "1.2.0", "1.3.0"):
        body = (public_root / f"terms/no-tracking/{version}.json").read_bytes()
        proof = client.get(f"/terms/no-tracking/{version}/proof.tlog-proof").content.decode()
        signers[version] = verify_term(body, proof, found).signed_by.rpartition("#")[2]
    assert signers == {
        "1.0.0": "terms-1",
        "1.1.0": "terms-1",
        "1.2.0": "terms-2",
        "1.3.0": "terms-2",
    }

    def without(name: str) -> Keys:
        methods = [one for one in document["verificationMethod"] if one["id"] != f"{DID}#{name}"]
        return Keys.from_did_document({**document, "verificationMethod": methods})

    for note, name in zip(notes, ("record-1", "record-1", "record-2", "record-2"), strict=True):
        verify_checkpoint(note, without({"record-1": "record-2"}.get(name, "record-1")))
        with pytest.raises(NotVerified):
            verify_checkpoint(note, without(name))
