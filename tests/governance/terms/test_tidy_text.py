"""What members write is what it looks like."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.terms.tidy_text import says_something, tidy, tidy_line


@given(st.text(max_size=400))
def test_nothing_unseen_stays(text: str) -> None:
    left = tidy(text)
    assert tidy(left) == left
    kept = "\n\t\u200c\u200d\u200e\u200f"
    assert all(
        unicodedata.category(sign) not in {"Cc", "Cf", "Cs"} or sign in kept for sign in left
    )
    assert "\n" not in tidy_line(text)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), min_size=1))
def test_what_can_be_read_stays(text: str) -> None:
    fillers = "\u115f\u1160\u2800\u3164\uffa0"
    assert tidy(text) == "".join(sign for sign in text if sign not in fillers)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\u202eb", "ab"),
        ("pay\u200bpal", "paypal"),
        ("\ufeffI", "I"),
        ("a\x00b", "ab"),
        ("a\r\nb", "a\nb"),
        ("\u2067abc\u2069", "abc"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("שלום", "שלום"),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_by_example(text: str, left: str) -> None:
    assert tidy(text) == left


@pytest.mark.parametrize("empty", ["", "  \n", "\u200b\u2060", "\u3164", "\u202e\u202c", "\u200d"])
def test_what_looks_empty_says_nothing(empty: str) -> None:
    assert not says_something(empty)
