"""The rate limit of casting knows the token alone; the answer is the same whoever asks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from time_machine import travel

from governance.voting.models import Poll
from members.models import Person
from tests.governance.voting.conftest import take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    with travel(now, tick=False):
        yield


@pytest.fixture
def ballots(
    make_open: Callable[..., Poll], people: Callable[[int], list[Person]], now: datetime
) -> list[dict[str, Any]]:
    """Two ballots of two people in one poll."""
    members = people(2)
    poll = make_open()
    return [take(poll, person, now).ballot("yes") for person in members]


def cast(client: Client, ballot: Any, **extra: Any) -> Any:
    pk = ballot["ballot"]["poll"] if isinstance(ballot, dict) else Poll.objects.get().pk
    address = reverse("api-poll-cast", args=[pk])
    return client.post(address, json.dumps(ballot), "application/json", **extra)


def test_each_token_has_its_own_limit_whatever_address_it_comes_from(
    ballots: list[dict[str, Any]], settings: Any
) -> None:
    settings.CAST_RATE = "3/min"
    first, second = ballots
    for number in range(3):
        assert cast(Client(), first, REMOTE_ADDR=f"192.0.2.{number}").status_code == 201
    refused = cast(Client(), first, REMOTE_ADDR="192.0.2.99")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) in (60, 61)
    # Another token from the very same address is not held up by it.
    assert cast(Client(), second, REMOTE_ADDR="192.0.2.99").status_code == 201


def test_the_limit_looks_at_no_session(
    ballots: list[dict[str, Any]], settings: Any, make_person: Callable[..., Person]
) -> None:
    settings.CAST_RATE = settings.API_RATE = "2/min"
    signed_in = Client()
    signed_in.force_login(make_person("Somebody"))
    assert [cast(signed_in, ballots[0]).status_code for _ in range(3)] == [201, 201, 429]
    assert cast(signed_in, ballots[1]).status_code == 201


def test_what_is_no_ballot_is_refused_and_not_counted(
    ballots: list[dict[str, Any]], settings: Any
) -> None:
    settings.CAST_RATE = "1/min"
    several: list[Any] = [[], {}, {"ballot": []}, {"ballot": {"token": 7}}, "x", None]
    for nonsense in several:
        for _again in range(2):
            answer = Client().post(
                reverse("api-poll-cast", args=[ballots[0]["ballot"]["poll"]]),
                json.dumps(nonsense),
                "application/json",
            )
            assert answer.status_code == 400, nonsense


def test_whoever_asks_gets_the_same_answer(
    ballots: list[dict[str, Any]], make_person: Callable[..., Person]
) -> None:
    """Signed in as a steward, with a token, with a cookie from elsewhere, or as nobody at all."""
    nobody, steward = Client(), Client()
    steward.force_login(make_person("Sam", role="steward"))
    answers = [
        cast(nobody, ballots[0]),
        cast(steward, ballots[0]),
        cast(nobody, ballots[0], HTTP_AUTHORIZATION="Bearer cc_nonsense"),
        cast(nobody, ballots[0], HTTP_COOKIE="sessionid=nonsense", REMOTE_ADDR="192.0.2.7"),
    ]
    told = [(one.status_code, dict(one.headers), one.cookies.output()) for one in answers]
    receipts = [one.json() for one in answers]
    # ECDSA takes a new random number for each signature.
    for receipt in receipts:
        assert receipt.pop("signature")
    assert [one[:1] for one in told] == [(201,)] * 4
    assert told == [told[0]] * 4
    assert all(one == receipts[0] for one in receipts)
    assert not told[0][2]


def test_what_the_limit_keeps_names_no_token(ballots: list[dict[str, Any]]) -> None:
    assert cast(Client(), ballots[0]).status_code == 201
    kept = repr(getattr(cache, "_cache"))  # noqa: B009 - the store of this process
    assert "cast:" in kept
    assert ballots[0]["ballot"]["token"] not in kept


def test_casting_reads_no_session_even_where_one_is_sent(
    ballots: list[dict[str, Any]], make_person: Callable[..., Person]
) -> None:
    signed_in = Client()
    signed_in.force_login(make_person("Somebody"))
    asked = []
    for client, ballot in zip((Client(), signed_in), ballots, strict=True):
        with CaptureQueriesContext(connection) as queries:
            assert cast(client, ballot).status_code == 201
        asked.append(len(queries))
        tables = " ".join(query["sql"] for query in queries)
        assert "django_session" not in tables
        assert "members_" not in tables
    # The poll, once; and the one statement that checks it again and stores the ballot.
    assert asked == [2, 1]
