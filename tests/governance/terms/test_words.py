"""What pages say of rules: differences between terms, and problems that explain themselves."""

from __future__ import annotations

import pytest
from hypothesis import given

from governance.terms import words
from governance.terms.comparison import compare
from governance.terms.rulebook import Rule, contradict, problems_with_rules, sentence
from tests.governance.terms.rules import DELIVER, NO_PROFILE, NO_TRACKING, rule, sets

USE = Rule("prohibition", "second", "use")


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (
            [NO_PROFILE],
            [Rule("permission", "second", "profile")],
            "The first says: “The organisation may not build a profile of you”; "
            "the second allows it.",
        ),
        (
            [],
            [NO_TRACKING],
            "The second says: “The organisation may not follow you across sites, apps or devices”; "
            "the first leaves it open.",
        ),
        (
            [Rule("permission", "first", "withdraw")],
            [],
            "The first says: “You may end this agreement at any time”; the second leaves it open.",
        ),
        (
            [DELIVER],
            [],
            "The first says: “The organisation must deliver the service you asked for”; "
            "the second does not ask for it.",
        ),
        (
            [USE],
            [Rule("prohibition", "second", "use", "marketing"), NO_PROFILE],
            "The first says: “The organisation may not use data about you (apart from: for "
            "marketing; build a profile of you)”; the second leaves it open.",
        ),
        (
            [Rule("prohibition", "second", "share_identifiable", "marketing")],
            [Rule("prohibition", "second", "share_identifiable", "", "location", "advertisers")],
            "The first says: “The organisation may not share data that can be traced to you with "
            "anyone for marketing (apart from: with advertisers your location)”; "
            "the second leaves it open.",
        ),
        (
            [Rule("permission", "second", "store", retention="P30D")],
            [Rule("permission", "second", "store", retention="P90D")],
            "The second says: “The organisation may keep data about you for more than 30 and at "
            "most 90 days”; the first leaves it open.",
        ),
        (
            [Rule("prohibition", "second", "store", retention="P30D")],
            [],
            "The first says: “The organisation may not keep data about you for longer than 30 "
            "days”; the second leaves it open.",
        ),
        (
            [Rule("permission", "second", "use", retention="P7D")],
            [Rule("permission", "second", "use")],
            "The second says: “The organisation may use data about you, kept for longer than 7 "
            "days”; the first leaves it open.",
        ),
        (
            [Rule("duty", "second", "delete", retention="P7D")],
            [Rule("duty", "second", "delete", retention="P30D")],
            "The first says: “The organisation must delete data about you within 7 days”; "
            "the second gives it 30 days.",
        ),
        (
            [Rule("duty", "second", "delete", retention="P7D")],
            [Rule("duty", "second", "delete")],
            "The first says: “The organisation must delete data about you within 7 days”; "
            "the second names no time.",
        ),
        (
            [Rule("permission", "second", "store", storage="encrypted")],
            [Rule("permission", "second", "store", storage="encrypted_on_device")],
            "The first says: “The organisation may keep data about you, only encrypted "
            "(apart from: only on your own device, and encrypted)”; the second leaves it open.",
        ),
    ],
)
def test_a_difference_in_words(one: list[Rule], other: list[Rule], said: str) -> None:
    found = compare(one, other).differences
    assert said in [words.difference(each) for each in found]


def test_the_two_sides_are_called_by_their_names() -> None:
    (found,) = compare([NO_PROFILE], []).differences
    assert words.difference(found, "“No stalking”", "your wish") == (
        "“No stalking” says: “The organisation may not build a profile of you”; "
        "your wish leaves it open."
    )


@given(sets(least=0), sets(least=0))
def test_every_difference_has_a_sentence(one: tuple[Rule, ...], other: tuple[Rule, ...]) -> None:
    said = [words.difference(found) for found in compare(one, other).differences]
    assert len(set(said)) == len(said)
    for sentence_ in said:
        assert sentence_.endswith(".")
        assert "{" not in sentence_
        assert "  " not in sentence_


# Contradictions

STORE = Rule("permission", "second", "store", retention="P90D")
DELETE = Rule("duty", "second", "delete", data="location", retention="P30D")
PROFILE = Rule("permission", "second", "profile", purpose="security")


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            [DELIVER, NO_PROFILE, PROFILE],
            "Rule 2 forbids all that this rule allows: “The organisation may not build a profile "
            "of you.” Both speak of this: build a profile of you to keep the service secure and "
            "prevent fraud. Take one of them out, or let rule 2 forbid only a part of it.",
        ),
        (
            [DELIVER, PROFILE, NO_PROFILE],
            "This rule forbids all that rule 2 allows: “The organisation may build a profile of "
            "you to keep the service secure and prevent fraud.” Both speak of this: build a "
            "profile of you to keep the service secure and prevent fraud. Take one of them out, "
            "or let this rule forbid only a part of it.",
        ),
        (
            [STORE, DELETE],
            "This rule has data deleted within 30 days, and rule 1 lets it be kept for longer: "
            "“The organisation may keep data about you for at most 90 days.” Both speak of this: "
            "keep your location for at most 90 days. Allow 90 days here, or at most 30 there.",
        ),
        (
            [DELETE, STORE],
            "This rule lets data be kept for 90 days, and rule 1 has it deleted sooner: “The "
            "organisation must delete your location within 30 days.” Both speak of this: keep "
            "your location for at most 90 days. Allow at most 30 days here, or 90 there.",
        ),
        (
            [NO_TRACKING, Rule("prohibition", "second", "track", purpose="marketing")],
            "Rule 1 says this already: “The organisation may not follow you across sites, apps or "
            "devices.” Take one of them out.",
        ),
        (
            [
                Rule("duty", "second", "delete", retention="P7D"),
                Rule("duty", "second", "delete", retention="P30D"),
            ],
            "Rule 1 says this already: “The organisation must delete data about you within 7 "
            "days.” Take one of them out.",
        ),
    ],
)
def test_a_contradiction_names_both_rules_what_they_speak_of_and_a_way_out(
    rules: list[Rule], said: str
) -> None:
    assert [words.problem(found) for found in problems_with_rules(rules)] == [said]


@given(rule(), rule())
def test_each_contradiction_quotes_the_other_rule_and_what_it_advises_resolves_it(
    one: Rule, other: Rule
) -> None:
    if not contradict(one, other):
        return
    (found,) = problems_with_rules([one, other])
    assert found.field == "rules.1"
    assert sentence(one) in found.sentence
    assert problems_with_rules([one]) == problems_with_rules([other]) == []


def test_a_problem_is_translated_piece_by_piece() -> None:
    (found,) = problems_with_rules([NO_PROFILE, PROFILE])
    german = {"build a profile of you": "ein Profil von dir anlegen"}
    assert "Both speak of this: ein Profil von dir anlegen" in found.said(
        lambda text: german.get(text, text)
    )
