"""Choosing terms: every term can be described, and nothing too generous is called safe."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from governance.terms.choices import NONE, PAGES, QUESTIONS, Answers, Ranking, rank, read, wanted
from governance.terms.comparison import Relation, compare
from governance.terms.roster import load
from governance.terms.rulebook import DraftContent, Rule, problems_with_rules
from tests.governance.terms import rules

ROSTER = load(Path(settings.BASE_DIR) / "config/demo/roster.toml")
SERVICE = {"about": "service", "share": "nobody", "keep": "open", "never": NONE}

# How a customer would describe each term.
DESCRIBED: dict[str, dict[str, str]] = {
    "no-stalking": {"about": "ads"},
    **{
        slug: {"about": "give", "purpose": purpose, "keep": "open"}
        for slug, purpose in (
            ("intentcasting", "intentcasting"),
            ("my-data-for-ai", "ai"),
            ("data-for-public-good", "public_good"),
        )
    },
    **{
        slug + ending: {
            **SERVICE,
            **dict(zip(("analyse", "track", "profile"), learns.split(), strict=True)),
            "share": share,
            "back": back,
        }
        for slug, learns, share in (
            ("service-and-own-analytics", "yes no no", "nobody"),
            ("service-and-own-tracking", "yes yes no", "nobody"),
            ("service-and-own-profile", "yes yes yes", "nobody"),
            ("service-profile-and-sharing", "yes yes yes", "untraceable"),
        )
        for ending, back in (("", "open"), ("-with-portability", "yes"))
    },
    **{
        slug: {**SERVICE, "analyse": "no", "track": "no", "profile": "no", "back": back}
        for slug, back in (
            ("service-delivery-only", "open"),
            ("service-delivery-with-portability", "yes"),
        )
    },
}


def ranked(answers: Answers, terms: list[str] | None = None) -> Ranking[str]:
    return rank(
        wanted(answers),
        [
            (term.slug, term.rules, term.slug)
            for term in ROSTER
            if terms is None or term.slug in terms
        ],
    )


def answers_to(sent: dict[str, str]) -> Answers:
    reading = read({name: [code] for name, code in sent.items()})
    assert reading.page is None, "all was answered"
    assert reading.unread == ()
    return reading.answers


@st.composite
def answers(draw: st.DrawFn) -> Answers:
    """Answers to all that is asked, as a customer may give them."""
    given_: dict[str, tuple[str, ...]] = {}
    for name, question in QUESTIONS.items():
        if question.asked(given_):
            codes = st.sampled_from([option.code for option in question.options])
            given_[name] = (
                tuple(draw(st.lists(codes, unique=True))) if question.many else (draw(codes),)
            )
    return given_


@pytest.mark.parametrize("slug", [term.slug for term in ROSTER])
def test_each_term_of_the_roster_is_found_by_the_answers_that_describe_it(slug: str) -> None:
    found = ranked(answers_to(DESCRIBED[slug]))
    assert [each.term for each in found.exact] == [slug]


@hypothesis(max_examples=25)
@given(answers())
def test_what_is_called_safe_allows_nothing_that_was_not_wanted(chosen: Answers) -> None:
    rules_ = wanted(chosen)
    found = ranked(chosen)
    stated = {term.slug: term.rules for term in ROSTER}
    for each in (*found.exact, *found.safe):
        assert compare(stated[each.term], rules_).relation in (Relation.SAME, Relation.STRICTER)
        assert not any(_gives_more(one, other) for one, other in _said(each.comparison))
    for each in found.looser:
        assert compare(stated[each.term], rules_).relation in (Relation.LOOSER, Relation.DIFFERENT)


def _said(comparison: object) -> list[tuple[str, str]]:
    return [
        (each.one, each.other)
        for each in comparison.differences  # type: ignore[attr-defined]
        if each.act.party != "first"
    ]


def _gives_more(one: str, other: str) -> bool:
    """Written out anew, so that it does not stand on the code it is to hold."""
    return (one, other) in {
        *(("open", "no"), ("yes", "no"), ("must", "no")),
        *(("yes", "open"), ("open", "must"), ("yes", "must"), ("no", "must")),
    }


@hypothesis(max_examples=25)
@given(answers(), st.permutations(ROSTER))
def test_the_same_answers_have_the_same_result_in_any_order(
    chosen: Answers, shuffled: list[DraftContent]
) -> None:
    found = rank(wanted(chosen), [(term.slug, term.rules, term.slug) for term in shuffled])
    assert found == ranked(chosen)
    assert len(found.exact) + len(found.safe) + len(found.looser) == len(ROSTER)


@hypothesis(max_examples=25)
@given(answers())
def test_at_most_one_term_says_exactly_what_is_wanted(chosen: Answers) -> None:
    assert len(ranked(chosen).exact) <= 1


@hypothesis(max_examples=25)
@given(answers(), st.lists(rules.agreeing(), max_size=4))
def test_any_terms_at_all_are_told_apart(chosen: Answers, terms: list[tuple[Rule, ...]]) -> None:
    """Not only those of the roster: whatever members adopt."""
    found = rank(wanted(chosen), [(str(place), each, place) for place, each in enumerate(terms)])
    for each in (*found.exact, *found.safe):
        assert not any(_gives_more(one, other) for one, other in _said(each.comparison))


def test_answers_mean_rules_that_could_stand_in_a_term() -> None:
    """All of them: without the exceptions, which repeat in part what is forbidden anyway."""
    single = {
        name: [option.code for option in question.options]
        for name, question in QUESTIONS.items()
        if not question.many
    }
    about_service = [name for name in single if name not in ("about", "purpose")]
    seen = 0
    for codes in product(*(single[name] for name in about_service)):
        chosen = {"about": ("service",)} | {
            name: (code,) for name, code in zip(about_service, codes, strict=True)
        }
        assert problems_with_rules(wanted(chosen)) == []
        seen += 1
    for purpose, keep in product(single["purpose"], single["keep"]):
        assert not problems_with_rules(
            wanted({"about": ("give",), "purpose": (purpose,), "keep": (keep,)})
        )
    assert problems_with_rules(wanted({"about": ("ads",)})) == []
    assert seen == 2**3 * 4 * 4 * 2


def test_without_terms_nothing_is_recommended() -> None:
    assert ranked(answers_to(DESCRIBED["no-stalking"]), []).best is None


def test_the_stricter_term_goes_before_the_nearer_one_that_allows_more() -> None:
    both = {**DESCRIBED["service-and-own-profile-with-portability"], "track": "no"}
    found = ranked(answers_to(both))
    assert found.best is not None
    assert found.best.term == "service-and-own-analytics-with-portability"
    assert found.looser[0].term == "service-and-own-profile-with-portability"
    strict = ranked(answers_to(both), ["service-and-own-profile-with-portability"])
    assert strict.best is not None
    assert strict.best.allows_more


def test_questions_are_asked_one_page_at_a_time() -> None:
    asked = []
    sent: dict[str, list[str]] = {}
    while page := read(sent).page:
        names = [question.name for question in page.asked(read(sent).answers)]
        asked.append(names)
        for name in names:
            sent[name] = [QUESTIONS[name].options[0].code]
    assert asked == [
        ["about"],
        ["analyse", "track", "profile"],
        ["share"],
        ["keep"],
        ["never"],
        ["back"],
    ]
    assert {name for page in PAGES for name in page.names} == set(QUESTIONS)


@given(st.dictionaries(st.sampled_from([*QUESTIONS, "other"]), st.lists(st.text(max_size=9))))
def test_anything_may_be_sent(sent: dict[str, list[str]]) -> None:
    reading = read(sent)
    assert set(reading.answers) | set(reading.unread) <= set(QUESTIONS)
    assert not set(reading.answers) & set(reading.unread)
    for name, codes in reading.answers.items():
        assert set(codes) <= {option.code for option in QUESTIONS[name].options}
    wanted(reading.answers)


def test_a_wrong_answer_is_named_and_others_are_kept() -> None:
    reading = read({"about": ["service"], "share": ["everybody"], "never": ["health", "hats"]})
    assert reading.answers == {"about": ("service",)}
    assert reading.unread == ("share", "never")
    assert read({"about": ["give", "ads"]}).answers == {"about": ("ads",)}, "the last counts"
    assert read({"about": ["ads"], "share": ["nobody"]}).answers == {"about": ("ads",)}
    assert read({"about": ["service"], "never": [NONE, "health"]}).answers["never"] == ("health",)
