"""“Choose my terms” as pages: asked one by one, nothing kept, and an answer at the end."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from governance.terms import actions
from governance.terms.choices import QUESTIONS
from governance.terms.roster import load
from governance.terms.rulebook import DraftContent
from tests.conftest import NOW, TEST
from tests.governance.terms.conftest import Publish

pytestmark = pytest.mark.django_db

CHOOSE = "/terms/choose/"
TERMS = {term.slug: term for term in load(Path(settings.BASE_DIR) / "config/demo/roster.toml")}
STRICT = {
    "about": "service",
    "analyse": "no",
    "track": "no",
    "profile": "no",
    "share": "nobody",
    "keep": "open",
    "never": "none",
    "back": "open",
}


@pytest.fixture
def roster(publish: Publish) -> dict[str, Any]:
    """Some terms in force."""
    names = ("no-stalking", "service-delivery-only", "service-and-own-analytics", "my-data-for-ai")
    return {name: publish(TERMS[name]) for name in names}


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert found
    return found[1].strip()


class Form(HTMLParser):
    """Where the form of the page goes, and what it sends if one presses its button."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.offered: list[tuple[str, str]] = []
        self.feed(page[page.index('<form method="get"') : page.index("</form>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "input":
            known = dict(attrs)
            pair = str(known["name"]), str(known["value"])
            into = self.sent if known["type"] == "hidden" or "checked" in known else self.offered
            into.append(pair)


def test_one_gets_from_the_first_question_to_a_term_by_pressing_continue(
    client: Client, roster: dict[str, Any]
) -> None:
    page = client.get(CHOOSE)
    headings: list[str] = []
    while "<form" in page.text and len(headings) < 12:
        headings.append(heading(page.text))
        form = Form(page.text)
        wanted = [pair for pair in form.offered if STRICT.get(pair[0]) == pair[1]]
        page = client.get(f"{CHOOSE}?{urlencode([*form.sent, *wanted])}")
        assert page.status_code == 200
        assert page.cookies == {}
    assert headings == [
        "What do you want to do?",
        "What may it find out about you?",
        "With whom may it share what it knows about you?",
        "How long may it keep what it knows about you?",
        "Is there anything it should never use or keep?",
        "Do you want to be able to take your data with you?",
    ]
    assert heading(page.text) == "Just the service"
    assert "This term says exactly what you chose." in page.text


def test_nothing_is_kept(client: Client, roster: dict[str, Any]) -> None:
    for query in ({}, {"about": "service"}, STRICT, {"about": "sleep"}):
        answer = client.get(CHOOSE, query)
        assert "Set-Cookie" not in answer.headers
        assert answer.cookies == {}
        assert "no-store" in answer.headers["Cache-Control"]
        assert "keep nothing" in answer.text
        assert "csrfmiddlewaretoken" not in answer.text
    assert client.post(CHOOSE, STRICT).status_code == 405


def test_the_nearest_safe_term_is_shown_with_its_difference(
    client: Client, roster: dict[str, Any]
) -> None:
    page = client.get(CHOOSE, {**STRICT, "analyse": "yes", "track": "yes"}).text
    assert heading(page) == "The service, and you may count"
    assert "it allows nothing that you did not" in page
    assert "follow you across sites, apps or devices" in page
    assert "your choice" in page


def test_a_term_that_allows_more_is_never_shown_without_a_warning(
    client: Client, roster: dict[str, Any]
) -> None:
    page = client.get(CHOOSE, {**STRICT, "keep": "P30D"}).text
    assert heading(page) == "Just the service"
    assert "This term allows more than you chose." in page
    assert "30 days" in page


def test_only_what_is_in_force_is_recommended(
    client: Client, roster: dict[str, Any], publish: Publish
) -> None:
    at = NOW + timedelta(days=1)
    actions.deprecate(
        version=roster["service-delivery-only"], reason="Members want another.", by=TEST, at=at
    )
    page = client.get(CHOOSE, STRICT).text
    assert heading(page) != "Just the service"
    for name in ("no-stalking", "service-and-own-analytics", "my-data-for-ai"):
        actions.withdraw(version=roster[name], reason="Members took it back.", by=TEST, at=at)
    page = client.get(CHOOSE, STRICT).text
    assert "There is no term to choose yet" in page


def test_without_any_term_one_is_told_so(client: Client, public_root: Path) -> None:
    for query in ({}, STRICT, {"about": "sleep"}):
        page = client.get(CHOOSE, query)
        assert page.status_code == 200
        assert "There is no term to choose yet" in page.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("about=sleep", "That is not one of the answers."),
        ("about=service&sent=analyse&analyse=no", "Choose one of the answers."),
        ("sent=about", "Choose one of the answers."),
        ("about=", "That is not one of the answers."),
        ("share=%00&about=service", "It will be asked again."),
        ("about=ads&about=sleep", "That is not one of the answers."),
    ],
)
def test_a_bad_answer_is_named_and_asked_again(
    client: Client, roster: dict[str, Any], query: str, sentence: str
) -> None:
    answer = client.get(f"{CHOOSE}?{query}")
    assert answer.status_code == 422
    assert sentence in answer.text


def test_what_belongs_to_another_question_is_left_alone(
    client: Client, roster: dict[str, Any]
) -> None:
    page = client.get(CHOOSE, {"about": "ads", "share": "nonsense", "utm_source": "<script>"})
    assert page.status_code == 200
    assert heading(page.text) == "No stalking"
    assert "utm_source" not in page.text


@hypothesis(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from([*QUESTIONS, "sent", "other"]),
        st.text(max_size=8)
        | st.sampled_from([o.code for q in QUESTIONS.values() for o in q.options]),
    )
)
def test_no_query_breaks_it(client: Client, roster: dict[str, Any], query: dict[str, str]) -> None:
    assert client.get(CHOOSE, query).status_code in (200, 422)


def test_each_answer_can_be_changed_and_the_others_stay(
    client: Client, roster: dict[str, Any]
) -> None:
    page = client.get(CHOOSE, STRICT).text
    changes = re.findall(r'href="(/terms/choose/\?[^"]+)"', page)
    assert len(changes) == 8
    again = client.get(changes[4].replace("&amp;", "&")).text
    assert heading(again) == "With whom may it share what it knows about you?"
    sent = dict(Form(again).sent)
    others = {name: code for name, code in STRICT.items() if name != "share"}
    assert sent == {**others, "sent": "share"}


def test_queries(
    client: Client, publish: Publish, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def count() -> None:
        # The terms in force, whatever is asked and however many there are.
        for query in ({}, {"about": "service"}, STRICT):
            with django_assert_num_queries(1):
                client.get(CHOOSE, query)

    contents: list[DraftContent] = list(TERMS.values())
    publish(contents[0])
    count()
    for content in contents[1:5]:
        publish(content)
    count()
