"""Well-formed rules for property tests, and texts to put around them."""

from __future__ import annotations

from hypothesis import strategies as st

from governance.terms.rulebook import DraftContent, Rule, problems_with_rules
from governance.terms.vocabulary import ACTIONS, CHOICES


@st.composite
def rule(draw: st.DrawFn) -> Rule:
    """Any rule that the vocabulary allows."""
    action = draw(st.sampled_from(list(ACTIONS.values())))
    kind = draw(st.sampled_from(action.kinds))
    points = {
        name: draw(st.sampled_from(["", "", *choices]))
        for name, choices in CHOICES.items()
        if name in action.takes and not (name == "storage" and kind == "prohibition")
    }
    if "retention" in action.takes and (kind != "prohibition" or action.code == "store"):
        days = draw(st.none() | st.integers(0, 99_999))
        points["retention"] = "" if days is None else f"P{days}D"
    return Rule(kind, draw(st.sampled_from(action.parties)), action.code, **points)


def sets(*, least: int = 1, most: int = 8) -> st.SearchStrategy[tuple[Rule, ...]]:
    """Sets of rules, each well formed; together they may contradict each other."""
    return st.lists(rule(), min_size=least, max_size=most).map(tuple)


def agreeing(*, most: int = 8) -> st.SearchStrategy[tuple[Rule, ...]]:
    """Sets of rules that could be published: what clashes with what came before is left out."""

    def prune(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        kept: tuple[Rule, ...] = ()
        for candidate in rules:
            if not problems_with_rules((*kept, candidate)):
                kept = (*kept, candidate)
        return kept

    return sets(most=most).map(prune)


NO_TRACKING = Rule("prohibition", "second", "track")
NO_PROFILE = Rule("prohibition", "second", "profile")
DELIVER = Rule("duty", "second", "deliver_service")


def content(
    slug: str = "no-tracking",
    version: str = "1.0.0",
    rules: tuple[Rule, ...] = (NO_TRACKING,),
    title: str = "No tracking",
    aliases: tuple[str, ...] = (),
) -> DraftContent:
    """A small term that could be published as it is."""
    return DraftContent(
        slug=slug,
        version=version,
        title=title,
        plain="Do not follow me around.",
        legal="1. The organisation does not follow the individual.",
        rules=rules,
        aliases=aliases,
    )
