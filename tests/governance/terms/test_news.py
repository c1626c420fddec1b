"""The feeds of terms: what happened, the newest first, under names that never change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client

from governance.terms import actions
from governance.terms.document import LICENCE
from governance.terms.models import Version
from governance.terms.views import feeds
from tests.conftest import NOW, TEST
from tests.governance.terms.conftest import Publish
from tests.governance.terms.rules import NO_PROFILE, content
from tests.governance.terms.test_afterwards import GERMAN, LATER, REASON

pytestmark = pytest.mark.django_db

ORIGIN = settings.PUBLIC_ORIGIN
IN = {"a": "http://www.w3.org/2005/Atom"}
ATOM, JSON = "/terms/feed.atom", "/terms/feed.json"


@pytest.fixture
def history(publish: Publish) -> Version:
    """Published, translated, superseded; the next published, then withdrawn for another term."""
    first = publish()
    other = publish(content("no-profile", rules=(NO_PROFILE,)), at=NOW + timedelta(hours=1))
    actions.add_translation(version=first, **GERMAN, by=TEST, at=NOW + timedelta(hours=2))
    second = publish(content(version="1.1.0", title="No <tracking> & more"), at=LATER)
    actions.deprecate(
        version=second, reason=REASON, successor=other, by=TEST, at=LATER + timedelta(days=1)
    )
    actions.withdraw(version=second, reason="Gone.", by=TEST, at=LATER + timedelta(days=2))
    return second


def parsed(response: Any) -> ElementTree.Element:
    return ElementTree.fromstring(response.content)  # noqa: S314 - our own bytes


def ids(client: Client, query: str = "") -> list[str]:
    return [item["id"].removeprefix(ORIGIN) for item in client.get(JSON + query).json()["items"]]


def test_what_happened_is_told_newest_first(client: Client, history: Version) -> None:
    feed = client.get(JSON).json()
    assert [(item["title"], item["content_text"]) for item in feed["items"]] == [
        ("“No <tracking> & more” 1.1.0 was withdrawn", "Gone. Use no-profile 1.0.0 in its place."),
        (
            "“No <tracking> & more” 1.1.0 was deprecated",
            f"{REASON} Use no-profile 1.0.0 in its place.",
        ),
        ("“No tracking” 1.0.0 was superseded", "Version 1.1.0 has taken its place."),
        ("“No <tracking> & more” 1.1.0 was published", "Members adopted it by vote."),
        ("“No tracking” 1.0.0 can be read in German", "Its title in German: Kein Tracking"),
        ("“No tracking” 1.0.0 was published", "Members adopted it by vote."),  # no-profile
        ("“No tracking” 1.0.0 was published", "Members adopted it by vote."),
    ]


def test_names_never_change_and_are_different(client: Client, history: Version) -> None:
    found = ids(client)
    assert found == [
        "/terms/no-tracking/1.1.0#withdrawn",
        "/terms/no-tracking/1.1.0#deprecated",
        "/terms/no-tracking/1.0.0#superseded",
        "/terms/no-tracking/1.1.0#active",
        "/terms/no-tracking/1.0.0#translation-de",
        "/terms/no-profile/1.0.0#active",
        "/terms/no-tracking/1.0.0#active",
    ]
    assert len(set(found)) == len(found)


def test_the_atom_feed_has_what_the_standard_requires(client: Client, history: Version) -> None:
    response = client.get(ATOM)
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = parsed(response)
    assert root.tag == f"{{{IN['a']}}}feed"
    # RFC 4287, 4.1.1: exactly one id, title and updated; an author; links with distinct relations.
    for name in ("id", "title", "updated", "author"):
        assert len(root.findall(f"a:{name}", IN)) == 1
    assert root.findtext("a:id", "", IN) == f"{ORIGIN}{ATOM}"
    entries = root.findall("a:entry", IN)
    assert len(entries) == 7
    for entry in entries:
        for name in ("id", "title", "updated", "summary"):
            assert len(entry.findall(f"a:{name}", IN)) == 1
            assert entry.findtext(f"a:{name}", "", IN).strip()
        [link] = entry.findall("a:link", IN)
        assert link.get("rel") == "alternate"
        assert client.get(link.get("href", "").removeprefix(ORIGIN)).status_code == 200
    updated = [entry.findtext("a:updated", "", IN) for entry in entries]
    assert updated == sorted(updated, reverse=True)
    assert root.findtext("a:updated", "", IN) == updated[0]
    links = {(link.get("rel"), link.get("href")) for link in root.findall("a:link", IN)}
    assert ("self", f"{ORIGIN}{ATOM}") in links
    assert ("license", LICENCE) in links


def test_the_json_feed_has_what_its_specification_requires(
    client: Client, history: Version
) -> None:
    response = client.get(JSON)
    assert response.headers["Content-Type"] == "application/feed+json"
    feed = response.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    assert (feed["feed_url"], feed["home_page_url"]) == (f"{ORIGIN}{JSON}", f"{ORIGIN}/terms/")
    assert "next_url" not in feed
    for item in feed["items"]:
        assert {"id", "url", "content_text", "date_modified"} <= set(item)


def test_whoever_has_the_news_is_told_so_until_there_is_more(
    client: Client, history: Version, publish: Publish
) -> None:
    for address in (ATOM, JSON):
        response = client.get(address)
        assert response.headers["Cache-Control"] == "public, max-age=300"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        etag = response.headers["ETag"]
        assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    publish(content(version="2.0.0"), at=LATER + timedelta(days=9))
    assert client.get(ATOM, headers={"If-None-Match": etag}).status_code == 200


def test_a_long_feed_is_read_in_parts(
    client: Client, history: Version, monkeypatch: Any, django_assert_num_queries: Any
) -> None:
    everything = ids(client)
    monkeypatch.setattr(feeds, "AT_ONCE", 3)
    with django_assert_num_queries(5):  # two counts, the keys, statuses, translations
        client.get(f"{JSON}?page=2")
    first = client.get(JSON).json()
    assert first["next_url"] == f"{ORIGIN}{JSON}?page=2"
    last = client.get(f"{JSON}?page=3").json()
    assert "next_url" not in last
    assert ids(client) + ids(client, "?page=2") + ids(client, "?page=3") == everything
    middle = parsed(client.get(f"{ATOM}?page=2"))
    links = {link.get("rel"): link.get("href") for link in middle.findall("a:link", IN)}
    assert middle.findtext("a:id", "", IN) == f"{ORIGIN}{ATOM}"
    assert links["self"] == f"{ORIGIN}{ATOM}?page=2"
    assert (links["first"], links["previous"]) == (f"{ORIGIN}{ATOM}", f"{ORIGIN}{ATOM}")
    assert links["next"] == links["last"] == f"{ORIGIN}{ATOM}?page=3"


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "1.0", "²", "9" * 30, ""])
def test_a_part_there_is_not_is_not_found(client: Client, publish: Publish, page: str) -> None:
    publish()
    for address in (ATOM, JSON):
        assert client.get(address, {"page": page}).status_code == 404


def test_before_anything_happened_there_is_a_feed(client: Client, db: None) -> None:
    assert client.get(JSON).json()["items"] == []
    assert parsed(client.get(ATOM)).findtext("a:updated", "", IN) == "1970-01-01T00:00:00Z"


def test_the_pages_name_the_feeds(client: Client, history: Version) -> None:
    for address in ("/terms/", "/terms/no-tracking/"):
        page = client.get(address).content.decode()
        assert f'type="application/atom+xml" href="{ATOM}"' in page
        assert f'type="application/feed+json" href="{JSON}"' in page
