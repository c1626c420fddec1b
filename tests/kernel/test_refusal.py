"""A refusal has a code for programs and a sentence for people."""

from __future__ import annotations

from django.utils.functional import SimpleLazyObject

from kernel.refusal import Refused


def test_a_refusal_says_its_sentence() -> None:
    refusal = Refused("already-supported", "You support this already.")
    assert (refusal.code, str(refusal)) == ("already-supported", "You support this already.")


def test_the_sentence_may_be_translated_late() -> None:
    refusal = Refused("late", SimpleLazyObject(lambda: "Said when it is read."))  # type: ignore[arg-type]
    assert str(refusal) == "Said when it is read."
