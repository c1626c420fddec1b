"""Turtle and JSON-LD are one graph, the Turtle has one text, and no context is fetched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, XSD, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from governance.terms import document, graph, odrl, odrl_context
from governance.terms.roster import load
from governance.terms.rulebook import DraftContent, Rule
from tests.governance.terms.conftest import ADOPTION
from tests.governance.terms.rules import NO_TRACKING, agreeing, content

SITE = document.Site("https://example.org")
CONTEXTS = graph.bundled(SITE.namespace)
ROSTER = {term.slug: term for term in load(Path(settings.BASE_DIR) / "config/demo/roster.toml")}
PROOF = {
    "@context": ["https://example.org/ns/terms/v1"],
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-jcs-2022",
    "created": "2026-11-01T12:00:00Z",
    "verificationMethod": "did:web:example.org#terms",
    "proofPurpose": "assertionMethod",
    "proofValue": "z2",
}


def term(written: DraftContent) -> dict[str, Any]:
    unsigned = document.unsigned(
        written, site=SITE, issued="2026-11-01T12:00:00Z", replaces="0.9.0", adoption=ADOPTION
    )
    return {**unsigned, "proof": PROOF}


def policy(rules: tuple[Rule, ...]) -> dict[str, Any]:
    return odrl.policy(
        rules,
        uid="https://example.org/terms/a/1.0.0/policy.jsonld",
        source="https://example.org/terms/a/1.0.0",
        namespace=SITE.namespace,
        licence=document.LICENCE,
    )


def check_one_graph(written: dict[str, Any]) -> Graph:
    text = graph.turtle(written, CONTEXTS)
    turtle = Graph().parse(data=text, format="turtle")
    assert isomorphic(turtle, graph.read(written, CONTEXTS))
    return turtle


@pytest.mark.parametrize("slug", ROSTER)
def test_turtle_and_json_ld_of_a_term_and_of_its_policy_are_the_same_graph(slug: str) -> None:
    written = ROSTER[slug]
    found = check_one_graph(term(written))
    assert (
        URIRef(SITE.term(slug, written.version)),
        RDF.type,
        URIRef(SITE.namespace + "PublishedTerm"),
    ) in found
    assert len(check_one_graph(policy(written.rules))) > 3 * len(written.rules)


@given(agreeing(), st.text(min_size=1))
def test_so_they_are_for_any_rules_and_any_title(rules: tuple[Rule, ...], title: str) -> None:
    titled = {**term(content(rules=rules or (NO_TRACKING,))), "title": {"en": title}}
    turtle = graph.turtle(titled, CONTEXTS).decode()
    again = Graph().parse(data=turtle, format="turtle")
    assert isomorphic(again, graph.read(titled, CONTEXTS))
    check_one_graph(policy(rules))


@given(agreeing(), st.randoms())
def test_the_order_of_keys_makes_no_difference(rules: tuple[Rule, ...], chance: Any) -> None:
    written = term(content(rules=rules or (NO_TRACKING,)))
    keys = list(written)
    chance.shuffle(keys)
    shuffled = {key: written[key] for key in keys}
    assert graph.turtle(shuffled, CONTEXTS) == graph.turtle(written, CONTEXTS)


def test_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    for name, written in (
        ("term", term(content())),
        ("policy", policy(ROSTER["no-stalking"].rules)),
    ):
        (tmp_path / name).write_text(json.dumps(written))
    program = (
        "import json, sys\n"
        "from governance.terms import graph\n"
        f"contexts = graph.bundled({SITE.namespace!r})\n"
        "for name in ('term', 'policy'):\n"
        f"    with open({str(tmp_path)!r} + '/' + name) as file:\n"
        "        sys.stdout.buffer.write(graph.turtle(json.load(file), contexts))\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=settings.BASE_DIR,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(found) == 1
    assert found.pop().startswith(b"@prefix cc: <https://example.org/ns/terms/v1#> .\n")


def test_the_text_reads_as_one_would_write_it() -> None:
    assert (
        graph.turtle(
            policy((Rule("permission", "second", "store", retention="P30D"),)), CONTEXTS
        ).decode()
        == """\
@prefix cc: <https://example.org/ns/terms/v1#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix dpv: <https://w3id.org/dpv#> .
@prefix odrl: <http://www.w3.org/ns/odrl/2/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://example.org/terms/a/1.0.0/policy.jsonld>
  a odrl:Offer ;
  dct:license <https://creativecommons.org/publicdomain/zero/1.0/> ;
  dct:source <https://example.org/terms/a/1.0.0> ;
  odrl:assigner cc:first-party ;
  odrl:conflict odrl:prohibit ;
  odrl:permission [
      odrl:action dpv:Store ;
      odrl:assignee cc:second-party ;
      odrl:constraint [
          odrl:leftOperand odrl:elapsedTime ;
          odrl:operator odrl:lteq ;
          odrl:rightOperand "P30D"^^xsd:duration
        ] ;
      odrl:target dpv:PersonalData
    ] ;
  odrl:profile <https://example.org/ns/terms/v1> .
"""
    )


def test_times_and_durations_stay_as_they_were_written() -> None:
    stated = set(graph.read(term(content()), CONTEXTS).objects())
    assert Literal("2026-11-01T12:00:00Z", datatype=XSD.dateTime) in stated
    kept = policy((Rule("permission", "second", "store", retention="P365D"),))
    assert Literal("P365D", datatype=XSD.duration) in set(graph.read(kept, CONTEXTS).objects())


def test_a_context_that_is_not_here_is_named_and_not_fetched() -> None:
    written = {**policy((NO_TRACKING,)), "@context": ["https://elsewhere.example/context.jsonld"]}
    for reading in (graph.read, graph.turtle):
        with pytest.raises(graph.UnknownContext, match=r"elsewhere\.example/context") as refused:
            reading(written, CONTEXTS)
        assert refused.value.addresses == ("https://elsewhere.example/context.jsonld",)


@pytest.mark.parametrize(
    "nodes",
    [
        # Two things refer to one blank node.
        {
            "@graph": [
                {"@id": "urn:a", "urn:p": {"@id": "_:x"}},
                {"@id": "urn:b", "urn:p": {"@id": "_:x", "urn:q": 1}},
            ]
        },
        # A blank node refers to itself by way of another.
        {"@graph": [{"@id": "_:x", "urn:p": {"@id": "_:y", "urn:p": {"@id": "_:x"}}}]},
    ],
)
def test_a_graph_that_has_no_such_text_is_refused(nodes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="blank node"):
        graph.turtle(nodes, CONTEXTS)


def test_odd_names_and_signs_survive() -> None:
    odd = {
        "@id": "https://example.org/a b<c>",
        "urn:p": [
            'quote " backslash \\ line\nbreak \r tab \t bell \x07 ö 𝄞',
            {"@id": "https://w3id.org/dpv#a/b"},
        ],
        "urn:q": {"@list": ["one", {"@list": []}, {"urn:r": {}}]},
    }
    check_one_graph(odd)
    check_one_graph({"urn:p": "a blank node at the top"})


def test_our_context_of_odrl_is_the_published_one(vectors: Path) -> None:
    published = json.loads((vectors / "contexts/odrl.jsonld").read_text())
    ours = odrl_context.context()
    differing = {
        name
        for name in {*published["@context"], *ours["@context"]}
        if published["@context"].get(name) != ours["@context"].get(name)
    }
    # The published one says "odrl:industry:", with a colon too many.
    assert differing == {"industry"}
    theirs = CONTEXTS | {odrl_context.ADDRESS: published}
    for written in ROSTER.values():
        stated = policy(written.rules)
        assert isomorphic(graph.read(stated, CONTEXTS), graph.read(stated, theirs))


def test_no_key_of_a_document_is_lost_on_the_way_to_rdf() -> None:
    """Every key becomes a statement; what is kept as JSON keeps all that is in it."""
    written = {
        **term(content(rules=ROSTER["no-stalking"].rules, aliases=("https://a.example/1",))),
        "status": "active",
        "reason": "none",
        "since": "2026-11-01T12:00:00Z",
    }
    meaning = CONTEXTS["https://example.org/ns/terms/v1"]["@context"]
    prefixes = {name: value for name, value in meaning.items() if isinstance(value, str)}
    read = graph.read(written, CONTEXTS)
    here = URIRef(written["id"])
    for key, value in written.items():
        if key in ("@context", "id", "type"):
            continue
        named = meaning[key] if isinstance(meaning[key], dict) else {"@id": meaning[key]}
        prefix, _colon, name = named["@id"].partition(":")
        (found,) = read.objects(here, URIRef(prefixes[prefix] + name))
        if named.get("@type") == "@json":
            assert json.loads(str(found)) == value
    stated = sum(len(rule) for rule in written["rules"])
    rules = set(read.objects(None, RDF.first))
    assert sum(len(list(read.predicate_objects(rule))) for rule in rules) == stated


def test_our_context_goes_with_that_of_verifiable_credentials(vectors: Path) -> None:
    """What both define they define alike, so that a document may name both, in either order."""
    published = json.loads((vectors / "contexts/credentials-v2.jsonld").read_text())["@context"]
    ours = CONTEXTS["https://example.org/ns/terms/v1"]["@context"]
    both = {name for name in published if name in ours and not name.startswith("@")}
    assert both == {"id", "type"}
    assert all(published[name] == ours[name] for name in both)
