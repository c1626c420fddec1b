"""The same news in Atom and in JSON Feed, well formed whatever it says."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from governance.terms.feeds import Entry, Feed, atom, json_feed

IN = {"a": "http://www.w3.org/2005/Atom"}
HERE = "https://commons.example/ns/terms/"


def feed(*entries: Entry) -> Feed:
    return Feed("Changes", HERE, f"{HERE}changes.atom", f"{HERE}changes.json", entries)


def parsed(document: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(document)  # noqa: S314 - our own bytes


def test_the_same_entries_in_both() -> None:
    older = Entry(f"{HERE}#1", "First <words>", f"{HERE}#1", "2026-01-02T00:00:00Z", "a & b")
    newer = Entry(f"{HERE}#2", "More", f"{HERE}#2", "2026-03-02T00:00:00Z", "c")
    news = feed(newer, older)
    read = parsed(atom(news))
    items = json_feed(news)["items"]
    assert [entry.findtext("a:id", "", IN) for entry in read.findall("a:entry", IN)] == [
        item["id"] for item in items
    ]
    for element, item in zip(read.findall("a:entry", IN), items, strict=True):
        assert element.findtext("a:title", "", IN) == item["title"]
        assert element.findtext("a:summary", "", IN) == item["content_text"]
        assert element.findtext("a:updated", "", IN) == item["date_modified"]
        link = element.find("a:link", IN)
        assert link is not None
        assert link.get("href") == item["url"]
    assert read.findtext("a:updated", "", IN) == newer.updated
    assert read.findtext("a:author/a:name", "", IN) == "Customer Commons"
    links = {
        (link.get("rel"), link.get("type")): link.get("href") for link in read.findall("a:link", IN)
    }
    assert links == {
        ("self", "application/atom+xml"): news.atom,
        ("alternate", "text/html"): news.page,
        ("alternate", "application/feed+json"): news.json,
    }


def test_no_news_is_a_feed_too() -> None:
    read = parsed(atom(feed()))
    assert read.findall("a:entry", IN) == []
    assert read.findtext("a:updated", "", IN) == "1970-01-01T00:00:00Z"
    assert json_feed(feed())["items"] == []


@given(st.text(), st.text())
def test_whatever_it_says_it_can_be_read(title: str, summary: str) -> None:
    entry = Entry(f"{HERE}#x", title, f"{HERE}#x", "2026-01-02T00:00:00Z", summary)
    read = parsed(atom(feed(entry)))
    assert len(read.findall("a:entry", IN)) == 1
    assert atom(feed(entry)) == atom(feed(entry))
    assert json.loads(json.dumps(json_feed(feed(entry))))["items"][0]["title"] == title
