"""``manage.py verify_poll``: anyone, with the files alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from governance.record import sweeps
from governance.record.canonical import canonical_bytes
from governance.voting import actions, ballots, bundle
from governance.voting.models import Poll
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.conftest import PaperPoll, vote


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
    return run(str(folder / "ballots.json"), *options)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("verify_poll", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_honest_files_hold(folder: Path, paper: PaperPoll) -> None:
    said = verify(folder, "--manifest-sha256", paper.manifest.sha256)
    # Two in favour of a roll of ten are too few.
    assert "no_quorum: yes 2, no 1, abstain 0 (3 of 10 on the roll)" in said
    assert "Everything holds: 3 ballots" in said
    assert "the files alone" in said


def test_a_manifest_that_is_none_is_named(folder: Path) -> None:
    (folder / "manifest.json").write_text("[]")
    with pytest.raises(CommandError, match="not hold: manifest-unreadable"):
        verify(folder)


def test_another_manifest_than_the_recorded_one_is_named(folder: Path) -> None:
    with pytest.raises(CommandError, match="not hold: "):
        verify(folder, "--manifest-sha256", "0" * 64)


@pytest.mark.parametrize("name", ["ballots", "manifest", "result"])
def test_an_altered_file_does_not_hold(folder: Path, name: str) -> None:
    file = folder / f"{name}.json"
    document = json.loads(file.read_bytes())
    document[{"ballots": "issued", "manifest": "closesAt", "result": "cast"}[name]] = 1
    file.write_text(json.dumps(document))
    with pytest.raises(CommandError, match="not hold: "):
        verify(folder)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "is missing"), ("{", "is not JSON")],
)
def test_a_file_that_is_none_is_named(folder: Path, content: str | None, reason: str) -> None:
    file = folder / "manifest.json"
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    with pytest.raises(CommandError, match=rf"manifest\.json.* {reason}") as unreadable:
        verify(folder)
    assert unreadable.value.returncode == 2


def test_without_the_announced_result_the_count_still_holds(folder: Path) -> None:
    (folder / "result.json").unlink()
    assert "Everything holds: 3 ballots" in verify(folder)


# With the record


@pytest.fixture
def poll(
    make_open: Callable[..., Poll], people: Callable[[int], list[Person]], now: datetime
) -> Poll:
    """Open; 22 voted, whose ballots are committed, and one more."""
    members = people(24)
    poll = make_open()
    for person in members[:22]:
        vote(poll, person, "yes", now)
    actions.commit_ballots(poll=poll, at=now + timedelta(minutes=1), by=TEST)
    vote(poll, members[22], "no", now)
    return poll


@pytest.fixture
def closed(poll: Poll) -> Poll:
    """Closed, and every entry of it in the published record."""
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    sweeps.sequence(poll.closes_at)
    return poll


@pytest.mark.django_db(transaction=True)
def test_a_poll_is_verified_by_its_address(closed: Poll, live_server: LiveServer) -> None:
    page = live_server.url + reverse("poll", args=[closed.pk])
    for address in (page, page + "verify", page + "ballots.json"):
        said = json.loads(run(address, "--json"))
        assert said["holds"], said
        assert said["checked"]["ballots"] == 23
        assert said["checked"]["commitments"] == 2
        assert "under one signed root" in said["sentence"]
        assert said["result"]["counts"] == {"yes": 22, "no": 1, "abstain": 0}


@pytest.mark.django_db(transaction=True)
def test_an_open_poll_has_nothing_to_check(poll: Poll, live_server: LiveServer) -> None:
    sweeps.sequence(poll.opens_at)
    with pytest.raises(CommandError, match="it has not closed") as refused:
        run(live_server.url + reverse("poll", args=[poll.pk]))
    assert refused.value.returncode == 2


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("http://localhost:1/record/", "is not the address of a vote"),
        ("ftp://localhost/polls/7d444840-9dc0-11d1-b245-5ffdce74fad2/", "not an http or https"),
        ("http://localhost:1/polls/7d444840-9dc0-11d1-b245-5ffdce74fad2/", "cannot be fetched"),
        ("/nowhere/ballots.json", "is not there"),
        ("/", "has no ballots.json"),
    ],
)
def test_what_is_no_poll_is_refused(
    where: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.record.sources.time.sleep", lambda _seconds: None)
    with pytest.raises(CommandError, match=reason) as refused:
        run(where)
    assert refused.value.returncode == 2


@pytest.mark.django_db
def test_files_are_held_to_an_exported_record(closed: Poll, tmp_path: Path) -> None:
    exported = tmp_path / "record"
    call_command("record", "export", str(exported), stdout=StringIO())
    files = tmp_path / "files"
    shutil.copytree(Path(settings.PUBLIC_ROOT, "polls", str(closed.pk)), files)
    assert "2 commitments" not in run(str(files))
    said = json.loads(run(str(files), "--record", str(exported), "--json"))
    assert said["holds"]
    # The published tree has files and record in one.
    assert json.loads(run(str(settings.PUBLIC_ROOT), "--json"))["checked"]["commitments"] == 2


@pytest.mark.django_db
def test_a_record_that_was_changed_is_named(closed: Poll) -> None:
    bundles = list(Path(settings.PUBLIC_ROOT, "record/tile/entries").rglob("*"))
    for path in bundles:
        if path.is_file():
            path.write_bytes(
                path.read_bytes().replace(b'"keysDestroyed":true', b'"keysDestroyed":nope')
            )
    with pytest.raises(CommandError, match="closed-missing, record-altered, record-unreadable"):
        run(str(settings.PUBLIC_ROOT))


@pytest.mark.django_db
def test_a_checkpoint_that_nobody_signed_is_not_believed(closed: Poll) -> None:
    path = Path(settings.PUBLIC_ROOT, "record/checkpoint")
    lines = path.read_text().split("\n")
    lines[2] = "A" * 43 + "="
    path.write_text("\n".join(lines))
    with pytest.raises(CommandError, match="checkpoint does not verify") as refused:
        run(str(settings.PUBLIC_ROOT))
    assert refused.value.returncode == 2
