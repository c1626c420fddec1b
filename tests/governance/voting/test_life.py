"""A poll from scheduling to its result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from governance.record.canonical import canonical_bytes
from governance.record.models import Pending
from governance.record.public_files import read_public
from governance.voting import actions, bundle, keys, manifest, recount, roll, sweeps
from governance.voting.actions import closing, life
from governance.voting.models import Ballot, Event, Intake, IssueMark, Poll, RollEntry, Upkeep
from governance.voting.rule import Option, text_sha256
from kernel import sealed
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.conftest import OPTIONS, manifest_of, result_of, take, turnout, vote

pytestmark = pytest.mark.django_db

MakePoll = Callable[..., Poll]
MakePerson = Callable[..., Person]
People = Callable[[int], list[Person]]


def bodies(kind: str) -> list[dict[str, Any]]:
    """What was handed to the record under this type, in order."""
    return [json.loads(bytes(one.data)) for one in Pending.objects.filter(type=kind).order_by("pk")]


def key_file(poll: Poll) -> Path:
    return Path(settings.KEYS_DIR) / "polls" / str(poll.pk)


def verbs(poll: Poll) -> list[str]:
    events = Event.objects.filter(subject=f"poll:{poll.pk}").order_by("pk")
    return list(events.values_list("verb", flat=True))


def test_a_vote_from_opening_to_result(
    make_open: MakePoll,
    people: People,
    now: datetime,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    members = people(5)
    with django_capture_on_commit_callbacks(execute=True):
        poll = make_open()
    assert read_public(f"polls/{poll.pk}/manifest.json") == canonical_bytes(poll.manifest)
    for person, choice in zip(members, ["yes", "yes", "yes", "no"], strict=False):
        vote(poll, person, choice, now)

    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)

    assert poll.stage == "closed"
    assert result_of(poll)["counts"] == {"yes": 3, "no": 1, "abstain": 0}
    assert result_of(poll)["outcome"] == "adopted"
    assert turnout(poll) == (5, 4, 4)
    assert not Intake.objects.exists()

    [opened] = bodies("poll.opened")
    assert opened["manifestSha256"] == poll.manifest_sha256 == manifest.sha256_of(manifest_of(poll))
    [committed] = bodies("poll.ballots-committed")
    assert committed["hashes"] == sorted(Ballot.objects.values_list("hash", flat=True))
    [closed] = bodies("poll.closed")
    assert closed["resultSha256"] == poll.result_sha256 == manifest.sha256_of(result_of(poll))
    published = read_public(f"polls/{poll.pk}/ballots.json") or b""
    assert closed["bundleSha256"] == poll.bundle_sha256 == hashlib.sha256(published).hexdigest()
    assert read_public(f"polls/{poll.pk}/result.json") == canonical_bytes(poll.result)
    checked = recount.recount(
        json.loads(published),
        json.loads(read_public(f"polls/{poll.pk}/manifest.json") or b""),
        manifest_sha256=opened["manifestSha256"],
        committed=committed["hashes"],
        recorded_result=poll.result,
    )
    assert checked.holds, checked.faults
    assert verbs(poll) == [
        *("poll.scheduled", "poll.opened", "poll.closing", "poll.ballots-committed", "poll.closed")
    ]


# Scheduling


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"closes_at": datetime.fromisoformat("2026-11-20T12:00:00.9+00:00")}, "poll-window"),
        ({"roll_from": date(2026, 11, 21)}, "poll-roll-days"),
        ({"cutoff": date(2026, 11, 21)}, "poll-roll-days"),
        ({"min_days": -1}, "poll-roll-days"),
        ({"options": OPTIONS[:2]}, "poll-options"),
        ({"options": [*OPTIONS, Option("maybe", "Maybe", text_sha256("x"))]}, "poll-options"),
        ({"options": [*OPTIONS[:2], OPTIONS[0]]}, "poll-options"),
    ],
)
def test_a_poll_that_makes_no_sense_is_refused(
    make_poll: MakePoll, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        make_poll(**changes)
    assert refused.value.code == code
    assert not Poll.objects.exists()


def test_a_scheduled_poll_can_be_called_off(make_poll: MakePoll, now: datetime) -> None:
    poll = make_poll()
    actions.cancel_poll(poll=poll, by=TEST, at=now)
    assert poll.stage == "cancelled"
    assert verbs(poll) == ["poll.scheduled", "poll.cancelled"]
    with pytest.raises(Refused) as refused:
        actions.open_poll(poll=poll, at=now, by=TEST)
    assert refused.value.code == "poll-not-scheduled"
    assert not key_file(poll).exists()


def test_an_open_poll_cannot_be_called_off(make_open: MakePoll, now: datetime) -> None:
    poll = make_open()
    with pytest.raises(Refused) as refused:
        actions.cancel_poll(poll=poll, by=TEST, at=now)
    assert refused.value.code == "poll-not-scheduled"


# Opening


def test_it_does_not_open_before_its_window(make_poll: MakePoll, now: datetime) -> None:
    poll = make_poll()
    with pytest.raises(Refused) as refused:
        actions.open_poll(poll=poll, at=now - timedelta(seconds=1), by=TEST)
    assert refused.value.code == "poll-too-early"


def test_the_roll_is_everyone_in_standing_on_both_days(
    make_poll: MakePoll, make_person: MakePerson, now: datetime
) -> None:
    began, cutoff = now.date() - timedelta(days=14), now.date()
    on_it = {
        make_person("Long"),
        make_person("Just joined", since=began),
        make_person("Last day", until=cutoff + timedelta(days=1)),
    }
    make_person("Too new", since=began + timedelta(days=1))
    make_person("Left", until=cutoff)
    make_person("Account only", standing=False)
    gone = make_person("Gone")
    Person.objects.filter(pk=gone.pk).update(is_active=False)

    poll = make_poll()
    actions.open_poll(poll=poll, at=now, by=TEST)

    assert set(Person.objects.filter(pk__in=poll.roll.values("person"))) == on_it
    assert poll.roll_size == manifest_of(poll)["roll"]["size"] == 3


def test_the_roll_asks_for_enough_days(
    make_poll: MakePoll, make_person: MakePerson, now: datetime
) -> None:
    enough = make_person("Enough", since=now.date() - timedelta(days=89))
    make_person("Short", since=now.date() - timedelta(days=88))
    poll = make_poll(min_days=90)
    actions.open_poll(poll=poll, at=now, by=TEST)
    assert list(poll.roll.values_list("person", flat=True)) == [enough.pk]


def test_the_manifest_commits_to_the_roll(make_open: MakePoll, people: People) -> None:
    people(5)
    poll = make_open()
    leaves = [
        roll.leaf(poll=str(poll.pk), person=str(entry.person_id), salt=bytes(entry.salt))
        for entry in poll.roll.order_by("pk")
    ]
    assert manifest_of(poll)["roll"]["root"] == roll.root(leaves).hex()
    # Entries stand in the order of their hashes, so their numbers tell nothing.
    assert leaves == sorted(leaves)
    assert len({bytes(entry.salt) for entry in poll.roll.all()}) == 5


def test_the_seed_is_sealed_and_committed_to(make_open: MakePoll) -> None:
    poll = make_open()
    seed = sealed.unseal(bytes(poll.seed or b""))
    assert hashlib.sha256(seed).hexdigest() == manifest_of(poll)["seedSha256"]
    assert seed not in bytes(poll.seed or b"")


def test_the_private_keys_are_under_a_key_that_is_a_file(make_open: MakePoll) -> None:
    poll = make_open()
    assert key_file(poll).stat().st_mode & 0o777 == 0o600
    assert key_file(poll).parent.stat().st_mode & 0o077 == 0
    key_file(poll).unlink()
    with pytest.raises(keys.KeysGone):
        keys.receipt_key(poll.pk, bytes(poll.private_keys or b""))


def test_two_workers_that_open_it_open_it_once(make_poll: MakePoll, now: datetime) -> None:
    poll = make_poll()
    other = Poll.objects.get(pk=poll.pk)
    actions.open_poll(poll=poll, at=now, by=TEST)
    frozen = poll.manifest
    with pytest.raises(Refused) as refused:
        actions.open_poll(poll=other, at=now, by=TEST)
    assert refused.value.code == "poll-not-scheduled"
    assert other.manifest == frozen
    assert len(bodies("poll.opened")) == 1
    # The loser left the winner's key file alone.
    assert keys.receipt_key(poll.pk, bytes(other.private_keys or b""))


def test_a_poll_that_missed_its_whole_window_gets_one_as_long(
    make_poll: MakePoll, now: datetime
) -> None:
    poll = make_poll()
    late = poll.closes_at + timedelta(days=1)
    actions.open_poll(poll=poll, at=late, by=TEST)
    assert (poll.opens_at, poll.closes_at) == (late, late + timedelta(days=3))
    assert manifest_of(poll)["closesAt"] == "2026-11-27T12:00:00Z"


def test_a_poll_opened_a_little_late_ends_when_it_was_to_end(
    make_poll: MakePoll, now: datetime
) -> None:
    poll = make_poll()
    actions.open_poll(poll=poll, at=now + timedelta(days=1), by=TEST)
    assert poll.closes_at == now + timedelta(days=3)


def test_a_crash_while_opening_leaves_it_scheduled(
    make_poll: MakePoll, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = make_poll()
    with monkeypatch.context() as crash:
        crash.setattr(life, "submit", _crash)
        with pytest.raises(Crash):
            actions.open_poll(poll=poll, at=now, by=TEST)
    assert Poll.objects.get(pk=poll.pk).stage == "scheduled"
    assert not RollEntry.objects.exists()
    actions.open_poll(poll=poll, at=now, by=TEST)
    assert poll.stage == "open"
    assert keys.receipt_key(poll.pk, bytes(poll.private_keys or b""))


# Committing


def test_fewer_than_twenty_ballots_wait(make_open: MakePoll, people: People, now: datetime) -> None:
    members = people(20)
    poll = make_open()
    for person in members[:19]:
        vote(poll, person, "yes", now)
    assert actions.commit_ballots(poll=poll, at=now, by=TEST) == 0
    assert (Intake.objects.count(), Ballot.objects.count()) == (19, 0)
    vote(poll, members[19], "no", now)
    assert actions.commit_ballots(poll=poll, at=now, by=TEST) == 20
    assert (Intake.objects.count(), Ballot.objects.count()) == (0, 20)
    [entry] = bodies("poll.ballots-committed")
    assert entry["hashes"] == sorted(Ballot.objects.values_list("hash", flat=True))
    assert poll.commitments.get().ballots == 20


def test_committing_rolls_back_whole(
    make_open: MakePoll, people: People, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll_people = people(2)
    poll = make_open()
    for person in poll_people:
        vote(poll, person, "yes", now)
    monkeypatch.setattr(closing, "submit", _crash)
    with pytest.raises(Crash):
        actions.commit_ballots(poll=poll, at=now, by=TEST, least=1)
    assert (Intake.objects.count(), Ballot.objects.count()) == (2, 0)


def test_one_entry_holds_so_many_hashes_and_the_rest_follows(
    make_open: MakePoll, people: People, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "MOST_HASHES", 2)
    poll_people = people(5)
    poll = make_open()
    for person in poll_people:
        vote(poll, person, "yes", now)
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert [len(entry["hashes"]) for entry in bodies("poll.ballots-committed")] == [2, 2, 1]
    assert result_of(poll)["cast"] == 5


# Closing


def test_it_does_not_close_within_its_window(make_open: MakePoll) -> None:
    poll = make_open()
    with pytest.raises(Refused) as refused:
        actions.close_poll(poll=poll, at=poll.closes_at - timedelta(seconds=1), by=TEST)
    assert refused.value.code == "poll-still-open"


def test_what_never_opened_does_not_close(make_poll: MakePoll) -> None:
    poll = make_poll()
    with pytest.raises(Refused) as refused:
        actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert refused.value.code == "poll-not-open"


def test_nobody_voting_is_a_result_too(make_open: MakePoll, people: People) -> None:
    people(3)
    poll = make_open()
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert result_of(poll)["outcome"] == "no_quorum"
    assert (result_of(poll)["issued"], result_of(poll)["cast"]) == (0, 0)
    assert bodies("poll.ballots-committed") == []


def test_taking_a_ballot_is_counted_apart_from_casting_it(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    one, two, _three = people(3)
    poll = make_open()
    voter, _receipt = vote(poll, one, "yes", now)
    actions.cast(poll_id=poll.pk, ballot=voter.ballot("no"), at=now)
    take(poll, two, now)
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert turnout(poll) == (3, 2, 1)
    assert result_of(poll)["counts"] == {"yes": 0, "no": 1, "abstain": 0}


def test_keys_are_gone_and_marks_tell_no_token_once_closed(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    vote(poll, person, "yes", now)
    assert IssueMark.objects.get().fingerprint is not None
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert poll.private_keys is None
    assert not key_file(poll).exists()
    assert IssueMark.objects.get().fingerprint is None
    assert bodies("poll.closed")[0]["keysDestroyed"] is True


def test_closing_again_changes_nothing(make_open: MakePoll, people: People, now: datetime) -> None:
    [person] = people(1)
    poll = make_open()
    vote(poll, person, "yes", now)
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    first = Poll.objects.filter(pk=poll.pk).values().get()
    actions.close_poll(poll=poll, at=poll.closes_at + timedelta(days=1), by=TEST)
    assert Poll.objects.filter(pk=poll.pk).values().get() == first
    assert len(bodies("poll.closed")) == 1


class Crash(Exception):
    """The process died here."""


def _crash(*_args: Any, **_options: Any) -> Any:
    raise Crash


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (keys, "destroy"),
        (closing, "commit_ballots"),
        (closing, "submit"),
        (closing, "rewrite_marks"),
        (bundle, "build"),
        (closing, "publish_manifest"),
        (closing, "write_public"),
        (bundle, "result"),
        (closing, "_conclude"),
    ],
)
def test_a_crash_at_any_step_of_closing_loses_and_doubles_nothing(
    make_open: MakePoll,
    people: People,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    step: str,
) -> None:
    members = people(3)
    poll = make_open()
    for person in members:
        vote(poll, person, "yes", now)
    with monkeypatch.context() as crash:
        crash.setattr(module, step, _crash)
        with pytest.raises(Crash):
            actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    assert Poll.objects.get(pk=poll.pk).stage == "closing"
    actions.close_poll(poll=poll, at=poll.closes_at + timedelta(minutes=5), by=TEST)
    assert result_of(poll)["counts"] == {"yes": 3, "no": 0, "abstain": 0}
    assert len(bodies("poll.closed")) == 1
    hashes = [one for entry in bodies("poll.ballots-committed") for one in entry["hashes"]]
    assert sorted(hashes) == sorted(Ballot.objects.values_list("hash", flat=True))


# Sweeps


def test_the_sweeps_take_a_poll_through_its_life(
    make_poll: MakePoll, people: People, now: datetime
) -> None:
    members = people(21)
    poll = make_poll(opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=2))
    assert sweeps.open_due(now) == 0
    assert sweeps.open_due(now + timedelta(hours=1)) == 1
    assert sweeps.open_due(now + timedelta(hours=1)) == 0
    poll.refresh_from_db()
    during = now + timedelta(minutes=90)
    assert sweeps.commit_waiting(during) == 0
    for person in members[:20]:
        vote(poll, person, "yes", during)
    assert sweeps.commit_waiting(during) == 1
    assert Ballot.objects.count() == 20
    vote(poll, members[20], "yes", during)
    assert sweeps.close_due(during) == 0
    assert sweeps.close_due(now + timedelta(hours=2)) == 1
    assert sweeps.close_due(now + timedelta(hours=2)) == 0
    poll.refresh_from_db()
    assert result_of(poll)["cast"] == 21


def test_a_poll_that_fails_holds_up_no_other(
    make_poll: MakePoll, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    polls = [make_poll() for _ in range(3)]
    first = Upkeep.objects.order_by("attempts", "pk")[0].poll_id
    made = keys.make

    def fail(poll: Any) -> Any:
        if poll == first:
            raise Crash
        return made(poll)

    monkeypatch.setattr(keys, "make", fail)
    with pytest.raises(Crash):
        sweeps.open_due(now)
    assert sweeps.open_due(now) == 2
    assert Poll.objects.filter(stage="open").count() == len(polls) - 1
    # Its turn comes again once the claim of the worker that failed has run out.
    monkeypatch.setattr(keys, "make", made)
    assert sweeps.open_due(now + sweeps.LEASE) == 1


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=9)])
def test_a_poll_closed_by_the_clock_takes_no_ballot_though_no_sweep_has_come(
    make_open: MakePoll, people: People, late: timedelta
) -> None:
    [person] = people(1)
    poll = make_open()
    with pytest.raises(Refused) as refused:
        vote(poll, person, "yes", poll.closes_at + late)
    assert refused.value.code == "poll-closed"
