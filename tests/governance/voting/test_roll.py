"""Who is on the roll, and the tree over it."""

from __future__ import annotations

import hashlib
import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.record.merkle import EMPTY_ROOT
from governance.voting import roll
from members.standing import Period

BEGAN = date(2026, 11, 6)
CUTOFF = date(2026, 11, 20)


def between(starts_on: int, ends_on: int) -> Period:
    """A period by days from the cut-off: ``ends_on`` is the first day after it."""
    return Period(CUTOFF + timedelta(days=starts_on), CUTOFF + timedelta(days=ends_on))


@pytest.mark.parametrize(
    ("what", "periods", "min_days", "on_it"),
    [
        ("a member throughout", [between(-100, 100)], 0, True),
        ("nobody", [], 0, False),
        ("joined on the day discussion began", [between(-14, 100)], 0, True),
        ("joined the day after", [between(-13, 100)], 0, False),
        ("left on the cut-off day", [between(-100, 0)], 0, False),
        ("left the day after", [between(-100, 1)], 0, True),
        ("lapsed in between, back on both days", [between(-50, -10), between(-3, 50)], 0, True),
        ("lapsed, and back only after the beginning", [between(-13, 50)], 0, False),
        ("was one at the beginning only", [between(-50, -5)], 0, False),
        ("renewed without a gap", [between(-20, -5), between(-5, 50)], 0, True),
        ("exactly long enough", [between(-89, 100)], 90, True),
        ("one day short", [between(-88, 100)], 90, False),
        ("long enough over two periods", [between(-120, -30), between(-30, 5)], 90, True),
        ("a lapse starts the count anew", [between(-300, -50), between(-49, 50)], 90, False),
        ("one day is enough where one is asked", [between(-14, 1)], 1, True),
    ],
)
def test_the_table(what: str, periods: list[Period], min_days: int, on_it: bool) -> None:
    assert roll.is_on_roll(periods, roll_from=BEGAN, cutoff=CUTOFF, min_days=min_days) is on_it, (
        what
    )


@pytest.mark.parametrize(
    ("what", "periods", "min_days", "first"),
    [
        ("nobody", [], 0, None),
        ("a member already", [between(-10, 100)], 0, CUTOFF),
        ("too new", [between(-10, 200)], 90, CUTOFF + timedelta(days=79)),
        ("standing ends before", [between(-10, 50)], 90, None),
        ("standing begins later", [between(5, 100)], 0, CUTOFF + timedelta(days=5)),
    ],
)
def test_the_first_cutoff(
    what: str, periods: list[Period], min_days: int, first: date | None
) -> None:
    assert roll.first_cutoff(periods, CUTOFF, min_days=min_days) == first, what
    if first is not None:
        assert roll.is_on_roll(periods, roll_from=first, cutoff=first, min_days=min_days)


def test_the_root_of_three_leaves_worked_by_hand() -> None:
    leaves = [bytes([one]) * 32 for one in (1, 2, 3)]
    left = hashlib.sha256(b"\x01" + leaves[0] + leaves[1]).digest()
    assert roll.root(leaves) == hashlib.sha256(b"\x01" + left + leaves[2]).digest()
    assert roll.root(leaves[:1]) == leaves[0]
    assert roll.root([]) == EMPTY_ROOT


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40, unique=True), st.randoms())
def test_the_root_does_not_tell_in_which_order_people_came(
    leaves: list[bytes], chance: random.Random
) -> None:
    shuffled = list(leaves)
    chance.shuffle(shuffled)
    assert roll.root(shuffled) == roll.root(leaves)


def test_a_leaf_hides_the_member_under_its_salt() -> None:
    one = roll.leaf(poll="p", person="m", salt=b"a" * 32)
    assert roll.leaf(poll="p", person="m", salt=b"b" * 32) != one
    assert roll.leaf(poll="p", person="m", salt=b"a" * 32) == one
