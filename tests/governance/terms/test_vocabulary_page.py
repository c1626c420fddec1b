"""The vocabulary as a page, a document and a feed; and its change log, which forgets no code."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client

from governance.terms import glossary, odrl, schema
from governance.terms.rulebook import Rule
from governance.terms.versions import Step, parse
from governance.terms.vocabulary import POINTS
from governance.terms.vocabulary_changes import CHANGES, VERSION

NAMESPACE = f"{settings.PUBLIC_ORIGIN}/ns/terms/v1#"
IN = {"a": "http://www.w3.org/2005/Atom"}


def test_every_code_is_accounted_for_once() -> None:
    """A new code needs an entry in vocabulary_changes.py."""
    logged = Counter(
        (point, code)
        for change in CHANGES
        for point, codes in change.added.items()
        for code in codes
    )
    assert set(logged) == {(point, code) for point, words in POINTS.items() for code in words}
    assert set(logged.values()) == {1}
    known = set(logged)
    for change in CHANGES:
        for point, codes in change.clarified.items():
            assert {(point, code) for code in codes} <= known


def test_the_log_is_in_order_and_its_numbers_follow_the_policy() -> None:
    for later, earlier in itertools.pairwise(CHANGES):
        assert later.at > earlier.at
        step: Step = "minor" if later.added else "patch"
        assert parse(later.version) == parse(earlier.version).next(step)
    assert CHANGES[-1].version == "1.0.0"
    assert CHANGES[0].version == VERSION


def page(client: Client, path: str = "/ns/terms/", **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/html")
    return answer.content.decode()


def test_every_identifier_of_ours_leads_to_its_entry(client: Client) -> None:
    """All that our documents, statements and policies name under our namespace has an anchor."""
    anchors = re.findall(r' id="([^"]+)"', page(client))
    assert max(Counter(anchors).values()) == 1
    every = {name for word in words_of(schema.context(NAMESPACE)) for name in ours(word)}
    rules = [
        Rule("permission", "second", "store", storage=code, retention="P1D")
        for code in POINTS["storage"]
    ]
    policy = odrl.policy(
        rules, uid="x:policy", source="x:term", namespace=NAMESPACE, licence="x:licence"
    )
    every |= {name for word in words_of(policy) for name in ours(word)}
    assert {"deliver-service", "retention", "PublishedTerm"} <= every
    assert every - set(anchors) == set()


def words_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [word for name, inner in value.items() for word in (name, *words_of(inner))]
    if isinstance(value, list):
        return [word for inner in value for word in words_of(inner)]
    return [str(value)]


def ours(word: str) -> list[str]:
    for begin in ("cc:", NAMESPACE):
        if word.startswith(begin) and word != begin:
            return [word.removeprefix(begin)]
    return []


def test_the_page_says_of_every_code_what_it_means_and_how_it_relates(client: Client) -> None:
    html = page(client)
    for point, words in POINTS.items():
        for line, word in zip(glossary.lines(point, NAMESPACE), words.values(), strict=True):
            entry = html.partition(f' id="{line.anchor}"')[2].partition("</li>")[0]
            assert f"<code>{word.code}</code>" in entry
            assert word.iri in entry
            for above in word.broader:
                assert f"<code>{above}</code>" in entry
    for change in CHANGES:
        assert f'id="version-{change.version}"' in html


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/ld+json"),
        ("*/*", "application/ld+json"),
        ("", "application/ld+json"),
        ("application/ld+json, application/json;q=0.5, text/html;q=0.8", "application/ld+json"),
        ("image/png", "application/ld+json"),
    ],
)
def test_the_namespace_is_a_page_for_a_browser_and_the_context_for_a_program(
    accept: str, kind: str, client: Client
) -> None:
    answer = client.get("/ns/terms/v1", headers={"accept": accept} if accept else {})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(kind)
    assert "Accept" in answer["Vary"]
    if kind != "text/html":
        assert answer.json() == schema.context(NAMESPACE)
        assert client.get("/ns/terms/v1.jsonld").content == answer.content


def test_the_document_holds_every_code(client: Client) -> None:
    answer = client.get("/ns/terms/vocabulary.json")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["ETag"]
    found = answer.json()
    assert found["version"] == VERSION
    assert {
        point: [word["code"] for word in words] for point, words in found["points"].items()
    } == {point: list(words) for point, words in POINTS.items()}
    again = client.get("/ns/terms/vocabulary.json", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304


def test_the_changes_are_news_in_both_forms(client: Client) -> None:
    atom = client.get("/ns/terms/changes.atom")
    assert atom["Content-Type"].startswith("application/atom+xml")
    read = ElementTree.fromstring(atom.content)  # noqa: S314 - our own bytes
    ids = [entry.findtext("a:id", "", IN) for entry in read.findall("a:entry", IN)]
    assert ids == [
        f"{settings.PUBLIC_ORIGIN}/ns/terms/#version-{change.version}" for change in CHANGES
    ]
    feed = json.loads(client.get("/ns/terms/changes.json").content)
    assert [item["id"] for item in feed["items"]] == ids
    assert "storage encrypted_on_device" in feed["items"][-2]["content_text"]
    html = page(client)
    for path in ("/ns/terms/changes.atom", "/ns/terms/changes.json"):
        assert f'href="{path}"' in html
