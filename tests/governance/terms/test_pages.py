"""The pages: what they say, in how many queries, and what they say when there is nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from governance.terms.rulebook import Rule
from tests.conftest import NOW
from tests.governance.terms.conftest import Publish
from tests.governance.terms.rules import DELIVER, NO_PROFILE, NO_TRACKING, content

pytestmark = pytest.mark.django_db


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


# The roster


def test_an_empty_roster_says_what_to_do_next(client: Client) -> None:
    page = text(client, reverse("term-list"))
    assert "No term has been adopted yet" in page
    assert reverse("proposal-list") in page


def test_the_roster_shows_what_each_term_stops(client: Client, publish: Publish) -> None:
    publish()
    page = text(client, reverse("term-list"))
    assert "No tracking" in page
    assert "The organisation may not follow you across sites, apps or devices." in page
    assert "in force" in page


def test_the_roster_shows_a_term_once_at_its_newest(client: Client, publish: Publish) -> None:
    publish()
    publish(content(version="2.0.0", title="No tracking, ever"), at=NOW + timedelta(days=1))
    page = text(client, reverse("term-list"))
    assert page.count("<article>") == 1
    assert "No tracking, ever" in page
    assert "version 2.0.0" in page


def test_the_roster_makes_no_query_per_term(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    for number, rules in enumerate([(NO_TRACKING,), (NO_PROFILE,), (DELIVER,)]):
        publish(content(f"term-{number}", rules=rules))
    with django_assert_num_queries(2):  # versions with their texts; whether there is any term
        client.get(reverse("term-list"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=stalk", {"no-stalking"}),
        ("q=STALK", {"no-stalking"}),
        ("kind=prohibition&action=profile", {"no-profile"}),
        ("kind=permission&action=profile", set()),
        ("action=track&purpose=marketing", {"no-marketing"}),
        ("status=active", {"no-stalking", "no-profile", "no-marketing"}),
        ("status=superseded", set()),
        ("slug=no-profile", {"no-profile"}),
        ("q=nothing-has-this", set()),
    ],
)
def test_the_roster_can_be_narrowed(
    client: Client, publish: Publish, query: str, found: set[str]
) -> None:
    for slug, rules in (
        ("no-stalking", (NO_TRACKING,)),
        ("no-profile", (NO_PROFILE, DELIVER)),
        ("no-marketing", (Rule("prohibition", "second", "track", "marketing"), DELIVER)),
    ):
        publish(content(slug, rules=rules, title=slug))
    page = text(client, f"{reverse('term-list')}?{query}")
    everything = {"no-stalking", "no-profile", "no-marketing"}
    assert {slug for slug in everything if f"/terms/{slug}/" in page} == found
    assert ("No term fits" in page) == (not found)
    rows = client.get(f"{reverse('api-terms')}?{query}").json()["results"]
    assert {row["slug"] for row in rows} == found


# A term


def test_a_term_says_its_rules_who_decided_and_how_to_check(
    client: Client, publish: Publish
) -> None:
    version = publish(content(rules=(NO_TRACKING, DELIVER)))
    page = text(client, reverse("term", args=["no-tracking"]))
    assert '<h1 lang="en" dir="ltr">No tracking</h1>' in page
    assert "Do not follow me around." in page
    assert "The organisation must deliver the service you asked for." in page
    assert "61 of 200 members who could vote took part." in page
    assert 'href="/polls/6f3c2a52-9a7e-4d61-8f0e-2f1f6f0a9b11/"' in page
    assert reverse("record-entry", args=[version.record_hash]) in page
    assert version.sha256 in page
    assert "curl --silent http://testserver/terms/no-tracking/1.0.0.json | sha256sum" in page
    assert "did:web:localhost%3A8000#terms-1" in page
    assert "CC0-1.0" in page


def test_a_superseded_version_keeps_its_page_and_says_so(client: Client, publish: Publish) -> None:
    publish()
    publish(content(version="1.1.0"), at=NOW + timedelta(days=1))
    page = text(client, reverse("term-page", args=["no-tracking", "1.0.0"]))
    assert "Version 1.0.0 has been replaced." in page
    assert reverse("term", args=["no-tracking"]) in page
    newest = text(client, reverse("term", args=["no-tracking"]))
    assert "This is version 1.1.0, adopted by the members." in newest


def test_a_term_is_shown_in_the_same_few_queries_however_many_versions(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    for minor in range(4):
        publish(content(version=f"1.{minor}.0"), at=NOW + timedelta(days=minor))
    # the version with text and neighbours; translations; all; proffers, asks and acceptances
    with django_assert_num_queries(6):
        client.get(reverse("term", args=["no-tracking"]))


def test_what_a_member_wrote_is_shown_as_text(client: Client, publish: Publish) -> None:
    publish(content(title="<script>alert(1)</script>"))
    for address in (reverse("term-list"), reverse("term", args=["no-tracking"])):
        page = text(client, address)
        assert "<script>alert" not in page
        assert escape("<script>alert(1)</script>") in page


def test_a_term_that_was_never_published_is_not_found(client: Client) -> None:
    for address in ("/terms/none/", "/terms/none/1.0.0.html", "/terms/none/1.0.0", "/terms/None/"):
        assert client.get(address).status_code == 404


# The preview


FORM = {
    "term-title": "No tracking",
    "term-slug": "",
    "term-version": "1.0.0",
    "term-plain": "Do not follow me around.",
    "term-legal": "1. The organisation does not follow the individual.",
    "term-aliases": "",
    "rules-TOTAL_FORMS": "1",
    "rules-INITIAL_FORMS": "0",
    "rules-0-party": "second",
    "rules-0-kind": "prohibition",
    "rules-0-action": "track",
}


def test_the_preview_is_a_piece_of_page_for_htmx_and_a_page_without(
    client: Client, make_person: Any
) -> None:
    client.force_login(make_person("Ada"))
    piece = client.post(reverse("term-preview"), FORM, headers={"HX-Request": "true"})
    page = client.post(reverse("term-preview"), FORM)
    for response in (piece, page):
        shown = response.content.decode()
        assert "The organisation may not follow you across sites, apps or devices." in shown
        assert escape('"slug": "no-tracking"') in shown
    assert "<html" not in piece.content.decode()
    assert "<html" in page.content.decode()


def test_the_preview_shows_what_is_there_and_names_what_is_missing(
    client: Client, make_person: Any
) -> None:
    client.force_login(make_person("Ada"))
    for changes, says in (
        ({"term-legal": ""}, "Give the wording that counts"),
        ({"rules-0-action": ""}, "Choose one from the list."),
        ({"rules-0-action": "stalk"}, "Choose one from the list."),
        ({"rules-TOTAL_FORMS": "x"}, "A term needs at least one rule."),
        ({"rules-TOTAL_FORMS": "9999"}, ""),
    ):
        response = client.post(reverse("term-preview"), FORM | changes)
        assert response.status_code == 200
        assert says in response.content.decode()
        assert "No tracking" in response.content.decode()
    assert client.post(reverse("term-preview"), {}).status_code == 200


def test_the_preview_changes_nothing_and_is_for_those_who_signed_in(client: Client) -> None:
    assert client.get(reverse("term-preview")).status_code in (302, 405)
    assert client.post(reverse("term-preview"), FORM).status_code == 302


def test_the_developers_page_shows_the_snippets(client: Client) -> None:
    page = text(client, reverse("developers"))
    assert "export ORIGIN=http://testserver" in page
    assert escape('curl --silent --fail "$ORIGIN/terms/index.json"') in page
