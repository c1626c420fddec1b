"""What a poll may ask and what it may take to carry."""

from __future__ import annotations

from fractions import Fraction

import pytest

from governance.voting.rule import Option, PollRule, share, text_sha256

HASH = text_sha256("Yes")


@pytest.mark.parametrize(
    ("written", "value"), [("1/2", Fraction(1, 2)), ("2/3", Fraction(2, 3)), ("0/1", 0), ("1/1", 1)]
)
def test_a_share_is_an_exact_fraction(written: str, value: Fraction) -> None:
    assert share(written) == value


@pytest.mark.parametrize("written", ["", "1", "0.5", "3/2", "1/0", "-1/2", "1/2 ", "１/2", "a/b"])
def test_anything_else_is_no_share(written: str) -> None:
    with pytest.raises(ValueError, match="share"):
        share(written)


def test_a_rule_needs_a_method_there_is() -> None:
    with pytest.raises(ValueError, match="method"):
        PollRule(method="acclamation", quorum="1/4", majority="1/2")


def test_a_majority_is_at_least_a_half() -> None:
    with pytest.raises(ValueError, match="at least a half"):
        PollRule(method="yes_no", quorum="1/4", majority="1/3")


def test_a_founding_minimum_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="founding minimum"):
        PollRule(method="yes_no", quorum="1/4", majority="1/2", founding_minimum=0)


@pytest.mark.parametrize("ill_formed", ["", "Yes", "ja!", "-yes", "x" * 41])
def test_an_option_has_a_plain_id(ill_formed: str) -> None:
    with pytest.raises(ValueError, match="option id"):
        Option(id=ill_formed, label="Yes", text_sha256=HASH)


def test_an_option_names_its_text_by_hash() -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        Option(id="yes", label="Yes", text_sha256="the text itself")
