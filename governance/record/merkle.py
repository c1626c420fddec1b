"""The Merkle tree of the record: RFC 6962 hashing, RFC 9162 proofs, C2SP tlog-tiles.

Nothing here reads or stores anything. A function that needs hashes of a tree takes a ``Read``,
which answers the hash of a complete subtree; :class:`TileReader` makes one from tiles.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

# A tile holds 256 consecutive hashes of every eighth level of the tree.
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
HASH_LENGTH = 32

EMPTY_ROOT = hashlib.sha256(b"").digest()

# The hash of the complete subtree over leaves [number << height, (number + 1) << height).
Read = Callable[[int, int], bytes]
# The first ``width`` hashes of a tile, concatenated: (level, number, width).
LoadTile = Callable[[int, int, int], bytes]

_TILE_NUMBER = re.compile(r"(?:x[0-9]{3}/){0,5}[0-9]{3}")


class DoesNotVerify(Exception):
    """A Merkle proof does not prove what it should."""


class Subtree(NamedTuple):
    """The complete subtree over leaves [number << height, (number + 1) << height)."""

    height: int
    number: int


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry: SHA-256(0x00 ‖ data) (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two nodes: SHA-256(0x01 ‖ left ‖ right) (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def subtrees(start: int, stop: int) -> Iterator[Subtree]:
    """The fewest complete subtrees that cover leaves [start, stop), from left to right."""
    while start < stop:
        height = (stop - start).bit_length() - 1
        if start:
            height = min(height, (start & -start).bit_length() - 1)
        yield Subtree(height, start >> height)
        start += 1 << height


def tree_root(size: int, read: Read) -> bytes:
    """The root of the tree over the first ``size`` leaves."""
    return _range_root(0, size, read) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, read: Read) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962, section 2.1.1, the leaf's sibling first."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    start, stop = 0, size
    siblings = []
    while stop - start > 1:
        middle = start + _largest_power_below(stop - start)
        if index < middle:
            siblings.append((middle, stop))
            stop = middle
        else:
            siblings.append((start, middle))
            start = middle
    return [_range_root(*sibling, read) for sibling in reversed(siblings)]


def consistency_proof(old: int, new: int, read: Read) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 6962, section 2.1.2; empty where ``old`` is 0 or ``new``."""
    return [_range_root(*nodes, read) for nodes in consistency_ranges(old, new)]


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """The leaves [start, stop) under each hash of the consistency proof, in the proof's order."""
    if not 0 <= old <= new:
        raise ValueError(f"no tree of {new} grew from one of {old}")
    if old in (0, new):
        return []
    start, stop = 0, new
    nodes = []
    while stop != old:
        middle = start + _largest_power_below(stop - start)
        if old <= middle:
            nodes.append((middle, stop))
            stop = middle
        else:
            nodes.append((start, middle))
            start = middle
    if start:
        nodes.append((start, stop))
    return nodes[::-1]


def verify_inclusion(
    leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Raise ``DoesNotVerify`` unless ``leaf`` is at ``index`` of the tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise DoesNotVerify(f"leaf {index} is not in a tree of {size}")
    if len(leaf) != HASH_LENGTH:
        raise DoesNotVerify("the leaf hash is not 32 bytes long")
    position, last, computed = index, size - 1, leaf
    for sibling in proof:
        if len(sibling) != HASH_LENGTH:
            raise DoesNotVerify("a hash of the proof is not 32 bytes long")
        if last == 0:
            raise DoesNotVerify("the inclusion proof is too long")
        if position & 1 or position == last:
            computed = node_hash(sibling, computed)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise DoesNotVerify("the inclusion proof is too short")
    if computed != root:
        raise DoesNotVerify("the inclusion proof leads to another root")


def verify_consistency(
    *, old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raise ``DoesNotVerify`` unless the new tree has the old as its start (RFC 9162, 2.1.4.2).

    A proof from the empty tree says nothing and does not verify, unless both are empty.
    """
    if old == new:
        if proof or old_root != new_root or (old == 0 and old_root != EMPTY_ROOT):
            raise DoesNotVerify("trees of one size differ")
        return
    if not 0 < old < new:
        raise DoesNotVerify(f"no tree of {new} is proven to have grown from one of {old}")
    if any(len(node) != HASH_LENGTH for node in proof):
        raise DoesNotVerify("a hash of the proof is not 32 bytes long")
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise DoesNotVerify("the consistency proof is empty")
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    computed_old = computed_new = path[0]
    for node in path[1:]:
        if last == 0:
            raise DoesNotVerify("the consistency proof is too long")
        if position & 1 or position == last:
            computed_old = node_hash(node, computed_old)
            computed_new = node_hash(node, computed_new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            computed_new = node_hash(computed_new, node)
        position, last = position >> 1, last >> 1
    if last:
        raise DoesNotVerify("the consistency proof is too short")
    if computed_old != old_root:
        raise DoesNotVerify("the consistency proof leads to another old root")
    if computed_new != new_root:
        raise DoesNotVerify("the consistency proof leads to another new root")


class TileReader:
    """A ``Read`` over the tiles of a tree of ``size``, each loaded once and at its full width."""

    def __init__(self, size: int, load: LoadTile) -> None:
        self.size = size
        self._load = load
        self._tiles: dict[tuple[int, int], bytes] = {}

    def __call__(self, height: int, number: int) -> bytes:
        level, rest = divmod(height, TILE_HEIGHT)
        tile, first = divmod(number << rest, TILE_WIDTH)
        if (level, tile) not in self._tiles:
            width = tile_width(self.size, level, tile)
            self._tiles[level, tile] = self._load(level, tile, width)
        nodes = hashes_of(self._tiles[level, tile])[first : first + (1 << rest)]
        return _complete_root(nodes)


class Frontier:
    """The roots of the complete subtrees over what was pushed: enough for the root at any size."""

    def __init__(self) -> None:
        self.size = 0
        self._nodes: list[tuple[int, bytes]] = []

    def push(self, node: bytes, height: int = 0) -> None:
        """The next leaf, or the root over the next 2^height leaves where the size allows it."""
        self.size += 1 << height
        while self._nodes and self._nodes[-1][0] == height:
            node = node_hash(self._nodes.pop()[1], node)
            height += 1
        self._nodes.append((height, node))

    def root(self) -> bytes:
        """The root over everything pushed so far."""
        nodes = [node for _height, node in self._nodes]
        if not nodes:
            return EMPTY_ROOT
        root = nodes.pop()
        while nodes:
            root = node_hash(nodes.pop(), root)
        return root


def tile_width(size: int, level: int, number: int) -> int:
    """How many hashes the tile has in a tree of ``size``: 0 (there is none) to 256 (full)."""
    whole = (size >> (TILE_HEIGHT * level)) - number * TILE_WIDTH
    return max(0, min(TILE_WIDTH, whole))


def tile_root(hashes: bytes) -> bytes:
    """The hash over a full tile, which stands in the tile above."""
    nodes = hashes_of(hashes)
    if len(nodes) != TILE_WIDTH:
        raise ValueError("only a full tile has a root")
    return _complete_root(nodes)


def hashes_of(tile: bytes) -> list[bytes]:
    """The single hashes of a tile."""
    return [tile[at : at + HASH_LENGTH] for at in range(0, len(tile), HASH_LENGTH)]


def tile_path(kind: int | str, number: int, width: int) -> str:
    """Where tlog-tiles puts a tile: ``tile/0/x001/x234/067``, ``tile/entries/000.p/12``.

    ``kind`` is the level, or "entries" for a bundle of entries; ``width`` is 1 to 256.
    """
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{kind}/{tile_number(number)}{partial}"


def tile_number(number: int) -> str:
    """A tile's number as path elements: 1234067 is ``x001/x234/067``."""
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03}")
    return "/".join(reversed(groups))


def parse_tile_number(path: str) -> int:
    """The number of ``x001/x234/067``. Raises ``ValueError`` for any other spelling."""
    if not _TILE_NUMBER.fullmatch(path):
        raise ValueError(f"not a tile's number: {path!r}")
    number = int(path.replace("/", "").replace("x", ""))
    if tile_number(number) != path:
        raise ValueError(f"not how tile {number} is written: {path!r}")
    return number


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as tlog-tiles bundles them: each after its length in two bytes, big-endian.

    Raises ``ValueError`` for an entry longer than 65,535 bytes.
    """
    parts = []
    for data in entries:
        if len(data) > 0xFFFF:
            raise ValueError("an entry of a bundle is at most 65,535 bytes long")
        parts += [len(data).to_bytes(2, "big"), data]
    return b"".join(parts)


def unbundle(data: bytes) -> list[bytes]:
    """The entries of a bundle. Raises ``ValueError`` if it is cut short."""
    entries = []
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        entry = data[at + 2 : at + 2 + length]
        if at + 2 > len(data) or len(entry) != length:
            raise ValueError("the bundle is cut short")
        entries.append(entry)
        at += 2 + length
    return entries


def _range_root(start: int, stop: int, read: Read) -> bytes:
    """MTH(D[start:stop]) of RFC 6962, where ``start`` is where one of its subtrees begins."""
    nodes = [read(*subtree) for subtree in subtrees(start, stop)]
    root = nodes.pop()
    while nodes:
        root = node_hash(nodes.pop(), root)
    return root


def _complete_root(nodes: Sequence[bytes]) -> bytes:
    """The root over a power of two of nodes."""
    level = list(nodes)
    while len(level) > 1:
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level), 2)]
    return level[0]


def _largest_power_below(count: int) -> int:
    """The largest power of two smaller than ``count`` (2 or more): where RFC 6962 splits."""
    return 1 << ((count - 1).bit_length() - 1)
