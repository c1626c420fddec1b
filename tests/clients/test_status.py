"""What became of a term: a signed statement that says what it says, and no more than that."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from customer_commons import (
    Answer,
    Client,
    Keys,
    Linked,
    NotInForce,
    NotVerified,
    StatusExpired,
    TermStatus,
    verify_status,
)

from tests.clients.conftest import HERE, ORIGIN, PARTS, Site, status_of
from tests.conftest import NOW

STATUS = f"{HERE}/status.json"


def client_of(site: Site, *, after: timedelta = timedelta(0)) -> Client:
    def fetch(url: str, etag: str = "") -> Answer:
        path = url.removeprefix(ORIGIN)
        if path not in site:
            raise NotVerified("fetch", f"{url} is not there.")
        return Answer(200, site[path])

    return Client(ORIGIN, fetch=fetch, now=lambda: NOW + after)


def checked(site: Site, *, after: timedelta = timedelta(0), **changes: Any) -> TermStatus:
    keys = Keys.from_did_document(json.loads(site["/.well-known/did.json"]))
    digest = json.loads(site["/terms/index.json"])["terms"][0]["sha256"]
    return verify_status(
        status_of(digest, **changes), keys, term=ORIGIN + HERE, sha256=digest, now=NOW + after
    )


def test_a_term_in_force(site: Site) -> None:
    client = client_of(site, after=timedelta(hours=2))
    status = client.status(client.term("no-stalking", "1.0.0"))
    assert status.in_force
    assert not status.expired
    assert (status.status, status.latest, status.concerns) == ("active", ORIGIN + HERE, ())
    assert status.signed_by == "did:web:localhost%3A8000#terms-1"


def test_the_policy_texts_and_translations_have_the_hashes_that_name_them(site: Site) -> None:
    client = client_of(site)
    term = client.term("no-stalking", "1.0.0")
    found = client.parts(term) | client.translations(client.status(term))
    assert found == PARTS


@pytest.mark.parametrize("name", PARTS)
def test_another_text_than_the_one_named_is_refused(name: str, site: Site) -> None:
    client = client_of(site | {f"{HERE}/{name}": PARTS[name].swapcase()})
    term = client.term("no-stalking", "1.0.0")
    with pytest.raises(NotVerified, match=name) as caught:
        _both = (client.parts(term), client.translations(client.status(term)))
    assert caught.value.what == "hash"


def test_an_expired_statement_is_a_warning_that_says_so(site: Site) -> None:
    """The clock moves on, the statement does not."""
    assert checked(site, after=timedelta(hours=24)).in_force
    client = client_of(site, after=timedelta(hours=24, seconds=1))
    term = client.term("no-stalking", "1.0.0")
    with pytest.warns(StatusExpired, match="expired on 2026-11-21 at 12:00 UTC"):
        status = client.status(term)
    assert status.status == "active"
    assert status.expired
    assert not status.in_force


@pytest.mark.parametrize("name", ["superseded", "deprecated", "withdrawn"])
def test_what_is_not_in_force_says_since_when_why_and_what_instead(name: str, site: Site) -> None:
    successor = f"{ORIGIN}/terms/no-stalking/1.1.0"
    status = checked(site, status=name, successor=successor, reason="It said too little.")
    assert not status.in_force
    assert not status.expired
    assert (status.status, status.successor, status.reason) == (
        name,
        successor,
        "It said too little.",
    )
    (concern,) = status.concerns
    assert isinstance(concern, NotInForce)
    assert str(concern) == (
        f"This version is {name} since 2026-11-20; its successor is {successor}. "
        "It said too little."
    )
    both = checked(site, status=name, after=timedelta(days=3))
    assert [type(concern) for concern in both.concerns] == [StatusExpired, NotInForce]


@pytest.mark.parametrize(
    ("changes", "what", "sentence"),
    [
        ({"sha256": "0" * 64}, "status", "another hash"),
        ({"term": f"{ORIGIN}/terms/other/1.0.0"}, "status", "not of"),
        ({"type": "PublishedTerm"}, "status", "not a statement"),
        ({"status": "splendid"}, "status", "splendid"),
        ({"status": None}, "status", "None"),
        ({"asOf": None}, "status", "asOf"),
        ({"asOf": "yesterday"}, "status", "asOf"),
        ({"expires": "2026-11-20T12:00:00Z"}, "status", "before it begins"),
        ({"asOf": "2026-11-20T13:00:00Z"}, "status", "still to come"),
        ({"reason": 3}, "status", "reason"),
        ({"translations": []}, "status", "translations"),
        ({"translations": {"de": []}}, "status", "'de'"),
        ({"translations": {"de": {"plain": {}}}}, "status", "plain.de"),
        ({"translations": {"../x": {"plain": {"url": "x", "sha256": "0" * 64}}}}, "status", "x"),
    ],
)
def test_a_statement_that_is_not_about_this_is_refused(
    changes: dict[str, Any], what: str, sentence: str, site: Site
) -> None:
    with pytest.raises(NotVerified, match=sentence) as caught:
        checked(site, **changes)
    assert caught.value.what == what


def test_every_byte_of_a_statement_counts(site: Site) -> None:
    good = site[STATUS]
    term = client_of(site).term("no-stalking", "1.0.0")
    for place in range(0, len(good), 7):
        bad = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
        client = client_of(site | {STATUS: bad})
        with pytest.raises(NotVerified):
            client.status(term)


def test_a_part_that_stands_elsewhere_is_not_fetched(document: dict[str, Any]) -> None:
    client = client_of({})
    for url in (
        "https://elsewhere.example/terms/no-stalking/1.0.0/plain.en",
        f"{ORIGIN}/terms/no-stalking/1.0.0/../../../me",
        f"{ORIGIN}/me/",
        f"{ORIGIN}@elsewhere.example/terms/no-stalking/1.0.0/plain.en",
    ):
        with pytest.raises(NotVerified, match="not an address"):
            client.part(Linked("plain.en", url, "0" * 64))
