"""Versions order as semantic versions do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.terms.versions import SemVer, parse

numbers = st.integers(0, 999_999)
semvers = st.builds(SemVer, numbers, numbers, numbers)


@given(semvers)
def test_writing_and_reading_are_inverse(version: SemVer) -> None:
    assert parse(str(version)) == version


@given(semvers, semvers)
def test_the_first_number_that_differs_decides(one: SemVer, other: SemVer) -> None:
    as_tuples = (one.major, one.minor, one.patch) < (other.major, other.minor, other.patch)
    assert (one < other) is as_tuples


@given(semvers)
def test_the_next_version_is_later_and_starts_what_follows_at_nought(version: SemVer) -> None:
    assert version < version.next("patch") < version.next("minor") < version.next("major")
    assert version.next("minor").patch == 0
    assert version.next("major") == SemVer(version.major + 1, 0, 0)


def test_ten_is_more_than_nine() -> None:
    assert parse("1.10.0") > parse("1.9.9")


@pytest.mark.parametrize(
    "text",
    ["", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-rc1", "v1.0.0", "1.0.0 ", "１.0.0", "-1.0.0"],
)
def test_anything_but_three_plain_numbers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        parse(text)
