"""Display names welcome every script and mislead nobody."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.names import MAX_LENGTH, Problem, clean, problem_with


@pytest.mark.parametrize(
    "name",
    [
        "Ada",
        "Ada Lovelace-King",
        "O’Brien",
        "Dr. Žižek, née Müller",
        "ada_99",
        "Нина",
        "محمد",
        "שרה",
        "李小龍",
        "ไพลิน",
        "श्रीमती क्ष",
        "Nguyễn Thị Ánh",
        "می‌خواهم",
        "👩‍🚀 Ada",
        "42",
        "R2-D2 & Söhne (Ltd.)",
    ],
)
def test_names_of_every_kind_are_welcome(name: str) -> None:
    assert problem_with(clean(name)) is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", Problem.EMPTY),
        (" \t\n ", Problem.EMPTY),
        ("a" * (MAX_LENGTH + 1), Problem.LONG),
        ("Ada\u202egnp.exe", Problem.HIDDEN),  # right-to-left override
        ("Ada\u2066", Problem.HIDDEN),  # left-to-right isolate
        ("Ada\u200fB", Problem.HIDDEN),  # right-to-left mark
        ("Ada\u200bB", Problem.HIDDEN),  # zero width space
        ("\u200dAda", Problem.HIDDEN),  # a joiner that joins nothing
        ("Ada\u200d", Problem.HIDDEN),
        ("A\u200d\u200dda", Problem.HIDDEN),
        ("Ada\x00", Problem.HIDDEN),
        ("Ada\x1b[31m", Problem.HIDDEN),
        ("Ada\ufeff", Problem.HIDDEN),
        ("Ada\u00adB", Problem.HIDDEN),  # soft hyphen
        ("Ada\ue000", Problem.HIDDEN),  # private use
        ("A" + "\u0301" * 12 + "da", Problem.ACCENTS),
        ("…", Problem.NO_LETTER),
        ("👍", Problem.NO_LETTER),
        ("ada@example.org", Problem.ADDRESS),
        ("write to ada@example.org please", Problem.ADDRESS),
    ],
)
def test_what_could_mislead_is_named(name: str, problem: Problem) -> None:
    assert problem_with(clean(name)) is problem


def test_an_at_sign_alone_is_no_address() -> None:
    assert problem_with("Ada @ the sea") is None


@given(st.text(max_size=80))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(max_size=80).map(clean).filter(lambda name: problem_with(name) is None))
def test_a_name_without_a_problem_shows_something_and_hides_nothing(name: str) -> None:
    kinds = {unicodedata.category(character) for character in name} - {"Cf"}
    assert 0 < len(name) <= MAX_LENGTH
    assert kinds & {"Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No"}
    assert not kinds & {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not set(name) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


@given(st.text(max_size=80))
def test_composed_and_decomposed_spellings_are_one_name(text: str) -> None:
    assert clean(unicodedata.normalize("NFD", text)) == clean(text)
