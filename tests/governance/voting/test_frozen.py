"""What the database itself refuses, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from governance.voting import actions, stages
from governance.voting.models import Ballot, Commitment, Poll, RollEntry
from governance.voting.triggers import FROZEN
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.conftest import vote

pytestmark = pytest.mark.django_db

MakePoll = Callable[..., Poll]
People = Callable[[int], list[Person]]


@pytest.fixture
def closed(make_open: MakePoll, people: People, now: datetime) -> Poll:
    [person] = people(1)
    poll = make_open()
    vote(poll, person, "yes", now)
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    return poll


def update(poll: Poll, **changes: Any) -> None:
    with transaction.atomic():
        Poll.objects.filter(pk=poll.pk).update(**changes)


def test_every_column_is_frozen_or_belongs_to_the_closing() -> None:
    columns = {field.column for field in Poll._meta.local_fields}
    at_the_close = {
        *("stage", "private_keys", "closed_at", "result", "result_sha256"),
        *("bundle_sha256", "record_hash_result"),
    }
    assert columns == set(FROZEN) | at_the_close
    assert not set(FROZEN) & at_the_close


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Another"},
        {"question_text": "Another?"},
        {"options": []},
        {"quorum": "0/1"},
        {"majority": "2/3"},
        {"founding_minimum": 1},
        {"closes_at": datetime.fromisoformat("2026-12-31T00:00:00+00:00")},
        {"opens_at": datetime.fromisoformat("2026-11-01T00:00:00+00:00")},
        {"cutoff": datetime.fromisoformat("2026-11-19T00:00:00+00:00").date()},
        {"min_days": 90},
        {"manifest": {}},
        {"manifest_sha256": "0" * 64},
        {"roll_size": 1_000},
        {"seed": b"another"},
        {"subject_url": "/elsewhere/"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_an_open_poll_cannot_be_edited(make_open: MakePoll, changes: dict[str, Any]) -> None:
    poll = make_open()
    with pytest.raises(IntegrityError, match="frozen"):
        update(poll, **changes)


def test_a_scheduled_poll_can_be_edited(make_poll: MakePoll) -> None:
    update(make_poll(), title="Better said")


@pytest.mark.parametrize("target", [one for one in stages.STAGES if one != "closed"])
@pytest.mark.parametrize("source", ["scheduled", "open", "cancelled"])
def test_moves_that_are_not_in_the_table_are_refused(
    make_poll: MakePoll, make_open: MakePoll, now: datetime, source: str, target: str
) -> None:
    poll = make_open() if source == "open" else make_poll()
    if source == "cancelled":
        actions.cancel_poll(poll=poll, by=TEST, at=now)
    if source == target or stages.allows(source, target):
        return
    with pytest.raises(IntegrityError):
        update(poll, stage=target)


@pytest.mark.parametrize(
    "changes", [{"stage": "open"}, {"result": {}}, {"result_sha256": "0" * 64}, {"title": "x"}]
)
def test_a_closed_poll_never_changes(closed: Poll, changes: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="frozen"):
        update(closed, **changes)


def test_a_poll_is_open_whole_or_not_at_all(make_poll: MakePoll) -> None:
    with pytest.raises(IntegrityError):
        update(make_poll(), stage="open")


def test_a_poll_is_closed_whole_or_not_at_all(make_open: MakePoll) -> None:
    poll = make_open()
    update(poll, stage="closing")
    with pytest.raises(IntegrityError):
        update(poll, stage="closed", result={})


@pytest.mark.parametrize(
    ("model", "statement"),
    list(
        product(
            [Poll, RollEntry, Ballot, Commitment],
            ["DELETE FROM {table}", "UPDATE {table} SET {column} = {column}"],
        )
    ),
)
def test_nothing_published_can_be_changed_or_removed(
    closed: Poll, model: Any, statement: str
) -> None:
    table = model._meta.db_table
    column = model._meta.pk.column
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table=table, column=column))


def test_nobody_gets_onto_the_roll_of_an_open_poll(
    make_open: MakePoll, make_person: Callable[..., Person]
) -> None:
    poll = make_open()
    late = make_person("Late")
    with pytest.raises(IntegrityError, match="not scheduled"), transaction.atomic():
        RollEntry.objects.create(poll=poll, person=late, salt=bytes(32))


def test_no_ballot_is_added_to_a_closed_poll(closed: Poll) -> None:
    ballot = Ballot.objects.get()
    ballot.hash, ballot.sequence = "0" * 64, 2
    with pytest.raises(IntegrityError, match="not open or closing"), transaction.atomic():
        Ballot.objects.bulk_create([ballot])


def test_a_sequence_is_one_to_ninety_nine(make_open: MakePoll) -> None:
    poll = make_open()
    for sequence in (0, 100):
        with pytest.raises(DatabaseError), transaction.atomic():
            Ballot.objects.create(
                poll=poll, token="t", sequence=sequence, hash=f"{sequence:064}", body="", proof=""
            )


def test_a_window_has_a_length(make_poll: MakePoll) -> None:
    poll = make_poll()
    with pytest.raises(IntegrityError):
        update(poll, closes_at=poll.opens_at - timedelta(days=1))
