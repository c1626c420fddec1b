"""Taking a ballot and casting it."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from governance.voting import actions, ballots, keys
from governance.voting.ballots import Malformed
from governance.voting.models import Ballot, Event, Intake, IssueMark, Poll
from governance.voting.voter import Voter
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.conftest import manifest_of, result_of, take, vote

pytestmark = pytest.mark.django_db

MakePoll = Callable[..., Poll]
People = Callable[[int], list[Person]]


def refused(code: str, act: Callable[[], Any]) -> None:
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.code == code


# Taking a ballot


def test_the_same_message_is_answered_again(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    voter = Voter(manifest_of(poll))
    for _ in range(2):
        signature = actions.issue(poll=poll, blinded=voter.blinded, by=person, at=now)
        voter.take(signature)
    assert IssueMark.objects.count() == 1


def test_another_message_is_refused(make_open: MakePoll, people: People, now: datetime) -> None:
    one, two = people(2)
    poll = make_open()
    take(poll, one, now)
    refused("already-issued", lambda: take(poll, one, now))
    take(poll, two, now)
    assert IssueMark.objects.count() == 2


def test_the_database_holds_one_mark_for_each_entry(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    take(poll, person, now)
    with pytest.raises(IntegrityError), transaction.atomic():
        IssueMark.objects.create(entry=poll.roll.get())


def test_only_people_on_the_roll_take_a_ballot(
    make_open: MakePoll, people: People, make_person: Callable[..., Person], now: datetime
) -> None:
    people(1)
    poll = make_open()
    late = make_person("Late")
    refused("not-on-roll", lambda: take(poll, late, now))
    assert not IssueMark.objects.exists()


def test_a_roll_is_one_polls_own(make_open: MakePoll, people: People, now: datetime) -> None:
    [person] = people(1)
    first, second = make_open(), make_open()
    take(first, person, now)
    take(second, person, now)
    assert IssueMark.objects.filter(entry__poll=second).count() == 1


def test_no_ballot_is_taken_before_the_opening(
    make_poll: MakePoll, people: People, paper: Any, now: datetime
) -> None:
    [person] = people(1)
    poll = make_poll()
    blinded = Voter(paper.document).blinded
    refused(
        "poll-not-open",
        lambda: actions.issue(poll=poll, blinded=blinded, by=person, at=now),
    )


def test_no_ballot_is_taken_after_the_window_or_the_closing(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    refused("poll-closed", lambda: take(poll, person, poll.closes_at))
    actions.close_poll(poll=Poll.objects.get(pk=poll.pk), at=poll.closes_at, by=TEST)
    # ``poll`` here still says open, as a request that loaded it before the closing would.
    refused("poll-closed", lambda: take(poll, person, now))
    assert not IssueMark.objects.exists()


@pytest.mark.parametrize("message", [b"", b"\x00" * 97, b"\xff" * 384, b"\x00" * 385])
def test_what_no_key_can_sign_is_malformed(
    make_open: MakePoll, people: People, now: datetime, message: bytes
) -> None:
    [person] = people(1)
    poll = make_open()
    with pytest.raises(Malformed):
        actions.issue(poll=poll, blinded=message, by=person, at=now)
    assert not IssueMark.objects.exists()


# Casting


def test_a_higher_number_supersedes_and_all_are_kept(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    voter = take(poll, person, now)
    ballots_cast = [
        voter.ballot("yes"),
        voter.ballot("abstain", sequence=9),
        voter.ballot("no", sequence=5),
    ]
    for ballot in ballots_cast:
        voter.check_receipt(ballot, actions.cast(poll_id=poll.pk, ballot=ballot, at=now))
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert result_of(poll)["counts"] == {"yes": 0, "no": 0, "abstain": 1}
    assert Ballot.objects.count() == 3


@pytest.mark.parametrize("committed", [False, True])
def test_the_same_ballot_again_gets_its_receipt_again(
    make_open: MakePoll, people: People, now: datetime, committed: bool
) -> None:
    [person] = people(1)
    poll = make_open()
    voter = take(poll, person, now)
    ballot = voter.ballot("yes")
    first = actions.cast(poll_id=poll.pk, ballot=ballot, at=now)
    if committed:
        assert actions.commit_ballots(poll=poll, at=now, by=TEST, least=1) == 1
    again = actions.cast(poll_id=poll.pk, ballot=ballot, at=now)
    voter.check_receipt(ballot, again)
    assert again.ballot == first.ballot
    assert Intake.objects.count() + Ballot.objects.count() == 1


@pytest.mark.parametrize("committed", [False, True])
def test_another_ballot_under_a_number_that_was_used_is_refused(
    make_open: MakePoll, people: People, now: datetime, committed: bool
) -> None:
    [person] = people(1)
    poll = make_open()
    voter = take(poll, person, now)
    actions.cast(poll_id=poll.pk, ballot=voter.ballot("yes"), at=now)
    if committed:
        actions.commit_ballots(poll=poll, at=now, by=TEST, least=1)
    other = voter.ballot("no", sequence=1)
    refused("sequence-taken", lambda: actions.cast(poll_id=poll.pk, ballot=other, at=now))
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert result_of(poll)["counts"]["yes"] == 1


def test_the_intake_takes_nothing_that_is_committed(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    """The backstop behind the statement: what it cannot see, the trigger does."""
    [person] = people(1)
    poll = make_open()
    vote(poll, person, "yes", now)
    stored = Intake.objects.get()
    actions.commit_ballots(poll=poll, at=now, by=TEST, least=1)
    stored.pk = uuid.uuid4()
    with pytest.raises(IntegrityError, match="committed"), transaction.atomic():
        Intake.objects.bulk_create([stored])


def test_a_ballot_of_another_poll_is_refused(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    first, second = make_open(), make_open()
    ballot = take(first, person, now).ballot("yes")
    refused("wrong-poll", lambda: actions.cast(poll_id=second.pk, ballot=ballot, at=now))


def test_a_token_of_another_poll_is_refused(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    first, second = make_open(), make_open()
    moved = copy.deepcopy(take(first, person, now).ballot("yes"))
    moved["ballot"]["poll"] = str(second.pk)
    [issuer] = manifest_of(second)["issuers"]
    moved["ballot"]["signatures"][0]["issuer"] = issuer["id"]
    refused("token-not-issued", lambda: actions.cast(poll_id=second.pk, ballot=moved, at=now))


def test_a_choice_that_is_no_option_is_refused(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    voter = take(poll, person, now)
    for choices in (("perhaps",), ("yes", "no"), ("yes", "yes")):
        ballot = voter.ballot(*choices)
        refused(
            "unknown-choice",
            partial(actions.cast, poll_id=poll.pk, ballot=ballot, at=now),
        )
    assert not Intake.objects.exists()


def test_a_token_nobody_issued_is_refused(
    make_open: MakePoll, people: People, now: datetime, paper: Any
) -> None:
    people(1)
    poll = make_open()
    forged = Voter(manifest_of(poll))
    [issuer] = manifest_of(poll)["issuers"]
    forged._signatures = (
        ballots.TokenSignature(issuer["id"], forged._prefix, paper.sign(forged.blinded)[::-1]),
    )
    refused(
        "token-not-issued",
        lambda: actions.cast(poll_id=poll.pk, ballot=forged.ballot("yes"), at=now),
    )


def test_a_ballot_signed_by_somebody_else_is_refused(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    one, two = people(2)
    poll = make_open()
    ballot = take(poll, one, now).ballot("yes")
    ballot["proof"] = take(poll, two, now).ballot("yes")["proof"]
    refused("proof-wrong", lambda: actions.cast(poll_id=poll.pk, ballot=ballot, at=now))


def test_a_ballot_cannot_be_changed_on_its_way(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    ballot = take(poll, person, now).ballot("yes")
    ballot["ballot"]["choices"] = ["no"]
    refused("proof-wrong", lambda: actions.cast(poll_id=poll.pk, ballot=ballot, at=now))


def test_casting_ends_with_the_window_and_with_the_closing(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    ballot = take(poll, person, now).ballot("yes")

    def cast_at(at: datetime) -> Any:
        return actions.cast(poll_id=poll.pk, ballot=ballot, at=at)

    refused("poll-closed", lambda: cast_at(poll.closes_at))
    cast_at(poll.closes_at - timedelta(microseconds=1))
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    refused("poll-closed", lambda: cast_at(now))


@pytest.mark.parametrize("step", ["receipt_key", "sign_blinded"])
def test_closing_in_the_middle_of_a_request_is_a_refusal(
    make_open: MakePoll, people: People, now: datetime, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    one, two = people(2)
    poll = make_open()
    ballot = take(poll, one, now).ballot("yes")
    signed = getattr(keys, step)

    def close_first(*args: Any) -> Any:
        closing = Poll.objects.get(pk=poll.pk)
        actions.close_poll(poll=closing, at=closing.closes_at, by=TEST)
        return signed(*args)

    monkeypatch.setattr(keys, step, close_first)
    if step == "receipt_key":
        refused("poll-closed", lambda: actions.cast(poll_id=poll.pk, ballot=ballot, at=now))
        assert not Ballot.objects.exists()
    else:
        refused("poll-closed", lambda: take(poll, two, now))


def test_keys_lost_while_a_poll_is_open_are_a_fault_not_a_refusal(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    keys.destroy(poll.pk)
    with pytest.raises(keys.KeysGone):
        take(poll, person, now)


def test_casting_waits_for_the_opening(make_poll: MakePoll, paper: Any, now: datetime) -> None:
    poll = make_poll()
    refused(
        "poll-not-open",
        lambda: actions.cast(poll_id=poll.pk, ballot=paper.written, at=now),
    )


def test_a_poll_that_is_not_there(paper: Any, now: datetime) -> None:
    with pytest.raises(Poll.DoesNotExist):
        actions.cast(poll_id=uuid.uuid4(), ballot=paper.written, at=now)


def test_casting_is_one_statement_once_the_poll_is_read(
    make_open: MakePoll,
    people: People,
    now: datetime,
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    one, two = people(2)
    poll = make_open()
    first, second = (take(poll, person, now).ballot("yes") for person in (one, two))
    with django_assert_num_queries(2) as asked:  # the poll; the gate and the ballot
        actions.cast(poll_id=poll.pk, ballot=first, at=now)
    with django_assert_num_queries(1):
        actions.cast(poll_id=poll.pk, ballot=second, at=now)
    assert asked.captured_queries[1]["sql"].startswith("INSERT INTO voting_intake")
    assert ("FOR SHARE" in asked.captured_queries[1]["sql"]) is (connection.vendor == "postgresql")


def test_what_was_read_of_a_poll_opens_nothing_that_is_closed(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    """The row decides: a poll that another process closed or cancelled takes nothing more."""
    one, two, three = people(3)
    poll = make_open()
    ready = [take(poll, person, now).ballot("yes") for person in (one, two, three)]
    actions.cast(poll_id=poll.pk, ballot=ready[0], at=now)
    Poll.objects.filter(pk=poll.pk).update(stage="closing")
    refused("poll-closed", lambda: actions.cast(poll_id=poll.pk, ballot=ready[1], at=now))
    refused(
        "poll-closed", lambda: actions.cast(poll_id=poll.pk, ballot=ready[1], at=poll.closes_at)
    )
    keys.destroy(poll.pk)
    refused("poll-closed", lambda: actions.cast(poll_id=poll.pk, ballot=ready[2], at=now))
    assert Intake.objects.count() == 1


def test_taking_and_casting_leave_no_event(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    before = Event.objects.count()
    vote(poll, person, "yes", now)
    assert Event.objects.count() == before
