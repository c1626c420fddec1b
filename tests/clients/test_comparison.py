"""Comparing terms: two programs written apart find the same, and plain cases read as expected."""

from __future__ import annotations

import json
from typing import Any

import customer_commons
import pytest
from customer_commons import NotVerified, Relation, Vocabulary
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.terms import comparison, glossary
from governance.terms.rulebook import Rule
from tests.governance.terms.rules import agreeing

PROFILE = {"kind": "prohibition", "party": "second", "action": "profile"}
DELETE = {"kind": "duty", "party": "second", "action": "delete"}
LEAVE = {"kind": "permission", "party": "first", "action": "withdraw"}


def stated(rules: tuple[Rule, ...]) -> list[dict[str, str]]:
    return [rule.stated() for rule in rules]


@settings(max_examples=100)
@given(agreeing(), agreeing(), st.data())
def test_it_agrees_with_the_site(
    one: tuple[Rule, ...], other: tuple[Rule, ...], data: st.DataObject
) -> None:
    if data.draw(st.booleans()):
        other = (*one[: data.draw(st.integers(0, len(one)))], *other[:1])
    ours = customer_commons.compare(stated(one), stated(other))
    sites = comparison.compare(one, other)
    assert ours.relation == sites.relation.value
    # What is said of any act is the same, however the acts are put together.
    assert {(found.act["party"], found.one, found.other) for found in ours.differences} == {
        (found.act.party, found.one, found.other) for found in sites.differences
    }
    back = customer_commons.compare(stated(other), stated(one))
    turned = {Relation.STRICTER: Relation.LOOSER, Relation.LOOSER: Relation.STRICTER}
    assert back.relation == turned.get(ours.relation, ours.relation)
    assert customer_commons.compare(stated(one), stated(one)[::-1]).differences == ()


def relation(one: list[dict[str, str]], other: list[dict[str, str]]) -> str:
    return customer_commons.compare(one, other).relation.value


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([PROFILE], [], "stricter"),
        ([PROFILE], [{**PROFILE, "purpose": "marketing"}], "stricter"),
        ([{**PROFILE, "purpose": "advertising"}], [{**PROFILE, "purpose": "marketing"}], "looser"),
        ([{**PROFILE, "kind": "permission"}], [], "looser"),
        (
            [{**PROFILE, "purpose": "marketing"}, {**PROFILE, "kind": "permission"}],
            [{**PROFILE, "kind": "permission"}],
            "stricter",
        ),
        ([{**DELETE, "retention": "P7D"}], [{**DELETE, "retention": "P30D"}], "stricter"),
        ([DELETE], [{**DELETE, "retention": "P30D"}], "looser"),
        ([DELETE, PROFILE], [DELETE], "stricter"),
        ([LEAVE], [], "stricter"),
        ([PROFILE], [DELETE], "different"),
        # "Use" takes in all of these: a ban on it is a ban on profiles.
        ([{**PROFILE, "action": "use"}, PROFILE], [{**PROFILE, "action": "use"}], "same"),
    ],
)
def test_plain_cases(one: list[dict[str, str]], other: list[dict[str, str]], expected: str) -> None:
    assert relation(one, other) == expected


def test_a_difference_is_as_broad_as_it_is_true() -> None:
    for_marketing = {**PROFILE, "purpose": "marketing"}
    (found,) = customer_commons.compare([for_marketing], []).differences
    assert found.act == {"party": "second", "action": "profile", "purpose": "marketing"}
    assert (found.one, found.other, found.days, found.apart_from) == ("no", "open", None, {})
    (found,) = customer_commons.compare([PROFILE], [for_marketing]).differences
    assert found.act == {"party": "second", "action": "profile"}
    assert found.apart_from == {"purpose": ("marketing",)}
    keep = {"kind": "permission", "party": "second", "action": "store"}
    month, year = {**keep, "retention": "P30D"}, {**keep, "retention": "P365D"}
    (found,) = customer_commons.compare([year], [month]).differences
    assert (found.days, found.one, found.other) == ((31, 365), "yes", "open")
    (found,) = customer_commons.compare([keep], [month]).differences
    assert found.days == (31, None)


def test_the_words_it_was_published_with_are_the_sites() -> None:
    """After a change: ``curl $ORIGIN/ns/terms/vocabulary.json`` into the client's folder."""
    bundled = Vocabulary.bundled()
    assert bundled == Vocabulary.from_json(glossary.document("https://other.example/ns/terms/v1#"))
    assert bundled.above("purpose", "personalised_ads") == {
        "personalised_ads",
        "advertising",
        "marketing",
    }


@pytest.mark.parametrize(
    "rule",
    [
        {**PROFILE, "purpose": "unheard-of"},
        {**PROFILE, "action": "dance"},
        {**PROFILE, "kind": "wish"},
        {**PROFILE, "mood": "good"},
        {**PROFILE, "retention": "P1M"},
        {**PROFILE, "retention": "P1000000D"},
        {"kind": "prohibition", "party": "second"},
    ],
)
def test_what_it_does_not_know_it_does_not_guess(rule: dict[str, str]) -> None:
    with pytest.raises(NotVerified) as caught:
        customer_commons.compare([rule], [PROFILE])
    assert caught.value.what == "vocabulary"


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        {"version": "1", "points": []},
        {"version": "1", "points": {"action": [{"code": "x"}]}},
        {"version": "1", "points": {"action": [{"code": "x", "label": "x", "broader": ["y"]}]}},
    ],
)
def test_a_vocabulary_that_cannot_be_read_is_refused(document: Any) -> None:
    with pytest.raises(NotVerified):
        Vocabulary.from_json(document)


def test_words_newer_than_the_program_come_from_the_site() -> None:
    newer = json.loads(json.dumps(glossary.document("https://x.example/ns/terms/v1#")))
    newer["points"]["purpose"].append(
        {"code": "gossip", "iri": "cc:gossip", "label": "gossip", "broader": ["marketing"]}
    )
    gossip = {**PROFILE, "purpose": "gossip"}
    for_marketing = {**PROFILE, "purpose": "marketing"}
    words = Vocabulary.from_json(newer)
    assert customer_commons.compare([gossip], [for_marketing], words).relation == "looser"
