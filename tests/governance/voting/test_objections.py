"""Objecting to what a closed poll says of one's ballot: counted, and nobody is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from governance.record.models import Pending
from governance.voting import actions, sweeps
from governance.voting.models import Event, Objection, ObjectionCount, Poll
from kernel.refusal import Refused
from members.actions import create_token
from members.models import Person
from tests.conftest import TEST
from tests.governance.voting.conftest import vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def voted(make_person: Callable[..., Person]) -> Person:
    return make_person("Vera", since=_today(-300), until=_today(300))


@pytest.fixture
def stayed(make_person: Callable[..., Person]) -> Person:
    return make_person("Stan", since=_today(-300), until=_today(300))


def _today(days: int) -> date:
    return timezone.now().date() + timedelta(days=days)


@pytest.fixture
def closed(make_poll: Callable[..., Poll], voted: Person, stayed: Person) -> Poll:
    """Closed an hour ago, by the clock of now."""
    now = timezone.now()
    opens, closes = now - timedelta(days=2), now - timedelta(hours=1)
    poll = make_poll(
        opens_at=opens,
        closes_at=closes,
        roll_from=opens.date() - timedelta(days=14),
        cutoff=opens.date(),
    )
    actions.open_poll(poll=poll, at=opens, by=TEST)
    vote(poll, voted, "yes", opens)
    actions.close_poll(poll=poll, at=closes, by=TEST)
    return poll


def test_what_does_not_fit_and_what_comes_twice_is_refused(
    closed: Poll, voted: Person, stayed: Person, make_person: Callable[..., Person]
) -> None:
    at = timezone.now()

    def refused(kind: str, by: Person, when: datetime = at) -> str:
        with pytest.raises(Refused) as no:
            actions.object_to(poll=closed, kind=kind, by=by, at=when)
        return no.value.code

    assert refused("took-one", voted) == "objection-does-not-fit"
    assert refused("took-none", stayed) == "objection-does-not-fit"
    assert refused("receipt-missing", stayed) == "objection-does-not-fit"
    assert refused("took-one", make_person("Newcomer")) == "not-on-roll"
    until = closed.objections_until
    assert until is not None
    assert refused("took-none", voted, until) == "objections-over"
    actions.object_to(poll=closed, kind="took-none", by=voted, at=until - timedelta(seconds=1))
    assert refused("receipt-missing", voted) == "already-objected"
    assert Objection.objects.count() == 1


def test_only_a_closed_poll_can_be_objected_to(
    make_person: Callable[..., Person], make_open: Callable[..., Poll]
) -> None:
    ada, poll = make_person(), make_open()
    with pytest.raises(Refused) as no:
        actions.object_to(poll=poll, kind="took-one", by=ada, at=poll.opens_at)
    assert no.value.code == "poll-not-closed"


def test_an_objection_is_for_good(closed: Poll, stayed: Person) -> None:
    actions.object_to(poll=closed, kind="took-one", by=stayed, at=timezone.now())
    with pytest.raises(DatabaseError), transaction.atomic():
        Objection.objects.update(kind="took-none")
    with pytest.raises(DatabaseError), transaction.atomic():
        Objection.objects.all().delete()


def test_the_count_goes_to_the_record_when_the_time_is_over(
    closed: Poll, voted: Person, stayed: Person
) -> None:
    actions.object_to(poll=closed, kind="receipt-missing", by=voted, at=timezone.now())
    actions.object_to(poll=closed, kind="took-one", by=stayed, at=timezone.now())
    until = closed.objections_until
    assert until is not None
    assert sweeps.count_objections(until - timedelta(seconds=1)) == 0
    assert sweeps.count_objections(until) == 1
    assert sweeps.count_objections(until + timedelta(days=1)) == 0
    entry = Pending.objects.get(type="poll.objections").content
    counted = {"tookNone": 0, "tookOne": 1, "receiptMissing": 1}
    assert entry == {**entry, "poll": str(closed.pk), **counted}
    assert ObjectionCount.objects.get().counts == counted
    # Nobody is named in it.
    assert entry.keys() == {"type", "at", "poll", *counted}
    with pytest.raises(Refused):
        actions.count_objections(poll=closed, at=until, by=TEST)
    assert Event.objects.filter(verb="poll.objected").count() == 2


def test_the_page_takes_an_objection_and_shows_how_many(
    closed: Poll, stayed: Person, voted: Person, client: Client
) -> None:
    page, form = (reverse(name, args=[closed.pk]) for name in ("poll", "poll-objection"))
    assert "Nobody has objected" in Client().get(page).content.decode()
    client.force_login(stayed)
    assert form in client.get(page).content.decode()
    shown = client.get(form)
    assert "did not take a ballot" in shown.content.decode()
    assert "took-none" not in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert client.post(form, {}).status_code == 422
    assert client.post(form, {"kind": "took-none"}).status_code == 422
    assert client.post(form, {"kind": "took-one"}).status_code == 302
    assert client.post(form, {"kind": "took-one"}).status_code == 409
    assert "You objected" in client.get(form).content.decode()
    seen = Client().get(page).content.decode()
    assert "1 person on the roll objected" in seen
    assert "Stan" not in seen


def test_the_api_takes_an_objection_and_counts_without_names(
    closed: Poll, voted: Person, client: Client
) -> None:
    address = reverse("api-poll-objection", args=[closed.pk])
    sent = {"kind": "took-none"}
    assert client.post(address, sent, "application/json").status_code in (401, 403)
    _token, secret = create_token(
        person=voted,
        name="mine",
        opens=["polls:vote"],
        lasts=timedelta(days=1),
        by=voted,
        at=timezone.now(),
    )
    header = {"Authorization": f"Bearer {secret}"}
    wrong = client.post(address, {"kind": "x"}, "application/json", headers=header)
    assert wrong.status_code == 400
    answer = client.post(address, {"kind": "took-none"}, "application/json", headers=header)
    assert answer.status_code == 201
    assert answer.json() == {"kind": "took-none"}
    again = client.post(address, {"kind": "took-none"}, "application/json", headers=header)
    assert (again.status_code, again.json()["code"]) == (409, "already-objected")
    seen = client.get(reverse("api-poll", args=[closed.pk])).json()
    assert seen["objections"]["count"] == 1
    listed = client.get(reverse("api-polls")).json()
    assert [one["objections"]["count"] for one in listed["results"]] == [1]
