"""The API of polls: open reads, taking a ballot as a member, casting it as anybody."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from time_machine import travel

from governance.voting import actions, ballots
from governance.voting.models import Intake, IssueMark, Poll
from governance.voting.voter import Voter
from members.models import Person, PersonalToken
from tests.conftest import TEST
from tests.governance.voting.conftest import manifest_of, vote

pytestmark = pytest.mark.django_db

MakePoll = Callable[..., Poll]
People = Callable[[int], list[Person]]


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with travel(now, tick=False):
        yield


def post(client: Client, address: str, body: Any, **headers: str) -> Any:
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(address, content, "application/json", headers=headers)


def issue_address(poll: Poll) -> str:
    return reverse("api-poll-issue", args=[poll.pk])


def cast_address(poll: Poll) -> str:
    return reverse("api-poll-cast", args=[poll.pk])


@pytest.fixture
def settled(make_open: MakePoll, people: People, now: datetime) -> Poll:
    """A poll of three that has closed."""
    members = people(3)
    poll = make_open(title="Settled", closes_at=now + timedelta(hours=1))
    for person in members[:2]:
        vote(poll, person, "yes", now)
    actions.close_poll(poll=poll, at=poll.closes_at, by=TEST)
    return poll


# Reading


def test_anyone_reads_a_poll_and_its_result(settled: Poll) -> None:
    answer = Client().get(reverse("api-poll", args=[settled.pk])).json()
    assert answer["stage"] == "closed"
    assert answer["url"] == f"/polls/{settled.pk}/"
    assert answer["rule"] == {
        "method": "yes_no",
        "quorum": "1/4",
        "majority": "1/2",
        "founding_minimum": None,
        "seats": 1,
        "default": "",
        "budget": None,
        "currency": "",
    }
    assert [option["id"] for option in answer["options"]] == ["yes", "no", "abstain"]
    assert answer["result"]["outcome"] == "adopted"
    assert answer["result_sha256"] == settled.result_sha256
    assert answer["manifest_sha256"] == settled.manifest_sha256
    assert answer["ballots_url"] == f"/polls/{settled.pk}/ballots.json"


def test_an_open_poll_has_no_result_and_no_ballots(make_open: MakePoll) -> None:
    answer = Client().get(reverse("api-poll", args=[make_open().pk])).json()
    assert answer["result"] is None
    assert answer["ballots_url"] is None
    assert "issued" not in json.dumps(answer)
    assert "private" not in json.dumps(answer)


def test_the_list_is_filtered_by_stage_and_dates(
    settled: Poll, make_open: MakePoll, make_poll: MakePoll, now: datetime
) -> None:
    running = make_open(title="Running")
    coming = make_poll(
        title="Coming", opens_at=now + timedelta(days=5), closes_at=now + timedelta(days=6)
    )

    def titles(**asked: str) -> list[str]:
        answer = Client().get(reverse("api-polls"), asked)
        assert answer.status_code == 200
        return [one["title"] for one in answer.json()["results"]]

    assert set(titles()) == {"Settled", "Running", "Coming"}
    assert titles()[0] == "Coming"
    assert titles(stage="open") == [running.title]
    assert titles(stage="closed") == [settled.title]
    assert titles(opens_after=(now + timedelta(days=1)).isoformat()) == [coming.title]
    assert titles(closes_before=(now + timedelta(hours=2)).isoformat()) == [settled.title]
    wrong = Client().get(reverse("api-polls"), {"stage": "undecided"})
    assert wrong.status_code == 400
    assert wrong.json()["errors"][0]["field"] == "stage"


def test_the_list_asks_once_however_long_it_is(settled: Poll, make_poll: MakePoll) -> None:
    for _ in range(5):
        make_poll()
    with CaptureQueriesContext(connection) as asked:
        assert len(Client().get(reverse("api-polls")).json()["results"]) == 6
    assert len(asked) == 1, [one["sql"] for one in asked]  # the polls


# Taking a ballot


def test_a_member_takes_and_casts_a_ballot_over_http(make_open: MakePoll, people: People) -> None:
    [person] = people(1)
    poll = make_open()
    member, anybody = Client(), Client()
    member.force_login(person)
    voter = Voter(anybody.get(reverse("poll-manifest", args=[poll.pk])).json())
    answer = post(member, issue_address(poll), {"blinded": ballots.to_base64(voter.blinded)})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    voter.take(base64.b64decode(answer.json()["blind_signature"]))
    ballot = voter.ballot("yes")
    first = post(anybody, cast_address(poll), ballot)
    assert first.status_code == 201
    voter.check_receipt(ballot, ballots.read_receipt(first.json()))
    assert first["Cache-Control"] == "no-store"
    # The same answer whoever asks.
    again = post(member, cast_address(poll), ballot)
    assert (again.status_code, again.json()["ballot"]) == (201, first.json()["ballot"])


def test_taking_a_ballot_needs_somebody_signed_in(make_open: MakePoll) -> None:
    poll = make_open()
    assert post(Client(), issue_address(poll), {"blinded": ""}).status_code in (401, 403)


def test_a_page_elsewhere_cannot_take_a_ballot_for_somebody(
    make_open: MakePoll, people: People
) -> None:
    [person] = people(1)
    poll = make_open()
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    voter = Voter(manifest_of(poll))
    message = {"blinded": ballots.to_base64(voter.blinded)}
    assert post(client, issue_address(poll), message).status_code == 403
    assert not IssueMark.objects.exists()


@pytest.mark.parametrize(("scopes", "status"), [(["polls:vote"], 200), (["read"], 403), ([], 403)])
def test_a_token_needs_the_scope(
    make_open: MakePoll, people: People, now: datetime, scopes: list[str], status: int
) -> None:
    [person] = people(1)
    poll = make_open()
    PersonalToken.objects.create(
        person=person,
        name="a program",
        digest=hashlib.sha256(b"cc_secret").hexdigest(),
        scopes=scopes,
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    voter = Voter(manifest_of(poll))
    answer = post(
        Client(),
        issue_address(poll),
        {"blinded": ballots.to_base64(voter.blinded)},
        authorization="Bearer cc_secret",
    )
    assert answer.status_code == status


def test_refusals_have_their_code_and_sentence(
    make_open: MakePoll, make_person: Callable[..., Person]
) -> None:
    poll = make_open()
    late = make_person("Late")
    client = Client()
    client.force_login(late)
    voter = Voter(manifest_of(poll))
    answer = post(client, issue_address(poll), {"blinded": ballots.to_base64(voter.blinded)})
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not-on-roll"
    assert "20 November 2026" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body", [{}, {"blinded": ""}, {"blinded": "é"}, {"blinded": 7}, [], "null"]
)
def test_what_is_no_message_names_its_field(make_open: MakePoll, people: People, body: Any) -> None:
    [person] = people(1)
    client = Client()
    client.force_login(person)
    answer = post(client, issue_address(make_open()), body)
    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_a_poll_that_is_not_there_is_not_found(people: People, paper: Any) -> None:
    client = Client()
    client.force_login(people(1)[0])
    nowhere = "0" * 8 + "-0000-4000-8000-" + "0" * 12
    for name, body in (("api-poll-issue", {"blinded": ""}), ("api-poll-cast", paper.written)):
        assert post(client, reverse(name, args=[nowhere]), body).status_code == 404
    assert client.get(reverse("api-poll", args=[nowhere])).status_code == 404


# Casting


def test_a_malformed_ballot_names_the_field(make_open: MakePoll, paper: Any) -> None:
    poll = make_open()
    broken = json.loads(json.dumps(paper.written))
    broken["ballot"]["sequence"] = 100
    answer = post(Client(), cast_address(poll), broken)
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error["field"] == "ballot.sequence"


def test_casting_is_refused_with_a_code(make_open: MakePoll, paper: Any) -> None:
    answer = post(Client(), cast_address(make_open()), paper.written)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong-poll")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_taking_and_casting_are_posts(make_open: MakePoll, people: People, method: str) -> None:
    poll = make_open()
    client = Client()
    client.force_login(people(1)[0])
    for address in (issue_address(poll), cast_address(poll)):
        assert getattr(client, method)(address).status_code == 405


GARBAGE: list[bytes] = [
    *(b"", b"null", b"[]", b'"x"', b"{", b"NaN", b"Infinity", b"\xff\xfe", b"\x00" * 10),
    *(b"[" * 15_000, b'{"a":' * 3_000, b"1" * 10_000, b'"' + b"A" * 16_000 + b'"', b"A" * 100_000),
    *(b'{"ballot": {"token": "\\ud800"}, "proof": ""}', b'{"ballot": {}, "proof": "\\ud800"}'),
    *(b'{"ballot": NaN, "proof": ""}', b"\xef\xbb\xbf{}"),
]


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda one: repr(one[:12]))
@pytest.mark.parametrize(
    "content_type",
    [
        *("application/json", "application/json; charset=utf-16", "application/json; charset=hex"),
        *("text/plain", "multipart/form-data; boundary=x", ""),
    ],
)
def test_garbage_is_refused_and_nothing_more(
    make_open: MakePoll, garbage: bytes, content_type: str
) -> None:
    client = Client(raise_request_exception=False)
    answer = client.generic("POST", cast_address(make_open()), garbage, content_type)
    assert 400 <= answer.status_code < 500
    assert not Intake.objects.exists()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.sampled_from(["ballot", "proof", "poll", "token", "signatures"]), value=json_values)
def test_any_json_in_any_place_is_refused_and_nothing_more(
    settled: Poll, paper: Any, place: str, value: Any
) -> None:
    ballot = json.loads(json.dumps(paper.written))
    (ballot if place in ballot else ballot["ballot"])[place] = value
    client = Client(raise_request_exception=False)
    assert 400 <= post(client, cast_address(settled), ballot).status_code < 500
