"""An open poll is cancelled by two scrutineers together, for a fault they name, or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from time_machine import travel

from governance.record.models import Pending
from governance.record.public_files import read_public
from governance.voting import actions, desk, sweeps
from governance.voting.actions import cancelling
from governance.voting.faults import FAULTS, LONGEST_SENTENCE
from governance.voting.models import Ballot, Event, Intake, IssueMark, NamedFault, Poll
from governance.voting.rule import text_sha256
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.conftest import take, vote
from tests.governance.voting.test_concurrency import at_once

MakePoll = Callable[..., Poll]
MakePerson = Callable[..., Person]
People = Callable[[int], list[Person]]

SENTENCE = "Nobody who joined in May is on the roll."

pytestmark = pytest.mark.django_db


@pytest.fixture
def scrutineers(make_person: MakePerson) -> list[Person]:
    return [make_person(name, role="scrutineer") for name in ("Sol", "Tia", "Uma")]


def name(poll: Poll, by: Person, at: datetime, **changes: Any) -> NamedFault:
    given = {"fault": "wrong-roll", "sentence": SENTENCE} | changes
    return actions.name_fault(poll=poll, **given, by=by, at=at)


def recorded() -> list[dict[str, Any]]:
    return [json.loads(bytes(one.data)) for one in Pending.objects.filter(type="poll.cancelled")]


def key_file(poll: Poll) -> Path:
    return Path(settings.KEYS_DIR) / "polls" / str(poll.pk)


def test_two_scrutineers_cancel_an_open_poll(
    make_open: MakePoll, people: People, scrutineers: list[Person], now: datetime
) -> None:
    voters = people(21)
    poll = make_open()
    for person in voters[:20]:
        vote(poll, person, "yes", now)
    actions.commit_ballots(poll=poll, at=now, by=TEST)
    vote(poll, voters[20], "no", now)
    one, two, _third = scrutineers

    named = name(poll, one, now, sentence=f"  {SENTENCE}\n")
    poll.refresh_from_db()
    assert poll.stage == "open"
    assert not recorded()
    actions.confirm_fault(named=named, by=two, at=now)

    poll.refresh_from_db()
    assert poll.was_cancelled_open
    assert poll.private_keys is None
    assert not key_file(poll).exists()
    [entry] = recorded()
    assert entry == {
        "at": "2026-11-20T12:00:00Z",
        "type": "poll.cancelled",
        "poll": str(poll.pk),
        "manifestSha256": poll.manifest_sha256,
        "fault": "wrong-roll",
        "sentenceSha256": text_sha256(SENTENCE),
        "keysDestroyed": True,
    }
    # What waited is gone, what was committed is never published, and no mark tells its message.
    assert not Intake.objects.exists()
    assert Ballot.objects.count() == 20
    assert [path for path, _content in actions.public_files(poll)] == [
        f"polls/{poll.pk}/manifest.json"
    ]
    assert read_public(f"polls/{poll.pk}/ballots.json") is None
    assert set(IssueMark.objects.values_list("fingerprint", flat=True)) == {None}
    # And nothing goes on with it.
    sweeps.close_due(poll.closes_at)
    sweeps.commit_waiting(now)
    poll.refresh_from_db()
    assert (poll.stage, poll.result) == ("cancelled", None)
    verbs = list(Event.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs[-3:] == ["poll.fault-named", "poll.fault-confirmed", "poll.cancelled"]


def test_a_cancelled_poll_takes_no_ballot(
    make_open: MakePoll, people: People, scrutineers: list[Person], now: datetime
) -> None:
    one, two = people(2)
    poll = make_open()
    ready = take(poll, one, now).ballot("yes")
    actions.confirm_fault(named=name(poll, scrutineers[0], now), by=scrutineers[1], at=now)
    for attempt in (
        lambda: actions.cast(poll_id=poll.pk, ballot=ready, at=now),
        lambda: take(Poll.objects.get(pk=poll.pk), two, now),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "poll-closed"


@pytest.mark.parametrize(
    ("who", "code"),
    [("member", "not-a-scrutineer"), ("former", "not-a-scrutineer"), ("concerned", "own-cause")],
)
def test_who_may_not(
    make_open: MakePoll,
    make_person: MakePerson,
    scrutineers: list[Person],
    now: datetime,
    who: str,
    code: str,
) -> None:
    member = make_person("Val", role="" if who == "member" else "scrutineer")
    if who == "former":
        member.role_grants.update(ends_on=now.date())
    poll = make_open(concerned=[member] if who == "concerned" else [])
    with pytest.raises(Refused) as refused:
        name(poll, member, now)
    assert refused.value.code == code
    named = name(poll, scrutineers[0], now)
    with pytest.raises(Refused) as refused:
        actions.confirm_fault(named=named, by=member, at=now)
    assert refused.value.code == code
    assert Poll.objects.get(pk=poll.pk).stage == "open"


def test_one_alone_cancels_nothing(
    make_open: MakePoll, scrutineers: list[Person], now: datetime
) -> None:
    poll = make_open()
    named = name(poll, scrutineers[0], now)
    with pytest.raises(Refused) as refused:
        actions.confirm_fault(named=named, by=scrutineers[0], at=now)
    assert refused.value.code == "same-person"
    with pytest.raises(Refused) as refused:
        name(poll, scrutineers[0], now, fault="wrong-text")
    assert refused.value.code == "fault-named"


@pytest.mark.parametrize(
    "changes",
    [
        {"fault": "i-do-not-like-it"},
        {"sentence": " \n"},
        {"sentence": "x" * (LONGEST_SENTENCE + 1)},
    ],
)
def test_a_fault_is_on_the_list_and_has_a_sentence(
    make_open: MakePoll, scrutineers: list[Person], now: datetime, changes: dict[str, str]
) -> None:
    with pytest.raises(Refused) as refused:
        name(make_open(), scrutineers[0], now, **changes)
    assert refused.value.code == "fault-unnamed"


def test_what_was_named_lapses_at_the_close(
    make_open: MakePoll, scrutineers: list[Person], now: datetime
) -> None:
    poll = make_open()
    named = name(poll, scrutineers[0], now)
    for attempt in (
        lambda: actions.confirm_fault(named=named, by=scrutineers[1], at=poll.closes_at),
        lambda: name(poll, scrutineers[1], poll.closes_at),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.code == "poll-closed"
    named.refresh_from_db()
    assert named.confirmed_by is None
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    # By a clock that was set back, too: it is closed.
    with pytest.raises(Refused):
        actions.confirm_fault(named=named, by=scrutineers[1], at=now)
    assert Poll.objects.get(pk=poll.pk).stage == "closed"


def test_a_scheduled_poll_has_no_fault_to_name(
    make_poll: MakePoll, scrutineers: list[Person], now: datetime
) -> None:
    with pytest.raises(Refused) as refused:
        name(make_poll(), scrutineers[0], now)
    assert refused.value.code == "poll-closed"


def test_only_whoever_scheduled_a_poll_calls_it_off(
    make_poll: MakePoll, make_person: MakePerson, now: datetime
) -> None:
    ada, sam = make_person("Ada"), make_person("Sam", role="steward")
    poll = make_poll(by=ada)
    for other in (sam, TEST):
        with pytest.raises(Refused) as refused:
            actions.cancel_poll(poll=poll, by=other, at=now)
        assert refused.value.code == "not-the-proposer"
    actions.cancel_poll(poll=poll, by=ada, at=now)
    assert poll.stage == "cancelled"
    assert not poll.was_cancelled_open


# Extension: never


def test_nothing_moves_the_end_of_an_open_poll(
    make_open: MakePoll, scrutineers: list[Person], people: People, now: datetime
) -> None:
    """No action, however it is called, and no SQL, in neither direction."""
    [person] = people(1)
    poll = make_open()
    end = poll.closes_at
    vote(poll, person, "yes", now)
    during = end - timedelta(hours=1)
    named = name(poll, scrutineers[0], during)
    for attempt in (
        lambda: actions.open_poll(poll=poll, at=during, by=TEST),
        lambda: actions.cancel_poll(poll=poll, at=during, by=TEST),
        lambda: actions.close_poll(poll=poll, at=during, by=TEST),
        lambda: actions.commit_ballots(poll=poll, at=during, by=TEST),
        lambda: actions.remind(poll=poll, at=during, by=TEST),
        lambda: actions.conclude_cancellation(poll=poll, at=during, by=TEST),
        lambda: actions.publish_bundle(poll),
        lambda: sweeps.open_due(during),
        lambda: sweeps.remind_due(during),
        lambda: sweeps.clear_cancelled(during),
    ):
        with suppress(Refused):
            attempt()
        assert Poll.objects.get(pk=poll.pk).closes_at == end
    for moved in (end + timedelta(seconds=1), end - timedelta(seconds=1)):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            Poll.objects.filter(pk=poll.pk).update(closes_at=moved)
    actions.confirm_fault(named=named, by=scrutineers[1], at=during)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Poll.objects.filter(pk=poll.pk).update(closes_at=end + timedelta(days=1))


def test_no_address_changes_a_poll(make_open: MakePoll, scrutineers: list[Person]) -> None:
    poll = make_open()
    client = Client()
    client.force_login(scrutineers[0])
    for address in (
        reverse("api-polls"),
        reverse("api-poll", args=[poll.pk]),
        reverse("poll", args=[poll.pk]),
    ):
        for method in (client.post, client.put, client.patch, client.delete):
            answer = method(address, '{"closes_at": "2027-01-01T00:00:00Z"}', "application/json")
            assert answer.status_code in (401, 403, 405), (address, method)


# The database itself


def test_the_database_refuses_to_cancel_without_two(
    make_open: MakePoll, scrutineers: list[Person], now: datetime
) -> None:
    poll = make_open()
    named = name(poll, scrutineers[0], now)
    cancelled = {"stage": "cancelled", "private_keys": None}
    with pytest.raises(IntegrityError, match="no two scrutineers"), transaction.atomic():
        Poll.objects.filter(pk=poll.pk).update(**cancelled)
    rows = NamedFault.objects.filter(pk=named.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(confirmed_by=scrutineers[0], confirmed_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(record_hash="0" * 64)
    rows.update(confirmed_by=scrutineers[1], confirmed_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Poll.objects.filter(pk=poll.pk).update(stage="cancelled")  # with its keys
    for changes in (
        {"fault": "wrong-text"},
        {"sentence": "Never said."},
        {"confirmed_by": scrutineers[2]},
        {"confirmed_by": None, "confirmed_at": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows._raw_delete(rows.db)


def test_nobody_is_taken_from_those_concerned(
    make_open: MakePoll, scrutineers: list[Person]
) -> None:
    poll = make_open(concerned=scrutineers[:1])
    with pytest.raises(DatabaseError), transaction.atomic():
        poll.concerns.all()._raw_delete("default")
    with pytest.raises(DatabaseError), transaction.atomic():
        poll.concerns.create(person=scrutineers[1])


def test_every_fault_fits_its_column() -> None:
    field = NamedFault._meta.get_field("fault")
    assert max(map(len, FAULTS)) <= (field.max_length or 0)
    assert NamedFault._meta.get_field("sentence").max_length == LONGEST_SENTENCE


# Crashes and races


class Crash(Exception):
    """The process died here."""


def _crash(*_args: Any, **_options: Any) -> Any:
    raise Crash


@pytest.mark.parametrize("step", ["conclude_cancellation", "rewrite_marks", "submit"])
def test_a_crash_is_made_good_by_the_sweep(
    make_open: MakePoll,
    people: People,
    scrutineers: list[Person],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    [person] = people(1)
    poll = make_open()
    vote(poll, person, "yes", now)
    named = name(poll, scrutineers[0], now)
    with monkeypatch.context() as crash:
        crash.setattr(cancelling, step, _crash)
        with pytest.raises(Crash):
            actions.confirm_fault(named=named, by=scrutineers[1], at=now)
    assert Poll.objects.get(pk=poll.pk).stage == "cancelled"
    assert not recorded()
    assert sweeps.clear_cancelled(now) == 1
    assert sweeps.clear_cancelled(now) == 0
    assert len(recorded()) == 1
    assert not Intake.objects.exists()
    assert not key_file(poll).exists()
    assert IssueMark.objects.get().fingerprint is None


@pytest.mark.django_db(transaction=True)
def test_several_who_confirm_at_once_cancel_it_once(
    make_open: MakePoll, people: People, scrutineers: list[Person], now: datetime
) -> None:
    """While others cast and commit: what is left behind is the same as without them."""
    voters = people(4)
    poll = make_open()
    ready = [take(poll, person, now).ballot("yes") for person in voters]
    one, two, three = scrutineers
    first, second = name(poll, one, now), name(poll, two, now)

    def cast(ballot: dict[str, Any]) -> None:
        actions.cast(poll_id=poll.pk, ballot=ballot, at=now)

    def commit() -> None:
        for _turn in range(5):
            actions.commit_ballots(poll=Poll.objects.get(pk=poll.pk), at=now, by=TEST)

    work: list[Callable[[], Any]] = [
        partial(actions.confirm_fault, named=first, by=three, at=now),
        partial(actions.confirm_fault, named=second, by=three, at=now),
        partial(actions.confirm_fault, named=first, by=two, at=now),
        commit,
        *(partial(cast, ballot) for ballot in ready),
    ]
    answers = at_once(work)
    assert answers[:3].count(None) == 1
    assert set(answers) <= {None, "fault-confirmed", "poll-closed"}
    sweeps.clear_cancelled(now)
    assert NamedFault.objects.confirmed().count() == 1
    assert len(recorded()) == 1
    assert not Intake.objects.exists()
    assert Poll.objects.get(pk=poll.pk).stage == "cancelled"


@pytest.mark.django_db(transaction=True)
def test_a_close_and_a_cancellation_at_once_are_one_of_them(
    make_open: MakePoll, people: People, scrutineers: list[Person], now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    vote(poll, person, "yes", now)
    named = name(poll, scrutineers[0], now)
    copy = Poll.objects.get(pk=poll.pk)
    answers = at_once(
        [
            partial(actions.confirm_fault, named=named, by=scrutineers[1], at=now),
            partial(actions.close_poll, poll=copy, at=copy.closes_at, by=TEST),
        ]
    )
    poll.refresh_from_db()
    if answers[0] is None:
        assert poll.stage == "cancelled"
        assert not Pending.objects.filter(type="poll.closed").exists()
    else:
        assert poll.stage == "closed"
        assert not recorded()
    connection.check_constraints()


# Pages


@pytest.fixture
def clock(now: datetime) -> Iterator[None]:
    with travel(now, tick=False):
        yield


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_pages_take_two_from_the_fault_to_the_cancelled_vote(
    clock: None, make_open: MakePoll, scrutineers: list[Person], make_person: MakePerson
) -> None:
    poll = make_open()
    one, two = map(as_, scrutineers[:2])
    page, form = reverse("poll", args=[poll.pk]), reverse("poll-fault", args=[poll.pk])
    assert form in one.get(page).content.decode()
    empty = one.post(form, {"sentence": ""})
    assert empty.status_code == 422
    assert one.post(form, {"fault": "wrong-roll", "sentence": SENTENCE}).status_code == 302
    again = one.post(form, {"fault": "wrong-text", "sentence": "Another."})
    assert again.status_code == 409
    assert "Another." in again.content.decode()
    named = NamedFault.objects.get()
    confirm = reverse("poll-fault-confirm", args=[poll.pk, named.pk])
    assert confirm not in one.get(page).content.decode()
    assert one.post(confirm).status_code == 409
    assert confirm in two.get(page).content.decode()
    asked = two.get(confirm).content.decode()
    assert SENTENCE in asked
    assert Poll.objects.get(pk=poll.pk).stage == "open"

    # Nobody else is told of it while the vote is open.
    for other in (Client(), as_(make_person("Val")), as_(make_person("Wim", role="steward"))):
        assert SENTENCE not in other.get(page).content.decode()
        assert other.get(confirm).status_code in (302, 404)
        assert other.post(confirm).status_code in (302, 404)
        assert other.get(form).status_code in (302, 404)

    assert two.post(confirm).status_code == 302
    shown = Client().get(page).content.decode()
    for said in (SENTENCE, "Sol", "Tia", text_sha256(SENTENCE), str(named.fault_in_words)):
        assert said in shown
    assert "Cancelled by two scrutineers" in shown
    assert two.post(confirm).status_code == 409


def test_the_api_takes_two_by_the_same_rules(
    clock: None, make_open: MakePoll, scrutineers: list[Person], make_person: MakePerson
) -> None:
    """Each refusal is the page's: its status, its sentence; and nobody else learns of a fault."""
    poll = make_open(concerned=scrutineers[2:])
    one, two, concerned = map(as_, scrutineers)
    faults, form = (reverse(name, args=[poll.pk]) for name in ("api-poll-faults", "poll-fault"))
    said = {"fault": "wrong-roll", "sentence": SENTENCE}

    def post(client: Client, address: str, body: object = None) -> Any:
        return client.post(address, json.dumps(body), "application/json")

    for bad in ({}, {"fault": "wrong-roll", "sentence": " "}, {**said, "fault": "dislike"}):
        assert post(one, faults, bad).status_code == 400
        assert one.post(form, bad).status_code == 422
    assert not NamedFault.objects.exists()
    answer = post(one, faults, said)
    assert answer.status_code == 201
    assert one.get(faults).json()["results"] == [answer.json()]
    again = post(one, faults, said)
    assert (again.status_code, again.json()["code"]) == (409, "fault-named")
    assert again.json()["detail"] in one.post(form, said).content.decode()

    confirm, page = (
        reverse(name, args=[poll.pk, answer.json()["id"]])
        for name in ("api-poll-fault-confirm", "poll-fault-confirm")
    )
    for other, code in (
        (concerned, "own-cause"),
        (as_(make_person("Val")), "not-a-scrutineer"),
        (as_(make_person("Wim", role="steward")), "not-a-scrutineer"),
    ):
        read = other.get(faults)
        assert (read.status_code, read.json()["code"]) == (403, code)
        for refused in (post(other, faults, said), post(other, confirm)):
            assert (refused.status_code, refused.json()["code"]) == (409, code)
        assert other.post(page).status_code == 404
    assert post(Client(), confirm).status_code in (401, 403)
    alone = post(one, confirm)
    assert (alone.status_code, alone.json()["code"]) == (409, "same-person")
    assert alone.json()["detail"] in one.post(page).content.decode()
    assert Poll.objects.get(pk=poll.pk).stage == "open"

    done = post(two, confirm)
    assert (done.status_code, done.json()["confirmed_by"]) == (200, str(scrutineers[1].pk))
    assert Poll.objects.get(pk=poll.pk).was_cancelled_open
    assert len(recorded()) == 1
    late = post(two, confirm)
    assert (late.status_code, late.json()["code"]) == (409, "fault-confirmed")
    assert late.json()["detail"] in two.post(page).content.decode()
    assert post(two, faults, said).json()["code"] == "poll-closed"


def test_a_scheduled_poll_has_no_faults_in_the_api(
    clock: None, make_poll: MakePoll, scrutineers: list[Person]
) -> None:
    address = reverse("api-poll-faults", args=[make_poll().pk])
    assert as_(scrutineers[0]).get(address).status_code == 404


def test_what_a_scrutineer_wrote_is_text_and_nothing_else(
    clock: None, make_open: MakePoll, scrutineers: list[Person], now: datetime
) -> None:
    poll = make_open()
    named = name(poll, scrutineers[0], now, sentence="<script>alert(1)</script> & more")
    actions.confirm_fault(named=named, by=scrutineers[1], at=now)
    shown = Client().get(reverse("poll", args=[poll.pk])).content.decode()
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_a_poll_called_off_before_it_opened_says_so(
    clock: None, make_poll: MakePoll, now: datetime
) -> None:
    poll = make_poll()
    actions.cancel_poll(poll=poll, by=TEST, at=now)
    shown = Client().get(reverse("poll", args=[poll.pk])).content.decode()
    assert "Called off before it opened." in shown
    assert "Why this vote was cancelled" not in shown


def test_a_named_fault_is_on_the_desk_of_the_other_scrutineers(
    make_open: MakePoll, scrutineers: list[Person], make_person: MakePerson, now: datetime
) -> None:
    one, two, three = scrutineers
    poll = make_open(concerned=[three])
    named = name(poll, one, now)
    for person in (one, three, make_person("Sam", role="steward")):
        assert list(desk.faults(person, now)) == []
    (item,) = desk.faults(two, now)
    assert (item.due, item.url) == (
        poll.closes_at,
        reverse("poll-fault-confirm", args=[poll.pk, named.pk]),
    )
    assert list(desk.faults(two, poll.closes_at)) == []
