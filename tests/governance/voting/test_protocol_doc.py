"""docs/voting-protocol.md says what the code does: its example, its codes, its commands."""

from __future__ import annotations

import json
import re
from pathlib import Path

from django.conf import settings

from governance.record.canonical import canonical_bytes
from governance.voting import ballots, manifest
from governance.voting.findings import SENTENCES, Faults
from governance.voting.recorded import read_entries
from governance.voting.recount import recount_files
from tests.governance.voting import example

DOCS = Path(settings.BASE_DIR, "docs")
PROTOCOL = (DOCS / "voting-protocol.md").read_text()
EXAMPLE = json.loads((DOCS / "voting-example.json").read_text())


def test_the_worked_example_is_what_the_code_makes() -> None:
    assert example.build(EXAMPLE["given"]) == EXAMPLE


def test_the_worked_example_verifies() -> None:
    faults = Faults()
    entries = [(one["leaf"], one["bytes"].encode()) for one in EXAMPLE["record"]]
    checked = recount_files(
        [canonical_bytes(EXAMPLE["ballots"])],
        json.loads(EXAMPLE["manifestBytes"]),
        result=canonical_bytes(EXAMPLE["result"]),
        recorded=read_entries(example.POLL, entries, faults),
        faults=faults,
    )
    assert checked.holds, checked.faults
    key = manifest.read(EXAMPLE["manifest"]).receipt_key
    cast = [one for voter in EXAMPLE["voters"] for one in voter["ballots"]]
    assert len(cast) == 3
    for one in cast:
        assert ballots.receipt_holds(ballots.read_receipt(one["receipt"]), key)


def test_the_example_needs_the_lot() -> None:
    """So that a verifier that draws it wrongly is found out."""
    [tie, *_rest] = EXAMPLE["result"]["ties"]
    numbers = EXAMPLE["lot"]["numbers"]
    assert tie["order"] == sorted(tie["candidates"], key=numbers.__getitem__)
    assert EXAMPLE["result"]["winners"] == tie["order"][:1]


def test_the_page_quotes_the_example() -> None:
    ballot = EXAMPLE["voters"][0]["ballots"][1]
    for quoted in (
        EXAMPLE["manifestSha256"],
        EXAMPLE["roll"]["root"],
        ballot["hash"],
        EXAMPLE["bundleSha256"],
        EXAMPLE["resultSha256"],
        EXAMPLE["lot"]["root"],
    ):
        assert quoted in PROTOCOL


def test_every_code_stands_in_the_table_with_its_sentence() -> None:
    table = dict(re.findall(r"^\| `([a-z-]+)` \| (.+?) \|$", PROTOCOL, re.MULTILINE))
    assert {code: table.get(code) for code in SENTENCES} == SENTENCES
