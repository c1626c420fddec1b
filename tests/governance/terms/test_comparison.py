"""Two sets of rules side by side: held to a slow reading of both, act by act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.terms.comparison import Comparison, Difference, Relation, compare, identity
from governance.terms.rulebook import Rule
from governance.terms.vocabulary import ACTIONS, CHOICES, PARTIES, Vocabulary
from tests.governance.terms.rules import DELIVER, NO_PROFILE, NO_TRACKING, rule, sets

# A slow reading. An act is written out in full: exactly this action, purpose ... and exactly this
# many days; None is something the vocabulary has no word for, or (a deadline) no day at all.

LATER = 100_000


def upward(words: Vocabulary, code: str | None) -> set[str]:
    """The code, all that it is a case of, and the open point."""
    if not code:
        return {""}
    return {code, ""}.union(*(upward(words, above) for above in words[code].broader))


class Act:
    """One act of one party, with everything said about it."""

    def __init__(self, party: str, action: str, day: int, **points: str | None) -> None:
        self.party = party
        self.actions = upward(ACTIONS, action) - {""}
        self.is_duty = "duty" in ACTIONS[action].kinds
        self.day = day
        self.points = {name: upward(CHOICES[name], points[name]) for name in CHOICES}

    def is_in(self, described: Rule) -> bool:
        """Whether the act is one that these points describe."""
        if described.party != self.party or described.action not in self.actions:
            return False
        if any(getattr(described, name) not in self.points[name] for name in CHOICES):
            return False
        limit = int(described.retention[1:-1]) if described.retention else None
        if self.is_duty:
            return self.day == LATER if limit is None else self.day >= limit
        if described.kind == "prohibition":
            return limit is None or self.day > limit
        return limit is None or self.day <= limit

    def answer(self, rules: Iterable[Rule]) -> str:
        kinds = {one.kind for one in rules if self.is_in(one)}
        for kind, answer in (("prohibition", "no"), ("duty", "must"), ("permission", "yes")):
            if kind in kinds:
                return answer
        return "open"

    def is_told(self, found: Difference) -> bool:
        return self.is_in(found.act) and not any(self.is_in(but) for but in found.but)


def near(rules: Iterable[Rule], words: Vocabulary, name: str) -> list[str | None]:
    """Codes that could make a difference: those named, all that is a case of them, and no word."""
    named = {getattr(one, name) for one in rules} - {""}
    cases = [code for code in words if upward(words, code) & named]
    return [None, *cases]


def every_act(*sides: Iterable[Rule]) -> Iterator[Act]:
    """Every act that the rules could speak of, and one that none does."""
    rules = [one for side in sides for one in side]
    limits = {int(one.retention[1:-1]) for one in rules if one.retention}
    moments = sorted({0, LATER} | limits | {limit + 1 for limit in limits})
    for party in PARTIES:
        for action in ACTIONS:
            about = [
                one for one in rules if one.party == party and one.action in upward(ACTIONS, action)
            ]
            if not about:
                continue
            points = [near(about, words, name) for name, words in CHOICES.items()]
            for day, codes in product(moments, product(*points)):
                yield Act(party, action, day, **dict(zip(CHOICES, codes, strict=True)))


# Rules that meet one another often: of a few actions and words.


@st.composite
def close_sets(draw: st.DrawFn) -> tuple[Rule, ...]:
    drawn: list[Rule] = draw(st.lists(few(), max_size=5))
    return tuple(drawn)


@st.composite
def few(draw: st.DrawFn) -> Rule:
    action = draw(st.sampled_from(["use", "profile", "store", "delete", "share_identifiable"]))
    kind = draw(st.sampled_from(ACTIONS[action].kinds))
    takes = ACTIONS[action].takes
    points = {
        name: draw(st.sampled_from(codes))
        for name, codes in {
            "purpose": ["", "marketing", "advertising", "service"],
            "data": ["", "finance", "purchases"],
            "recipient": ["", "third_parties", "advertisers"],
            "storage": ["", "on_device", "encrypted", "encrypted_on_device"],
            "retention": ["", "P7D", "P30D"],
        }.items()
        if name in takes
    }
    if kind == "prohibition":
        points.pop("storage", None)
        if action != "store":
            points.pop("retention", None)
    return Rule(kind, "second", action, **points)


RULES = close_sets() | sets(least=0, most=4)


@given(RULES)
def test_a_set_is_the_same_as_itself_in_any_order(rules: tuple[Rule, ...]) -> None:
    assert compare(rules, rules) == Comparison(Relation.SAME, ())
    assert compare(rules, rules[::-1]) == Comparison(Relation.SAME, ())


@given(RULES, RULES)
def test_turned_around_it_says_the_same_from_the_other_side(
    one: tuple[Rule, ...], other: tuple[Rule, ...]
) -> None:
    there, back = compare(one, other), compare(other, one)
    turned = {Relation.STRICTER: Relation.LOOSER, Relation.LOOSER: Relation.STRICTER}
    assert back.relation == turned.get(there.relation, there.relation)
    assert {(found.act, found.but, found.one, found.other) for found in there.differences} == {
        (found.act, found.but, found.other, found.one) for found in back.differences
    }


@given(RULES, RULES, RULES)
def test_stricter_than_the_stricter_is_stricter(
    one: tuple[Rule, ...], two: tuple[Rule, ...], three: tuple[Rule, ...]
) -> None:
    first, second, both = (
        compare(one, two).relation,
        compare(two, three).relation,
        compare(one, three).relation,
    )
    if Relation.DIFFERENT not in (first, second) and {first, second} != {
        Relation.STRICTER,
        Relation.LOOSER,
    }:
        named = {first, second} - {Relation.SAME}
        assert both == (named.pop() if named else Relation.SAME)


@given(RULES, st.lists(few(), max_size=3))
def test_chains_of_stricter_sets_exist_and_hold(rules: tuple[Rule, ...], more: list[Rule]) -> None:
    """Transitivity where it is not empty: what is forbidden one after the other."""
    sides = [rules]
    for extra in more:
        sides.append((*sides[-1], Rule("prohibition", "second", "use", extra.purpose, extra.data)))
    for earlier, later in pairwise(sides):
        assert compare(later, earlier).relation in (Relation.SAME, Relation.STRICTER)
    assert compare(sides[-1], sides[0]).relation in (Relation.SAME, Relation.STRICTER)


@settings(max_examples=150)
@given(RULES, RULES)
def test_each_difference_is_true_and_none_is_missed(
    one: tuple[Rule, ...], other: tuple[Rule, ...]
) -> None:
    found = compare(one, other)
    assert (found.relation is Relation.SAME) == (not found.differences)
    told = dict.fromkeys(found.differences, 0)
    for act in every_act(one, other, [each.act for each in found.differences]):
        pair = (act.answer(one), act.answer(other))
        telling = [difference for difference in found.differences if act.is_told(difference)]
        for difference in telling:
            assert (difference.one, difference.other) == pair
            told[difference] += 1
        assert bool(telling) == (pair[0] != pair[1])
    assert all(told.values()), "a difference that no act bears out"


@given(RULES, RULES)
def test_a_difference_is_as_broad_as_it_can_be(
    one: tuple[Rule, ...], other: tuple[Rule, ...]
) -> None:
    """No difference lies within another that says the same."""
    found = compare(one, other).differences
    for each in found:
        for wider in found:
            if wider is not each and (each.one, each.other) == (wider.one, wider.other):
                inside = each.act
                act = Act(
                    inside.party,
                    inside.action,
                    int(inside.retention[1:-1]) if inside.retention else LATER,
                    **{name: getattr(inside, name) or None for name in CHOICES},
                )
                assert not act.is_told(wider)


@given(RULES, rule().filter(lambda one: one.kind == "prohibition"))
def test_forbidding_more_is_never_looser(rules: tuple[Rule, ...], more: Rule) -> None:
    assert compare((*rules, more), rules).relation in (Relation.SAME, Relation.STRICTER)


@given(RULES, rule().filter(lambda one: one.kind == "duty"))
def test_demanding_more_is_never_looser(rules: tuple[Rule, ...], more: Rule) -> None:
    assert compare((*rules, more), rules).relation in (Relation.SAME, Relation.STRICTER)


@given(RULES, rule().filter(lambda one: one.kind == "permission" and one.party != "first"))
def test_permitting_more_is_never_stricter(rules: tuple[Rule, ...], more: Rule) -> None:
    assert compare((*rules, more), rules).relation in (Relation.SAME, Relation.LOOSER)


@given(RULES, RULES)
def test_the_identity_is_that_of_the_meaning(
    one: tuple[Rule, ...], other: tuple[Rule, ...]
) -> None:
    same = compare(one, other).relation is Relation.SAME
    assert (identity(one) == identity(other)) == same


@given(RULES, RULES)
def test_what_was_said_already_changes_no_meaning(
    rules: tuple[Rule, ...], more: tuple[Rule, ...]
) -> None:
    for extra in more:
        if compare((*rules, extra), rules).relation is Relation.SAME:
            assert identity((*rules, extra)) == identity(rules)


def test_the_identity_does_not_change_from_one_release_to_the_next() -> None:
    assert identity([NO_TRACKING, DELIVER]) == (
        "fd2c4e7498c85c0cdd113dad528882338b480e17e5205fe59790642baf02477b"
    )


USE = Rule("", "second", "use")


@pytest.mark.parametrize(
    ("one", "other", "relation", "differences"),
    [
        ([], [], Relation.SAME, []),
        # A rule within another adds nothing.
        (
            [NO_TRACKING],
            [NO_TRACKING, Rule("prohibition", "second", "track", "marketing")],
            Relation.SAME,
            [],
        ),
        # Forbidding each case is not forbidding everything; forbidding everything is each case.
        (
            [Rule("prohibition", "second", "use")],
            [NO_PROFILE, NO_TRACKING],
            Relation.STRICTER,
            [
                Difference(
                    USE,
                    "no",
                    "open",
                    (Rule("", "second", "profile"), Rule("", "second", "track")),
                )
            ],
        ),
        # One line, however many purposes there are.
        (
            [Rule("prohibition", "second", "use")],
            [],
            Relation.STRICTER,
            [Difference(USE, "no", "open")],
        ),
        (
            [Rule("permission", "second", "use")],
            [Rule("permission", "second", "use", "service")],
            Relation.LOOSER,
            [Difference(USE, "yes", "open", (Rule("", "second", "use", "service"),))],
        ),
        # Thirty days are stricter than ninety, said either way.
        (
            [Rule("permission", "second", "store", retention="P30D")],
            [Rule("permission", "second", "store", retention="P90D")],
            Relation.STRICTER,
            [
                Difference(
                    Rule("", "second", "store", retention="P90D"),
                    "open",
                    "yes",
                    (Rule("", "second", "store", retention="P30D"),),
                )
            ],
        ),
        (
            [Rule("prohibition", "second", "store", retention="P30D")],
            [Rule("prohibition", "second", "store", retention="P90D")],
            Relation.STRICTER,
            [
                Difference(
                    Rule("", "second", "store", retention="P90D"),
                    "no",
                    "open",
                    (Rule("", "second", "store", retention="P30D"),),
                )
            ],
        ),
        # Deleting within a week is stricter than within a month, and that than some time.
        (
            [Rule("duty", "second", "delete", retention="P7D")],
            [Rule("duty", "second", "delete", retention="P30D")],
            Relation.STRICTER,
            [
                Difference(
                    Rule("", "second", "delete", retention="P7D"),
                    "must",
                    "open",
                    (Rule("", "second", "delete", retention="P30D"),),
                )
            ],
        ),
        (
            [Rule("duty", "second", "delete", retention="P30D")],
            [Rule("duty", "second", "delete")],
            Relation.STRICTER,
            [
                Difference(
                    Rule("", "second", "delete", retention="P30D"),
                    "must",
                    "open",
                    (Rule("", "second", "delete"),),
                )
            ],
        ),
        # What you may do binds them.
        (
            [Rule("permission", "first", "withdraw")],
            [],
            Relation.STRICTER,
            [Difference(Rule("", "first", "withdraw"), "yes", "open")],
        ),
        # One forbids this, the other that.
        (
            [NO_TRACKING],
            [NO_PROFILE],
            Relation.DIFFERENT,
            [
                Difference(Rule("", "second", "track"), "no", "open"),
                Difference(Rule("", "second", "profile"), "open", "no"),
            ],
        ),
        (
            [Rule("permission", "second", "store", storage="encrypted")],
            [Rule("permission", "second", "store", storage="on_device")],
            Relation.DIFFERENT,
            [
                Difference(
                    Rule("", "second", "store", storage="on_device"),
                    "open",
                    "yes",
                    (Rule("", "second", "store", storage="encrypted_on_device"),),
                ),
                Difference(
                    Rule("", "second", "store", storage="encrypted"),
                    "yes",
                    "open",
                    (Rule("", "second", "store", storage="encrypted_on_device"),),
                ),
            ],
        ),
    ],
)
def test_side_by_side(
    one: list[Rule], other: list[Rule], relation: Relation, differences: list[Difference]
) -> None:
    found = compare(one, other)
    assert found.relation is relation
    assert set(found.differences) == set(differences)


def test_every_action_is_a_case_of_one_broadest_and_duties_are_nothing_else() -> None:
    for code, action in ACTIONS.items():
        tops = {above for above in upward(ACTIONS, code) - {""} if not ACTIONS[above].broader}
        assert len(tops) == 1
        assert len({ACTIONS[above].kinds for above in upward(ACTIONS, code) - {""}}) == 1
        assert "duty" not in action.kinds or action.kinds == ("duty",)
