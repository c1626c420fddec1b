"""What changed from one text to another: nothing lost, nothing invented, whole words."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.terms.text_diff import GONE, NEW, SAME, Piece, changes

TEXTS = st.text(alphabet="ab ,.\n\U0001f600é", max_size=60) | st.text(max_size=200)


def without(kind: str, pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != kind)


@given(TEXTS, TEXTS)
def test_both_texts_come_back_to_the_letter(old: str, new: str) -> None:
    pieces = changes(old, new)
    assert without(NEW, pieces) == old
    assert without(GONE, pieces) == new
    assert all(piece.text for piece in pieces)


@given(TEXTS)
def test_a_text_is_the_same_as_itself(text: str) -> None:
    assert {piece.kind for piece in changes(text, text)} <= {SAME}


@given(TEXTS, TEXTS)
def test_no_word_is_cut(old: str, new: str) -> None:
    words = set(re.findall(r"\w+", old)) | set(re.findall(r"\w+", new))
    for piece in changes(old, new):
        assert set(re.findall(r"\w+", piece.text)) <= words


def test_a_changed_word_is_one_gone_and_one_new() -> None:
    assert changes("Keep it for 30 days.", "Keep it for 7 days.") == (
        Piece(SAME, "Keep it for "),
        Piece(GONE, "30"),
        Piece(NEW, "7"),
        Piece(SAME, " days."),
    )


@pytest.mark.parametrize(("old", "new"), [("", ""), ("", "All new."), ("All gone.", "")])
def test_nothing_is_a_text_too(old: str, new: str) -> None:
    kinds = [piece.kind for piece in changes(old, new)]
    assert kinds == ([NEW] if new else [GONE] if old else [])


def test_two_long_texts_with_nothing_in_common_take_no_longer_than_a_moment() -> None:
    old = " ".join(f"old{number}" for number in range(9_000))
    new = " ".join(f"new{number * 7 % 8_999}" for number in range(9_000))
    begun = time.monotonic()
    pieces = changes(old, new)
    assert time.monotonic() - begun < 20  # half a second, and whatever else the machine does
    assert without(NEW, pieces) == old
    assert without(GONE, pieces) == new


def test_more_words_than_there_are_characters_below_the_surrogates() -> None:
    old = " ".join(map(str, range(56_000)))
    assert without(NEW, changes(old, old + " more")) == old
