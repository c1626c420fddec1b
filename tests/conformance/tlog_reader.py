"""A reader of tiled transparency logs, written from the C2SP documents and RFC 6962 alone.

It knows nothing of the software that it reads: tlog-tiles, tlog-checkpoint, signed-note and
tlog-proof are all it stands on. It is slow and says what it means: hashes of trees are the
recursive definitions of RFC 6962, section 2.1.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

# The resource at a path below the log's prefix: its content type and its bytes; None if there is
# none.
Fetch = Callable[[str], tuple[str, bytes] | None]


class NotConforming(Exception):
    """The log is not as the documents say."""


@dataclass(frozen=True)
class Head:
    """What a checkpoint says."""

    origin: str
    size: int
    root: bytes


# RFC 6962, section 2.1


def leaf_of(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def parent_of(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def split_of(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(leaves: Sequence[bytes]) -> bytes:
    """MTH(D[n]) where ``leaves`` are the hashes of its leaves."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split_of(len(leaves))
    return parent_of(mth(leaves[:k]), mth(leaves[k:]))


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that an audit path (section 2.1.1) leads to: PATH read backwards."""
    if not 0 <= index < size:
        raise NotConforming("the index is outside of the tree")
    if size == 1:
        if path:
            raise NotConforming("the audit path is too long")
        return leaf
    if not path:
        raise NotConforming("the audit path is too short")
    *inner, sibling = path
    k = split_of(size)
    if index < k:
        return parent_of(root_by_inclusion(leaf, index, k, inner), sibling)
    return parent_of(sibling, root_by_inclusion(leaf, index - k, size - k, inner))


def roots_by_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, *, whole: bool = True
) -> tuple[bytes, bytes]:
    """Both roots that a consistency proof (section 2.1.2) leads to: SUBPROOF read backwards."""
    if not 0 < old <= new:
        raise NotConforming("nothing is proven to have grown from there")
    if old == new:
        if whole:
            if proof:
                raise NotConforming("the consistency proof is too long")
            return old_root, old_root
        if len(proof) != 1:
            raise NotConforming("the consistency proof is of another length")
        return proof[0], proof[0]
    if not proof:
        raise NotConforming("the consistency proof is too short")
    *inner, other = proof
    k = split_of(new)
    if old <= k:
        then, now = roots_by_consistency(old, k, inner, old_root, whole=whole)
        return then, parent_of(now, other)
    then, now = roots_by_consistency(old - k, new - k, inner, old_root, whole=False)
    return parent_of(other, then), parent_of(other, now)


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    if any(len(one) != 32 for one in (leaf, root, *path)):
        raise NotConforming("a hash is not 32 bytes long")
    if root_by_inclusion(leaf, index, size, path) != root:
        raise NotConforming("the audit path leads to another root")


def check_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    if any(len(one) != 32 for one in proof):
        raise NotConforming("a hash is not 32 bytes long")
    if old == new == 0:
        if proof or not old_root == new_root == mth([]):
            raise NotConforming("these are not two empty trees")
        return
    if roots_by_consistency(old, new, proof, old_root) != (old_root, new_root):
        raise NotConforming("the consistency proof leads to other roots")


# signed-note and tlog-checkpoint


def unbase64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotConforming(f"not base64: {text!r}") from None
    if base64.b64encode(data).decode() != text:
        raise NotConforming(f"not the base64 of RFC 4648, section 4: {text!r}")
    return data


def key_id(name: str, public: bytes) -> bytes:
    """SHA-256(key name || 0x0A || 0x01 || 32-byte Ed25519 public key)[:4]"""
    return hashlib.sha256(name.encode() + b"\x0a\x01" + public).digest()[:4]


def open_note(note: bytes, keys: Sequence[tuple[str, bytes]]) -> str:
    """The text of a note that one of ``keys``, names with Ed25519 public keys, has signed."""
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError:
        raise NotConforming("the note is not UTF-8") from None
    if any(ord(character) < 0x20 and character != "\n" for character in whole):
        raise NotConforming("the note has a control character")
    text, blank, block = whole.rpartition("\n\n")
    if not blank or not block.endswith("\n"):
        raise NotConforming("the note has no block of signature lines that ends in a newline")
    text += "\n"
    known = {(name, key_id(name, public)): public for name, public in keys}
    verified = 0
    for line in block.split("\n")[:-1]:
        match = re.fullmatch("\u2014 ([^\\s+]+) (\\S+)", line)
        if not match:
            raise NotConforming(f"not a signature line: {line!r}")
        signature = unbase64(match[2])
        public = known.get((match[1], signature[:4]))
        if public is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature[4:], text.encode())
        except InvalidSignature:
            raise NotConforming("a signature by a key we know does not verify") from None
        verified += 1
    if not verified:
        raise NotConforming("no key we know has signed the note")
    return text


def read_vkey(vkey: str) -> tuple[str, bytes]:
    """The name and the key of ``name+hash+key``, as the Go tools write it."""
    name, hexadecimal, encoded = vkey.split("+", 2)
    kind, public = unbase64(encoded)[:1], unbase64(encoded)[1:]
    if kind != b"\x01" or key_id(name, public).hex() != hexadecimal:
        raise NotConforming("not an Ed25519 verifier key")
    return name, public


def read_checkpoint(note: bytes, keys: Sequence[tuple[str, bytes]], origin: str) -> Head:
    lines = open_note(note, keys).split("\n")
    if len(lines) < 4 or lines[-1] != "" or not all(lines[:-1]):
        raise NotConforming("the checkpoint is not at least three lines that are not empty")
    if lines[0] != origin:
        raise NotConforming(f"the checkpoint is of the log {lines[0]}")
    if not re.fullmatch("0|[1-9][0-9]*", lines[1]):
        raise NotConforming("the tree size is not a decimal without leading zeroes")
    root = unbase64(lines[2])
    if len(root) != 32:
        raise NotConforming("the root hash is not one of SHA-256")
    return Head(lines[0], int(lines[1]), root)


# tlog-tiles


def name_of(index: int) -> str:
    """``N``: 1234067 is ``x001/x234/067``."""
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])


class Log:
    """A log below a prefix, read as its checkpoint says it is."""

    def __init__(self, fetch: Fetch, origin: str, keys: Sequence[tuple[str, bytes]]) -> None:
        self._fetch = fetch
        note = self._resource("checkpoint", "text/plain; charset=utf-8")
        self.head = read_checkpoint(note, keys, origin)
        self.leaves = self._read_tree()

    def entries(self) -> list[bytes]:
        """Every entry, held to the tree."""
        found: list[bytes] = []
        for n in range(-(-self.head.size // 256)):
            width = min(256, self.head.size - n * 256)
            bundle = self._resource(f"tile/entries/{_tile(n, width)}", _TILE)
            at = 0
            for _ in range(width):
                if len(bundle) < at + 2:
                    raise NotConforming(f"bundle {n} is short of entries")
                length = int.from_bytes(bundle[at : at + 2], "big")
                found.append(bundle[at + 2 : at + 2 + length])
                if len(found[-1]) != length:
                    raise NotConforming(f"bundle {n} is cut short")
                at += 2 + length
            if at != len(bundle):
                raise NotConforming(f"bundle {n} has more than its entries")
        for index, (entry, leaf) in enumerate(zip(found, self.leaves, strict=True)):
            if leaf_of(entry) != leaf:
                raise NotConforming(f"entry {index} does not hash to its leaf")
        return found

    def check_earlier(self, head: Head) -> None:
        """Raise unless the tree that ``head`` is of is the beginning of this one."""
        if head.size > self.head.size or mth(self.leaves[: head.size]) != head.root:
            raise NotConforming(f"the log is not consistent with its checkpoint of {head.size}")

    def _read_tree(self) -> list[bytes]:
        size = self.head.size
        below: list[bytes] = []
        leaves: list[bytes] = []
        for level in count():
            whole = size // 256**level
            if whole == 0:
                break
            row: list[bytes] = []
            for n in range(-(-whole // 256)):
                # The last is partial, of floor(s / 256^l) mod 256, unless that is none.
                width = 256 if n < whole // 256 else whole % 256
                tile = self._resource(f"tile/{level}/{_tile(n, width)}", _TILE)
                if len(tile) != width * 32:
                    raise NotConforming(f"tile {level}/{n} is not {width} hashes wide")
                row += [tile[at : at + 32] for at in range(0, len(tile), 32)]
            if level:
                full = [mth(below[at : at + 256]) for at in range(0, len(below) - 255, 256)]
                if row != full:
                    raise NotConforming(f"level {level} does not hold the hashes of full tiles")
            else:
                leaves = row
            below = row
        if mth(leaves) != self.head.root:
            raise NotConforming("the tiles do not lead to the root of the checkpoint")
        return leaves

    def _resource(self, path: str, content_type: str) -> bytes:
        found = self._fetch(path)
        if found is None:
            raise NotConforming(f"there is no {path}")
        if found[0] != content_type:
            raise NotConforming(f"{path} is {found[0]}, not {content_type}")
        return found[1]


_TILE = "application/octet-stream"


def _tile(n: int, width: int) -> str:
    return name_of(n) if width == 256 else f"{name_of(n)}.p/{width}"


# tlog-proof


def check_proof(
    proof: bytes, entry: bytes, origin: str, keys: Sequence[tuple[str, bytes]]
) -> tuple[int, Head]:
    """The index at which a ``.tlog-proof`` proves ``entry`` to be, and the tree it is in."""
    try:
        head, blank, checkpoint = proof.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError:
        raise NotConforming("the proof is not UTF-8") from None
    lines = head.split("\n")
    if not blank or lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise NotConforming("not a tlog-proof")
    if lines and lines[0].startswith("extra "):
        unbase64(lines.pop(0).removeprefix("extra "))
    match = re.fullmatch("index (0|[1-9][0-9]*)", lines.pop(0) if lines else "")
    if not match:
        raise NotConforming("the proof has no index")
    tree = read_checkpoint(checkpoint.encode(), keys, origin)
    check_inclusion(leaf_of(entry), int(match[1]), tree.size, [*map(unbase64, lines)], tree.root)
    return int(match[1]), tree
