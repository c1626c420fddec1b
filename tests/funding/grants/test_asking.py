"""What an application says: two forms, amounts that add up, drafts that lose nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.grants import asking
from funding.grants.asking import Limits
from kernel.money import Money

FIRST_DAY = date(2027, 1, 31)
SMALL = Limits(True, Money(10_000, "EUR"), Money(500_000, "EUR"), FIRST_DAY)
LARGE = Limits(False, Money(10_000, "EUR"), Money(500_000, "EUR"), FIRST_DAY)
FIVE_ANSWERS: dict[str, Any] = {
    "title": "Receipts one owns",
    "summary": "A wallet for receipts.",
    "who": "Whoever shops.",
    "how": "Two of us, in the evenings.",
    "ask": "2500.50",
    "done": "Ten shops send receipts to it.",
    "done_by": "2027-06-30",
}
WHOLE: dict[str, Any] = {
    **FIVE_ANSWERS,
    "terms": ["no-stalking"],
    "website": "https://example.org/receipts",
    "budget": [{"what": "Work", "amount": "2000"}, {"what": "Server", "amount": "500.50"}],
    "milestones": [
        {"title": "Plan", "criteria": "It is published", "due": "2027-03-01", "amount": "500.50"},
        {"title": "Ship", "criteria": "Ten shops", "due": "2027-06-30", "amount": "2000"},
    ],
}


def where(draft: dict[str, Any], limits: Limits) -> set[str]:
    asked, problems = asking.parse(draft, limits)
    assert (asked is None) == bool(problems)
    return {problem.where for problem in problems}


def test_a_small_round_asks_five_questions_and_has_one_milestone() -> None:
    asked, problems = asking.parse(FIVE_ANSWERS, SMALL)
    assert problems == ()
    assert asked is not None
    assert asked.amount == Money(250_050, "EUR")
    assert asked.budget == ()
    [milestone] = asked.milestones
    assert (milestone.minor, milestone.due) == (250_050, date(2027, 6, 30))
    assert milestone.criteria == "Ten shops send receipts to it."


def test_a_large_round_asks_for_lines_and_milestones_besides() -> None:
    assert where(FIVE_ANSWERS, LARGE) == {"budget", "milestones"}
    assert where(WHOLE, LARGE) == set()


@given(
    parts=st.lists(st.integers(1, 10_000), min_size=1, max_size=6),
    milestones=st.lists(st.integers(1, 10_000), min_size=1, max_size=6),
    ask=st.integers(10_000, 60_000),
)
def test_lines_and_milestones_each_add_up_to_the_ask_or_say_so(
    parts: list[int], milestones: list[int], ask: int
) -> None:
    draft = {
        **WHOLE,
        "ask": _written(ask),
        "budget": [{"what": "Work", "amount": _written(part)} for part in parts],
        "milestones": [
            {
                "title": "Step",
                "criteria": "It is there",
                "due": (FIRST_DAY + timedelta(days=place)).isoformat(),
                "amount": _written(part),
            }
            for place, part in enumerate(milestones)
        ],
    }
    expected = {
        name
        for name, amounts in (("budget", parts), ("milestones", milestones))
        if sum(amounts) != ask
    }
    assert where(draft, LARGE) == expected


def _written(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


@given(st.integers(1, 10**9))
def test_an_amount_reads_back_as_it_is_written(minor: int) -> None:
    assert asking.minor(_written(minor), "EUR") == minor
    assert asking.minor(_written(minor).replace(".", ","), "EUR") == minor


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        *(("1250", 125_000), ("1,250.50", 125_050), ("1 250,50", 125_050), ("1’250.5", 125_050)),
        *(("", None), ("0", None), ("-5", None), ("1.234", None), ("12,3,4", None), ("nan", None)),
        *(("1e3", None), ("٣", None), ("9" * 40, None), ("1.25.0", None), ("€5", None)),
    ],
)
def test_what_is_an_amount(written: str, minor: int | None) -> None:
    assert asking.minor(written, "EUR") == minor


def test_the_yen_has_no_cents() -> None:
    assert asking.minor("1250", "JPY") == 1250
    assert asking.minor("1250.5", "JPY") is None


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"summary": "x" * 601}, "summary"),
        ({"ask": "99.99"}, "ask"),
        ({"ask": "5000.01"}, "ask"),
        ({"ask": "much"}, "ask"),
        ({"done": ""}, "done"),
        ({"done_by": "tomorrow"}, "done_by"),
        ({"done_by": "2027-01-30"}, "done_by"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"terms": ["No Such"]}, "terms"),
    ],
)
def test_each_field_says_what_it_lacks(change: dict[str, Any], wrong: str) -> None:
    assert where({**FIVE_ANSWERS, **change}, SMALL) == {wrong}


def test_milestones_stand_in_the_order_of_their_dates() -> None:
    turned = {**WHOLE, "milestones": WHOLE["milestones"][::-1]}
    assert where(turned, LARGE) == {"milestones"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON | st.dictionaries(st.sampled_from(sorted(asking.TYPED)), JSON))
def test_whatever_comes_is_a_draft_and_says_what_it_lacks(given_draft: Any) -> None:
    draft = asking.typed(given_draft)
    assert set(draft) == set(asking.TYPED)
    assert asking.typed(draft) == draft
    asked, problems = asking.parse(draft, LARGE)
    assert (asked is None) == bool(problems)


def test_what_was_sent_reads_back_the_same_and_its_hash_is_of_this_version_alone() -> None:
    asked, _ = asking.parse(WHOLE, LARGE)
    assert asked is not None
    assert asking.read(asked.as_content()) == asked
    hashes = {
        asked.sha256(application=application, number=number)
        for application in ("a", "b")
        for number in (1, 2)
    }
    assert len(hashes) == 4
