"""Lists cost as many queries however long they are: pages and API."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from governance.proposals import actions, stages
from governance.proposals.kind_forms import ElectionContent
from governance.proposals.models import Proposal
from governance.proposals.sweeps import seats as note_seats
from members.models import Person
from tests.conftest import NOW
from tests.governance.proposals.conftest import MakePerson, fresh, resolve, support
from tests.governance.proposals.deciding import adopt_all_rules, cast, poll_of, propose, work
from tests.governance.proposals.test_pages import signed_in

DAY = timedelta(days=1)


@pytest.fixture
def steward(make_person: MakePerson) -> Person:
    return make_person("Sam", role="steward")


@pytest.fixture(autouse=True)
def _rules(db: None, tmp_path: Path) -> None:
    adopt_all_rules(tmp_path, at=NOW - DAY)


def elect(*people: Person, days: int) -> Proposal:
    """An election that three stand in, taken to its outcome."""
    at = NOW + days * DAY
    made = propose("elect_stewards", people[0], ElectionContent(seats=1, term_days=365), at=at)
    support(made, *people[1:], at=at)
    for person in people:
        actions.stand(proposal=made, statement="I read.", interests="None.", by=person, at=at)
    while fresh(made).stage != stages.VOTING:
        ends_at = fresh(made).ends_at
        assert ends_at
        work(ends_at)
    poll = poll_of(made)
    work(poll.opens_at)
    poll = poll_of(made)
    first = made.nominations.standing()[0].option
    for person in people:
        cast(poll, person, first, at=poll.opens_at)
    work(poll.closes_at)
    assert fresh(made).stage == stages.ADOPTED
    return made


def test_elections_cost_no_query_each(
    ada: Person,
    bob: Person,
    cyd: Person,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    sizes: dict[str, list[int]] = {}
    for number in range(2):
        made = elect(ada, bob, cyd, days=40 * number)
        note_seats(NOW + 40 * (number + 1) * DAY)
        # 1 how many, 2 the polls, 3 the names of all who stood in them
        with django_assert_num_queries(3):
            assert "was elected" in Client().get(reverse("poll-list")).content.decode()
        # the same, without how many
        with django_assert_num_queries(2):
            assert len(Client().get("/api/v1/polls/").json()["results"]) == number + 1
        with django_assert_num_queries(2):  # how many, and the proposals
            Client().get(reverse("proposal-list"))
        with django_assert_num_queries(1):
            Client().get("/api/v1/proposals/")
        for page in (
            reverse("offices"),
            "/api/v1/offices/",
            reverse("candidates", args=[made.pk]),
            f"/api/v1/proposals/{made.pk}/candidates/",
        ):
            with CaptureQueriesContext(connection) as asked:
                assert Client().get(page).status_code == 200
            sizes.setdefault(page.replace(str(made.pk), "…"), []).append(len(asked))
    assert all(first == last <= 4 for first, last in sizes.values()), sizes


def test_drafts_and_flags_cost_no_query_each(
    ada: Person,
    bob: Person,
    cyd: Person,
    steward: Person,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    sizes: dict[str, list[int]] = {}
    for number in range(6):
        idea = resolve(ada, title=f"Number {number}", at=NOW + number * DAY)
        said = actions.comment(proposal=idea, body="Hm.", by=bob, at=NOW + number * DAY)
        at = NOW + number * DAY
        actions.flag(proposal=idea, comment=said, reason="spam", by=cyd, at=at)
        actions.start_manuscript(
            kind="resolution", data={"title": f"Draft {number}"}, by=ada, at=at
        )
        if number not in (0, 5):
            continue
        for person, page in (
            (ada, reverse("draft-list")),
            (ada, "/api/v1/proposals/drafts/"),
            (steward, reverse("flags")),
            (steward, "/api/v1/flags/"),
        ):
            client = signed_in(person)
            with django_assert_max_num_queries(12) as asked:
                assert client.get(page).status_code == 200
            sizes.setdefault(page, []).append(len(asked.captured_queries))
    assert all(first == last for first, last in sizes.values()), sizes
