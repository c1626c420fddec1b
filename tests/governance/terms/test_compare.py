"""What differs between two versions, and between two terms; and what is said of bad questions."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from governance.terms.models import Version
from governance.terms.rulebook import Rule
from tests.conftest import NOW
from tests.governance.terms.conftest import Publish
from tests.governance.terms.rules import DELIVER, NO_PROFILE, NO_TRACKING, content

pytestmark = pytest.mark.django_db

VERSIONS = "/terms/no-tracking/compare/"
TERMS = "/terms/compare/"
API = "/api/v1/terms/compare/"


@pytest.fixture
def history(publish: Publish) -> list[Version]:
    """Three versions of a term, and another term."""
    return [
        publish(),
        publish(
            content(version="1.1.0", rules=(NO_TRACKING, NO_PROFILE), title="No tracking at all"),
            at=NOW + timedelta(days=1),
        ),
        publish(
            content(version="1.10.0", rules=(NO_TRACKING, NO_PROFILE), title="No tracking at all"),
            at=NOW + timedelta(days=2),
        ),
        publish(content("deliver", rules=(DELIVER,), title="Just <deliver>")),
    ]


def page(client: Client, address: str, status: int = 200, /, **asked: str) -> str:
    response = client.get(address, asked)
    assert response.status_code == status
    return response.content.decode()


def words(html: str) -> str:
    """What is read aloud, without the marks."""
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


# Versions of one term


def test_two_versions_side_by_side(client: Client, history: list[Version]) -> None:
    shown = page(client, VERSIONS, **{"from": "1.0.0", "to": "1.1.0"})
    assert "Version 1.1.0 is stricter" in words(shown)
    assert "(added: at all)" in words(shown)
    assert re.search(r"<ins>.*at all.*</ins>", shown)
    assert "The same, word for word." in shown
    assert "The organisation may not build a profile of you." in shown
    assert "only here" in shown
    assert "differs" in shown


def test_the_other_way_round_it_is_the_older_that_is_stricter(
    client: Client, history: list[Version]
) -> None:
    shown = page(client, VERSIONS, **{"from": "1.1.0", "to": "1.0.0"})
    assert "Version 1.1.0 is stricter" in words(shown)
    assert re.search(r"<del>.*at all.*</del>", shown)


def test_without_a_question_it_is_the_newest_and_the_one_before(
    client: Client, history: list[Version]
) -> None:
    shown = page(client, VERSIONS)
    assert '<option value="1.1.0" selected>' in shown
    assert '<option value="1.10.0" selected>' in shown
    assert "Both sets of rules mean the same." in shown
    assert "<ins>" not in shown
    assert page(client, VERSIONS, to="1.1.0").count('<option value="1.0.0" selected>') == 1


def test_the_first_version_has_none_before_it(client: Client, history: list[Version]) -> None:
    shown = page(client, VERSIONS, to="1.0.0")
    assert "1.0.0 is the first version" in shown
    only = page(client, "/terms/deliver/compare/")
    assert "1.0.0 is the first version" in only
    assert "<select" not in only
    assert f"{TERMS}?one=deliver" in only


def test_the_same_version_twice_is_said_to_be(client: Client, history: list[Version]) -> None:
    shown = page(client, VERSIONS, **{"from": "1.0.0", "to": "1.0.0"})
    assert "the same version twice" in shown


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"from": "9.9.9"}, 404, "This term has no version 9.9.9."),
        ({"to": "9.9.9"}, 404, "This term has no version 9.9.9."),
        ({"from": "1.0"}, 422, "A version is three numbers"),
        ({"from": "01.0.0"}, 422, "A version is three numbers"),
        ({"to": "<script>"}, 422, "A version is three numbers"),
        ({"from": "x" * 5_000, "to": "1.0.0"}, 422, "A version is three numbers"),
        ({"from": "\x00", "to": "1.0.0"}, 422, "A version is three numbers"),
    ],
)
def test_a_version_there_is_not_is_said_plainly_and_the_form_stays(
    client: Client, history: list[Version], asked: dict[str, str], status: int, says: str
) -> None:
    shown = page(client, VERSIONS, status, **asked)
    assert says in shown
    assert "<select" in shown
    assert "<script>" not in shown


def test_a_term_there_is_not_has_nothing_to_compare(client: Client, db: None) -> None:
    assert client.get("/terms/none/compare/").status_code == 404


def test_two_versions_take_the_same_few_queries(
    client: Client, history: list[Version], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):  # the term; its versions with their texts
        client.get(VERSIONS)


# Two terms


def test_two_terms_side_by_side(client: Client, history: list[Version]) -> None:
    shown = page(client, TERMS, one="no-tracking", other="deliver")
    assert "Neither is stricter" in shown
    assert escape("“Just <deliver>”") in shown
    assert "The organisation must deliver the service you asked for." in shown
    # They were written apart: their texts are not compared.
    assert "<ins>" not in shown
    assert "/terms/no-tracking/1.10.0.html" in shown


def test_an_older_version_can_be_named(client: Client, history: list[Version]) -> None:
    shown = page(client, TERMS, one="no-tracking/1.0.0", other="no-tracking/1.1.0")
    assert "“No tracking at all” is stricter" in words(shown)
    assert '<option value="no-tracking/1.0.0" selected>' in shown


def test_terms_of_one_title_are_told_apart(client: Client, publish: Publish) -> None:
    publish()
    publish(content("other", rules=(NO_PROFILE,)))
    shown = page(client, TERMS, one="no-tracking", other="other")
    assert "“No tracking” (other 1.0.0)" in shown


def test_the_same_term_twice_is_said_to_be(client: Client, history: list[Version]) -> None:
    assert "the same term twice" in page(client, TERMS, one="deliver", other="deliver/1.0.0")


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"one": "none", "other": "deliver"}, 404, "There is no “none”."),
        ({"one": "deliver", "other": "deliver/9.9.9"}, 404, "There is no “deliver/9.9.9”."),
        ({"one": "No Such", "other": "deliver"}, 422, "Name a term by its short name"),
        ({"one": "deliver/1", "other": "deliver"}, 422, "Name a term by its short name"),
        ({"one": "a" * 61, "other": "deliver"}, 404, "There is no “aaa"),
        ({"one": "../x", "other": "<script>"}, 422, "Name a term by its short name"),
        ({"one": "deliver"}, 200, "Choose two"),
        ({}, 200, "Choose two"),
    ],
)
def test_a_term_there_is_not_is_said_plainly_and_the_form_stays(
    client: Client, history: list[Version], asked: dict[str, str], status: int, says: str
) -> None:
    shown = page(client, TERMS, status, **asked)
    assert says in shown
    assert "<select" in shown
    assert "<script>" not in shown


def test_before_there_are_two_the_page_says_so(client: Client, publish: Publish) -> None:
    assert "There are not yet two terms" in page(client, TERMS)
    publish()
    assert "There are not yet two terms" in page(client, TERMS)


def test_two_terms_take_the_same_few_queries(
    client: Client, history: list[Version], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):  # the list to choose from; the one; the other
        client.get(TERMS, {"one": "no-tracking", "other": "deliver"})


# The same for programs


def test_programs_are_told_the_same(client: Client, history: list[Version]) -> None:
    told = client.get(API, {"one": "no-tracking/1.1.0", "other": "no-tracking/1.0.0"}).json()
    assert told["relation"] == "stricter"
    assert told["one"] == {
        "slug": "no-tracking",
        "version": "1.1.0",
        "title": "No tracking at all",
        "url": "/terms/no-tracking/1.1.0",
    }
    assert told["matrix"] == {"profiling_2p": {"one": "no", "other": "optional"}}
    [difference] = told["differences"]
    assert (difference["one"], difference["other"]) == ("no", "open")
    assert Rule(**difference["act"]) == Rule("", "second", "profile")
    assert "may not build a profile of you" in difference["sentence"]
    same = client.get(API, {"one": "deliver", "other": "deliver"}).json()
    assert (same["relation"], same["differences"], same["matrix"]) == ("same", [], {})


def test_programs_are_told_what_is_wrong_with_their_question(
    client: Client, history: list[Version]
) -> None:
    wrong = client.get(API, {"one": "No Such"})
    assert wrong.status_code == 400
    assert {error["field"] for error in wrong.json()["errors"]} == {"one", "other"}
    assert client.get(API, {"one": "none", "other": "deliver"}).status_code == 404
