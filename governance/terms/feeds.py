"""News as feeds: Atom (RFC 4287) and JSON Feed 1.1 of the same entries. Pure.

Times are texts as ``governance.record.canonical.timestamp`` writes them; the same feed is the same
bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

ATOM = "application/atom+xml; charset=utf-8"
JSON_FEED = "application/feed+json"
_NAMESPACE = "http://www.w3.org/2005/Atom"
_VERSION = "https://jsonfeed.org/version/1.1"
# What XML 1.0 cannot write, escaped or not.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of news: ``id`` is an IRI that never changes, ``url`` where to read it."""

    id: str
    title: str
    url: str
    updated: str
    summary: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: ``page`` is what people read instead; ``atom`` and ``json`` are its own addresses.

    All addresses are whole. Entries stand as they should be read, the newest first. A long feed is
    read in parts (RFC 5005, section 3): this is ``number`` of ``of``, and "?page=2" is the second.
    """

    title: str
    page: str
    atom: str
    json: str
    entries: tuple[Entry, ...]
    author: str = "Customer Commons"
    language: str = "en"
    licence: str = ""
    number: int = 1
    of: int = 1

    @property
    def updated(self) -> str:
        """When something last happened; the beginning of time where nothing has."""
        return max((entry.updated for entry in self.entries), default="1970-01-01T00:00:00Z")


def atom(feed: Feed) -> bytes:
    """The feed as an Atom document."""
    root = ElementTree.Element("feed", {"xmlns": _NAMESPACE, "xml:lang": feed.language})
    _put(root, "id", feed.atom)
    _put(root, "title", feed.title)
    _put(root, "updated", feed.updated)
    _put(ElementTree.SubElement(root, "author"), "name", feed.author)
    _link(root, "self", _part(feed.atom, feed.number), ATOM)
    for relation, number in _parts(feed).items():
        _link(root, relation, _part(feed.atom, number), ATOM)
    _link(root, "alternate", feed.page, "text/html")
    _link(root, "alternate", feed.json, JSON_FEED)
    if feed.licence:
        _link(root, "license", feed.licence, "text/html")
    for entry in feed.entries:
        item = ElementTree.SubElement(root, "entry")
        _put(item, "id", entry.id)
        _put(item, "title", entry.title)
        _put(item, "updated", entry.updated)
        _link(item, "alternate", entry.url, "text/html")
        _put(item, "summary", entry.summary)
    ElementTree.indent(root)
    document: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def json_feed(feed: Feed) -> dict[str, Any]:
    """The feed as a JSON Feed."""
    return {
        "version": _VERSION,
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": _part(feed.json, feed.number),
        **({"next_url": _part(feed.json, feed.number + 1)} if feed.number < feed.of else {}),
        "language": feed.language,
        "authors": [{"name": feed.author}],
        "items": [
            {
                "id": entry.id,
                "url": entry.url,
                "title": entry.title,
                "content_text": entry.summary,
                "date_modified": entry.updated,
            }
            for entry in feed.entries
        ],
    }


def _part(address: str, number: int) -> str:
    return address if number == 1 else f"{address}?page={number}"


def _parts(feed: Feed) -> dict[str, int]:
    """The other parts of a feed that has several, by what they are to this one."""
    if feed.of == 1:
        return {}
    around = {"previous": feed.number - 1, "next": feed.number + 1}
    there = {relation: number for relation, number in around.items() if 1 <= number <= feed.of}
    return {"first": 1, **there, "last": feed.of}


def _put(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _UNWRITABLE.sub("\ufffd", text)


def _link(parent: ElementTree.Element, relation: str, address: str, kind: str) -> None:
    kind = kind.partition(";")[0]
    ElementTree.SubElement(parent, "link", {"rel": relation, "type": kind, "href": address})
