"""From a pasted policy to the editor of a new proposal, with nothing lost and nothing kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from governance.terms import document, odrl
from governance.terms.document import Site
from governance.terms.models import Draft
from governance.terms.rulebook import Rule, sentence
from members.models import Person
from tests.governance.terms.rules import DELIVER, NO_TRACKING

pytestmark = pytest.mark.django_db

KEPT = Rule("permission", "second", "store", "service", "location", "", "P45D", "encrypted")


def policy(*rules: Rule, **change: object) -> str:
    return json.dumps(
        odrl.policy(
            rules,
            uid="https://elsewhere.example/policy",
            source="https://elsewhere.example/term",
            namespace=Site(settings.PUBLIC_ORIGIN).namespace,
            licence=document.LICENCE,
        )
        | change
    )


@pytest.fixture
def member(client: Client, make_person: Callable[..., Person]) -> Client:
    client.force_login(make_person("Ada"))
    return client


def test_a_visitor_is_asked_to_sign_in(client: Client) -> None:
    assert client.get("/terms/import/").status_code == 302


def test_the_rules_go_on_into_the_editor_of_a_proposal(member: Client) -> None:
    rules = (NO_TRACKING, KEPT, DELIVER)
    page = member.post("/terms/import/", {"text": policy(*rules, whatever="<b>")})
    assert page.status_code == 200
    text = page.content.decode()
    for rule in rules:
        assert sentence(rule) in text
    assert "No context says what this key means" in text
    assert "&lt;b&gt;" in text
    assert not Draft.objects.exists()
    (action,) = re.findall(r'<form method="post" action="(/proposals/[^"]+)"', text)
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
    sent.pop("csrfmiddlewaretoken", None)
    editor = member.post(action, sent | {"preview": "1"})
    assert editor.status_code == 200
    for rule in rules:
        assert sentence(rule) in editor.content.decode()
    assert not Draft.objects.exists()


def test_a_file_is_read_too(member: Client) -> None:
    upload = SimpleUploadedFile("policy.jsonld", policy(NO_TRACKING).encode())
    page = member.post("/terms/import/", {"file": upload})
    assert sentence(NO_TRACKING) in page.content.decode()


def test_where_nothing_can_be_taken_the_page_says_why(member: Client) -> None:
    turtle = '<urn:p> a <http://www.w3.org/ns/odrl/2/Agreement> ; <urn:q> "<script>" .'
    page = member.post("/terms/import/", {"text": turtle})
    text = page.content.decode()
    assert page.status_code == 200
    assert "None. Below stands" in text
    assert "not a policy of this kind" in text
    assert "&lt;script&gt;" in text
    assert "rules-TOTAL_FORMS" not in text


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Paste a policy"),
        ({"text": "   "}, "Paste a policy"),
        ({"text": "no policy"}, "neither JSON-LD nor Turtle"),
        ({"text": '{"@context": "https://a.example/c"}'}, "https://a.example/c"),
        ({"text": "x" * 200_001}, "too long"),
        ({"file": SimpleUploadedFile("policy", b"\xff\xfe")}, "no text in UTF-8"),
        ({"file": SimpleUploadedFile("policy", b"")}, "no statement"),
    ],
)
def test_what_cannot_be_read_comes_back_with_the_reason(
    member: Client, sent: dict[str, object], says: str
) -> None:
    page = member.post("/terms/import/", sent)
    assert page.status_code == 422
    assert says in page.content.decode()
