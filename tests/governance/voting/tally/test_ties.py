"""The lot: what anybody draws again, and what it must not depend on."""

from __future__ import annotations

import hashlib
import random

from hypothesis import given
from hypothesis import strategies as st

from governance.record.merkle import EMPTY_ROOT, leaf_hash, node_hash
from governance.voting.tally.ballots import canonical_lines, default_seed, merkle_root
from governance.voting.tally.ties import Lot
from tests.governance.voting.tally.profiles import read


def test_the_lowest_hash_of_seed_root_and_option_stands_first() -> None:
    lot = Lot(b"seed", b"root")
    drawn = {option: hashlib.sha256(b"seedroot" + option.encode()).hexdigest() for option in "abc"}
    assert lot.order("abc") == sorted("abc", key=drawn.__getitem__)
    assert lot.order("cba") == lot.order("abc")


def test_each_option_stands_first_about_as_often() -> None:
    firsts = [
        Lot(bytes([one]), bytes([other])).order("abc")[0]
        for one in range(40)
        for other in range(30)
    ]
    assert all(340 < firsts.count(option) < 460 for option in "abc")


@given(st.randoms(use_true_random=False))
def test_the_same_ballots_in_any_order_draw_the_same(shuffled: random.Random) -> None:
    ballots = list(read("3 A>B", "2 B=C", "7 C>A>B").items())
    lines = canonical_lines(dict(ballots))
    shuffled.shuffle(ballots)
    assert canonical_lines(dict(ballots)) == lines
    assert lines == [b'[2,[["B","C"]]]', b'[3,[["A"],["B"]]]', b'[7,[["C"],["A"],["B"]]]']
    assert default_seed(lines) == hashlib.sha256(b"\n".join(lines)).digest()


def test_the_root_is_that_of_the_record() -> None:
    leaves = [leaf_hash(bytes([one])) for one in range(5)]
    first = node_hash(node_hash(leaves[0], leaves[1]), node_hash(leaves[2], leaves[3]))
    assert merkle_root(bytes([one]) for one in range(5)) == node_hash(first, leaves[4])
    assert merkle_root([b"\x00"]) == leaves[0]
    assert merkle_root([]) == EMPTY_ROOT
