"""Lists cost as many queries however long they are: pages and API."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from governance.proposals import actions, stages
from governance.proposals.kind_forms import ElectionContent
from governance.proposals.models import Comment, Proposal
from governance.proposals.sweeps import seats as note_seats
from members.models import Person
from tests.conftest import NOW
from tests.governance.proposals.conftest import MakePerson, fresh, resolve, revise, support
from tests.governance.proposals.deciding import adopt_all_rules, cast, poll_of, propose, work
from tests.governance.proposals.test_amendments import amend
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


def test_every_list_of_a_proposal_costs_as_many_queries_however_long(
    ada: Person, bob: Person, cyd: Person, steward: Person
) -> None:
    """Two of everything and twelve of everything: each list asks the same number of questions."""
    talked = support(resolve(ada), bob, cyd)
    sizes: list[dict[str, int]] = []
    for until in (2, 12):
        _talk_and_amend(talked, ada, bob, cyd, until=until)
        with time_machine.travel(NOW + 13 * DAY, tick=False):
            sizes.append(
                {
                    f"{name}{query}": _asked(person, reverse(name, args=args) + query)
                    for name, args, query, person in _lists(talked, ada, bob, steward)
                }
            )
    assert sizes[0] == sizes[1]
    # What stands on somebody's own page comes from every app there is.
    assert sizes[1].pop("my-home") < 40
    assert sizes[1] == {
        "proposal": 28,
        "proposal?show=for&order=supported": 13,
        "amendment-list": 6,
        "amendment-list?state=open": 4,
        "amendment": 11,
        "proposal-texts?from=1&to=2": 5,
        "comment": 7,
        "following": 3,
        "flags": 3,
        "participation": 5,
        "decision-rules": 2,
        "api-decision-rules": 1,
        "api-comment-list": 2,
        "api-comment-list?amendment=1": 2,
        "api-amendment-list": 2,
        "api-text-list": 2,
        "api-flag-list": 2,
        "api-follow-list": 1,
        "api-mention-list": 1,
        "api-proposal-path": 4,
    }


def _talk_and_amend(talked: Proposal, ada: Person, bob: Person, cyd: Person, *, until: int) -> None:
    """Until there are so many of what lists show: talk and answers, amendments, texts, flags."""
    for number in range(talked.amendments.count(), until):
        at = NOW + number * DAY
        said = actions.comment(proposal=talked, body="Bob, see @Ada.", by=bob, at=at)
        actions.comment(proposal=talked, parent=said, body="@Bob, yes.", by=ada, at=at)
        actions.flag(proposal=talked, comment=said, reason="spam", by=cyd, at=at)
        made = amend(talked, (bob, cyd)[number % 2], f"Text {number}.")
        why = actions.comment(proposal=talked, amendment=made, body="Why?", by=cyd, at=at)
        actions.comment(proposal=talked, parent=why, body="So.", by=bob, at=at)
        idea = resolve(bob, title=f"Number {number}", at=at)
        actions.follow(proposal=idea, by=ada, at=at)
        revise(talked, f"Another {number}.", by=ada, at=at)
    first = talked.amendments.get(number=1)
    for number in range(first.comments.count(), 2 * until):
        at = NOW + number * timedelta(hours=2)
        said = actions.comment(proposal=talked, amendment=first, body="Hm.", by=bob, at=at)
        actions.react(comment=said, by=cyd, at=at)


def _lists(
    talked: Proposal, ada: Person, bob: Person, steward: Person
) -> list[tuple[str, list[object], str, Person | None]]:
    """Each list by its name, what stands in its address, what is asked of it, and who looks."""
    here: list[object] = [talked.pk]
    begun = Comment.objects.about(talked).roots().order_by("at")
    thread: list[object] = [talked.pk, begun[0].pk]
    return [
        ("proposal", here, "", bob),
        ("proposal", here, "?show=for&order=supported", None),
        ("amendment-list", here, "", bob),
        ("amendment-list", here, "?state=open", None),
        ("amendment", [talked.pk, 1], "", bob),
        ("proposal-texts", here, "?from=1&to=2", None),
        ("comment", thread, "", bob),
        ("following", [], "", ada),
        ("my-home", [], "", ada),
        ("flags", [], "", steward),
        ("participation", [], "", None),
        ("decision-rules", [], "", None),
        ("api-decision-rules", [], "", None),
        ("api-comment-list", here, "", None),
        ("api-comment-list", here, "?amendment=1", None),
        ("api-amendment-list", here, "", None),
        ("api-text-list", here, "", None),
        ("api-flag-list", [], "", steward),
        ("api-follow-list", [], "", ada),
        ("api-mention-list", [], "", ada),
        ("api-proposal-path", here, "", None),
    ]


def _asked(person: Person | None, url: str) -> int:
    """How many queries a page costs beside the two that know who is there."""
    client = Client()
    if person is not None:
        client.force_login(person)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200, url
    return len(asked) - 2 * (person is not None)
