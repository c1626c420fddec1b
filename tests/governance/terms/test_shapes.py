"""Every policy of ours fits our shapes, and what published drafts got wrong does not."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import settings as with_settings
from rdflib import Graph, Namespace
from rdflib.namespace import SH

from governance.terms import document, graph, odrl
from governance.terms.document import Site
from governance.terms.roster import load
from governance.terms.rulebook import Rule
from governance.terms.views.shapes import SHAPES
from tests.governance.terms.rules import DELIVER, NO_TRACKING, agreeing

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pyshacl import validate

SITE = Site("https://example.org")
CC = Namespace(SITE.namespace)
CONTEXTS = graph.bundled(SITE.namespace)
ROSTER = {term.slug: term for term in load(Path(settings.BASE_DIR) / "config/demo/roster.toml")}
KEPT = Rule("permission", "second", "store", "service", "location", "", "P30D", "encrypted")


def policy(*rules: Rule) -> dict[str, Any]:
    return odrl.policy(
        rules,
        uid="https://example.org/terms/a/1.0.0/policy.jsonld",
        source="https://example.org/terms/a/1.0.0",
        namespace=SITE.namespace,
        licence=document.LICENCE,
    )


def faults(written: dict[str, Any]) -> set[str]:
    """The shapes that a policy does not fit, by their names."""
    shapes = Graph().parse(data=SHAPES.read_text("utf-8").replace("{namespace}", str(CC)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits, report, _text = validate(
            graph.read(written, CONTEXTS), shacl_graph=shapes, advanced=False
        )
    named = {
        str(report.value(result, SH.sourceShape)).removeprefix(str(CC))
        for result in report.objects(None, SH.result)
    }
    assert fits == (not named)
    return named


@pytest.mark.parametrize("slug", ROSTER)
def test_the_policy_of_every_term_fits(slug: str) -> None:
    assert faults(policy(*ROSTER[slug].rules)) == set()


@with_settings(max_examples=15, deadline=None)
@given(agreeing(most=5).filter(bool))
def test_so_does_that_of_any_rules(rules: tuple[Rule, ...]) -> None:
    assert faults(policy(*rules)) == set()


def first(written: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = written[key][0]
    return found


@pytest.mark.parametrize(
    ("where", "change", "shape"),
    [
        ("", {"conflict": "perm"}, "ConflictShape"),
        ("", {"conflict": []}, "ConflictShape"),
        ("", {"@type": ["Offer", "Agreement"]}, "OfferShape"),
        ("", {"assigner": str(CC["second-party"])}, "AssignerShape"),
        ("", {"dct:source": []}, "SourceShape"),
        ("", {"dct:license": {"@id": "https://a.example/"}}, "LicenceShape"),
        ("", {"duty": {"action": "delete"}}, "NoOtherDutyShape"),
        ("", {"inheritFrom": "https://a.example/"}, "NotInheritedShape"),
        # A prohibition under the name of a permission.
        ("permission", {"@type": "Prohibition"}, "RulesShape"),
        (
            "permission",
            {"assignee": [str(CC["second-party"]), str(CC["third-party"])]},
            "RulesShape",
        ),
        ("permission", {"assignee": "https://a.example/"}, "RulesShape"),
        ("permission", {"action": []}, "RulesShape"),
        ("permission", {"target": []}, "RulesShape"),
        ("prohibition", {"remedy": {"action": "delete"}}, "RulesShape"),
    ],
)
def test_what_is_wrong_is_found_by_the_shape_that_says_so(
    where: str, change: dict[str, Any], shape: str
) -> None:
    written = policy(KEPT, NO_TRACKING, DELIVER)
    (first(written, where) if where else written).update(change)
    assert faults(written) == {shape}


@pytest.mark.parametrize(
    ("rule", "key", "operator", "shape"),
    [
        (KEPT, "permission", "gt", "PermissionTimeShape"),
        (
            Rule("prohibition", "second", "store", retention="P30D"),
            "prohibition",
            "lteq",
            "ProhibitionTimeShape",
        ),
        (
            Rule("duty", "second", "delete", retention="P30D"),
            "obligation",
            "gt",
            "ObligationTimeShape",
        ),
    ],
)
def test_a_time_in_the_wrong_sense_is_found(
    rule: Rule, key: str, operator: str, shape: str
) -> None:
    written = policy(rule)
    first(written, key)["constraint"][-1]["operator"] = operator
    assert faults(written) == {shape}


@pytest.mark.parametrize(
    "change",
    [
        {"leftOperand": "spatial"},
        {"operator": "isPartOf"},
        {"rightOperand": "marketing"},
        {"unit": "https://a.example/"},
    ],
)
def test_a_limit_of_another_form_is_found(change: dict[str, Any]) -> None:
    written = policy(KEPT)
    first(written, "permission")["constraint"][0].update(change)
    assert "RulesShape" in faults(written)


def test_a_policy_without_a_rule_does_not_fit() -> None:
    assert faults(policy()) == {"PolicyShape"}


def test_the_shapes_are_served_with_the_words_of_this_site(client: Client) -> None:
    answer = client.get("/ns/terms/v1/shapes.ttl")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    shapes = Graph().parse(data=answer.content.decode(), format="turtle")
    ours = Site(settings.PUBLIC_ORIGIN).namespace
    assert (Namespace(ours).PolicyShape, SH.targetClass, None) in shapes
    assert "{" not in answer.content.decode().replace("{0,4}", "")
