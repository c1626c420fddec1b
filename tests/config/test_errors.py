"""What somebody sees when something is wrong: a sentence, on pages and in the API alike."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError as DjangoValidationError
from django.test import Client, RequestFactory
from rest_framework import serializers

from config.api.problems import handle
from kernel.refusal import Refused


@pytest.mark.django_db
def test_an_unknown_address_is_a_page_with_a_way_on(client: Client) -> None:
    response = client.get("/no-such-page/")
    assert response.status_code == 404
    assert "There is no page at this address." in response.text
    assert 'href="/"' in response.text


@pytest.mark.django_db
def test_an_unknown_address_of_the_api_is_a_problem_document(client: Client) -> None:
    response = client.get("/api/v1/no-such-thing/")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not-found"


def answer(exc: Exception, method: str = "POST") -> tuple[int, dict[str, Any]]:
    response = handle(exc, {"request": RequestFactory().generic(method, "/")})
    assert response is not None
    assert response.content_type == "application/problem+json"
    return response.status_code, dict(response.data)


def test_a_refusal_is_409_with_its_code_and_sentence() -> None:
    status, body = answer(Refused("already-supported", "You already support this."))
    assert (status, body["code"]) == (409, "already-supported")
    assert body["detail"] == "You already support this."


def test_what_is_refused_to_a_reader_is_not_theirs_to_read() -> None:
    for method in ("GET", "HEAD"):
        status, body = answer(Refused("not-a-steward", "Stewards look after these."), method)
        assert (status, body["code"]) == (403, "not-a-steward")


def test_bad_input_names_every_field_and_where_it_is() -> None:
    detail: Any = {"title": ["Too long."], "rules": [{}, {"kind": ["Not a choice."]}]}
    status, body = answer(serializers.ValidationError(detail))
    assert status == 400
    assert body["errors"] == [
        {"field": "title", "message": "Too long."},
        {"field": "rules.1.kind", "message": "Not a choice."},
    ]


def test_a_model_s_own_validation_is_bad_input_too() -> None:
    status, body = answer(DjangoValidationError("Nothing to see."))
    assert status == 400
    assert body["errors"][0]["message"] == "Nothing to see."


def test_what_nobody_expected_is_not_hidden() -> None:
    assert handle(RuntimeError("a fault of ours"), {}) is None


@pytest.mark.django_db
def test_healthz_answers_once_the_database_does(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok\n")
