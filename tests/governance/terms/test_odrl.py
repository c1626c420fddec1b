"""The policy is what the specification calls an offer, and says nothing it should not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from governance.terms import odrl
from governance.terms.rulebook import Rule
from tests.governance.terms.rules import DELIVER, NO_TRACKING, agreeing

NAMESPACE = "https://example.org/ns/terms/v1#"


def policy(*rules: Rule) -> dict[str, Any]:
    return odrl.policy(
        rules,
        uid="https://example.org/terms/a/1.0.0/policy.jsonld",
        source="https://example.org/terms/a/1.0.0",
        namespace=NAMESPACE,
        licence="https://example.org/licence",
    )


@given(agreeing())
def test_an_offer_where_prohibitions_win_and_each_rule_has_one_assignee(
    rules: tuple[Rule, ...],
) -> None:
    document = policy(*rules)
    assert document["@type"] == "Offer"
    assert document["conflict"] == "odrl:prohibit"
    for kind, key in (
        ("permission", "permission"),
        ("prohibition", "prohibition"),
        ("duty", "obligation"),
    ):
        written = document.get(key, [])
        assert len(written) == sum(rule.kind == kind for rule in rules)
        for one in written:
            assert isinstance(one["assignee"], str)
            assert isinstance(one["action"], str)
            assert isinstance(one["target"], str)


def test_a_rule_as_it_is_written() -> None:
    document = policy(
        DELIVER,
        Rule("prohibition", "second", "store", "marketing", "location", "", "P30D"),
    )
    assert document["obligation"][0]["action"] == f"{NAMESPACE}deliver-service"
    assert document["prohibition"] == [
        {
            "assignee": f"{NAMESPACE}second-party",
            "action": "https://w3id.org/dpv#Store",
            "target": "https://w3id.org/dpv/pd#Location",
            "constraint": [
                {
                    "leftOperand": "purpose",
                    "operator": "isA",
                    "rightOperand": {"@id": "https://w3id.org/dpv#Marketing"},
                },
                {
                    "leftOperand": "elapsedTime",
                    "operator": "gt",
                    "rightOperand": {"@type": "xsd:duration", "@value": "P30D"},
                },
            ],
        }
    ]


def test_every_word_of_the_policy_is_in_the_published_context(vectors: Path) -> None:
    words = json.loads((vectors / "contexts/odrl.jsonld").read_text())["@context"]
    rules = (
        DELIVER,
        NO_TRACKING,
        Rule("permission", "second", "share_identifiable", "service", "", "processors"),
        Rule("permission", "second", "store", retention="P1D", storage="encrypted"),
    )

    def keys(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set(value) | set().union(*map(keys, value.values()))
        if isinstance(value, list):
            return set().union(*map(keys, value))
        return set()

    document = policy(*rules)
    document.pop("@context")
    for key in keys(document):
        prefix, colon, _name = key.partition(":")
        assert key.startswith("@") or (prefix if colon else key) in words, key
    assert words["odrl"] == "http://www.w3.org/ns/odrl/2/"
    for word in ("Offer", "isA", "lteq", "gt", "purpose", "recipient", "elapsedTime"):
        assert word in words


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"conflict": "odrl:perm"}, "prohibitions win"),
        (
            {
                "prohibition": [
                    {
                        "assignee": [f"{NAMESPACE}second-party", f"{NAMESPACE}third-party"],
                        "action": "https://w3id.org/dpv#Tracking",
                        "target": odrl.ANY_DATA,
                    }
                ]
            },
            "not a word of ours",
        ),
        (
            {
                "permission": [
                    {
                        "assignee": f"{NAMESPACE}second-party",
                        "action": "https://w3id.org/dpv#Store",
                        "target": odrl.ANY_DATA,
                        "constraint": [
                            {
                                "leftOperand": "elapsedTime",
                                "operator": "gt",
                                "rightOperand": {"@value": "P1D"},
                            }
                        ],
                    }
                ]
            },
            "wrong sense",
        ),
        (
            {
                "permission": [
                    {
                        "assignee": f"{NAMESPACE}second-party",
                        "action": "https://w3id.org/dpv#Store",
                        "target": odrl.ANY_DATA,
                        "constraint": [
                            {
                                "leftOperand": "spatial",
                                "operator": "isA",
                                "rightOperand": {"@id": "https://example.org/"},
                            }
                        ],
                    }
                ]
            },
            "narrowed by",
        ),
    ],
)
def test_what_published_drafts_got_wrong_is_not_read(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        odrl.rules_of(policy(NO_TRACKING) | change, namespace=NAMESPACE)
