"""The tree, held to RFC 6962's own definitions written out naively."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.record import merkle
from governance.record.merkle import DoesNotVerify

LEAVES = [merkle.leaf_hash(bytes([number % 256, number // 256])) for number in range(1200)]
SIZES = st.integers(1, 700)


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = naive_root(leaves[:split]), naive_root(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


def read(height: int, number: int) -> bytes:
    return naive_root(LEAVES[number << height : (number + 1) << height])


def load_tile(level: int, number: int, width: int) -> bytes:
    """A tile as tlog-tiles defines it, from the leaves."""
    span = 256**level
    starts = [(number * 256 + place) * span for place in range(width)]
    return b"".join(naive_root(LEAVES[start : start + span]) for start in starts)


@given(size=st.integers(0, 700))
def test_the_root_is_that_of_the_rfc(size: int) -> None:
    assert merkle.tree_root(size, read) == naive_root(LEAVES[:size])


@given(size=SIZES, data=st.data())
def test_every_leaf_is_proven_and_no_other_leaf_place_or_root(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    root = naive_root(LEAVES[:size])
    proof = merkle.inclusion_proof(index, size, read)
    merkle.verify_inclusion(LEAVES[index], index=index, size=size, proof=proof, root=root)
    other = data.draw(st.integers(0, size).filter(lambda place: place != index))
    for leaf, place, hashes, top in (
        (LEAVES[other], index, proof, root),
        (LEAVES[index], other, proof, root),
        (LEAVES[index], index, [*proof, LEAVES[0]], root),
        (LEAVES[index], index, [LEAVES[1], *proof], root),
        (LEAVES[index], index, proof, naive_root(LEAVES[: size + 1])),
        (LEAVES[index], index, [node[:-1] for node in proof], root[:-1]),
    ):
        with pytest.raises(DoesNotVerify):
            merkle.verify_inclusion(leaf, index=place, size=size, proof=hashes, root=top)
    if proof:
        with pytest.raises(DoesNotVerify):
            merkle.verify_inclusion(
                LEAVES[index], index=index, size=size, proof=proof[:-1], root=root
            )


@given(old=SIZES, more=st.integers(0, 500))
def test_a_tree_that_grew_is_proven_and_one_that_changed_is_not(old: int, more: int) -> None:
    new = old + more
    roots = {"old_root": naive_root(LEAVES[:old]), "new_root": naive_root(LEAVES[:new])}
    proof = merkle.consistency_proof(old, new, read)
    merkle.verify_consistency(old=old, new=new, proof=proof, **roots)
    for change in (
        {"old_root": naive_root([*LEAVES[: old - 1], LEAVES[-1]])},
        {"new_root": naive_root([*LEAVES[: new - 1], LEAVES[-1]])},
        {"proof": [*proof, LEAVES[0]]},
        {"proof": [LEAVES[0], *proof]},
        {"old": new + 1},
    ):
        with pytest.raises(DoesNotVerify):
            merkle.verify_consistency(
                **{"old": old, "new": new, "proof": proof, **roots, **change}  # type: ignore[arg-type]
            )


@given(size=SIZES, data=st.data())
def test_tiles_give_the_same_hashes_as_the_leaves(size: int, data: st.DataObject) -> None:
    loaded: list[tuple[int, int]] = []

    def load(level: int, number: int, width: int) -> bytes:
        loaded.append((level, number))
        assert 1 <= width <= 256
        return load_tile(level, number, width)

    index = data.draw(st.integers(0, size - 1))
    tiles = merkle.TileReader(size, load)
    assert merkle.inclusion_proof(index, size, tiles) == merkle.inclusion_proof(index, size, read)
    assert merkle.tree_root(size, tiles) == naive_root(LEAVES[:size])
    assert len(loaded) == len(set(loaded)), "a tile was loaded twice"


def test_the_widths_of_tiles_are_those_of_the_specification() -> None:
    """tlog-tiles' own example: 70,000 entries."""
    widths = {
        (level, number): merkle.tile_width(70_000, level, number)
        for level in range(4)
        for number in range(280)
    }
    assert sum(width == 256 for (level, _), width in widths.items() if level == 0) == 273
    assert widths[0, 273] == 112
    assert (widths[1, 0], widths[1, 1], widths[2, 0]) == (256, 17, 1)
    assert widths[0, 274] == widths[1, 2] == widths[2, 1] == widths[3, 0] == 0
    assert (merkle.tile_width(256, 0, 0), merkle.tile_width(256, 1, 0)) == (256, 1)


def test_a_full_tile_has_a_root_and_a_growing_one_has_none() -> None:
    assert merkle.tile_root(load_tile(0, 1, 256)) == naive_root(LEAVES[256:512])
    with pytest.raises(ValueError, match="full"):
        merkle.tile_root(load_tile(0, 0, 255))


@given(number=st.integers(0, 10**12))
def test_tile_numbers_are_written_in_one_way(number: int) -> None:
    assert merkle.parse_tile_number(merkle.tile_number(number)) == number


def test_tile_paths_are_those_of_the_specification() -> None:
    assert merkle.tile_path(0, 1234067, 256) == "tile/0/x001/x234/067"
    assert merkle.tile_path("entries", 0, 12) == "tile/entries/000.p/12"


@pytest.mark.parametrize(
    "spelling", ["1", "0001", "x000/001", "x1/001", "001/002", "", "x001", "-01", "٠٠١"]
)
def test_other_spellings_of_a_tile_number_are_none(spelling: str) -> None:
    with pytest.raises(ValueError, match="tile"):
        merkle.parse_tile_number(spelling)


@given(entries=st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert merkle.unbundle(merkle.bundle(entries)) == entries


def test_a_bundle_cut_short_is_refused_and_so_is_an_entry_too_long() -> None:
    whole = merkle.bundle([b"one", b"two"])
    for length in (1, 4, 6, 9):
        with pytest.raises(ValueError, match="cut short"):
            merkle.unbundle(whole[:length])
    with pytest.raises(ValueError, match="65,535"):
        merkle.bundle([b"x" * 65_536])


def test_what_is_not_in_a_tree_has_no_proof() -> None:
    for index in (-1, 3, 4):
        with pytest.raises(ValueError, match="not in a tree"):
            merkle.inclusion_proof(index, 3, read)
    with pytest.raises(ValueError, match="grew"):
        merkle.consistency_proof(4, 3, read)
