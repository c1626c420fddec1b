"""The frozen manifest."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from governance.record.canonical import canonical_bytes
from governance.voting import manifest
from governance.voting.ballots import to_base64
from governance.voting.manifest import ManifestInvalid
from governance.voting.rule import PollRule
from tests.governance.voting.conftest import PaperPoll, spki


def test_it_reads_back_what_was_built(paper: PaperPoll) -> None:
    read = paper.manifest
    assert read.poll == paper.document["poll"]
    assert read.options == ("yes", "no", "abstain")
    assert read.rule == PollRule(method="yes_no", quorum="1/4", majority="1/2")
    assert read.roll_size == 10
    assert list(read.issuers) == [paper.document["issuers"][0]["id"]]


def test_it_holds_hashes_of_texts_and_no_texts(paper: PaperPoll) -> None:
    written = canonical_bytes(paper.document).decode()
    assert "stalking" not in written
    assert "publish" not in written


def test_its_hash_survives_json(paper: PaperPoll) -> None:
    again = json.loads(json.dumps(paper.document, indent=3))
    assert manifest.sha256_of(again) == manifest.sha256_of(paper.document)


def test_a_founding_minimum_is_written_and_read(paper: PaperPoll) -> None:
    rule = PollRule(method="yes_no", quorum="1/4", majority="1/2", founding_minimum=3)
    assert PaperPoll(paper.issuer, rule).manifest.rule == rule


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "Something"},
        {"issuers": []},
        {"issuers": [{"id": "0" * 64, "spki": ""}]},
        {"issuers": None},
        {"rule": {}},
        {"rule": {"quorum": "2/1", "majority": "1/2"}},
        {"method": "acclamation"},
        {"roll": {"size": "many"}},
        {"receiptKey": "AAAA"},
        {"options": [1]},
    ],
)
def test_what_is_no_manifest_is_refused(paper: PaperPoll, changes: dict[str, Any]) -> None:
    with pytest.raises(ManifestInvalid):
        manifest.read(paper.document | changes)


@pytest.mark.parametrize("missing", ["poll", "options", "rule", "roll", "issuers", "seedSha256"])
def test_every_part_is_needed(paper: PaperPoll, missing: str) -> None:
    document = copy.deepcopy(paper.document)
    del document[missing]
    with pytest.raises(ManifestInvalid):
        manifest.read(document)


def test_an_issuers_id_is_the_hash_of_its_key(paper: PaperPoll, other_paper: PaperPoll) -> None:
    mixed = copy.deepcopy(paper.document)
    mixed["issuers"][0]["spki"] = other_paper.document["issuers"][0]["spki"]
    with pytest.raises(ManifestInvalid, match="hash of its key"):
        manifest.read(mixed)


def test_the_receipt_key_is_on_p256(paper: PaperPoll) -> None:
    [issuer] = paper.manifest.issuers.values()
    with pytest.raises(ManifestInvalid, match="P-256"):
        manifest.read(paper.document | {"receiptKey": to_base64(spki(issuer))})
