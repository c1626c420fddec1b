"""SIGKILL at each step of a vote, eight processes with one token, and a close under fire.

Every ballot that was acknowledged is in the published file; marks, ballots and commitments agree.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from governance.record import signing
from governance.record.models import Pending
from governance.voting import actions, sweeps
from governance.voting.models import Ballot, Intake, IssueMark, NamedFault, Poll
from governance.voting.voter import Voter
from kernel import sealed
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting import conftest as voting
from tests.governance.voting.conftest import manifest_of, result_of, take
from tests.governance.voting.test_concurrency import committed_hashes, recounted

ROOT = Path(__file__).resolve().parents[2]
COMMIT = "django.db.backends.base.base:BaseDatabaseWrapper.commit"
CASTING = "governance.voting.actions.casting"
CLOSING = "governance.voting.actions.closing"
CANCELLING = "governance.voting.actions.cancelling"

# Polls as in the tests of voting.
issuer_keys = voting.issuer_keys
_ready_made_issuers = voting._ready_made_issuers
make_poll = voting.make_poll
make_open = voting.make_open
people = voting.people

Run = Callable[..., list[int]]
MakeOpen = Callable[..., Poll]
People = Callable[[int], list[Person]]


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """What the processes were answered, one answer a line."""
    file = tmp_path / "told"
    file.touch()
    return file


@pytest.fixture
def run(transactional_db: None, tmp_path: Path, settings: Any, now: datetime) -> Iterator[Run]:
    """Do jobs at once, each in a process of its own; answers their exit codes."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.SEALING_KEYS = [str(tmp_path / "keys/sealing")]
    signing.make_keys(settings.KEYS_DIR)
    Path(tmp_path, "keys/sealing").write_bytes(sealed.new_key())
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.faults.voters"),
            *(str(connection.settings_dict["NAME"]), str(settings.PUBLIC_ROOT)),
            str(settings.KEYS_DIR),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin
        assert stdout

        def jobs(*wanted: dict[str, Any]) -> list[int]:
            stdin.write(json.dumps([{"at": now.isoformat(), **job} for job in wanted]) + "\n")
            stdin.flush()
            codes: list[int] = json.loads(stdout.readline())
            return codes

        yield jobs
        stdin.close()
        assert process.wait(timeout=20) == 0


def lines(file: Path) -> list[str]:
    return file.read_text().split()


def written(folder: Path, name: str, ballots: list[dict[str, Any]]) -> str:
    file = folder / name
    file.write_text("".join(json.dumps(ballot) + "\n" for ballot in ballots))
    return str(file)


def check_closed(poll: Poll, acknowledged: list[str], *, issued: int, cast: int) -> None:
    """Whatever was acknowledged is published; ballots, commitments and marks agree."""
    poll.refresh_from_db()
    assert poll.stage == "closed"
    assert not Intake.objects.filter(poll=poll).exists()
    result = recounted_one(poll)
    held = set(Ballot.objects.filter(poll=poll).values_list("hash", flat=True))
    assert set(acknowledged) <= held
    assert IssueMark.objects.filter(entry__poll=poll).count() == issued
    assert (result["issued"], result["cast"]) == (issued, cast)


def recounted_one(poll: Poll) -> Any:
    """As :func:`recounted`, with the commitments of this poll alone."""
    others = Pending.objects.exclude(type="poll.opened")
    ours = [one for one in others if json.loads(bytes(one.data))["poll"] == str(poll.pk)]
    Pending.objects.exclude(pk__in=[one.pk for one in ours]).delete()
    return recounted(poll)


def points(module_steps: list[tuple[str, int]]) -> list[tuple[str, str, int]]:
    """Each step, just before it is taken and just after."""
    return [(target, when, nth) for target, nth in module_steps for when in ("before", "after")]


ISSUE = points(
    [
        (f"{CASTING}:check_can_take_ballot", 1),
        (f"{CASTING}:_mark", 1),
        ("governance.voting.keys:sign_blinded", 1),
    ]
)
CAST = points(
    [
        (f"{CASTING}:_check_counts", 1),
        ("governance.voting.keys:receipt_key", 1),
        (f"{CASTING}:_store", 1),
        ("governance.voting.ballots:make_receipt", 1),
    ]
)


def test_killed_while_a_ballot_is_taken_and_cast(
    run: Run, make_open: MakeOpen, people: People, told: Path, tmp_path: Path, now: datetime
) -> None:
    """The browser asks again with what it has kept: nobody loses their vote or gets a second."""
    members = people(len(ISSUE) + len(CAST))
    poll = make_open()
    voters = [Voter(manifest_of(poll)) for _ in members]
    acknowledged: list[str] = []
    for number, (person, voter) in enumerate(zip(members, voters, strict=True)):
        taking = {
            "do": "issue",
            "poll": str(poll.pk),
            "person": str(person.pk),
            "blinded": voter.blinded.hex(),
            "told": str(told),
        }
        told.write_text("")
        if number < len(ISSUE):
            assert run({**taking, "kill": ISSUE[number]}) == [-9], ISSUE[number]
            assert not lines(told)
        assert run(taking) == [0]
        [signature] = lines(told)
        voter.take(bytes.fromhex(signature))
        told.write_text("")
        ballot = voter.ballot("yes")
        casting = {
            "do": "cast",
            "poll": str(poll.pk),
            "told": str(told),
            "ballots": written(tmp_path, f"ballot-{number}", [ballot]),
        }
        if number >= len(ISSUE):
            kill = CAST[number - len(ISSUE)]
            assert run({**casting, "kill": kill}) == [-9], kill
            assert not lines(told)
        assert run(casting) == [0]
        [receipt] = lines(told)
        acknowledged.append(receipt)
        assert Intake.objects.count() == number + 1
        assert IssueMark.objects.count() == number + 1
    assert run({"do": "close", "poll": str(poll.pk), "at": poll.closes_at.isoformat()}) == [0]
    check_closed(poll, acknowledged, issued=len(members), cast=len(members))


COMMITTING = points(
    [
        ("django.db.models.query:QuerySet.delete", 1),
        ("django.db.models.query:QuerySet.bulk_create", 1),
        (f"{CLOSING}:submit", 1),
        (f"{CLOSING}:rewrite_marks", 1),
        ("django.db.models.query:QuerySet.delete", 2),
        ("django.db.models.query:QuerySet.bulk_create", 2),
        (COMMIT, 1),
    ]
)


def test_killed_while_ballots_are_committed(
    run: Run, make_open: MakeOpen, people: People, now: datetime
) -> None:
    """Each ballot is either waiting or committed, and in the record exactly then."""
    members = people(len(COMMITTING) + 1)
    poll = make_open()
    acknowledged: list[str] = []
    voters = []
    for number, kill in enumerate(COMMITTING):
        voters.append(take(poll, members[number], now))
        ballot = voters[-1].ballot("yes")
        acknowledged.append(actions.cast(poll_id=poll.pk, ballot=ballot, at=now).ballot)
        assert run({"do": "commit", "poll": str(poll.pk), "kill": kill}) == [-9], kill
        waiting = set(Intake.objects.values_list("hash", flat=True))
        committed = set(Ballot.objects.values_list("hash", flat=True))
        assert waiting | committed == set(acknowledged), kill
        assert not waiting & committed, kill
        assert set(committed_hashes()) == committed, kill
        assert len(committed_hashes()) == len(committed), kill
        assert IssueMark.objects.exclude(fingerprint=None).count() == len(acknowledged), kill
    # Whose answer was lost amid all this asks again, and is recognised by the mark.
    for person, voter in zip(members, voters, strict=False):
        actions.issue(poll=poll, blinded=voter.blinded, by=person, at=now)
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    check_closed(poll, acknowledged, issued=len(acknowledged), cast=len(acknowledged))


CLOSES = points(
    [
        (f"{CLOSING}:_begin_to_close", 1),
        (COMMIT, 1),
        ("governance.voting.keys:destroy", 1),
        ("django.db.models.query:QuerySet.bulk_create", 1),
        (f"{CLOSING}:submit", 1),
        (COMMIT, 2),
        (COMMIT, 3),
        (f"{CLOSING}:publish_manifest", 1),
        ("os:link", 1),
        (f"{CLOSING}:write_public", 1),
        (f"{CLOSING}:_count_published", 1),
        (f"{CLOSING}:write_public", 2),
        (f"{CLOSING}:_conclude", 1),
        (f"{CLOSING}:submit", 2),
        (COMMIT, 4),
    ]
)


def test_killed_while_a_vote_closes(
    run: Run, make_open: MakeOpen, people: People, now: datetime
) -> None:
    """One poll for each moment: the next worker ends what this one began, with the same result."""
    members = people(3)
    done = 0
    for kill in CLOSES:
        poll = make_open()
        end = poll.closes_at
        acknowledged = []
        for person in members[:2]:
            ballot = take(poll, person, now).ballot("yes")
            acknowledged.append(actions.cast(poll_id=poll.pk, ballot=ballot, at=now).ballot)
        closing = {"do": "close", "poll": str(poll.pk), "at": end.isoformat()}
        assert run({**closing, "kill": kill}) == [-9], kill
        held = {
            *Intake.objects.filter(poll=poll).values_list("hash", flat=True),
            *Ballot.objects.filter(poll=poll).values_list("hash", flat=True),
        }
        assert held == set(acknowledged), kill
        poll.refresh_from_db()
        done += poll.stage == "closed"
        assert run(closing) == [0], kill
        poll.refresh_from_db()
        assert poll.private_keys is None
        assert Pending.objects.filter(type="poll.closed").count() == 1, kill
        check_closed(poll, acknowledged, issued=2, cast=2)
        Pending.objects.all().delete()
    # Only what was killed after its very last commit had closed already.
    assert 1 <= done <= 3


CANCELS = points(
    [
        (COMMIT, 1),
        ("governance.voting.keys:destroy", 1),
        (f"{CANCELLING}:rewrite_marks", 1),
        (f"{CANCELLING}:submit", 1),
        (COMMIT, 2),
    ]
)


def test_killed_while_a_vote_is_cancelled(
    run: Run,
    make_open: MakeOpen,
    make_person: Callable[..., Person],
    settings: Any,
    now: datetime,
) -> None:
    """Either it is open as before, or it is cancelled and the sweep ends what was begun."""
    one, two = (make_person(name, role="scrutineer") for name in ("Sol", "Tia"))
    for number, kill in enumerate(CANCELS):
        poll = make_open()
        ballot = take(poll, one, now).ballot("yes")
        actions.cast(poll_id=poll.pk, ballot=ballot, at=now)
        named = actions.name_fault(
            poll=poll, fault="wrong-text", sentence="It is an older text.", by=one, at=now
        )
        cancelling = {"do": "cancel", "named": str(named.pk), "person": str(two.pk)}
        assert run({**cancelling, "kill": kill}) == [-9], kill
        poll.refresh_from_db()
        if poll.stage == "open":
            assert kill == (COMMIT, "before", 1)
            actions.cast(poll_id=poll.pk, ballot=ballot, at=now)
            assert run(cancelling) == [0]
        sweeps.clear_cancelled(now + timedelta(minutes=5))
        poll.refresh_from_db()
        assert poll.was_cancelled_open, kill
        assert not Intake.objects.filter(poll=poll).exists()
        assert not (Path(settings.KEYS_DIR) / "polls" / str(poll.pk)).exists()
        assert not IssueMark.objects.exclude(fingerprint=None).exists()
        assert Pending.objects.filter(type="poll.cancelled").count() == number + 1, kill
    assert not NamedFault.objects.filter(record_hash="").exists()


def test_eight_processes_with_one_token_have_one_live_ballot(
    run: Run, make_open: MakeOpen, people: People, told: Path, tmp_path: Path, now: datetime
) -> None:
    """While a ninth commits: whatever each was told, one ballot of the token counts."""
    [person] = people(1)
    poll = make_open()
    voter = take(poll, person, now)
    same = voter.ballot("yes", sequence=1)
    files = [
        written(
            tmp_path,
            f"ballots-{number}",
            [same, voter.ballot("no", sequence=2), voter.ballot("abstain", sequence=3), same],
        )
        for number in range(8)
    ]
    codes = run(
        *[
            {"do": "cast", "poll": str(poll.pk), "ballots": file, "told": f"{told}-{number}"}
            for number, file in enumerate(files)
        ],
        {"do": "commit", "poll": str(poll.pk), "times": 40},
    )
    assert codes == [0] * 9
    answers = [line for number in range(8) for line in lines(Path(f"{told}-{number}"))]
    receipts = [line for line in answers if line != "sequence-taken"]
    # The same ballot is acknowledged to all, sixteen times; of each other number one wins.
    assert len(set(receipts)) == 3
    assert (len(receipts), len(answers)) == (16 + 2, 32)
    assert run({"do": "close", "poll": str(poll.pk), "at": poll.closes_at.isoformat()}) == [0]
    check_closed(poll, receipts, issued=1, cast=1)
    assert result_of(poll)["counts"] == {"yes": 0, "no": 0, "abstain": 1}
    assert Ballot.objects.filter(poll=poll).count() == 3


def test_processes_that_cast_while_others_close(
    run: Run, make_open: MakeOpen, people: People, told: Path, tmp_path: Path, now: datetime
) -> None:
    """By the voters' clock the window lasts: only the row says that it closes, and that is enough.

    No ballot gets in after the tally, and none that was acknowledged is lost.
    """
    members = people(6)
    poll = make_open()
    casting = []
    for number, person in enumerate(members):
        voter = take(poll, person, now)
        ballots = [voter.ballot("yes", sequence=one) for one in range(1, 41)]
        file = written(tmp_path, f"ballots-{number}", ballots)
        casting.append(
            {"do": "cast", "poll": str(poll.pk), "ballots": file, "told": f"{told}-{number}"}
        )
    end = poll.closes_at.isoformat()
    codes = run(
        *casting,
        {"do": "commit", "poll": str(poll.pk), "times": 3},
        *[{"do": "close", "poll": str(poll.pk), "at": end}] * 2,
    )
    assert codes == [0] * 9
    answers = [lines(Path(f"{told}-{number}")) for number in range(len(members))]
    receipts = [line for each in answers for line in each if line != "poll-closed"]
    # It was closed amid the fire: some were refused.
    assert 0 < len(receipts) < 6 * 40
    poll.refresh_from_db()
    assert sorted(receipts) == sorted(Ballot.objects.values_list("hash", flat=True))
    voted = sum(any(line != "poll-closed" for line in each) for each in answers)
    check_closed(poll, receipts, issued=len(members), cast=voted)
