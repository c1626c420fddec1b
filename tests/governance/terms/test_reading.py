"""The page of a version: its language, what became of it, and what programs find there."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from governance.terms import actions, languages
from tests.conftest import NOW, TEST
from tests.governance.terms.conftest import Publish
from tests.governance.terms.rules import NO_PROFILE, content
from tests.governance.terms.test_afterwards import GERMAN, LATER, REASON

pytestmark = pytest.mark.django_db

HERE = "/terms/no-tracking/1.0.0.html"


def page(client: Client, address: str = HERE) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


# Languages


def test_a_translation_is_read_in_its_language_and_says_which_words_count(
    client: Client, publish: Publish
) -> None:
    version = publish()
    assert "Languages of this term" not in page(client)
    actions.add_translation(version=version, **GERMAN, by=TEST, at=LATER)
    actions.add_translation(
        version=version, **(GERMAN | {"language": "ar", "title": "لا تتبع"}), by=TEST, at=LATER
    )
    english = page(client)
    assert '<a href="?lang=en" hreflang="en" lang="en" aria-current="true">English</a>' in english
    assert '<a href="?lang=de" hreflang="de" lang="de">Deutsch</a>' in english
    assert "The English text is the one that counts; the others are translations." in english
    assert '<link rel="alternate" hreflang="de" href="?lang=de">' in english
    for address in (f"{HERE}?lang=de", "/terms/no-tracking/?lang=de"):
        german = page(client, address)
        assert '<h1 lang="de" dir="ltr">Kein Tracking</h1>' in german
        assert "Lauf mir nicht hinterher." in german
        assert "You are reading a translation into German" in german
        assert "The words that count are those of the English text." in german
        assert "in a dispute the English text counts" in german
        assert "/terms/no-tracking/1.0.0/plain.de" in german
    arabic = page(client, f"{HERE}?lang=ar")
    assert '<h1 lang="ar" dir="rtl">لا تتبع</h1>' in arabic


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("fr", "There is no translation into French yet."),
        ("xx", ""),
        ("<script>", ""),
        ("de" * 500, ""),
        ("en", ""),
    ],
)
def test_a_language_there_is_not_shows_the_words_that_count(
    client: Client, publish: Publish, asked: str, says: str
) -> None:
    publish()
    response = client.get(HERE, {"lang": asked})
    shown = response.content.decode()
    assert response.status_code == 200
    assert "Do not follow me around." in shown
    assert says in shown
    assert ("no translation" in shown) == bool(says)
    assert "<script>" not in shown


def test_a_translation_takes_one_query_more(
    client: Client, publish: Publish, django_assert_num_queries: Any
) -> None:
    version = publish()
    for code in ("de", "fr", "it"):
        actions.add_translation(version=version, **(GERMAN | {"language": code}), by=TEST, at=LATER)
    # the version; its translations; all versions; proffers, asks and acceptances
    with django_assert_num_queries(6):
        client.get(HERE)
    with django_assert_num_queries(7):  # and the texts of the one that is read
        client.get(f"{HERE}?lang=fr")


def test_every_language_there_is_has_names_and_a_direction() -> None:
    assert {"de", "fr", "ar", "zh", "en"} <= languages.codes()
    assert not {"xx", "", "deu", "de-AT"} & languages.codes()
    for code in languages.codes():
        assert languages.name(code)
        assert languages.own_name(code)
        assert languages.direction(code) in ("ltr", "rtl")
    assert (languages.name("de"), languages.name("de", "de")) == ("German", "Deutsch")
    assert languages.own_name("de") == "Deutsch"
    assert languages.direction("he") == "rtl"


# What became of it


def test_a_deprecated_term_says_since_when_why_and_what_to_use(
    client: Client, publish: Publish
) -> None:
    version, other = publish(), publish(content("no-profile", rules=(NO_PROFILE,)))
    reason = "A <b>court</b> read it otherwise."
    actions.deprecate(version=version, reason=reason, successor=other, by=TEST, at=LATER)
    shown = page(client, "/terms/no-tracking/")
    assert "Members advise against using this term" in shown
    assert "A &lt;b&gt;court&lt;/b&gt; read it otherwise." in shown
    assert "21 November 2026" in shown
    assert '<a href="/terms/no-profile/1.0.0.html">' in shown
    assert "/terms/compare/?one=no-tracking/1.0.0&amp;other=no-profile/1.0.0" in shown
    assert "no longer advised" in shown
    assert "In force." not in shown


def test_a_withdrawn_term_says_why_and_keeps_its_words(client: Client, publish: Publish) -> None:
    actions.withdraw(version=publish(), reason=REASON, by=TEST, at=LATER)
    shown = page(client)
    assert "Members have withdrawn this term." in shown
    assert REASON in shown
    assert "Do not follow me around." in shown


def test_each_version_leads_to_what_it_changed(client: Client, publish: Publish) -> None:
    publish()
    publish(content(version="1.1.0"), at=NOW + timedelta(days=1))
    shown = page(client)
    assert "/terms/no-tracking/compare/?to=1.1.0" in shown
    assert "/terms/no-tracking/compare/?from=1.0.0&amp;to=1.1.0" in shown
    assert "the first version" in shown
    assert "/terms/compare/?one=no-tracking/1.0.0" in shown


# For programs


def test_the_page_holds_the_document_as_linked_data(client: Client, publish: Publish) -> None:
    title = "</script><script>alert(1)</script> & <!-- “more”"
    version = publish(content(title=title))
    shown = page(client)
    [(nonce, data)] = re.findall(
        r'<script type="application/ld\+json" nonce="([^"]+)">(.*?)</script>', shown, re.DOTALL
    )
    assert json.loads(data) == json.loads(bytes(version.document))
    assert json.loads(data)["title"]["en"] == title
    assert not set("<>&") & set(data)
    assert len(nonce) > 10
    assert "<script>alert" not in shown
