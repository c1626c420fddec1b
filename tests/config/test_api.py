"""What holds for the whole API: its description, its root, its rate limit."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator
from pytest_django import Settings


@pytest.mark.django_db
def test_the_description_is_valid_openapi_3_1_and_names_every_list(client: Client) -> None:
    response = client.get("/api/v1/schema/")
    assert response.status_code == 200
    description = json.loads(response.content)
    assert description["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(description).iter_errors()) == []
    for path in ("terms", "proposals", "polls", "members/summary", "ledger/summary"):
        assert f"/api/v1/{path}/" in description["paths"]


@pytest.mark.django_db
def test_the_root_leads_to_every_list_and_each_answers_anybody(client: Client) -> None:
    lists = client.get("/api/v1/").json()
    assert set(lists) >= {"schema", "terms", "proposals", "polls", "members", "ledger", "record"}
    for address in lists.values():
        assert client.get(address).status_code == 200, address


@pytest.mark.django_db
def test_the_reference_shows_every_operation(client: Client) -> None:
    description = json.loads(client.get("/api/v1/schema/").content)
    page = client.get("/api/v1/reference/").text
    for path, operations in description["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path}" in page


@pytest.mark.django_db
def test_anonymous_reads_are_open_and_throttled(client: Client, settings: Settings) -> None:
    settings.API_RATE = "2/min"
    assert [client.get("/api/v1/terms/").status_code for _ in range(2)] == [200, 200]
    refused = client.get("/api/v1/terms/")
    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"
    assert int(refused["Retry-After"]) <= 61
    assert client.get("/api/v1/terms/", REMOTE_ADDR="192.0.2.7").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["cD1hYmM=", "!", "cD0yMDI2", "bz05OTk5OTk5OTk5OTk5"])
@pytest.mark.parametrize("path", ["terms", "proposals", "polls", "record/entries"])
def test_a_made_up_cursor_is_not_a_fault(client: Client, path: str, cursor: str) -> None:
    answer = client.get(f"/api/v1/{path}/", {"cursor": cursor})
    assert answer.status_code in {200, 404}
