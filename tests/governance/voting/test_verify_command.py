"""``manage.py verify_poll``: anyone, with the files alone."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from governance.record.canonical import canonical_bytes
from governance.voting import ballots, bundle
from tests.governance.voting.conftest import PaperPoll


@pytest.fixture
def folder(paper: PaperPoll, tmp_path: Path) -> Path:
    """The three files of a poll in which three voted; no database is allowed in these tests."""
    signed = [ballots.parse(paper.cast(choice)) for choice in ("yes", "yes", "no")]
    files: dict[str, Any] = {
        "ballots": bundle.build(paper.manifest, signed, issued=3, seed=paper.seed),
        "manifest": paper.document,
        "result": bundle.result(paper.manifest, signed, issued=3, seed=paper.seed),
    }
    for name, document in files.items():
        (tmp_path / f"{name}.json").write_bytes(canonical_bytes(document))
    return tmp_path


def verify(folder: Path, *options: str) -> str:
    out = StringIO()
    call_command("verify_poll", str(folder / "ballots.json"), *options, stdout=out, stderr=out)
    return out.getvalue()


def test_honest_files_hold(folder: Path, paper: PaperPoll) -> None:
    said = verify(folder, "--manifest-sha256", paper.manifest.sha256)
    # Two in favour of a roll of ten are too few.
    assert "no_quorum: yes 2, no 1, abstain 0 (3 of 10 on the roll)" in said
    assert "Everything holds." in said


def test_another_manifest_than_the_recorded_one_is_named(folder: Path) -> None:
    with pytest.raises(CommandError, match="do not hold"):
        verify(folder, "--manifest-sha256", "0" * 64)


@pytest.mark.parametrize("name", ["ballots", "manifest", "result"])
def test_an_altered_file_does_not_hold(folder: Path, name: str) -> None:
    file = folder / f"{name}.json"
    document = json.loads(file.read_bytes())
    document[{"ballots": "issued", "manifest": "closesAt", "result": "cast"}[name]] = 1
    file.write_text(json.dumps(document))
    with pytest.raises(CommandError, match="do not hold"):
        verify(folder)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "cannot be read"), ("{", "is not JSON"), ("[]", "is not a JSON object")],
)
def test_a_file_that_is_none_is_named(folder: Path, content: str | None, reason: str) -> None:
    file = folder / "manifest.json"
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    with pytest.raises(CommandError, match=rf"manifest\.json {reason}"):
        verify(folder)


def test_without_the_announced_result_the_count_still_holds(folder: Path) -> None:
    (folder / "result.json").unlink()
    assert "Everything holds." in verify(folder)
