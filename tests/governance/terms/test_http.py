"""How programs are answered: bytes as they were made, validators, caching, links, negotiation."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from jsonschema import Draft202012Validator

from governance.record import multikey, proofs, sweeps, tlog_proof
from governance.record.reads import verifiers
from governance.record.signing import did_document, log_origin
from governance.terms import document
from governance.terms.models import Version
from governance.terms.vocabulary import ACTIONS
from tests.conftest import NOW
from tests.governance.terms.conftest import Publish
from tests.governance.terms.rules import DELIVER, NO_PROFILE, NO_TRACKING, content

pytestmark = pytest.mark.django_db

HERE = "/terms/no-tracking/1.0.0"
ORIGIN = settings.PUBLIC_ORIGIN
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def body(response: Any) -> bytes:
    content: bytes = response.content
    return content


def vary(response: Any) -> set[str]:
    """What the answer says it depends on: for published bytes, never on who reads them."""
    names = {name.strip() for name in response.headers.get("Vary", "").split(",")}
    return names - {""}


# One version


@pytest.mark.parametrize(
    ("address", "media_type"),
    [
        (f"{HERE}.json", "application/json"),
        (f"{HERE}.jsonld", "application/ld+json"),
        (f"{HERE}.ttl", "text/turtle; charset=utf-8"),
        (f"{HERE}.txt", "text/plain; charset=utf-8"),
        (f"{HERE}.md", "text/markdown; charset=utf-8"),
        (f"{HERE}/policy.jsonld", "application/ld+json"),
        (f"{HERE}/policy.ttl", "text/turtle; charset=utf-8"),
        (f"{HERE}/plain.en", "text/plain; charset=utf-8"),
        (f"{HERE}/legal.en", "text/plain; charset=utf-8"),
    ],
)
def test_published_bytes_are_immutable_open_and_named_by_their_digest(
    client: Client, publish: Publish, public_root: Path, address: str, media_type: str
) -> None:
    publish()
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == media_type
    assert response.headers["ETag"] == f'"{document.sha256(body(response))}"'
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert f'<{document.LICENCE}>; rel="license"' in response.headers["Link"]
    assert vary(response) == set()
    # The file beside it, which a web server serves alone, has the same bytes.
    assert (public_root / address.lstrip("/")).read_bytes() == body(response)


def test_the_document_is_served_byte_for_byte(client: Client, publish: Publish) -> None:
    version = publish()
    assert body(client.get(f"{HERE}.json")) == bytes(version.document)
    assert body(client.get(f"{HERE}.jsonld")) == bytes(version.document)


def test_whoever_has_the_bytes_is_told_so(client: Client, publish: Publish) -> None:
    publish()
    etag = client.get(f"{HERE}.json").headers["ETag"]
    again = client.get(f"{HERE}.json", headers={"If-None-Match": etag})
    assert (again.status_code, body(again)) == (304, b"")
    assert again.headers["ETag"] == etag
    assert "immutable" in again.headers["Cache-Control"]
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get(f"{HERE}.json", headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(f"{HERE}.json", headers={"If-Match": '"other"'}).status_code == 412


def test_head_answers_as_get_does_without_the_bytes(client: Client, publish: Publish) -> None:
    publish()
    for address in (f"{HERE}.json", HERE, f"{HERE}/status.json", "/terms/index.json"):
        head, get = client.head(address), client.get(address)
        assert (head.status_code, body(head)) == (200, b"")
        assert head.headers["Content-Type"] == get.headers["Content-Type"]


def test_nothing_can_be_written_to_a_published_address(client: Client, publish: Publish) -> None:
    publish()
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(f"{HERE}.json").status_code == 405


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/ld+json", "application/ld+json"),
        ("application/ld+json, application/json;q=0.5", "application/ld+json"),
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("text/markdown", "text/markdown; charset=utf-8"),
        ("text/plain;q=0.9, text/markdown;q=0.1", "text/plain; charset=utf-8"),
        ("text/html", "text/html; charset=utf-8"),
        (BROWSER, "text/html; charset=utf-8"),
    ],
)
def test_the_bare_address_answers_as_the_reader_prefers(
    client: Client, publish: Publish, accept: str, media_type: str
) -> None:
    publish()
    response = client.get(HERE, headers={"Accept": accept} if accept else {})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == media_type
    assert "Accept" in vary(response)


def test_what_cannot_be_had_is_refused_with_what_can(client: Client, publish: Publish) -> None:
    publish()
    response = client.get(HERE, headers={"Accept": "application/pdf"})
    assert response.status_code == 406
    assert "Accept" in vary(response)
    for suffix in ("json", "jsonld", "ttl", "html", "md", "txt"):
        assert f"{HERE}.{suffix}" in body(response).decode()


@pytest.mark.parametrize(
    "address",
    [
        f"{HERE}.pdf",
        f"{HERE}/plain.de",
        f"{HERE}/policy.json",
        "/terms/no-tracking/1.0.1.json",
        "/terms/no-tracking/01.0.0.json",
        "/terms/no-tracking/1.0.json",
        "/terms/other/1.0.0.json",
        "/terms/other/latest",
        f"/terms/by-hash/sha256/{'0' * 64}",
        "/terms/by-hash/sha256/xyz",
    ],
)
def test_what_was_never_published_is_not_found(
    client: Client, publish: Publish, address: str
) -> None:
    publish()
    assert client.get(address).status_code == 404


def test_links_lead_to_the_identifier_the_formats_and_the_neighbours(
    client: Client, publish: Publish
) -> None:
    publish()
    publish(content(version="1.1.0"), at=NOW + timedelta(days=1))
    publish(content(version="2.0.0"), at=NOW + timedelta(days=2))
    for address in ("/terms/no-tracking/1.1.0.json", "/terms/no-tracking/1.1.0.html"):
        links = client.get(address).headers["Link"]
        assert f'<{ORIGIN}/terms/no-tracking/1.1.0>; rel="canonical"' in links
        assert '</terms/no-tracking/1.1.0.html>; rel="alternate"; type="text/html"' in links
        assert '</terms/no-tracking/latest>; rel="latest-version"' in links
        assert '</terms/no-tracking/1.0.0>; rel="predecessor-version"' in links
        assert '</terms/no-tracking/2.0.0>; rel="successor-version"' in links
    assert "predecessor" not in client.get(f"{HERE}.json").headers["Link"]


def test_a_page_is_not_for_ever(client: Client, publish: Publish) -> None:
    publish()
    for address in (f"{HERE}.html", "/terms/no-tracking/"):
        assert "immutable" not in client.get(address).headers.get("Cache-Control", "")
    assert "immutable" not in client.get(HERE, headers={"Accept": "text/html"}).headers.get(
        "Cache-Control", ""
    )


def test_a_document_is_one_lookup(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    publish()
    with django_assert_num_queries(1):  # the version with its neighbours
        client.get(f"{HERE}.json")
    with django_assert_num_queries(1):  # the part
        client.get(f"{HERE}/policy.jsonld")


# Where the newest is, and what has which hash


def test_the_latest_is_wherever_it_is_now(client: Client, publish: Publish) -> None:
    publish()
    publish(content(version="1.10.0"), at=NOW + timedelta(days=1))
    for end in ("", ".json"):
        response = client.get(f"/terms/no-tracking/latest{end}")
        assert response.status_code == 302
        assert response.headers["Location"] == f"/terms/no-tracking/1.10.0{end}"
        assert response.headers["Cache-Control"] == "no-cache"
        assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_every_published_byte_is_found_by_its_hash(client: Client, publish: Publish) -> None:
    version = publish()
    found = client.get(reverse("term-by-hash", args=[version.sha256]))
    assert body(found) == bytes(version.document)
    signed = json.loads(body(found))
    for link in (signed["policy"], *signed["text"]["en"].values()):
        part = client.get(reverse("term-by-hash", args=[link["sha256"]]))
        assert document.sha256(body(part)) == link["sha256"]
        assert body(part) == body(client.get(link["url"].removeprefix(ORIGIN)))


# The index


def test_the_index_lists_every_version_with_its_status(client: Client, publish: Publish) -> None:
    publish()
    newer = publish(content(version="1.1.0"), at=NOW + timedelta(days=1))
    publish(content("deliver", rules=(DELIVER,), title="Deliver"))
    with time_machine.travel(NOW, tick=False):
        index = client.get("/terms/index.json").json()
    assert index["generated"] == "2026-11-20T12:00:00Z"
    assert [(row["slug"], row["version"], row["status"]) for row in index["terms"]] == [
        ("deliver", "1.0.0", "active"),
        ("no-tracking", "1.1.0", "active"),
        ("no-tracking", "1.0.0", "superseded"),
    ]
    assert index["terms"][1] == {
        "slug": "no-tracking",
        "version": "1.1.0",
        "url": "/terms/no-tracking/1.1.0",
        "document": "/terms/no-tracking/1.1.0.json",
        "sha256": newer.sha256,
        "status": "active",
        "since": "2026-11-21T12:00:00Z",
        "title": {"en": "No tracking"},
        "languages": ["en"],
        "issued": "2026-11-21T12:00:00Z",
    }
    assert index["terms"][2]["successor"] == "/terms/no-tracking/1.1.0"


def test_the_index_stays_the_same_for_those_who_have_it(client: Client, publish: Publish) -> None:
    publish()
    first = client.get("/terms/index.json")
    assert first.headers["ETag"].startswith('W/"')
    with time_machine.travel(NOW + timedelta(days=1)):
        same = client.get("/terms/index.json", headers={"If-None-Match": first.headers["ETag"]})
    assert same.status_code == 304
    publish(content(version="1.1.0"), at=NOW + timedelta(days=1))
    changed = client.get("/terms/index.json", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_the_index_is_two_queries(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    for slug, rules in (("a", NO_TRACKING), ("b", NO_PROFILE), ("c", DELIVER)):
        publish(content(slug, rules=(rules,)))
    with django_assert_num_queries(2):  # versions with title and status; their translations
        assert len(client.get("/terms/index.json").json()["terms"]) == 3


def test_the_index_of_no_terms_is_empty(client: Client) -> None:
    assert client.get("/terms/index.json").json()["terms"] == []


# What became of a version


def test_the_status_is_signed_and_says_until_when_it_holds(
    client: Client, publish: Publish
) -> None:
    version = publish()
    with time_machine.travel(NOW + timedelta(hours=3, minutes=25), tick=False):
        response = client.get(f"{HERE}/status.json")
    said = response.json()
    keys = {
        one["id"]: multikey.decode_public(one["publicKeyMultibase"])
        for one in did_document()["verificationMethod"]
    }
    proofs.verify(said, keys[said["proof"]["verificationMethod"]])
    said.pop("proof")
    assert said == {
        "@context": [f"{ORIGIN}/ns/terms/v1"],
        "id": f"{ORIGIN}{HERE}/status.json",
        "type": "TermStatus",
        "term": f"{ORIGIN}{HERE}",
        "sha256": version.sha256,
        "status": "active",
        "since": "2026-11-20T12:00:00Z",
        "latest": f"{ORIGIN}{HERE}",
        "record": version.record_hash,
        "asOf": "2026-11-20T15:00:00Z",
        "expires": "2026-11-21T15:00:00Z",
    }
    assert response.headers["Cache-Control"] == "public, max-age=300"


def test_the_status_of_a_superseded_version_names_its_successor(
    client: Client, publish: Publish
) -> None:
    publish()
    changed_at = NOW + timedelta(minutes=40)
    publish(content(version="2.0.0"), at=changed_at)
    with time_machine.travel(changed_at + timedelta(minutes=1), tick=False):
        said = client.get(f"{HERE}/status.json").json()
    assert said["status"] == "superseded"
    assert said["successor"] == said["latest"] == f"{ORIGIN}/terms/no-tracking/2.0.0"
    # Never as of a time before its own change.
    assert said["asOf"] == "2026-11-20T12:40:00Z"


def test_within_an_hour_the_status_has_the_same_bytes(client: Client, publish: Publish) -> None:
    publish()
    etags = set()
    for minutes in (61, 119):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            etags.add(client.get(f"{HERE}/status.json").headers["ETag"])
    assert len(etags) == 1


# The proof


def test_the_proof_shows_that_the_record_holds_the_document(
    client: Client, publish: Publish
) -> None:
    version = publish()
    early = client.get(f"{HERE}/proof.tlog-proof")
    assert (early.status_code, early.headers["Cache-Control"]) == (404, "no-cache")
    assert "Ask again in a few seconds." in body(early).decode()
    sweeps.sequence(NOW)
    response = client.get(f"{HERE}/proof.tlog-proof")
    assert response.status_code == 200
    proof = tlog_proof.parse(body(response).decode())
    tlog_proof.verify(
        proof,
        leaf=bytes.fromhex(version.record_hash),
        origin=log_origin(),
        verifiers=verifiers(),
    )
    assert proof.extra is not None
    assert json.loads(proof.extra)["sha256"] == version.sha256


# What the words mean


def test_documents_validate_against_the_schema_that_is_served(
    client: Client, publish: Publish
) -> None:
    response = client.get("/schemas/term/v1.json")
    assert response.headers["Content-Type"] == "application/schema+json"
    schema = response.json()
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"{ORIGIN}/schemas/term/v1.json"
    publish(content(rules=(NO_TRACKING, DELIVER), aliases=("https://example.org/alias",)))
    publish(content(version="1.1.0"), at=NOW + timedelta(days=1))
    for version in Version.objects.all():
        Draft202012Validator(schema).validate(json.loads(bytes(version.document)))


def test_the_context_that_documents_name_is_served(client: Client, publish: Publish) -> None:
    signed = json.loads(bytes(publish().document))
    response = client.get(signed["@context"][0].removeprefix(ORIGIN))
    assert response.headers["Content-Type"] == "application/ld+json"
    words = response.json()["@context"]
    assert words["cc"] == f"{ORIGIN}/ns/terms/v1#"
    assert set(words["rules"]["@context"]["action"]["@context"]) == set(ACTIONS)
    status = client.get(f"{HERE}/status.json").json()
    assert set(status) - {"@context"} <= set(words)
