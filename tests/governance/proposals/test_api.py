"""The API: the same verbs, the same refusals, and reading open to anyone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from governance.proposals import actions, stages
from governance.proposals.models import Comment, Proposal, Support
from governance.voting.sweeps import open_due
from members.actions import create_token
from members.models import Person
from tests.conftest import NOW
from tests.governance.proposals.conftest import (
    MakePerson,
    advance,
    fresh,
    propose_term,
    resolve,
    support,
    term,
)

DAY = timedelta(days=1)
LIST = "/api/v1/proposals/"
RESOLUTION = {
    "kind": "resolution",
    "title": "Meet in the open",
    "summary": "Every meeting is open.",
    "problem": "Members hear of decisions late.",
    "content": {"text": "Meetings are **open**."},
}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


class Api:
    """A program of ``person``'s, with a token that has ``scopes``."""

    def __init__(self, person: Person, *scopes: str) -> None:
        _token, secret = create_token(
            person=person,
            name="test",
            opens=scopes or ["proposals:write"],
            lasts=30 * DAY,
            by=person,
            at=NOW,
        )
        self._client = Client(headers={"authorization": f"Bearer {secret}"})

    def __call__(self, method: str, url: str, data: Any = None) -> Any:
        return self._client.generic(
            method,
            url,
            data="" if data is None else json.dumps(data),
            content_type="application/json",
        )


def url_of(proposal: Proposal, tail: str = "") -> str:
    return f"{LIST}{proposal.pk}/{tail}"


def test_the_list_is_open_and_links_to_pages(
    client: Client, rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    proposal = support(resolve(ada), bob)
    [row] = client.get(LIST).json()["results"]
    assert row == {
        "id": str(proposal.pk),
        "url": f"/proposals/{proposal.pk}/",
        "kind": "resolution",
        "title": "Meet in the open",
        "summary": "Every meeting of stewards is open to all members.",
        "author": "Ada",
        "stage": "idea",
        "sponsors": 1,
        "needed": 2,
        "opened_at": "2026-11-20T12:00:00Z",
        "since": "2026-11-20T12:00:00Z",
        "ends_at": "2026-12-20T12:00:00Z",
        "text_sha256": proposal.wording.sha256,
        "poll": None,
    }


def test_the_list_is_searched(
    client: Client, rules: None, ada: Person, bob: Person, cyd: Person
) -> None:
    resolve(ada, title="Early", at=NOW - DAY / 2)
    advance(resolve(ada, title="Frozen"), stages.FINAL, sponsors=(bob, cyd))
    propose_term(ada)

    def found(query: str) -> list[str]:
        return [row["title"] for row in client.get(LIST + query).json()["results"]]

    assert sorted(found("")) == ["Early", "Frozen", "No stalking"]
    assert found("?stage=final") == ["Frozen"]
    assert found("?kind=adopt_term") == ["No stalking"]
    assert found("?q=early") == ["Early"]
    assert found("?opened_before=2026-11-20T06:00:00Z") == ["Early"]
    assert sorted(found("?opened_after=2026-11-20T06:00:00Z")) == ["Frozen", "No stalking"]
    refused = client.get(LIST + "?stage=nowhere")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "stage"


def test_a_list_of_any_length_takes_one_query(
    client: Client,
    rules: None,
    ada: Person,
    bob: Person,
    cyd: Person,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(6):
        idea = resolve(ada, title=f"Number {number}", at=NOW - timedelta(hours=number))
        advance(idea, stages.VOTING, sponsors=(bob, cyd))
        # 1 the proposals with author, wording, rule, poll and counts
        with django_assert_num_queries(1):
            assert len(client.get(LIST).json()["results"]) == number + 1


def test_a_proposal_whole(
    client: Client,
    rules: None,
    ada: Person,
    bob: Person,
    cyd: Person,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    proposal = advance(propose_term(ada), stages.VOTING, sponsors=(bob, cyd))
    for number in range(20):
        actions.comment(proposal=proposal, body=f"Number {number}", by=bob, at=NOW)
    # 1 the proposal, 2 who has the problem too, 3 who writes it too, 4 its steps
    with django_assert_num_queries(4):
        whole = client.get(url_of(proposal)).json()
    assert whole["content"]["slug"] == "no-stalking"
    assert whole["content"]["rules"][0]["action"] == "track"
    assert whole["rule"]["sponsors"] == 2
    assert [step["stage"] for step in whole["steps"]] == ["idea", "discussion", "final", "voting"]
    assert len(whole["steps"][1]["record"]) == 64
    assert whole["poll"] == f"/polls/{proposal.poll_id}/"
    assert whole["result"] is None
    assert client.get(whole["text"]).status_code == 200
    assert client.get(f"{LIST}{bob.pk}/").status_code == 404


def test_writing_needs_the_scope(client: Client, proposal: Proposal, bob: Person) -> None:
    reader = Api(bob, "read")
    for method, url, data in (
        ("POST", LIST, RESOLUTION),
        ("PUT", url_of(proposal), RESOLUTION),
        ("POST", url_of(proposal, "support"), {"text_sha256": proposal.wording.sha256}),
        ("DELETE", url_of(proposal, "support"), None),
        ("POST", url_of(proposal, "withdraw"), None),
        ("POST", url_of(proposal, "comments/"), {"body": "Hello"}),
    ):
        refused = reader(method, url, data)
        assert refused.status_code == 403, url
        assert "proposals:write" in refused.json()["detail"]
        anonymous = client.generic(method, url, data="{}", content_type="application/json")
        assert anonymous.status_code in (401, 403), url
        assert anonymous["Content-Type"].startswith("application/problem+json")
    assert Proposal.objects.count() == 1
    assert not Support.objects.exists()


def test_a_program_proposes_a_resolution(rules: None, ada: Person) -> None:
    made = Api(ada)("POST", LIST, RESOLUTION)
    assert made.status_code == 201, made.content
    proposal = Proposal.objects.to_show().get()
    assert made.json()["id"] == str(proposal.pk)
    assert made.json()["content"] == RESOLUTION["content"]
    assert proposal.author == ada


def test_a_program_proposes_a_term(rules: None, ada: Person) -> None:
    content = asdict(term())
    made = Api(ada)(
        "POST",
        LIST,
        {"kind": "adopt_term", "summary": "A", "problem": "B", "content": content},
    )
    assert made.status_code == 201, made.content
    assert made.json()["title"] == "No stalking"
    proposal = Proposal.objects.to_show().get()
    assert proposal.wording.revision
    assert proposal.wording.revision.content == term()


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"kind": "coup"}, {"kind"}),
        ({"summary": ""}, {"summary"}),
        ({"title": "x" * 121, "problem": None}, {"title", "problem"}),
        ({"content": {}}, {"content.text"}),
        ({"content": "text"}, {"content"}),
        ({"content": {"text": "\ud800"}}, {"content.text"}),
        ({"content": {"text": "a\x00b"}}, {"content.text"}),
    ],
)
def test_bad_input_names_every_field(
    rules: None, ada: Person, change: dict[str, Any], fields: set[str]
) -> None:
    refused = Api(ada)("POST", LIST, RESOLUTION | change)
    assert refused.status_code == 400
    assert {error["field"] for error in refused.json()["errors"]} == fields


def test_a_resolution_needs_a_title(rules: None, ada: Person) -> None:
    words = {name: value for name, value in RESOLUTION.items() if name != "title"}
    refused = Api(ada)("POST", LIST, words)
    assert refused.status_code == 400
    assert [error["field"] for error in refused.json()["errors"]] == ["title"]


def test_a_term_that_could_not_be_published_names_rule_and_point(rules: None, ada: Person) -> None:
    content = asdict(term()) | {
        "slug": "No Stalking",
        "rules": [{"kind": "prohibition", "party": "second", "action": "track", "purpose": "fun"}],
    }
    words = {"kind": "adopt_term", "summary": "A", "problem": "B"}
    refused = Api(ada)("POST", LIST, words | {"content": content})
    assert refused.status_code == 400
    assert {error["field"] for error in refused.json()["errors"]} == {
        "content.slug",
        "content.rules.0.purpose",
    }
    unknown = asdict(term()) | {"rules": [{"kind": "wish", "party": "second", "action": "track"}]}
    refused = Api(ada)("POST", LIST, words | {"content": unknown})
    assert refused.status_code == 400
    assert not Proposal.objects.exists()


def test_the_author_changes_the_text_and_withdraws(
    proposal: Proposal, ada: Person, bob: Person
) -> None:
    changed = Api(ada)("PUT", url_of(proposal), RESOLUTION)
    assert changed.status_code == 200, changed.content
    assert changed.json()["content"] == RESOLUTION["content"]
    refused = Api(bob)("PUT", url_of(proposal), RESOLUTION)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-the-author")
    assert Api(ada)("POST", url_of(proposal, "withdraw")).json()["stage"] == "withdrawn"


def test_a_program_sponsors_and_takes_its_persons_name_back(
    proposal: Proposal, ada: Person, bob: Person
) -> None:
    sha256 = proposal.wording.sha256
    sponsored = Api(bob)("POST", url_of(proposal, "support"), {"text_sha256": sha256})
    assert (sponsored.status_code, sponsored.json()["sponsors"]) == (201, 1)
    left = Api(bob)("DELETE", url_of(proposal, "support"))
    assert (left.status_code, left.json()["sponsors"]) == (200, 0)


def test_comments_are_listed_and_posted(
    client: Client,
    proposal: Proposal,
    bob: Person,
    make_person: MakePerson,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    url = url_of(proposal, "comments/")
    said = Api(bob)("POST", url, {"body": "Well *said*."})
    assert said.status_code == 201
    for number in range(30):
        at = NOW + DAY + timedelta(minutes=number)
        actions.comment(proposal=proposal, body=f"Number {number}", by=bob, at=at)
    actions.hide_comment(
        comment=Comment.objects.order_by("-at")[0],
        reason="An address.",
        by=make_person("Sue", role="steward"),
        at=NOW + DAY,
    )
    # 1 the proposal, 2 the comments with their authors
    with django_assert_num_queries(2):
        rows = client.get(url).json()["results"]
    assert len(rows) == 31
    assert (rows[0]["author"], rows[0]["body"], rows[0]["hidden"]) == ("Bob", "Well *said*.", None)
    [hidden] = [row for row in rows if row["hidden"]]
    assert hidden["body"] is None
    assert hidden["hidden"]["reason"] == "An address."
    assert Api(bob)("POST", url, {"body": ""}).status_code == 400


# One refusal, two doors


def _too_new(make_person: MakePerson) -> Person:
    for number in range(25):
        make_person(f"Member {number}")
    return make_person("Nia", since=(NOW - 9 * DAY).date())


def test_a_refusal_is_the_same_from_the_page_and_from_the_api(
    rules: None, ada: Person, bob: Person, cyd: Person, make_person: MakePerson
) -> None:
    proposal = resolve(ada)
    frozen = advance(resolve(ada), stages.VOTING, sponsors=(bob, cyd))
    open_due(frozen.since)
    mine = {"text_sha256": proposal.wording.sha256}
    cases: list[tuple[Person, Proposal, str, dict[str, str], str]] = [
        (ada, proposal, "support", mine, "own-proposal"),
        (_too_new(make_person), proposal, "support", mine, "too-new-to-sponsor"),
        (make_person("Vic", standing=False), proposal, "support", mine, "not-in-standing"),
        (bob, proposal, "support", {"text_sha256": "0" * 64}, "text-changed"),
        (bob, frozen, "support", mine, "text-frozen"),
        (ada, frozen, "withdraw", {}, "not-yours-alone"),
        (bob, proposal, "withdraw", {}, "not-the-author"),
        (
            make_person("Val", standing=False),
            proposal,
            "comment",
            {"body": "Hm"},
            "not-in-standing",
        ),
    ]
    for person, about, verb, data, code in cases:
        api = Api(person)("POST", url_of(about, verb.replace("comment", "comments/")), data)
        assert (api.status_code, api.json()["code"]) == (409, code)
        assert api["Content-Type"].startswith("application/problem+json")
        page = Client()
        page.force_login(person)
        refused = page.post(reverse(f"proposal-{verb}", args=[about.pk]), data)
        assert refused.status_code == 409
        sentence = api.json()["detail"].replace("'", "&#x27;")
        assert sentence in refused.content.decode()
    assert fresh(proposal).stage == stages.IDEA
    assert not Support.objects.filter(proposal=proposal).exists()
    assert not Comment.objects.exists()
