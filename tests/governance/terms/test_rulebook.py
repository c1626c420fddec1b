"""Which rules are well formed, which contradict each other, and what they mean together."""

from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.terms import odrl
from governance.terms.rulebook import (
    CELLS,
    Problem,
    Rule,
    contradict,
    matrix,
    problems_with,
    problems_with_rules,
    sentence,
)
from governance.terms.vocabulary import ACTIONS, KINDS, PARTIES, POINTS, covers, iri
from tests.governance.terms.rules import (
    DELIVER,
    NO_PROFILE,
    NO_TRACKING,
    agreeing,
    content,
    rule,
    sets,
)

NAMESPACE = "https://example.org/ns/terms/v1#"


def fields(problems: list[Problem]) -> list[str]:
    return [problem.field for problem in problems]


# The vocabulary


def test_every_word_has_an_identifier_of_its_own_and_every_broader_word_exists() -> None:
    for words in POINTS.values():
        names = [iri(word, NAMESPACE) for word in words.values()]
        assert len(set(names)) == len(names)
        for word in words.values():
            assert set(word.broader) <= set(words)
            assert word.label
            assert word.phrase


def test_odrl_is_spelled_with_http_and_dpv_with_https() -> None:
    assert iri(KINDS["prohibition"], NAMESPACE) == "http://www.w3.org/ns/odrl/2/prohibition"
    assert iri(ACTIONS["track"], NAMESPACE) == "https://w3id.org/dpv#Tracking"
    assert iri(PARTIES["first"], NAMESPACE) == "https://example.org/ns/terms/v1#first-party"


@given(st.data())
def test_covering_is_reflexive_transitive_and_open_at_the_top(data: st.DataObject) -> None:
    words = data.draw(st.sampled_from(list(POINTS.values())))
    codes = st.sampled_from(["", *words])
    one, two, three = data.draw(codes), data.draw(codes), data.draw(codes)
    assert covers(words, one, one)
    assert covers(words, "", one)
    if covers(words, one, two) and covers(words, two, three):
        assert covers(words, one, three)
    if covers(words, one, two) and covers(words, two, one):
        assert one == two


# Well formed


@given(rule())
def test_a_rule_of_the_vocabulary_is_well_formed_and_has_a_sentence(one: Rule) -> None:
    assert problems_with_rules([one]) == []
    words = sentence(one)
    assert words.endswith(".")
    assert "{" not in words
    assert "  " not in words


@pytest.mark.parametrize(
    ("one", "field"),
    [
        (Rule("", "second", "track"), "kind"),
        (Rule("permission", "fourth", "track"), "party"),
        (Rule("permission", "second", "stalk"), "action"),
        (Rule("permission", "first", "track"), "party"),
        (Rule("prohibition", "second", "deliver_service"), "kind"),
        (Rule("permission", "second", "use", purpose="mischief"), "purpose"),
        (Rule("permission", "second", "use", recipient="advertisers"), "recipient"),
        (Rule("permission", "second", "store", retention="P1M"), "retention"),
        (Rule("permission", "second", "track", retention="P1D"), "retention"),
        (Rule("prohibition", "second", "analyse", retention="P1D"), "retention"),
        (Rule("prohibition", "second", "store", storage="encrypted"), "storage"),
    ],
)
def test_an_ill_formed_rule_is_named_with_its_row_and_field(one: Rule, field: str) -> None:
    assert fields(problems_with_rules([NO_PROFILE, one])) == [f"rules.1.{field}"]


def test_a_term_without_rules_or_with_too_many_says_so() -> None:
    assert fields(problems_with_rules([])) == ["rules"]
    assert fields(problems_with_rules([NO_TRACKING] * 41)) == ["rules"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "No Tracking"}, "slug"),
        ({"slug": "a" * 61}, "slug"),
        ({"slug": "by-hash"}, "slug"),
        ({"version": "1.0"}, "version"),
        ({"title": " "}, "title"),
        ({"title": "Two\nlines"}, "title"),
        ({"title": "a" * 121}, "title"),
        ({"aliases": ("#NoStalking",)}, "aliases"),
        ({"aliases": ("https://[",)}, "aliases"),
        ({"aliases": ("https://a.example/" + "a" * 300,)}, "aliases"),
        ({"aliases": ("not one",) * 20_000}, "aliases"),
        ({"aliases": ("https://a.example/1", "https://a.example/1")}, "aliases"),
    ],
)
def test_what_is_wrong_with_names_and_texts_is_named(
    changes: dict[str, object], field: str
) -> None:
    assert fields(problems_with(content(**changes))) == [field]  # type: ignore[arg-type]


@pytest.mark.parametrize("nothing", ["", " \n", "\u200b\u2060", "\u3164"])
def test_a_text_that_shows_nothing_is_missing(nothing: str) -> None:
    written = content()
    assert fields(problems_with(dataclasses.replace(written, plain=nothing))) == ["plain"]
    assert fields(problems_with(dataclasses.replace(written, legal=nothing))) == ["legal"]


def test_content_that_could_be_published_has_no_problems() -> None:
    assert problems_with(content()) == []


# Contradictions


@given(rule(), rule())
def test_contradiction_does_not_depend_on_who_is_named_first(one: Rule, other: Rule) -> None:
    assert contradict(one, other) == contradict(other, one)


@given(rule())
def test_nothing_contradicts_itself(one: Rule) -> None:
    assert not contradict(one, one)


@given(rule().filter(lambda one: one.kind == "permission" and not one.retention))
def test_forbidding_all_that_is_permitted_is_a_contradiction(permission: Rule) -> None:
    points = permission.as_dict() | {"kind": "prohibition", "storage": ""}
    assert contradict(permission, Rule(**points))
    for point in ("purpose", "data", "recipient"):
        assert contradict(permission, Rule(**(points | {point: ""})))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Rule("permission", "second", "track"), NO_TRACKING),
        # Forbidden for every purpose, permitted for one.
        (Rule("permission", "second", "profile", purpose="security"), NO_PROFILE),
        # Advertising chosen for you is advertising.
        (
            Rule("permission", "second", "use", purpose="personalised_ads"),
            Rule("prohibition", "second", "use", purpose="marketing"),
        ),
        # Any use at all includes profiling.
        (
            Rule("permission", "second", "profile", purpose="marketing"),
            Rule("prohibition", "second", "use", purpose="marketing"),
        ),
        (
            Rule("permission", "second", "share_identifiable", recipient="data_brokers"),
            Rule("prohibition", "second", "share_identifiable", recipient="third_parties"),
        ),
        (
            Rule("permission", "second", "store", retention="P90D"),
            Rule("duty", "second", "delete", retention="P30D"),
        ),
    ],
)
def test_these_contradict_each_other(one: Rule, other: Rule) -> None:
    assert contradict(one, other)
    assert fields(problems_with_rules([DELIVER, one, other])) == ["rules.2"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # An exception takes away a part.
        (
            Rule("permission", "second", "analyse"),
            Rule("prohibition", "second", "analyse", purpose="marketing"),
        ),
        (Rule("permission", "second", "use", purpose="public_good"), NO_PROFILE),
        # Another party.
        (Rule("permission", "second", "track"), Rule("prohibition", "third", "track")),
        # Another purpose.
        (
            Rule("permission", "second", "profile", purpose="security"),
            Rule("prohibition", "second", "profile", purpose="marketing"),
        ),
        # Up to thirty days, and not beyond.
        (
            Rule("permission", "second", "store", retention="P30D"),
            Rule("prohibition", "second", "store", retention="P30D"),
        ),
    ],
)
def test_these_go_together(one: Rule, other: Rule) -> None:
    assert not contradict(one, other)
    assert problems_with_rules([one, other]) == []


def test_a_rule_that_says_nothing_new_is_named_once() -> None:
    narrower = Rule("prohibition", "second", "track", purpose="marketing")
    assert fields(problems_with_rules([narrower, NO_TRACKING])) == ["rules.0"]
    assert fields(problems_with_rules([NO_TRACKING, NO_TRACKING])) == ["rules.1"]


# The matrix


@given(agreeing())
def test_the_policy_says_what_the_rules_say(rules: tuple[Rule, ...]) -> None:
    document = odrl.policy(
        rules,
        uid="https://example.org/terms/a/1.0.0/policy.jsonld",
        source="https://example.org/terms/a/1.0.0",
        namespace=NAMESPACE,
        licence="https://example.org/licence",
    )
    read_back = odrl.rules_of(document, namespace=NAMESPACE)
    assert set(read_back) == set(rules)
    assert matrix(read_back) == matrix(rules)


@given(sets(), st.randoms())
def test_order_makes_no_difference(rules: tuple[Rule, ...], chance: random.Random) -> None:
    shuffled = list(rules)
    chance.shuffle(shuffled)
    assert matrix(shuffled) == matrix(rules)


@given(sets())
def test_forbidding_more_never_permits_more(rules: tuple[Rule, ...]) -> None:
    before, after = matrix(rules), matrix((*rules, NO_TRACKING))
    assert after["tracking_2p"] == "no"
    assert {name: before[name] for name in before if name != "tracking_2p"} == {
        name: after[name] for name in after if name != "tracking_2p"
    }


def test_no_rule_leaves_every_cell_open() -> None:
    assert set(matrix([]).values()) == {"optional", ""}


def test_a_cell_says_no_only_where_all_of_it_is_forbidden() -> None:
    part = Rule("prohibition", "second", "profile", purpose="marketing")
    assert matrix([part])["profiling_2p"] == "optional"
    assert matrix([NO_PROFILE])["profiling_2p"] == "no"
    assert matrix([Rule("prohibition", "second", "use")])["profiling_2p"] == "no"
    assert matrix([Rule("prohibition", "second", "use")])["profiling_3p"] == "optional"


def test_sharing_with_those_under_orders_is_not_sharing_with_third_parties() -> None:
    one = Rule("permission", "second", "share_identifiable", recipient="processors")
    assert matrix([one])["share_identifiable_3p"] == "optional"
    assert matrix([Rule("permission", "second", "share_identifiable")])[
        "share_identifiable_3p"
    ] == ("yes")


def test_the_cells_are_those_of_the_published_list() -> None:
    assert list(CELLS) == [
        "service_delivery",
        "analytics_2p",
        "tracking_2p",
        "profiling_2p",
        "share_anonymised_3p",
        "share_identifiable_3p",
        "analytics_3p",
        "tracking_3p",
        "profiling_3p",
        "data_portability",
    ]


# Sentences


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (NO_TRACKING, "The organisation may not follow you across sites, apps or devices."),
        (DELIVER, "The organisation must deliver the service you asked for."),
        (
            Rule("prohibition", "third", "track", data="location", purpose="marketing"),
            "Others may not follow you across sites, apps or devices"
            " by your location for marketing.",
        ),
        (
            Rule("prohibition", "second", "share_identifiable", recipient="third_parties"),
            "The organisation may not share data that can be traced to you"
            " with other organisations.",
        ),
        (
            Rule("permission", "second", "store", retention="P30D", storage="encrypted"),
            "The organisation may keep data about you for at most 30 days, only encrypted.",
        ),
        (
            Rule("prohibition", "second", "store", retention="P30D"),
            "The organisation may not keep data about you for longer than 30 days.",
        ),
        (
            Rule("duty", "second", "delete", retention="P0D"),
            "The organisation must delete data about you at once.",
        ),
        (Rule("permission", "first", "withdraw"), "You may end this agreement at any time."),
    ],
)
def test_a_rule_in_words(one: Rule, words: str) -> None:
    assert sentence(one) == words


@given(rule(), rule())
def test_two_rules_never_have_the_same_words(one: Rule, other: Rule) -> None:
    assert (sentence(one) == sentence(other)) == (one == other)


def test_a_translator_sees_every_piece() -> None:
    seen: list[str] = []

    def say(text: str) -> str:
        seen.append(text)
        return text.upper() if "{" not in text else text

    one = Rule("permission", "second", "store", "security", "location", "", "P1D", "encrypted")
    assert "TO KEEP THE SERVICE SECURE" in sentence(one, say)
    assert " for at most {number} days" in seen
