"""What one takes away of a term leads back to it: for people, and for programs."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client

from governance.terms import actions, citation, qr
from governance.terms.document import Site
from tests.conftest import NOW, TEST
from tests.governance.terms.conftest import Publish
from tests.governance.terms.rules import content

SITE = Site("https://commons.example")
Triple = tuple[str, str, str]


class Rdfa(HTMLParser):
    """A reader of the part of RDFa 1.1 that the piece uses, written from the recommendation:
    ``prefix``, ``property``, ``typeof``, and ``href`` or ``content`` as what is said."""

    VOID = {"link", "meta", "img", "source"}

    def __init__(self, html: str, base: str) -> None:
        super().__init__()
        self.triples: set[Triple] = set()
        self.prefixes: dict[str, str] = {}
        self.subjects = [base]
        self.feed(html)
        assert len(self.subjects) == 1, "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        pairs = known.get("prefix", "").split()
        self.prefixes |= {
            name.removesuffix(":"): iri for name, iri in zip(pairs[::2], pairs[1::2], strict=True)
        }
        subject = self.subjects[-1]
        inside = subject
        if "property" in known:
            what = known["content"] if "content" in known else known["href"]
            self.triples.add((subject, self.iri(known["property"]), what))
        if "typeof" in known:
            inside = known["href"]
            self.triples.add((inside, "rdf:type", self.iri(known["typeof"])))
        if tag not in self.VOID:
            self.subjects.append(inside)

    def handle_endtag(self, tag: str) -> None:
        self.subjects.pop()

    def iri(self, compact: str) -> str:
        prefix, _colon, name = compact.partition(":")
        return self.prefixes[prefix] + name


@pytest.mark.parametrize("title", ["No tracking", '"><script>alert(1)</script>', "a & b’s <i>"])
def test_the_piece_of_html_says_to_programs_which_policy_holds(title: str) -> None:
    html = citation.html(site=SITE, slug="a-term", version="1.0.0", title=title, alt=title)
    here = "https://commons.example/terms/a-term/1.0.0"
    assert Rdfa(html, "https://shop.example/").triples == {
        (
            "https://shop.example/",
            "http://www.w3.org/ns/odrl/2/hasPolicy",
            f"{here}/policy.jsonld",
        ),
        ("https://shop.example/", "http://purl.org/dc/terms/relation", here),
        (here, "rdf:type", "https://commons.example/ns/terms/v1#PublishedTerm"),
        (here, "http://purl.org/dc/terms/title", title),
    }
    assert "<script" not in html


def test_head_and_header_say_the_same() -> None:
    relation = "http://www.w3.org/ns/odrl/2/hasPolicy"
    where = "https://commons.example/terms/a-term/1.0.0/policy.jsonld"
    assert citation.link_element(SITE, "a-term", "1.0.0") == (
        f'<link rel="{relation}" type="application/ld+json" href="{where}">'
    )
    assert citation.link_header(SITE, "a-term", "1.0.0") == (
        f'Link: <{where}>; rel="{relation}"; type="application/ld+json"'
    )


@pytest.mark.django_db
def test_everything_in_the_piece_is_found_on_the_site(client: Client, publish: Publish) -> None:
    version = publish(content(title="Bread & <Butter>"))
    page = client.get("/terms/no-tracking/").text
    [piece] = re.findall(r"&lt;p prefix=.*?&lt;/p&gt;", page, re.DOTALL)
    parser = Text(f"<p>{piece}</p>")
    triples = Rdfa(parser.text, "https://shop.example/").triples
    [policy] = [what for _s, name, what in triples if name.endswith("hasPolicy")]
    assert policy.startswith(settings.PUBLIC_ORIGIN)
    found = client.get(urlsplit(policy).path).json()
    assert found["dct:source"]["@id"] == f"{settings.PUBLIC_ORIGIN}/terms/no-tracking/1.0.0"
    document = client.get(urlsplit(found["dct:source"]["@id"]).path)
    assert document["ETag"] == f'"{version.sha256}"'
    for picture in re.findall(r'(?:src|srcset)="([^"]+)"', parser.text):
        assert client.get(urlsplit(picture).path)["Content-Type"] == "image/svg+xml"


class Text(HTMLParser):
    """The characters of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.django_db
def test_the_pictures_travel_like_what_is_published(client: Client, publish: Publish) -> None:
    publish()
    for name, caching in (
        ("badge.svg", "public, max-age=300"),
        ("badge-dark.svg", "public, max-age=300"),
        ("qr.svg", "public, max-age=86400"),
    ):
        address = f"/terms/no-tracking/1.0.0/{name}"
        first, again = client.get(address), client.get(address)
        assert first.content == again.content
        assert first["Content-Type"] == "image/svg+xml"
        assert first["Cache-Control"] == caching
        assert first["Access-Control-Allow-Origin"] == "*"
        assert "Vary" not in first
        assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
        assert client.head(address).content == b""
        assert client.get(address, headers={"accept-language": "de"}).content == first.content
        assert client.get(f"/terms/no-tracking/2.0.0/{name}").status_code == 404
        ElementTree.fromstring(first.content)  # noqa: S314 - our own bytes
    light, dark = (
        client.get(f"/terms/no-tracking/1.0.0/{n}").content for n in ("badge.svg", "badge-dark.svg")
    )
    assert light != dark
    code = client.get("/terms/no-tracking/1.0.0/qr.svg").content
    identifier = f"{settings.PUBLIC_ORIGIN}/terms/no-tracking/1.0.0"
    assert code == qr.svg(identifier, name="QR code that leads to No tracking, version 1.0.0")


@pytest.mark.django_db
def test_the_badge_of_a_term_out_of_force_says_so(client: Client, publish: Publish) -> None:
    old = publish()
    address = "/terms/no-tracking/1.0.0/badge.svg"
    before = client.get(address)
    assert "withdrawn" not in before.text
    actions.deprecate(version=old, reason="A better one.", by=TEST, at=NOW + timedelta(days=1))
    assert "no longer advised" in client.get(address).text
    actions.withdraw(version=old, reason="It was wrong.", by=TEST, at=NOW + timedelta(days=2))
    after = client.get(address, headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert "(withdrawn)</title>" in after.text


@pytest.mark.django_db
def test_a_hostile_title_stays_text(client: Client, publish: Publish) -> None:
    publish(content(title="</title><script>alert('1')</script>"))
    picture = client.get("/terms/no-tracking/1.0.0/badge.svg")
    assert b"<script" not in picture.content
    page = client.get("/terms/no-tracking/").text
    assert "<script>alert" not in page
