"""Verify a copy of the record, trusting nobody who made it. Pure: a source in, findings out.

Read in order, and held in memory one bundle at a time: the keys, the checkpoint, every entry and
every tile up to the root, every earlier checkpoint on the way, and what the entries name.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from governance.record import merkle, multikey, notes
from governance.record.copies import CHECKPOINT, CHECKPOINTS, DID, Source, Summed, canonical_object
from governance.record.entry_checks import EntryChecks
from governance.record.findings import Findings

_TILE = re.compile(r"record/tile/([0-9]+|entries)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]*))?")
_SIZE = re.compile("0|[1-9][0-9]{0,18}")

# How far it has come: entries checked, entries there are.
Progress = Callable[[int, int], None]
# The checkpoints of the log of this origin that the reader kept, each with where it is.
Kept = Callable[[str], Iterable[tuple[str, bytes]]]


@dataclass(frozen=True, slots=True)
class Past:
    """A checkpoint from earlier: where it was found, and what it says."""

    path: str
    head: notes.TreeHead


class CannotGoOn(Exception):
    """Without this nothing else can be checked."""


def verify(
    source: Source,
    *,
    identity: str = "",
    kept: Kept = lambda origin: (),
    progress: Progress = lambda done, total: None,
) -> Findings:
    """Check everything there is in a copy of the record.

    ``identity`` is the origin that published identifiers begin with; without it, the one that the
    copy itself names. ``kept`` answers the checkpoints of a log that the reader has from earlier.
    Never raises for what the copy holds.
    """
    findings = Findings()
    copy = Summed(source, findings)
    with suppress(CannotGoOn):
        _Verification(copy, findings, identity, progress).run(kept)
    copy.finish()
    return findings


class _Verification:
    """One run over one copy."""

    def __init__(
        self, source: Summed, findings: Findings, identity: str, progress: Progress
    ) -> None:
        self._source, self._findings = source, findings
        self._identity, self._progress = identity, progress
        self._fault = findings.fault
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._did = ""
        # Of each level above the leaves: how many tiles are full, and the hashes of the next.
        self._levels: list[tuple[int, bytearray]] = []

    def run(self, kept: Kept) -> None:
        self._read_keys()
        note = self._needed(CHECKPOINT)
        head = self._head(CHECKPOINT, note)
        if head is None:
            raise CannotGoOn
        self._findings.head, self._findings.note = head, note.decode()
        past = self._past(kept(self._findings.origin), head)
        self._check_tree(head, sorted(past, key=lambda one: one.head.size))
        self._check_earlier_tiles(head.size)
        self._check_key_entries()
        if self._entries.without_schema:
            named = ", ".join(sorted(self._entries.without_schema))
            self._findings.remarks.append(
                f"The copy has no schema for entries of the kind {named}."
            )

    # The keys and what they sign

    def _read_keys(self) -> None:
        content = self._needed(DID)
        document = canonical_object(content)
        did = document.get("id") if document else None
        if document is None or not isinstance(did, str) or not did.startswith("did:web:"):
            self._fault(DID, "it is not the DID document of a site")
            raise CannotGoOn
        if self._identity and did != multikey.did_web(self._identity):
            self._fault(DID, f"it is of {did}, not of {self._identity} (see --identity)")
            raise CannotGoOn
        self._did, host = did, unquote(did.removeprefix("did:web:"))
        self._findings.origin = f"{host}/record"
        methods = document.get("verificationMethod")
        named = []
        for method in methods if isinstance(methods, list) else ():
            try:
                fragment = str(method["id"]).removeprefix(f"{did}#")
                key = multikey.decode_public(method["publicKeyMultibase"])
            except (KeyError, TypeError, ValueError, AttributeError):
                self._fault(DID, "one of its keys cannot be read")
                continue
            self._keys[f"{did}#{fragment}"] = key
            named.append(multikey.Method(fragment, key))
        if multikey.did_document(did, named) != document:
            self._fault(DID, "it says more or less than which keys the site has")
        self._findings.keys = len(self._keys)
        self._entries = EntryChecks(self._source, self._findings, host=host, keys=self._keys)

    def _verifiers(self) -> list[notes.Verifier]:
        ours = f"{self._did}#record-"
        origin = self._findings.origin
        return [
            notes.Verifier(origin, key) for at, key in self._keys.items() if at.startswith(ours)
        ]

    def _head(self, path: str, content: bytes) -> notes.TreeHead | None:
        """What a checkpoint says, if we signed it; else None, and a fault."""
        try:
            head = notes.parse_tree_head(notes.verify(content.decode(), self._verifiers()))
        except UnicodeDecodeError:
            self._fault(path, "it is not UTF-8")
        except notes.NoteInvalid as error:
            self._fault(path, str(error))
        else:
            if head.origin == self._findings.origin:
                return head
            self._fault(path, f"it is of the log {head.origin}, not of {self._findings.origin}")
        return None

    def _past(self, kept: Iterable[tuple[str, bytes]], now: notes.TreeHead) -> Iterator[Past]:
        """The checkpoints there are from earlier, kept by the reader and carried by the copy."""
        for path, content in kept:
            head = self._head(path, content)
            if head and head.size > now.size:
                self._fault(
                    path,
                    f"you kept a checkpoint of {head.size:,} entries, and the copy has {now.size:,}"
                    ": it is older, or was cut",
                )
            elif head:
                self._findings.kept += 1
                yield Past(path, head)
        for path in self._source.names() or ():
            folder, _, size = path.rpartition("/")
            if folder != CHECKPOINTS or not (content := self._source.read(path) or b""):
                continue
            head = self._head(path, content)
            if head and (not _SIZE.fullmatch(size) or head.size != int(size)):
                self._fault(path, f"it is the checkpoint of {head.size:,} entries")
            elif head and head.size > now.size:
                self._fault(path, f"it has {head.size:,} entries, and the copy has {now.size:,}")
            elif head:
                self._findings.checkpoints += 1
                yield Past(path, head)

    def _check_key_entries(self) -> None:
        """The keys of did.json are those that entries list, for each purpose that they list any."""
        found = {
            at.partition("#")[2]: multikey.encode_public(key) for at, key in self._keys.items()
        }
        for name, (place, public) in self._entries.keys_listed.items():
            if found.get(name) != public:
                self._fault(DID, f"its key {name} is not the one that {place} of the log lists")
        purposes = {name.partition("-")[0] for name in self._entries.keys_listed}
        unlisted = [name for name in sorted(found) if name not in self._entries.keys_listed]
        for name in unlisted:
            if name.partition("-")[0] in purposes:
                self._fault(DID, f"no entry of the log lists its key {name}")
        if trusted := [name for name in unlisted if name.partition("-")[0] not in purposes]:
            self._findings.remarks.append(
                f"No entry of the log lists a key for this purpose, so did.json alone vouches for "
                f"{', '.join(trusted)}."
            )

    # The tree

    def _check_tree(self, now: notes.TreeHead, past: list[Past]) -> None:
        """Every entry, every tile, and the root at every size that was ever signed."""
        tree = merkle.Frontier()
        waiting = deque([*past, Past(CHECKPOINT, now)])
        for number in range(-(-now.size // merkle.TILE_WIDTH)):
            leaves = self._leaves(number, merkle.tile_width(now.size, 0, number))
            whole = len(leaves) == merkle.TILE_WIDTH
            if whole:
                self._raise(1, merkle.tile_root(b"".join(leaves)))
            if whole and waiting[0].head.size >= tree.size + merkle.TILE_WIDTH:
                # No checkpoint is inside this tile.
                self._reach(tree, waiting)
                tree.push(merkle.tile_root(b"".join(leaves)), merkle.TILE_HEIGHT)
                leaves = []
            for leaf in leaves:
                self._reach(tree, waiting)
                tree.push(leaf)
            self._progress(tree.size, now.size)
        self._reach(tree, waiting)
        for level, (done, hashes) in enumerate(self._levels, start=1):
            if hashes:
                self._compare(level, done, bytes(hashes))

    def _reach(self, tree: merkle.Frontier, waiting: deque[Past]) -> None:
        """Compare the root with that of each checkpoint of just this size."""
        while waiting and waiting[0].head.size == tree.size:
            one, found = waiting.popleft(), tree.root().hex()
            if one.head.root.hex() != found:
                self._fault(
                    one.path,
                    f"its root over {tree.size:,} entries is {one.head.root.hex()}, "
                    f"and the tiles of the copy lead to {found}",
                )

    def _raise(self, level: int, root: bytes) -> None:
        """Put the root of a full tile into the tile above it, and so on where that is full now."""
        if level > len(self._levels):
            self._levels.append((0, bytearray()))
        done, hashes = self._levels[level - 1]
        hashes += root
        if len(hashes) == merkle.TILE_WIDTH * merkle.HASH_LENGTH:
            self._compare(level, done, bytes(hashes))
            self._raise(level + 1, merkle.tile_root(bytes(hashes)))
            self._levels[level - 1] = (done + 1, bytearray())

    def _compare(self, level: int, number: int, computed: bytes) -> None:
        """A tile above the leaves is what the tiles below it lead to."""
        width = len(computed) // merkle.HASH_LENGTH
        path, found = self._tile(level, number, width)
        for at in self._differing(path, found, computed):
            below = merkle.tile_path(level - 1, number * merkle.TILE_WIDTH + at, merkle.TILE_WIDTH)
            self._fault(path, f"hash {at} is not the root over record/{below}")

    def _leaves(self, number: int, width: int) -> list[bytes]:
        """The hashes of a tile of leaves, its entries checked against them."""
        path, hashes = self._tile(0, number, width)
        entries_path, bundle = self._tile("entries", number, width)
        if hashes is None and bundle is None:
            raise CannotGoOn
        entries = self._unbundled(entries_path, bundle, width)
        computed = b"".join(map(merkle.leaf_hash, entries))
        if not entries:
            # Go on with the tile alone, so that everything beyond is still checked.
            usable = len(hashes or b"") == width * merkle.HASH_LENGTH
            computed = hashes if hashes and usable else bytes(width * merkle.HASH_LENGTH)
        first = number * merkle.TILE_WIDTH
        for at in self._differing(path, hashes, computed):
            self._fault(entries_path, f"entry {first + at} is not what hash {at} of {path} is of")
        for index, data in enumerate(entries, start=first):
            self._entries.check(entries_path, index, data)
        self._findings.entries += len(entries)
        return merkle.hashes_of(hashes if hashes and len(hashes) == len(computed) else computed)

    def _differing(self, path: str, found: bytes | None, computed: bytes) -> Iterator[int]:
        """The places at which a tile has other hashes; a fault if it has not as many."""
        if found is None:
            return
        self._findings.tiles += 1
        if len(found) != len(computed):
            wanted = len(computed) // merkle.HASH_LENGTH
            self._fault(path, f"it has {len(found):,} bytes, and {wanted} hashes are due")
            return
        if found != computed:
            pairs = zip(merkle.hashes_of(found), merkle.hashes_of(computed), strict=True)
            yield from (at for at, (one, other) in enumerate(pairs) if one != other)

    def _unbundled(self, path: str, bundle: bytes | None, width: int) -> list[bytes]:
        if bundle is None:
            return []
        try:
            entries = merkle.unbundle(bundle)
        except ValueError as error:
            self._fault(path, str(error))
            return []
        if len(entries) != width:
            self._fault(path, f"it has {len(entries)} entries, and {width} are due")
            return []
        return entries

    def _tile(self, kind: int | str, number: int, width: int) -> tuple[str, bytes | None]:
        """The path and the content of a tile or bundle; a fault, and None, if it is missing.

        One that has grown full since the checkpoint was fetched is cut to ``width``.
        """
        path = f"record/{merkle.tile_path(kind, number, width)}"
        content = self._source.read(path)
        if content is not None:
            return path, content
        whole = f"record/{merkle.tile_path(kind, number, merkle.TILE_WIDTH)}"
        if whole != path and (content := self._source.read(whole)) is not None:
            return whole, _start(kind, content, width)
        self._fault(path, "it is missing")
        return path, None

    def _check_earlier_tiles(self, size: int) -> None:
        """A tile as it was under an earlier checkpoint is the beginning of what it is now."""
        beyond, at, now = 0, None, None
        for path in self._source.names() or ():
            if not path.startswith("record/tile/"):
                continue
            match = _TILE.fullmatch(path)
            if not match or int(match[3] or 1) >= merkle.TILE_WIDTH:
                self._fault(path, "no tile is called that")
                continue
            kind = match[1] if match[1] == "entries" else int(match[1])
            try:
                number = merkle.parse_tile_number(match[2])
            except ValueError:
                self._fault(path, "no tile is called that")
                continue
            level = 0 if kind == "entries" else int(kind)
            due, width = merkle.tile_width(size, level, number), int(match[3] or merkle.TILE_WIDTH)
            if width > due:
                beyond += 1
            elif width < due:
                if at != (kind, number):
                    at, now = (kind, number), self._tile(kind, number, due)[1]
                earlier = self._source.read(path)
                if now is not None and earlier != _start(kind, now, width):
                    whole = merkle.tile_path(kind, number, due)
                    self._fault(path, f"it is not the beginning of record/{whole}")
        if beyond:
            self._findings.remarks.append(
                f"{beyond:,} tiles reach beyond the checkpoint, and were not checked."
            )

    # Files

    def _needed(self, path: str) -> bytes:
        content = self._source.read(path)
        if content is None:
            self._fault(path, "it is missing")
            raise CannotGoOn
        return content


def _start(kind: int | str, content: bytes, width: int) -> bytes:
    """The first ``width`` hashes of a tile or entries of a bundle; as it is if it has not them."""
    if kind != "entries":
        return content[: width * merkle.HASH_LENGTH]
    try:
        return merkle.bundle(merkle.unbundle(content)[:width])
    except ValueError:
        return content
