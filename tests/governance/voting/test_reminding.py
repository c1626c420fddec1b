"""Reminders: once, to those who asked and have not taken a ballot; and nobody can tell to whom."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from django.urls import reverse

from governance.voting import actions, sweeps
from governance.voting.models import Event, Poll
from kernel.sweeps import claim
from members import sweeps as members
from members.actions import choose_mail, queue_mail
from members.models import OutgoingMail, Person
from tests.conftest import NOW, TEST
from tests.governance.voting.conftest import take, vote
from tests.governance.voting.test_concurrency import at_once

pytestmark = pytest.mark.django_db

MakePoll = Callable[..., Poll]
People = Callable[[int], list[Person]]


def ask(*people: Person) -> None:
    for person in people:
        choose_mail(person=person, kind="votes", wanted=True, by=person, at=NOW)


def sent_to() -> set[str]:
    return {to for message in mail.outbox for to in message.to}


@pytest.mark.parametrize(
    ("window", "before_the_end"),
    [
        (timedelta(days=7), timedelta(days=1)),
        (timedelta(days=2), timedelta(days=1)),
        (timedelta(days=1), timedelta(hours=12)),
        (timedelta(minutes=4), timedelta(minutes=2)),
    ],
)
def test_it_is_sent_half_way_or_a_day_before_the_end(
    make_open: MakePoll,
    people: People,
    now: datetime,
    window: timedelta,
    before_the_end: timedelta,
) -> None:
    ask(*people(1))
    poll = make_open(closes_at=now + window)
    due = poll.closes_at - before_the_end
    assert poll.reminds_at == due
    assert sweeps.remind_due(due - timedelta(seconds=1)) == 0
    assert not OutgoingMail.objects.exists()
    assert sweeps.remind_due(due) == 1
    assert OutgoingMail.objects.count() == 1


def test_who_is_reminded(
    make_open: MakePoll, people: People, make_person: Callable[..., Person]
) -> None:
    asked, voted, silent, gone = people(4)
    ask(asked, voted, gone, make_person("Not on the roll", standing=False))
    poll = make_open()
    Person.objects.filter(pk=gone.pk).update(is_active=False)
    at = poll.reminds_at
    take(poll, voted, at)
    for _again in range(3):
        sweeps.remind_due(at)
        members.mail(at)
    assert sent_to() == {asked.email}
    [message] = mail.outbox
    assert poll.title in message.subject
    link = f"{settings.SITE_ORIGIN}{reverse('poll', args=[poll.pk])}"
    assert link in message.body
    assert settings.SITE_ORIGIN + "/mail/stop/" in message.body
    assert silent.email not in str(message.message())


def test_the_outbox_does_not_tell_who_was_reminded(make_open: MakePoll, people: People) -> None:
    """Row by row the same for whoever had voted by then and whoever had not."""
    members_ = people(6)
    ask(*members_)
    poll = make_open()
    at = poll.reminds_at
    for person in members_[:3]:
        take(poll, person, at)
    sweeps.remind_due(at)
    # It goes out later: who votes in between is not reminded either.
    vote(poll, members_[3], "yes", at)
    members.mail(at + timedelta(seconds=5))
    assert sent_to() == {person.email for person in members_[4:]}
    rows = OutgoingMail.objects.values(
        *("kind", "subject", "body", "queued_at", "sent_at", "attempts", "claimed_until")
    )
    assert rows.count() == 6
    assert len({json.dumps(row, default=str, sort_keys=True) for row in rows}) == 1
    keys = OutgoingMail.objects.order_by("pk").values_list("key", flat=True)
    assert list(keys) == [f"votes:{poll.pk}:{one}" for one in sorted(p.pk for p in members_)]
    # Nor does anything else that is written: one event, about the poll.
    [event] = Event.objects.filter(verb="poll.reminded")
    assert (event.subject, event.details) == (f"poll:{poll.pk}", {})


def test_what_waited_too_long_is_not_sent(make_open: MakePoll, people: People) -> None:
    """The mail server was away until the vote had closed, or somebody changed their mind."""
    late, no_longer = people(2)
    ask(late, no_longer)
    poll = make_open()
    sweeps.remind_due(poll.reminds_at)
    choose_mail(person=no_longer, kind="votes", wanted=False, by=no_longer, at=NOW)
    assert members.mail(poll.closes_at) == 2
    assert not mail.outbox
    assert not OutgoingMail.objects.waiting().exists()


def test_nothing_is_queued_for_a_vote_that_is_over(make_open: MakePoll, people: People) -> None:
    ask(*people(1))
    poll = make_open()
    assert sweeps.remind_due(poll.closes_at) == 0
    assert actions.remind(poll=poll, at=poll.closes_at, by=TEST) == 0
    assert not OutgoingMail.objects.exists()


def test_a_crash_half_way_is_followed_by_the_rest(
    make_open: MakePoll, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(*people(5))
    poll = make_open()
    monkeypatch.setattr(actions.reminding, "AT_ONCE", 2)
    queue = queue_mail
    calls: list[Any] = []

    def dies(**given: Any) -> None:
        calls.append(given)
        if len(calls) == 4:
            raise RuntimeError("the process died here")
        queue(**given)

    with monkeypatch.context() as crash:
        crash.setattr(actions.reminding, "queue_mail", dies)
        with pytest.raises(RuntimeError):
            actions.remind(poll=poll, at=poll.reminds_at, by=TEST)
    assert OutgoingMail.objects.count() == 2
    assert sweeps.remind_due(poll.reminds_at) == 1
    assert OutgoingMail.objects.count() == 5
    assert Event.objects.filter(verb="poll.reminded").count() == 1


@pytest.mark.django_db(transaction=True)
def test_several_workers_remind_once(make_open: MakePoll, people: People) -> None:
    ask(*people(5))
    poll = make_open()
    copies = [Poll.objects.get(pk=poll.pk) for _ in range(4)]
    at_once([partial(actions.remind, poll=one, at=poll.reminds_at, by=TEST) for one in copies])
    assert OutgoingMail.objects.count() == 5
    assert Event.objects.filter(verb="poll.reminded").count() == 1
    connection.check_constraints()


def test_a_claimed_poll_is_left_alone(make_open: MakePoll, people: People) -> None:
    ask(*people(1))
    poll = make_open()
    claim(type(poll.upkeep).objects.all(), at=poll.reminds_at, lease=sweeps.LEASE, limit=1)
    assert sweeps.remind_due(poll.reminds_at) == 0
    assert sweeps.remind_due(poll.reminds_at + sweeps.LEASE) == 1
