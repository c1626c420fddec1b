"""What is made of a document once: Turtle of the same graph, and the same bytes everywhere."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic

from governance.terms import actions, document, graph, renditions
from governance.terms.models import Event, Rendition, Version
from tests.conftest import NOW, TEST
from tests.governance.terms.conftest import Publish
from tests.governance.terms.rules import DELIVER, NO_TRACKING, content

pytestmark = pytest.mark.django_db

SITE = document.Site(settings.PUBLIC_ORIGIN)
HERE = "/terms/no-tracking/1.0.0"


@pytest.mark.parametrize(
    ("turtle", "json_ld"),
    [(f"{HERE}.ttl", f"{HERE}.jsonld"), (f"{HERE}/policy.ttl", f"{HERE}/policy.jsonld")],
)
def test_turtle_and_json_ld_are_the_same_graph(
    client: Client, publish: Publish, turtle: str, json_ld: str
) -> None:
    publish(content(rules=(NO_TRACKING, DELIVER), title="Kein „Tracking“ <b> \\ \N{SNOWMAN}"))
    read = Graph().parse(data=client.get(turtle).content, format="turtle")
    source = graph.read(client.get(json_ld).json(), graph.bundled(SITE.namespace))
    assert len(read) > 5
    assert isomorphic(read, source)
    licence = URIRef("http://purl.org/dc/terms/license")
    assert [str(named) for named in read.objects(predicate=licence)] == [document.LICENCE]


def test_every_sheet_says_that_it_is_in_the_public_domain(client: Client, publish: Publish) -> None:
    publish()
    for end in (
        ".json",
        ".jsonld",
        ".ttl",
        ".txt",
        ".md",
        ".html",
        "/policy.jsonld",
        "/policy.ttl",
    ):
        response = client.get(f"{HERE}{end}")
        assert document.LICENCE in response.content.decode(), end
        assert f'<{document.LICENCE}>; rel="license"' in response.headers["Link"], end


@pytest.fixture
def before_turtle(publish: Publish, monkeypatch: Any) -> Version:
    """A version as it was published before there was Turtle."""
    with monkeypatch.context() as then:
        then.setattr(renditions, "turtles", lambda *about, **named: ())
        return publish()


def test_a_version_from_before_a_format_gets_it_and_keeps_every_byte(
    before_turtle: Version, client: Client, public_root: Path, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path / "var"
    assert client.get(f"{HERE}.ttl").status_code == 404
    assert client.get(HERE, headers={"Accept": "text/turtle"}).status_code == 404
    assert list(Version.objects.incomplete()) == [before_turtle]
    files = {path: path.read_bytes() for path in public_root.rglob("*") if path.is_file()}

    out = StringIO()
    call_command("publish", stdout=out)

    assert "2 renditions of versions published earlier were added." in out.getvalue()
    assert {path: path.read_bytes() for path in files} == files
    assert client.get(f"{HERE}.ttl").content.startswith(b"@prefix cc:")
    assert not Version.objects.incomplete().exists()
    again = StringIO()
    call_command("publish", stdout=again)
    assert "were added" not in again.getvalue()
    assert Event.objects.get(verb="term.rendered").details["names"] == ["ttl", "policy.ttl"]


def test_what_is_added_later_is_what_would_have_been_made_then(
    before_turtle: Version, django_capture_on_commit_callbacks: Any
) -> None:
    signed = bytes(before_turtle.document)
    policy = bytes(before_turtle.renditions.get(name="policy.jsonld").body)
    expected = {one.name: one.body for one in renditions.turtles(signed, policy, site=SITE)}
    with django_capture_on_commit_callbacks(execute=True):
        assert set(actions.add_missing_renditions(version=before_turtle, by=TEST, at=NOW)) == {
            "ttl",
            "policy.ttl",
        }
    made = Rendition.objects.filter(name__in=expected)
    assert {one.name: bytes(one.body) for one in made} == expected
    assert actions.add_missing_renditions(version=before_turtle, by=TEST, at=NOW) == []
