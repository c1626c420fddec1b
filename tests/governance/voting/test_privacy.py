"""Nothing that is stored joins a ballot to a member, or tells how a vote is going."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.test import Client
from django.urls import reverse
from time_machine import travel

from governance.record.models import Pending
from governance.voting import actions
from governance.voting.models import (
    Ballot,
    Event,
    Intake,
    IssueMark,
    Poll,
    RollEntry,
    StoredBallot,
)
from kernel import sealed
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.conftest import take, vote

pytestmark = pytest.mark.django_db

MakePoll = Callable[..., Poll]
People = Callable[[int], list[Person]]


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with travel(now, tick=False):
        yield


@pytest.mark.parametrize("model", [Intake, Ballot])
def test_a_stored_ballot_refers_to_its_poll_and_nothing_else(model: type[StoredBallot]) -> None:
    related = {field.related_model for field in model._meta.get_fields() if field.is_relation}
    assert related == {Poll}
    when = (models.DateField, models.DateTimeField, models.TimeField)
    assert not [field for field in model._meta.get_fields() if isinstance(field, when)]
    assert {field.name for field in model._meta.local_fields} <= {
        *("id", "poll", "token", "sequence", "hash", "body", "proof")
    }


@pytest.mark.parametrize("model", [Intake, Ballot])
def test_a_stored_ballot_has_no_number_that_counts_up(model: type[StoredBallot]) -> None:
    assert not isinstance(model._meta.pk, models.AutoField)


def test_an_issue_mark_holds_no_time_and_no_token() -> None:
    assert {field.name for field in IssueMark._meta.local_fields} == {"entry", "fingerprint"}


def test_no_other_table_refers_to_a_ballot() -> None:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            assert field.related_model not in (Intake, Ballot), f"{model.__name__}.{field.name}"


def rows(model: type[models.Model]) -> str:
    """Everything that a table holds, as text."""
    return json.dumps(list(model._default_manager.values()), default=repr)


def test_what_is_stored_of_a_voter_names_no_token_and_of_a_ballot_no_voter(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person, *_others] = people(3)
    poll = make_open()
    voter, receipt = vote(poll, person, "yes", now)
    token = json.dumps(ballot_token(voter))[1:-1]
    for model in apps.get_models():
        held = rows(model)
        if model is not Intake:
            assert token not in held, f"{model.__name__} knows the token"
            assert receipt.ballot not in held, f"{model.__name__} knows the ballot"
    stored = rows(Intake)
    for secret in (str(person.pk), person.pk.hex, person.email, person.display_name):
        assert secret not in stored


def ballot_token(voter: Any) -> str:
    token: str = voter.ballot("yes")["ballot"]["token"]
    return token


def test_without_the_sealing_key_a_mark_does_not_tell_its_message(
    make_open: MakePoll, people: People, now: datetime, settings: Any, tmp_path: Path
) -> None:
    """Two sites with other keys make other fingerprints of the same message."""
    [person] = people(1)
    poll = make_open()
    voter = take(poll, person, now)
    mark = bytes(IssueMark.objects.get().fingerprint or b"")
    IssueMark.objects.all().delete()
    other = tmp_path / "sealing"
    other.write_bytes(sealed.new_key())
    settings.SEALING_KEYS = [str(other)]
    actions.issue(poll=poll, blinded=voter.blinded, by=person, at=now)
    assert bytes(IssueMark.objects.get().fingerprint or b"") != mark


def physical_order(table: str, column: str) -> list[str]:
    """The rows of a table as they lie on disk, not as any index has them."""
    place = "ctid" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY {place}")  # noqa: S608
        return [str(value) for (value,) in cursor.fetchall()]


def test_waiting_ballots_and_marks_are_put_in_an_order_that_tells_nothing(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    members = people(12)
    poll = make_open()
    cast = [vote(poll, person, "yes", now)[1].ballot for person in members]
    assert physical_order("voting_intake", "hash") == cast
    assert actions.commit_ballots(poll=poll, at=now, by=TEST) == 0
    assert physical_order("voting_intake", "hash") == sorted(cast)


def test_committed_ballots_and_marks_lie_in_an_order_that_tells_nothing(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    members = people(21)
    poll = make_open()
    cast = [vote(poll, person, "yes", now)[1].ballot for person in members]
    assert actions.commit_ballots(poll=poll, at=now, by=TEST) == 21
    assert physical_order("voting_ballot", "hash") == sorted(cast)
    entries = [str(pk) for pk in RollEntry.objects.order_by("pk").values_list("pk", flat=True)]
    assert physical_order("voting_issuemark", "entry_id") == entries
    assert IssueMark.objects.exclude(fingerprint=None).count() == 21


def test_marks_survive_being_rewritten(make_open: MakePoll, people: People, now: datetime) -> None:
    """Who took a ballot, and of which message, is the same before and after."""
    members = people(3)
    poll = make_open()
    voters = [take(poll, person, now) for person in members[:2]]
    before = set(IssueMark.objects.values_list("entry", "fingerprint"))
    actions.cast(poll_id=poll.pk, ballot=voters[0].ballot("yes"), at=now)
    actions.commit_ballots(poll=poll, at=now, by=TEST, least=1)
    assert set(IssueMark.objects.values_list("entry", "fingerprint")) == before
    for person, voter in zip(members, voters, strict=False):
        voter.take(actions.issue(poll=poll, blinded=voter.blinded, by=person, at=now))


def test_no_page_and_no_answer_tells_how_an_open_vote_is_going(
    make_open: MakePoll, people: People, make_person: Callable[..., Person], now: datetime
) -> None:
    members = people(3)
    steward = make_person("Steward", role="steward", since=date(2020, 1, 1))
    poll = make_open()
    addresses = [
        reverse("poll-list"),
        reverse("poll", args=[poll.pk]),
        reverse("poll-manifest", args=[poll.pk]),
        reverse("api-polls"),
        reverse("api-poll", args=[poll.pk]),
    ]
    client = Client()
    client.force_login(steward)

    def all_of_it() -> list[str]:
        return [without_csrf(client.get(address).content.decode()) for address in addresses]

    before = all_of_it()
    for person in members:
        vote(poll, person, "yes", now)
    actions.commit_ballots(poll=poll, at=now, by=TEST, least=3)
    after = all_of_it()
    commitment = Pending.objects.get(type="poll.ballots-committed")
    # That ballots were sealed, and how many, is in the public record; nothing about the choices.
    assert b"yes" not in bytes(commitment.data)
    assert before == after
    for address in (
        reverse("poll-ballots", args=[poll.pk]),
        reverse("poll-result", args=[poll.pk]),
    ):
        assert client.get(address).status_code == 404


def without_csrf(page: str) -> str:
    """A page without its one-time values."""
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', r'\1=""', page)


def test_casting_touches_no_session_and_sets_no_cookie(
    make_open: MakePoll, people: People, now: datetime
) -> None:
    [person] = people(1)
    poll = make_open()
    ballot = take(poll, person, now).ballot("yes")
    client = Client()
    client.force_login(person)
    sessions = list(Session.objects.values())
    answer = client.post(
        reverse("api-poll-cast", args=[poll.pk]), json.dumps(ballot), "application/json"
    )
    assert answer.status_code == 201
    assert not answer.cookies
    assert list(Session.objects.values()) == sessions
    assert not Event.objects.filter(by=person).exists()
