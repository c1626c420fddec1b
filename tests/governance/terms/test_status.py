"""What programs are told of a version that is out of force or translated; every byte stays."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from governance.record import multikey, proofs
from governance.record.signing import did_document
from governance.terms import actions, document, schema
from governance.terms.models import Version
from tests.conftest import TEST
from tests.governance.terms.conftest import Publish
from tests.governance.terms.rules import NO_PROFILE, content
from tests.governance.terms.test_afterwards import GERMAN, LATER, REASON

pytestmark = pytest.mark.django_db

HERE = "/terms/no-tracking/1.0.0"
ORIGIN = settings.PUBLIC_ORIGIN
SINCE = f"@{int(LATER.timestamp())}"
SUFFIXES = (".json", ".jsonld", ".txt", ".md", "/policy.jsonld", "/plain.en", "/legal.en")


def signed_status(client: Client, at: Any = LATER) -> dict[str, Any]:
    """The status document, its signature checked."""
    with time_machine.travel(at, tick=False):
        found: dict[str, Any] = client.get(f"{HERE}/status.json").json()
    method = did_document()["verificationMethod"]
    keys = {one["id"]: multikey.decode_public(one["publicKeyMultibase"]) for one in method}
    proofs.verify(found, keys[found["proof"]["verificationMethod"]])
    return found


def test_the_status_says_what_was_decided_why_and_what_to_use(
    client: Client, publish: Publish
) -> None:
    version, other = publish(), publish(content("no-profile", rules=(NO_PROFILE,)))
    made = actions.deprecate(version=version, reason=REASON, successor=other, by=TEST, at=LATER)
    said = signed_status(client, LATER + timedelta(minutes=90))
    assert {name: said[name] for name in set(said) - {"@context", "proof", "record"}} == {
        "id": f"{ORIGIN}{HERE}/status.json",
        "type": "TermStatus",
        "term": f"{ORIGIN}{HERE}",
        "sha256": version.sha256,
        "status": "deprecated",
        "since": "2026-11-21T12:00:00Z",
        "reason": REASON,
        "successor": f"{ORIGIN}/terms/no-profile/1.0.0",
        "latest": f"{ORIGIN}{HERE}",
        "asOf": "2026-11-21T13:00:00Z",
        "expires": "2026-11-22T13:00:00Z",
    }
    assert said["record"] == made.record_hash
    actions.withdraw(version=version, reason="Gone.", by=TEST, at=LATER + timedelta(days=1))
    said = signed_status(client, LATER + timedelta(days=2))
    assert (said["status"], said["reason"], said["since"]) == (
        "withdrawn",
        "Gone.",
        "2026-11-22T12:00:00Z",
    )
    assert said["successor"] == f"{ORIGIN}/terms/no-profile/1.0.0"


def test_the_status_lists_the_translations_by_hash(client: Client, publish: Publish) -> None:
    version = publish()
    assert "translations" not in signed_status(client)
    late = LATER + timedelta(minutes=40)
    made = actions.add_translation(version=version, **GERMAN, by=TEST, at=late)
    said = signed_status(client, late)
    assert said["translations"] == {
        "de": {
            "title": "Kein Tracking",
            "plain": {"url": f"{ORIGIN}{HERE}/plain.de", "sha256": made.plain.sha256},
            "legal": {"url": f"{ORIGIN}{HERE}/legal.de", "sha256": made.legal.sha256},
            "since": "2026-11-21T12:40:00Z",
            "record": made.record_hash,
        }
    }
    # Never as of a time before what it says.
    assert said["asOf"] == "2026-11-21T12:40:00Z"
    assert set(said) - {"@context"} <= set(schema.context("x#")["@context"])
    for name in ("plain", "legal"):
        text = client.get(said["translations"]["de"][name]["url"].removeprefix(ORIGIN))
        assert document.sha256(text.content) == said["translations"]["de"][name]["sha256"]
        assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert "immutable" in text.headers["Cache-Control"]
        by_hash = client.get(f"/terms/by-hash/sha256/{document.sha256(text.content)}")
        assert by_hash.content == text.content
    # The document was signed before, and says nothing of it.
    assert "de" not in json.loads(bytes(Version.objects.get().document))["text"]
    assert client.get("/terms/index.json").json()["terms"][0]["languages"] == ["en", "de"]
    assert client.get(f"{HERE}/plain.fr").status_code == 404


def test_while_in_force_nothing_is_called_outdated(client: Client, publish: Publish) -> None:
    publish()
    for end in (*SUFFIXES, ".html", "", "/status.json"):
        response = client.get(f"{HERE}{end}")
        assert "Deprecation" not in response.headers
        assert "Sunset" not in response.headers


@pytest.mark.parametrize("became", ["superseded", "deprecated", "withdrawn"])
def test_what_is_out_of_force_says_since_when_and_is_served_for_ever(
    client: Client, publish: Publish, became: str
) -> None:
    version = publish()
    before = {end: client.get(f"{HERE}{end}").content for end in SUFFIXES}
    if became == "superseded":
        publish(content(version="1.1.0"), at=LATER)
    elif became == "deprecated":
        actions.deprecate(version=version, reason=REASON, by=TEST, at=LATER)
    else:
        actions.withdraw(version=version, reason=REASON, by=TEST, at=LATER)
    for end in (*SUFFIXES, ".html", ""):
        response = client.get(f"{HERE}{end}")
        assert response.status_code == 200
        assert response.headers["Deprecation"] == SINCE, end
        # No address that was published ever goes.
        assert "Sunset" not in response.headers
    assert {end: client.get(f"{HERE}{end}").content for end in SUFFIXES} == before
    known = client.get(f"{HERE}.json").headers["ETag"]
    again = client.get(f"{HERE}.json", headers={"If-None-Match": known})
    assert (again.status_code, again.headers["Deprecation"]) == (304, SINCE)
    for sha256 in (version.sha256, version.renditions.get(name="plain.en").sha256):
        found = client.get(f"/terms/by-hash/sha256/{sha256}")
        assert found.headers["Deprecation"] == SINCE


def test_it_was_outdated_since_the_first_time(client: Client, publish: Publish) -> None:
    version = publish()
    actions.deprecate(version=version, reason=REASON, by=TEST, at=LATER)
    actions.withdraw(version=version, reason=REASON, by=TEST, at=LATER + timedelta(days=9))
    assert client.get(f"{HERE}.json").headers["Deprecation"] == SINCE


def test_the_latest_of_a_withdrawn_term_answers_and_says_why(
    client: Client, publish: Publish
) -> None:
    version, other = publish(), publish(content("no-profile", rules=(NO_PROFILE,)))
    assert client.get("/terms/no-tracking/latest").content == b""
    actions.deprecate(version=version, reason="First.", successor=other, by=TEST, at=LATER)
    actions.withdraw(version=version, reason=REASON, by=TEST, at=LATER)
    response = client.get("/terms/no-tracking/latest.json")
    assert (response.status_code, response.headers["Location"]) == (302, f"{HERE}.json")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "was withdrawn on 2026-11-21" in response.content.decode()
    assert REASON in response.content.decode()
    assert response.headers["Deprecation"] == SINCE
    links = response.headers["Link"]
    assert f'<{HERE}/status.json>; rel="status"' in links
    assert '</terms/no-profile/1.0.0>; rel="successor-version"' in links


def test_the_index_says_since_when_and_what_to_use(client: Client, publish: Publish) -> None:
    version, other = publish(), publish(content("no-profile", rules=(NO_PROFILE,)))
    actions.deprecate(version=version, reason=REASON, successor=other, by=TEST, at=LATER)
    rows = {row["slug"]: row for row in client.get("/terms/index.json").json()["terms"]}
    row = rows["no-tracking"]
    assert (row["status"], row["since"]) == ("deprecated", "2026-11-21T12:00:00Z")
    assert row["successor"] == "/terms/no-profile/1.0.0"
    assert "successor" not in rows["no-profile"]


def test_a_page_of_another_origin_may_ask_first(
    client: Client, db: None, django_assert_num_queries: Any
) -> None:
    asked = {"Access-Control-Request-Method": "GET", "Origin": "https://shop.example"}
    with django_assert_num_queries(0):
        for address in (HERE, f"{HERE}.json", f"{HERE}/status.json", "/terms/index.json"):
            response = client.options(address, headers=asked)
            assert response.status_code in (200, 204)
            assert response.content == b""
            assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert "If-None-Match" in response.headers["Access-Control-Allow-Headers"]
            assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_a_slash_that_does_not_belong_there_is_taken_away(client: Client, publish: Publish) -> None:
    publish()
    response = client.get(f"{HERE}/")
    assert (response.status_code, response.headers["Location"]) == (301, HERE)
    for address in ("/terms/no-tracking/9.9.9/", "/terms/other/1.0.0/", f"{HERE}.json/"):
        assert client.get(address).status_code == 404
