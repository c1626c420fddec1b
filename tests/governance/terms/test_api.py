"""Terms under /api/v1/: rows that lead to documents, in a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from governance.terms.rulebook import matrix
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
    with django_assert_num_queries(2):  # the newest version with its text; all versions
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


def test_a_term_that_was_never_published_is_a_problem_of_the_right_kind(client: Client) -> None:
    response = client.get(reverse("api-term", args=["none"]))
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
