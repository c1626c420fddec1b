"""Terms under /api/v1/: rows that lead to documents, in a fixed number of queries."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from governance.terms.rulebook import Rule, matrix
from tests.conftest import NOW
from tests.governance.terms.conftest import ADOPTION, Publish
from tests.governance.terms.rules import DELIVER, NO_PROFILE, NO_TRACKING, content

pytestmark = pytest.mark.django_db


def test_a_row_leads_to_the_document(client: Client, publish: Publish) -> None:
    version = publish()
    (row,) = client.get(reverse("api-terms")).json()["results"]
    assert row == {
        "slug": "no-tracking",
        "version": "1.0.0",
        "title": "No tracking",
        "status": "active",
        "issued": "2026-11-20T12:00:00Z",
        "sha256": version.sha256,
        "url": "/terms/no-tracking/1.0.0",
        "document": "/terms/no-tracking/1.0.0.json",
    }
    assert client.get(row["document"]).content == bytes(version.document)


def test_the_list_is_paged_newest_first_and_loses_nothing(client: Client, publish: Publish) -> None:
    for minor in range(5):
        publish(content(version=f"1.{minor}.0"), at=NOW + timedelta(minutes=minor // 2))
    seen: list[str] = []
    address = reverse("api-terms") + "?page_size=2"
    while address:
        page = client.get(address).json()
        seen += [row["version"] for row in page["results"]]
        address = page["next"]
    assert seen == ["1.4.0", "1.3.0", "1.2.0", "1.1.0", "1.0.0"]


def test_the_list_makes_no_query_per_row(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    for slug, rules in (("a", NO_TRACKING), ("b", NO_PROFILE), ("c", DELIVER)):
        publish(content(slug, rules=(rules,)))
    with django_assert_num_queries(1):  # versions with title and status
        assert len(client.get(reverse("api-terms")).json()["results"]) == 3


def test_an_unknown_value_of_a_filter_is_named(client: Client) -> None:
    response = client.get(reverse("api-terms") + "?status=retired")
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "status"


def test_a_term_with_its_rules_its_matrix_and_its_versions(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    written = content(version="1.1.0", rules=(NO_TRACKING, DELIVER))
    publish()
    publish(written, at=NOW + timedelta(days=1))
    # The newest version with its text and neighbours; its statuses; its files; all versions.
    with django_assert_num_queries(4):
        term = client.get(reverse("api-term", args=["no-tracking"])).json()
    assert term["version"] == "1.1.0"
    assert term["plain"] == "Do not follow me around."
    assert term["rules"][0] == {
        **NO_TRACKING.as_dict(),
        "sentence": "The organisation may not follow you across sites, apps or devices.",
    }
    assert term["matrix"] == matrix(written.rules)
    assert term["adoption"] == ADOPTION
    assert [(row["version"], row["status"]) for row in term["versions"]] == [
        ("1.1.0", "active"),
        ("1.0.0", "superseded"),
    ]


def test_an_earlier_version_says_what_became_of_it(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    first = publish()
    second = publish(content(version="1.1.0"), at=NOW + timedelta(days=1))
    address = reverse("api-term-version", args=["no-tracking", "1.0.0"])
    # The version with its text and neighbours; its statuses; its files; all versions.
    with django_assert_num_queries(4):
        said = client.get(address).json()
    assert (said["version"], said["status"]) == ("1.0.0", "superseded")
    assert (said["replaces"], said["replaced_by"]) == (None, "1.1.0")
    assert [(one["status"], one["at"], one["successor"]) for one in said["statuses"]] == [
        ("superseded", "2026-11-21T12:00:00Z", "1.1.0"),
        ("active", "2026-11-20T12:00:00Z", None),
    ]
    assert said["record"] == said["statuses"][1]["record"] == first.record_hash
    newer = client.get(reverse("api-term", args=["no-tracking"])).json()
    assert (newer["version"], newer["replaces"], newer["replaced_by"]) == ("1.1.0", "1.0.0", None)
    assert newer["sha256"] == second.sha256


def test_every_file_it_names_is_there_and_has_its_hash(client: Client, publish: Publish) -> None:
    version = publish(content(aliases=("https://example.org/alias",)))
    said = client.get(reverse("api-term", args=["no-tracking"])).json()
    files = {file["url"]: file for file in said["files"]}
    assert set(files) == {f"/{path}" for path, _body in version.public_files()}
    for address, file in files.items():
        found = client.get(address)
        assert hashlib.sha256(found.content).hexdigest() == file["sha256"]
        assert found.headers["Content-Type"] == file["media_type"]
    assert said["aliases"] == ["https://example.org/alias"]
    assert client.get(said["status_document"]).json()["status"] == said["status"]
    assert said["proof"] == f"{said['url']}/proof.tlog-proof"


@pytest.mark.parametrize("named", [["none"], ["no-tracking", "9.9.9"], ["none", "1.0.0"]])
def test_a_term_that_was_never_published_is_a_problem_of_the_right_kind(
    client: Client, publish: Publish, named: list[str]
) -> None:
    publish()
    route = "api-term-version" if len(named) == 2 else "api-term"
    response = client.get(reverse(route, args=named))
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("", {"deliver 1.0.0", "no-tracking 1.0.0", "no-tracking 1.1.0"}),
        ("status=active", {"deliver 1.0.0", "no-tracking 1.1.0"}),
        ("status=superseded", {"no-tracking 1.0.0"}),
        ("status=withdrawn", set()),
        ("action=track", {"no-tracking 1.0.0", "no-tracking 1.1.0"}),
        ("kind=duty", {"deliver 1.0.0"}),
        ("kind=duty&action=track", set()),
        ("data=health", {"no-tracking 1.1.0"}),
        ("data=health&action=profile", {"no-tracking 1.1.0"}),
        ("data=health&action=track", set()),
        ("purpose=marketing", {"no-tracking 1.1.0"}),
        ("slug=deliver", {"deliver 1.0.0"}),
        ("slug=none", set()),
        ("q=FOLLOW", {"no-tracking 1.0.0", "no-tracking 1.1.0", "deliver 1.0.0"}),
        ("q=bring", {"deliver 1.0.0"}),
    ],
)
def test_the_list_is_narrowed(
    client: Client, publish: Publish, question: str, found: set[str]
) -> None:
    profile = Rule("prohibition", "second", "profile", purpose="marketing", data="health")
    publish()
    publish(content(version="1.1.0", rules=(NO_TRACKING, profile)), at=NOW + timedelta(days=1))
    publish(content("deliver", rules=(DELIVER,), title="Bring it"))
    rows = client.get(f"{reverse('api-terms')}?{question}").json()["results"]
    assert {f"{row['slug']} {row['version']}" for row in rows} == found


@pytest.mark.parametrize("name", ["status", "action", "purpose", "kind", "data"])
def test_every_unknown_value_is_a_problem_that_names_its_filter(client: Client, name: str) -> None:
    response = client.get(reverse("api-terms"), {name: "no-such"})
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in response.json()["errors"]] == [name]


def test_whoever_has_the_list_or_a_term_is_told_so_and_any_origin_reads_it(
    client: Client, publish: Publish
) -> None:
    publish()
    addresses = [reverse("api-terms"), reverse("api-term", args=["no-tracking"])]
    for address in addresses:
        first = client.get(address)
        assert first.headers["Access-Control-Allow-Origin"] == "*"
        assert first.headers["Cache-Control"] == "no-cache"
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    publish(content(version="1.1.0"), at=NOW + timedelta(days=1))
    for address in addresses:
        changed = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert changed.status_code == 200
