"""Many at once: threads with connections of their own, on whichever database the suite runs."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import pytest
from django.db import connection, transaction

from governance.record.models import Pending
from governance.record.public_files import read_public
from governance.voting import actions
from governance.voting.models import Ballot, Intake, IssueMark, Poll
from governance.voting.recount import recount
from governance.voting.voter import Voter
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.conftest import manifest_of, take

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8

MakePoll = Callable[..., Poll]
People = Callable[[int], list[Person]]
Answer = TypeVar("Answer")


def at_once(work: Sequence[Callable[[], Answer]]) -> list[Answer | str]:
    """Run each in a thread of its own, all started together; a refusal is answered by its code."""
    barrier = threading.Barrier(len(work))

    def run(one: Callable[[], Answer]) -> Answer | str:
        try:
            barrier.wait(timeout=30)
            return one()
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))


def committed_hashes() -> list[str]:
    entries = Pending.objects.filter(type="poll.ballots-committed")
    return [one for entry in entries for one in json.loads(bytes(entry.data))["hashes"]]


def recounted(poll: Poll) -> Any:
    checked = recount(
        json.loads(read_public(f"polls/{poll.pk}/ballots.json") or b""),
        manifest_of(poll),
        manifest_sha256=poll.manifest_sha256,
        committed=committed_hashes(),
        recorded_result=poll.result,
    )
    assert checked.holds, checked.faults
    return checked.result


def test_eight_at_once_take_one_ballot(make_open: MakePoll, people: People, now: datetime) -> None:
    [person] = people(1)
    poll = make_open()
    voters = [Voter(manifest_of(poll)) for _ in range(THREADS)]
    answers = at_once(
        [
            partial(actions.issue, poll=poll, blinded=voter.blinded, by=person, at=now)
            for voter in voters
        ]
    )
    assert Counter(isinstance(answer, bytes) for answer in answers) == {True: 1, False: 7}
    assert answers.count("already-issued") == 7
    assert IssueMark.objects.count() == 1


def test_eight_at_once_with_one_token_have_one_live_ballot(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    voter = take(poll, person, now)
    same = voter.ballot("yes", sequence=1)
    rivals = [voter.ballot("no", sequence=2) for _ in range(THREADS)]
    later = [voter.ballot("abstain", sequence=number) for number in range(3, 3 + THREADS)]

    def cast(ballot: dict[str, Any]) -> Callable[[], str]:
        return lambda: actions.cast(poll_id=poll.pk, ballot=ballot, at=now).ballot

    assert len(set(at_once([cast(same)] * THREADS))) == 1
    answers = at_once([cast(ballot) for ballot in rivals])
    assert answers.count("sequence-taken") == THREADS - 1
    assert "sequence-taken" not in at_once([cast(ballot) for ballot in later])
    assert Intake.objects.count() == 2 + THREADS

    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert recounted(poll)["cast"] == 1
    assert recounted(poll)["counts"] == {"yes": 0, "no": 0, "abstain": 1}


def test_no_ballot_is_taken_after_closing_begins(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    """Whatever was acknowledged is in the result, and nothing else."""
    members = people(THREADS)
    poll = make_open()
    ready = [
        [voter.ballot("yes", sequence=number) for number in range(1, 16)]
        for voter in (take(poll, person, now) for person in members)
    ]
    started = threading.Event()

    def fire(ballots: list[dict[str, Any]]) -> list[str]:
        acknowledged = []
        for number, ballot in enumerate(ballots):
            if number == 3:
                started.set()
            # By this clock the window lasts; only the poll's own row says that it closes.
            with suppress(Refused):
                acknowledged.append(actions.cast(poll_id=poll.pk, ballot=ballot, at=now).ballot)
        return acknowledged

    def close() -> list[str]:
        started.wait(timeout=30)
        actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
        return []

    work: list[Callable[[], list[str]]] = [close, *(partial(fire, one) for one in ready)]
    answers = at_once(work)
    acknowledged = [one for answer in answers for one in answer]
    assert sorted(acknowledged) == sorted(Ballot.objects.values_list("hash", flat=True))
    assert sorted(acknowledged) == sorted(committed_hashes())
    assert not Intake.objects.exists()
    assert recounted(poll)["cast"] == len([answer for answer in answers if answer])


def test_closing_waits_for_a_ballot_that_is_being_stored(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    ballot = take(poll, person, now).ballot("yes")
    stored, close_began = threading.Event(), threading.Event()

    def cast() -> None:
        with transaction.atomic():
            actions.cast(poll_id=poll.pk, ballot=ballot, at=now)
            stored.set()
            close_began.wait(timeout=30)
            time.sleep(0.3)

    def close() -> None:
        stored.wait(timeout=30)
        close_began.set()
        actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)

    at_once([cast, close])
    assert recounted(poll)["cast"] == 1
    assert not Intake.objects.exists()


@pytest.mark.parametrize("same", [True, False])
def test_a_number_used_again_while_its_ballot_is_being_committed(
    make_open: MakePoll, people: People, now: datetime, same: bool
) -> None:
    """The statement waits for the commit, and then the trigger sees what the statement did not."""
    [person] = people(1)
    poll = make_open()
    voter = take(poll, person, now)
    first = voter.ballot("yes")
    again = first if same else voter.ballot("no", sequence=1)
    receipt = actions.cast(poll_id=poll.pk, ballot=first, at=now).ballot
    moved = threading.Event()

    def commit() -> str:
        with transaction.atomic():
            actions.commit_ballots(poll=poll, at=now, by=TEST, least=1)
            moved.set()
            time.sleep(0.3)
        return ""

    def cast_again() -> str:
        moved.wait(timeout=30)
        return actions.cast(poll_id=poll.pk, ballot=again, at=now).ballot

    answers = at_once([commit, cast_again])
    assert answers[1] == (receipt if same else "sequence-taken")
    assert not Intake.objects.exists()
    assert list(Ballot.objects.values_list("hash", flat=True)) == [receipt]


def test_casting_again_while_committing_doubles_and_loses_nothing(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    members = people(6)
    poll = make_open()
    ready = [take(poll, person, now).ballot("yes") for person in members]
    done = threading.Event()

    def insist(ballot: dict[str, Any]) -> str:
        receipts = {actions.cast(poll_id=poll.pk, ballot=ballot, at=now).ballot for _ in range(5)}
        [receipt] = receipts
        return receipt

    def commit() -> str:
        while not done.wait(0.005):
            actions.commit_ballots(poll=poll, at=now, by=TEST, least=1)
        return ""

    def wait_for_them() -> str:
        answers.extend(at_once([partial(insist, one) for one in ready]))
        done.set()
        return ""

    answers: list[str] = []
    at_once([commit, commit, wait_for_them])
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert len(set(answers)) == 6
    assert sorted(answers) == sorted(Ballot.objects.values_list("hash", flat=True))
    assert sorted(answers) == sorted(committed_hashes())
    assert recounted(poll)["counts"] == {"yes": 6, "no": 0, "abstain": 0}


def test_taking_ballots_while_marks_are_rewritten_loses_no_mark(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    members = people(12)
    poll = make_open()
    first = take(poll, members[0], now)
    done = threading.Event()

    def rewrite() -> int:
        number = 0
        while not done.is_set():
            number += 1
            ballot = first.ballot("yes", sequence=min(number, 99))
            if number <= 99:
                actions.cast(poll_id=poll.pk, ballot=ballot, at=now)
            actions.commit_ballots(poll=poll, at=now, by=TEST, least=1)
        return number

    def take_them() -> int:
        for person in members[1:]:
            take(poll, person, now)
        done.set()
        return 0

    at_once([rewrite, take_them])
    assert IssueMark.objects.count() == len(members)


def test_two_workers_close_one_poll_once(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    members = people(4)
    poll = make_open()
    for person in members:
        actions.cast(poll_id=poll.pk, ballot=take(poll, person, now).ballot("no"), at=now)
    copies = [Poll.objects.get(pk=poll.pk) for _ in range(4)]
    at_once([partial(actions.close_poll, poll=one, at=one.closes_at, by=TEST) for one in copies])
    assert {one.stage for one in copies} == {"closed"}
    assert Pending.objects.filter(type="poll.closed").count() == 1
    assert recounted(copies[0])["counts"] == {"yes": 0, "no": 4, "abstain": 0}


def test_two_workers_open_one_poll_once(make_poll: MakePoll, people: People, now: datetime) -> None:
    people(3)
    poll = make_poll()
    copies = [Poll.objects.get(pk=poll.pk) for _ in range(4)]
    answers = at_once([partial(actions.open_poll, poll=one, at=now, by=TEST) for one in copies])
    assert Counter(answers) == {None: 1, "poll-not-scheduled": 3}
    assert poll.roll.count() == 3
    assert Pending.objects.filter(type="poll.opened").count() == 1
    # Whoever lost the race left the winner's keys whole.
    winner = Poll.objects.get(pk=poll.pk)
    assert take(winner, winner.roll.select_related("person")[0].person, now)
