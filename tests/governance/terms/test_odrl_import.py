"""What becomes of somebody's policy: each statement is in a rule, or in the list of what is not."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from rdflib import BNode, Graph, Literal, URIRef

from governance.terms import document, graph, odrl
from governance.terms.odrl_import import Imported, from_graph, from_text
from governance.terms.odrl_text import MOST_BYTES, Unreadable
from governance.terms.odrl_words import ODRL
from governance.terms.roster import load
from governance.terms.rulebook import Rule, matrix
from tests.governance.terms.rules import DELIVER, NO_PROFILE, NO_TRACKING, agreeing

NAMESPACE = "https://example.org/ns/terms/v1#"
CONTEXTS = graph.bundled(NAMESPACE)
ROSTER = {term.slug: term for term in load(Path(settings.BASE_DIR) / "config/demo/roster.toml")}
# Statements of a policy of ours that are not about its rules.
HEADER = 6


def policy(*rules: Rule) -> dict[str, Any]:
    return odrl.policy(
        rules,
        uid="https://example.org/terms/a/1.0.0/policy.jsonld",
        source="https://example.org/terms/a/1.0.0",
        namespace=NAMESPACE,
        licence=document.LICENCE,
    )


def taken(text: str) -> Imported:
    return from_text(text, namespace=NAMESPACE)


def why(found: Imported) -> str:
    return " | ".join(remark.why.format(**remark.values) for remark in found.left_out)


# Our own policies


@pytest.mark.parametrize("slug", ROSTER)
def test_the_matrix_read_back_from_the_rdf_of_a_policy_is_the_rulebooks(slug: str) -> None:
    rules = ROSTER[slug].rules
    for written in (
        graph.read(policy(*rules), CONTEXTS),
        Graph().parse(data=graph.turtle(policy(*rules), CONTEXTS), format="turtle"),
    ):
        found = from_graph(written, namespace=NAMESPACE)
        assert set(found.rules) == set(rules)
        assert matrix(found.rules) == matrix(rules)
        assert [remark.statements[0].split()[1] for remark in found.left_out] == ["dct:source"]
        assert found.read_as == ()


@given(agreeing())
def test_so_it_is_for_any_rules(rules: tuple[Rule, ...]) -> None:
    found = from_graph(graph.read(policy(*rules), CONTEXTS), namespace=NAMESPACE)
    assert set(found.rules) == set(rules)
    assert matrix(found.rules) == matrix(rules)
    assert len(found.left_out) == 1


@with_settings(max_examples=60)
@given(
    agreeing(most=5),
    st.lists(
        st.tuples(
            st.sampled_from(["policy", "rule", "constraint", "elsewhere"]),
            st.sampled_from(["duty", "remedy", "spatial", "inheritFrom", "assignee", "constraint"]),
            st.sampled_from([Literal("x"), URIRef("https://a.example/"), BNode("other")]),
        ),
        max_size=4,
    ),
    st.randoms(),
)
def test_every_statement_is_in_a_rule_or_in_the_list(
    rules: tuple[Rule, ...], more: list[tuple[str, str, Any]], chance: Any
) -> None:
    """Whatever is added to a policy of ours, what is taken and what is listed make up all of it."""
    written = graph.read(policy(*rules), CONTEXTS)
    nodes = {
        "policy": [URIRef("https://example.org/terms/a/1.0.0/policy.jsonld")],
        "rule": sorted(written.subjects(ODRL.action), key=str),
        "constraint": sorted(written.subjects(ODRL.operator), key=str),
        "elsewhere": [URIRef("https://b.example/"), BNode("other")],
    }
    for where, name, value in more:
        if nodes[where]:
            written.add((chance.choice(nodes[where]), ODRL[name], value))
    found = from_graph(written, namespace=NAMESPACE)
    listed = sum(len(remark.statements) for remark in found.left_out)
    again = graph.read(policy(*found.rules), CONTEXTS)
    in_rules = len(again) - HEADER
    header = HEADER - 1 - sum("odrl:assigner" in str(r.statements) for r in found.left_out)
    # A name that is not kept is said beside the rule that was for it.
    named = sum("name is not kept" in remark.why for remark in found.read_as)
    assert listed + in_rules + header + named >= len(written)
    assert set(found.rules) <= set(rules) | {
        Rule(**(rule.as_dict() | {"party": "second"})) for rule in rules
    }


# What the W3C gives as examples, in its own forms


SET = {
    "@context": "http://www.w3.org/ns/odrl.jsonld",
    "@type": "Set",
    "uid": "http://example.com/policy:1010",
    "permission": [{"target": "http://example.com/asset:9898.movie", "action": "use"}],
}
OFFER = {
    "@context": "http://www.w3.org/ns/odrl.jsonld",
    "@type": "Offer",
    "uid": "http://example.com/policy:1011",
    "profile": "http://example.com/odrl:profile:01",
    "permission": [
        {
            "target": "http://example.com/asset:9898.movie",
            "assigner": "http://example.com/party:org:abc",
            "action": "play",
            "constraint": [
                {
                    "leftOperand": "dateTime",
                    "operator": "lt",
                    "rightOperand": {"@value": "2017-12-31", "@type": "xsd:date"},
                }
            ],
        }
    ],
}
AGREEMENT = {
    "@context": "http://www.w3.org/ns/odrl.jsonld",
    "@type": "Agreement",
    "uid": "http://example.com/policy:1012",
    "permission": {
        "target": "http://example.com/music/1999.mp3",
        "assigner": "http://example.com/org:88",
        "assignee": "http://example.com/team/A",
        "action": [
            {
                "rdf:value": {"@id": "odrl:print"},
                "refinement": [
                    {
                        "leftOperand": "resolution",
                        "operator": "lteq",
                        "rightOperand": {"@value": "1200", "@type": "xsd:integer"},
                        "unit": "http://dbpedia.org/resource/Dots_per_inch",
                    }
                ],
            }
        ],
        "duty": [{"action": "attribute", "attributedParty": "http://example.com/party/A"}],
    },
}


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (SET, "no kind of personal data we know"),
        (OFFER, "is one that rules here have no words for"),
        (AGREEMENT, "It also says odrl:duty"),
    ],
)
def test_policies_about_other_things_are_read_and_every_statement_is_listed(
    written: dict[str, Any], reason: str
) -> None:
    found = taken(json.dumps(written))
    assert found.rules == ()
    assert reason in why(found) or "profile that is not known" in why(found)
    whole = graph.read(written, CONTEXTS, base="https://policy.invalid/")
    listed = [statement for remark in found.left_out for statement in remark.statements]
    plain_types = sum(text.endswith(("odrl:Set", "odrl:Offer")) for text in listed)
    assert plain_types == 0
    assert len(listed) == len(whole) - (written["@type"] != "Agreement")


@pytest.mark.parametrize("form", ["compact", "policy-wide", "expanded", "turtle", "graph"])
def test_every_form_of_a_policy_is_read_alike(form: str) -> None:
    person, dpv = "https://w3id.org/dpv#PersonalData", "https://w3id.org/dpv#"
    rule = {
        "action": dpv + "Profiling",
        "target": person,
        "assignee": NAMESPACE + "second-party",
        "assigner": NAMESPACE + "first-party",
    }
    compact: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/odrl.jsonld"],
        "@type": "Offer",
        "uid": "http://example.com/policy:1",
        "prohibition": [rule],
    }
    texts = {
        "compact": json.dumps(compact),
        "policy-wide": json.dumps({**compact, **rule, "prohibition": [{"@id": "_:empty"}]}),
        "graph": json.dumps([{**compact, "@context": compact["@context"][0]}]),
        "expanded": json.dumps(
            [
                {
                    "@id": "http://example.com/policy:1",
                    "@type": [str(ODRL.Offer)],
                    str(ODRL.prohibition): [
                        {str(ODRL[name]): [{"@id": value}] for name, value in rule.items()}
                    ],
                }
            ]
        ),
        "turtle": graph.turtle(compact, CONTEXTS).decode(),
    }
    found = taken(texts[form])
    assert found.rules == (NO_PROFILE,), why(found)
    assert found.left_out == ()


def test_several_actions_values_and_parties_are_a_rule_each() -> None:
    one = policy(Rule("prohibition", "second", "analyse", purpose="marketing"))
    (written,) = one["prohibition"]
    written["assignee"] = [written["assignee"], NAMESPACE + "third-party"]
    written["action"] = [written["action"], "https://w3id.org/dpv#Profiling"]
    written["constraint"][0] |= {
        "operator": "isAnyOf",
        "rightOperand": {
            "@list": [
                {"@id": "https://w3id.org/dpv#Marketing"},
                {"@id": "https://w3id.org/dpv#ServiceProvision"},
            ]
        },
    }
    assert set(taken(json.dumps(one)).rules) == {
        Rule("prohibition", party, action, purpose=purpose)
        for party in ("second", "third")
        for action in ("analyse", "profile")
        for purpose in ("marketing", "service")
    }


def test_what_is_near_is_taken_and_said() -> None:
    found = taken(
        json.dumps(
            {
                "@context": "http://www.w3.org/ns/odrl.jsonld",
                "@type": "Set",
                "uid": "policy",
                "prohibition": {"action": "use", "assignee": "http://example.com/org"},
            }
        )
    )
    assert found.rules == (Rule("prohibition", "second", "use"),)
    said = " | ".join(remark.why.format(**remark.values) for remark in found.read_as)
    assert "which is near" in said
    assert "names no data" in said
    assert "this one's name is not kept" in said


def test_agreements_of_ieee_7012_as_the_data_privacy_vocabulary_writes_them() -> None:
    found = taken(
        """
        @prefix dpv: <https://w3id.org/dpv#> .
        @prefix p7012: <https://w3id.org/dpv/standards/p7012#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        p7012:SD-BASE a p7012:Agreement ;
          skos:prefLabel "SD-BASE"@en ;
          dpv:hasObligation p7012:ServiceDeliveryRequired ;
          dpv:hasProhibition p7012:AnalyticsDisallowed, p7012:DataSharingDisallowed,
            p7012:ProfilingDisallowed, p7012:TrackingDisallowed, p7012:SomethingNew .
        """
    )
    assert matrix(found.rules) == matrix(ROSTER["service-delivery-only"].rules)
    listed = [statement for remark in found.left_out for statement in remark.statements]
    assert len(listed) == 3
    assert any("p7012:SomethingNew" in statement for statement in listed)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"conflict": "perm"}, "a permission beats a prohibition"),
        ({"conflict": "invalid"}, "make all of it void"),
        ({"inheritFrom": "http://example.com/p"}, "rules of another policy"),
        ({"profile": "http://example.com/p"}, "a profile that is not known"),
        ({"@type": "Agreement"}, "not a policy of this kind"),
        ({"whatever": 3}, "No context says what this key means"),
        ({"dct:creator": "Ada"}, "no place for this"),
    ],
)
def test_what_a_policy_says_as_a_whole_is_listed(change: dict[str, Any], reason: str) -> None:
    found = taken(json.dumps(policy(NO_TRACKING) | change))
    assert found.rules == (NO_TRACKING,)
    assert reason in why(found)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"action": "https://a.example/stalk"}, "no word for the action https://a.example/stalk"),
        ({"action": []}, "names no action"),
        ({"remedy": {"action": "delete"}}, "It also says odrl:remedy"),
        ({"@type": "Permission"}, "It also says rdf:type odrl:Permission"),
        ({"assignee": {"@type": "PartyCollection"}}, "described further"),
        ({"constraint": {"and": {"@list": []}}}, "of a form that rules here cannot say"),
        (
            {"constraint": {"leftOperand": "spatial", "operator": "eq", "rightOperand": "DE"}},
            "no words for",
        ),
        (
            {
                "constraint": {
                    "leftOperand": "elapsedTime",
                    "operator": "lteq",
                    "rightOperand": {"@value": "P1D", "@type": "xsd:duration"},
                }
            },
            "is odrl:gt, and here it is odrl:lteq",
        ),
        (
            {
                "action": "https://w3id.org/dpv#Store",
                "constraint": {
                    "leftOperand": "elapsedTime",
                    "operator": "gt",
                    "rightOperand": {"@value": "P1M", "@type": "xsd:duration"},
                },
            },
            "no words for",
        ),
        (
            {
                "constraint": {
                    "leftOperand": "recipient",
                    "operator": "isA",
                    "rightOperand": {"@id": "https://w3id.org/dpv#ThirdParty"},
                }
            },
            "makes no difference to this action",
        ),
    ],
)
def test_a_rule_is_taken_whole_or_not_at_all(change: dict[str, Any], reason: str) -> None:
    written = policy(DELIVER, NO_TRACKING)
    written["prohibition"][0] |= change
    found = taken(json.dumps(written))
    assert found.rules == (DELIVER,)
    assert reason in why(found)


def test_weeks_are_days() -> None:
    written = policy(Rule("permission", "second", "store", retention="P7D"))
    written["permission"][0]["constraint"][0]["rightOperand"]["@value"] = "P2W"
    assert taken(json.dumps(written)).rules == (
        Rule("permission", "second", "store", retention="P14D"),
    )


def test_more_rules_than_fit_are_listed() -> None:
    kept = [Rule("permission", "second", "store", retention=f"P{day}D") for day in range(45)]
    found = taken(json.dumps(policy(*kept)))
    assert len(found.rules) == 40
    assert sum("fit in one term" in remark.why for remark in found.left_out) == 5


# What is no policy


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no statement"),
        ("{}", "no statement"),
        ("Dear Customer Commons,", "neither JSON-LD nor Turtle"),
        ('{"@context": ', "neither JSON-LD nor Turtle"),
        ("[" * 5_000, "neither JSON-LD nor Turtle"),
        ('{"a": 1, "a": 2}', "“a” stands twice"),
        ("<a> <b> " + '"' + "x" * MOST_BYTES + '" .', "too long"),
        ('{"@context": "https://a.example/c.jsonld"}', "https://a.example/c.jsonld"),
        ('{"@context": [null, {"@import": "https://a.example/d"}]}', "https://a.example/d"),
        (
            '{"@context": {}, "urn:p": [{"@context": "file:///etc/passwd", "urn:q": 1}]}',
            "file:///etc/passwd",
        ),
        ("\n".join(f"<urn:{number}> <urn:p> 1 ." for number in range(5_001)), "too long"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        taken(text)


@given(st.text(max_size=60) | st.from_regex(r"\{.*\}", fullmatch=True))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Unreadable):
        taken(text)
