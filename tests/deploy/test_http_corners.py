"""Every document that programs fetch, asked in every odd way: of Django, and of nginx.

The formats and their negotiation have tests of their own beside the terms.
"""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.api.documents import API_ROUTES, ROUTES
from governance.record.models import Entry
from governance.record.reads import published_size
from governance.terms.models import Version
from governance.voting.models import Poll
from tests.deploy.test_nginx import Served, nginx

__all__ = ["nginx"]

Addresses = dict[str, str]
REDIRECTS = ("term-latest", "term-latest-json")


@pytest.fixture
def addresses(tree: Path) -> Addresses:
    """Where each document is, by its route."""
    version, poll, size = Version.objects.get(), Poll.objects.get(), published_size()
    entry = Entry.objects.within(size).order_by("index")[0]
    term = {"slug": version.term_id}
    one = {**term, "version": version.version}
    tile = {"number": "000", "width": str(size)}
    named: dict[str, dict[str, object]] = {
        **{route: {**term} for route in REDIRECTS},
        **{route: {**one} for route in ("term-version", "term-status", "term-proof")},
        "term-by-hash": {"digest": version.sha256},
        "term-version-in": {**one, "suffix": "txt"},
        "term-part": {**one, "name": "policy.jsonld"},
        "record-tile": {"level": "0", **tile},
        "record-entry-bundle": dict(tile),
        "record-past-checkpoint": {"size": str(size)},
        "record-entry-bytes": {"leaf_hash": entry.leaf_hash},
        "record-schema": {"name": "term.published"},
        **{route: {"pk": poll.pk} for route in ("poll-manifest", "poll-ballots", "poll-result")},
        "poll-export": {"pk": poll.pk, "ending": "soi"},
    }
    asked = {
        "record-proof": f"?hash={entry.leaf_hash}",
        "record-consistency-proof": f"?old={size}",
    }
    return {
        route: reverse(route, kwargs=named.get(route, {})) + asked.get(route, "")
        for route in ROUTES
    }


def each(addresses: Addresses, check: Callable[[str, str], Any]) -> None:
    """``check`` every document, and say of each that fails what was wrong."""
    faults = []
    for route, address in sorted(addresses.items()):
        if found := check(route, address):
            faults.append(f"{route} {address}: {found}")
    assert not faults, "\n".join(faults)


def test_head_says_what_get_says_without_the_bytes(client: Client, addresses: Addresses) -> None:
    def check(route: str, address: str) -> Any:
        get, head = client.get(address), client.head(address)
        expected = 302 if route in REDIRECTS else 200
        if (get.status_code, head.status_code, head.content) != (expected, expected, b""):
            return f"{get.status_code} {head.status_code}"
        if get.headers["Access-Control-Allow-Origin"] != "*":
            return "not open to all"
        one, other = (dict(answer.headers) for answer in (get, head))
        for changing in ("Content-Length", "ETag" if route == "term-index" else ""):
            one.pop(changing, None)
            other.pop(changing, None)
        return None if one == other else f"{one} {other}"

    each(addresses, check)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "XYZZY"])
def test_what_is_no_reading_is_refused_with_what_is(addresses: Addresses, method: str) -> None:
    strict = Client(enforce_csrf_checks=True)

    def check(route: str, address: str) -> Any:
        answer = strict.generic(method, address, b"{}", "application/json")
        allowed = {name.strip() for name in answer.headers.get("Allow", "").split(",")}
        ok = answer.status_code == 405 and {"GET", "HEAD"} <= allowed and method not in allowed
        return None if ok else f"{answer.status_code} {allowed}"

    each(addresses, check)


def test_a_page_of_another_origin_may_ask_with_a_tag(client: Client, addresses: Addresses) -> None:
    def check(route: str, address: str) -> Any:
        answer = client.options(
            address,
            headers={
                "Origin": "https://shop.example",
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "if-none-match",
            },
        )
        told = answer.headers
        ok = (
            answer.status_code in (200, 204)
            and told.get("Access-Control-Allow-Origin") == "*"
            and "GET" in told.get("Access-Control-Allow-Methods", "")
            and "If-None-Match" in told.get("Access-Control-Allow-Headers", "")
            and "Access-Control-Allow-Credentials" not in told
        )
        return None if ok else f"{answer.status_code} {dict(told)}"

    version = Version.objects.get()
    named = {"api-term": [version.term_id], "api-term-version": [version.term_id, version.version]}
    api = {route: reverse(route, args=named.get(route, [])) for route in API_ROUTES}
    each({**addresses, **api}, check)


def test_who_has_it_is_told_so_however_the_tag_is_sent(
    client: Client, addresses: Addresses
) -> None:
    def check(route: str, address: str) -> Any:
        tag = client.get(address).headers.get("ETag")
        if tag is None:
            return None if route.startswith(("record-", "did", "poll-", *REDIRECTS)) else "no tag"
        bare = tag.removeprefix("W/")
        for sent, expected in {
            tag: 304,
            f"W/{bare}": 304,
            bare: 304,
            "*": 304,
            f'"other", {tag}': 304,
            f'  {tag} ,"other"': 304,
            '"other"': 200,
            'W/"other"': 200,
            bare.strip('"'): 200,
            "": 200,
            "\x00": 200,
            '"' + "x" * 8000 + '"': 200,
        }.items():
            answer = client.get(address, headers={"If-None-Match": sent})
            if answer.status_code != expected:
                return f"{sent[:80]!r}: {answer.status_code}"
            if expected == 304 and (answer.content or answer.headers["ETag"] != tag):
                return f"{sent!r}: 304 with a body, or without its tag"
            if expected == 304 and "Cache-Control" not in answer.headers:
                return f"{sent!r}: 304 that does not say for how long"
        return None

    each(addresses, check)


@pytest.mark.parametrize(
    "asked", ["bytes=0-9", "bytes=-5", "bytes=999999-", "lines=1", "bytes=9-1"]
)
def test_django_answers_a_range_with_the_whole(
    client: Client, addresses: Addresses, asked: str
) -> None:
    """It may: a range is a wish. What is served by nginx in front is cut, see below."""

    def check(route: str, address: str) -> Any:
        whole, part = client.get(address), client.get(address, headers={"Range": asked})
        same = route == "term-index" or part.content == whole.content
        return None if (part.status_code == whole.status_code and same) else part.status_code

    each(addresses, check)


ODD = [
    "/terms/no-tracking/1.0.0.pdf",
    "/terms/no-tracking/1.0.0.json/",
    "/terms/no-tracking/1.0.0.json%00",
    "/terms/no-tracking/1.0.0%2ejson%00.txt",
    "/terms/no-tracking%00/1.0.0.json",
    "/terms/no-tracking/1.0.0/plain.zz",
    "/terms/no-tracking/1.0.0/policy.exe",
    "/terms/n%C3%B6-tracking/1.0.0.json",
    "/terms/nö-tracking/1.0.0.json",
    "/terms/%FF%FE/1.0.0.json",
    "/terms/no%2Dtracking/1.0.0.xml",
    "/terms/NO-TRACKING/1.0.0.json",
    "/terms/no-tracking/1.0.json",
    "/terms/no-tracking/1.0.0.0.json",
    "/terms/no-tracking/%2e%2e/%2e%2e/etc/passwd",
    "/terms/../../etc/passwd",
    "/terms//no-tracking/1.0.0.json",
    f"/terms/{'a' * 7000}/1.0.0.json",
    f"/terms/no-tracking/{'9' * 5000}.0.0.json",
    "/terms/by-hash/sha256/" + "A" * 64,
    "/record/checkpoint/",
    "/record/tile/0/000.p/256",
    "/record/tile/64/000",
    "/record/tile/entries/1",
    "/record/entry/" + "g" * 64 + ".json",
    "/schemas/record/no.such.json",
    "/schemas/term/v2.json",
    "/ns/terms/v2",
    "/polls/not-a-poll/manifest.json",
    "/.well-known/did.json/",
]


@pytest.mark.parametrize("address", ODD)
def test_what_is_no_address_is_not_found(client: Client, tree: Path, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code in (301, 302, 404)
    if answer.status_code != 404:
        assert client.get(answer.headers["Location"]).status_code == 404


def test_a_percent_encoded_address_is_the_same_address(client: Client, tree: Path) -> None:
    found = client.get("/terms/no%2Dtracking/1%2E0%2E0%2Ejson")
    assert found.content == client.get("/terms/no-tracking/1.0.0.json").content


# Through nginx, with Django dead


def test_nginx_cuts_what_is_asked_for(nginx: Served) -> None:
    path = "/terms/no-tracking/1.0.0.json"
    whole = nginx.get(path)
    tag, size = whole.headers["ETag"], len(whole.body)
    for asked, status, body in (
        ("bytes=0-9", 206, whole.body[:10]),
        ("bytes=-5", 206, whole.body[-5:]),
        (f"bytes={size - 1}-", 206, whole.body[-1:]),
        (f"bytes={size}-", 416, None),
        ("lines=1-2", 200, whole.body),
    ):
        answer = nginx.get(path, Range=asked)
        assert answer.status == status, asked
        assert body is None or answer.body == body
        assert answer.headers["Access-Control-Allow-Origin"] == "*" or status == 416
    since = whole.headers["Last-Modified"]
    assert nginx.get(path, Range="bytes=0-9", If_Range=since).status == 206
    for stale in (formatdate(0, usegmt=True), '"other"', f"W/{tag}"):
        answer = nginx.get(path, Range="bytes=0-9", If_Range=stale)
        assert (answer.status, answer.body) == (200, whole.body), stale


def test_nginx_knows_who_has_it_by_time(nginx: Served) -> None:
    path = "/terms/no-tracking/1.0.0.json"
    since = nginx.get(path).headers["Last-Modified"]
    assert nginx.get(path, If_Modified_Since=since).status == 304
    assert nginx.get(path, If_Modified_Since=formatdate(0, usegmt=True)).status == 200
    assert nginx.get(path, If_Modified_Since="yesterday").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nginx_takes_nothing_for_a_published_file(nginx: Served, method: str) -> None:
    answer = nginx.get("/terms/no-tracking/1.0.0.json", method=method, body=b"{}")
    assert answer.status == 405


@pytest.mark.parametrize("address", [one for one in ODD if one.isascii() and "//" not in one])
def test_nginx_serves_nothing_at_an_odd_address(nginx: Served, address: str) -> None:
    answer = nginx.get(address)
    # 502: it is Django's to say that there is nothing, and Django is dead.
    assert answer.status in (400, 404, 414, 502)


def test_nginx_understands_the_absolute_form(nginx: Served) -> None:
    path = "/terms/no-tracking/1.0.0.json"
    whole = nginx.get(f"http://commons.example.org{path}")
    assert (whole.status, whole.body) == (200, nginx.get(path).body)
