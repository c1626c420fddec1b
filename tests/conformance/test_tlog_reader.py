"""Our log, read by a reader that knows the C2SP documents and nothing of us; and wrong logs.

A reader that accepts everything proves nothing: each breakage here is put into our writer, and the
reader must refuse what comes out.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import base58
import pytest
from django.test import Client

from governance.record import (
    actions,
    merkle,
    models,
    multikey,
    notes,
    reads,
    registry,
    signing,
    sweeps,
    tlog_proof,
    views,
)
from governance.record.registry import COUNT, EntryType, closed
from tests.conformance import tlog_reader
from tests.conformance.tlog_reader import Log, NotConforming
from tests.conftest import NOW

ORIGIN = "localhost:8000/record"
Grow = Callable[[int], list[str]]


@pytest.fixture
def grow(db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Grow:
    """Add entries to a record of this test's own, and sign it; answers the hashes of all."""
    settings.KEYS_DIR = tmp_path / "keys"
    signing.make_keys(settings.KEYS_DIR)
    monkeypatch.setattr(registry, "_registry", dict(registry._registry))
    registry.register(EntryType("test.counted", closed({"number": COUNT}), "%(number)s counted."))
    hashes: list[str] = []

    def add(many: int) -> list[str]:
        for number in range(len(hashes), len(hashes) + many):
            row = actions.submit(type="test.counted", body={"number": number}, at=NOW)
            hashes.append(row.leaf_hash)
        sweeps.sequence(NOW + timedelta(seconds=len(hashes)))
        return hashes

    return add


def published_keys(client: Client) -> list[tuple[str, bytes]]:
    """The record's keys as ``did.json`` has them (Multikey: 0xed 0x01, the key, base58btc)."""
    found = []
    for method in client.get("/.well-known/did.json").json()["verificationMethod"]:
        raw = base58.b58decode(method["publicKeyMultibase"].removeprefix("z"))
        if "#record-" in method["id"] and raw[:2] == b"\xed\x01":
            found.append((ORIGIN, raw[2:]))
    return found


def fetcher(client: Client) -> tlog_reader.Fetch:
    def fetch(path: str) -> tuple[str, bytes] | None:
        response = client.get(f"/record/{path}")
        if response.status_code != 200:
            return None
        return response.headers["Content-Type"], response.content

    return fetch


def read_all(client: Client, hashes: list[str]) -> Log:
    """Read everything there is, and the proofs of a few entries."""
    keys = published_keys(client)
    log = Log(fetcher(client), ORIGIN, keys)
    entries = log.entries()
    if len(entries) != len(hashes):
        raise NotConforming("the log has another number of entries than were written")
    for index, entry in enumerate(entries):
        if json.loads(entry)["number"] != index:
            raise NotConforming("the entries are in another order than they were written")
    for index in {0, len(entries) // 2, len(entries) - 1} if entries else ():
        proof = client.get(f"/record/proof?hash={hashes[index]}")
        if proof.status_code != 200:
            raise NotConforming(f"entry {index} has no proof")
        if tlog_reader.check_proof(proof.content, entries[index], ORIGIN, keys) != (
            index,
            log.head,
        ):
            raise NotConforming(f"entry {index} is proven to be elsewhere")
    return log


def test_the_reader_knows_nothing_of_us() -> None:
    tree = ast.parse(Path(tlog_reader.__file__).read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).partition(".")[0])
    assert imported <= {*sys.stdlib_module_names, "cryptography"}


def test_it_reads_our_log_at_every_kind_of_size(client: Client, grow: Grow) -> None:
    """None, one, nearly a full tile, a full one, one more, and on."""
    heads: list[tlog_reader.Head] = []
    for size in (0, 1, 2, 3, 255, 256, 257, 511, 520):
        hashes = grow(size - len(grow(0)))
        log = read_all(client, hashes)
        assert log.head.size == size
        for head in heads:
            log.check_earlier(head)
        heads.append(log.head)


def test_it_agrees_with_the_proofs_of_consistency_that_we_make(client: Client, grow: Grow) -> None:
    sizes = (1, 2, 7, 8, 21, 256, 300)
    for size in sizes:
        grow(size - len(grow(0)))
    for old in sizes:
        for new in (size for size in sizes if size >= old):
            answer = client.get(f"/record/consistency.json?old={old}&new={new}").json()
            keys = published_keys(client)
            heads = [
                tlog_reader.read_checkpoint(answer[side]["checkpoint"].encode(), keys, ORIGIN)
                for side in ("old", "new")
            ]
            assert [head.size for head in heads] == [old, new]
            proof = [*map(base64.b64decode, answer["proof"])]
            tlog_reader.check_consistency(old, heads[0].root, new, heads[1].root, proof)
            if old < new:
                with pytest.raises(NotConforming):
                    tlog_reader.check_consistency(old, heads[1].root, new, heads[0].root, proof)


# Breakages: each does something else than the documents say, somewhere in our writer.

Break = Callable[[pytest.MonkeyPatch], None]


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def duplicated(start: int, stop: int, read: merkle.Read) -> bytes:
    """A tree in which an odd node is hashed with itself, as some do."""
    level = [read(0, number) for number in range(start, stop)]
    while len(level) > 1:
        level += level[-1:] * (len(level) % 2)
        level = [merkle.node_hash(*level[at : at + 2]) for at in range(0, len(level), 2)]
    return level[0]


def padded(start: int, stop: int, read: merkle.Read) -> bytes:
    """A tree that is filled up with empty leaves."""
    level = [read(0, number) for number in range(start, stop)]
    level += [merkle.leaf_hash(b"")] * ((1 << (len(level) - 1).bit_length()) - len(level))
    return merkle._complete_root(level)


def narrow(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(merkle, "TILE_HEIGHT", 7)
    patch.setattr(merkle, "TILE_WIDTH", 128)
    patch.setattr(models, "TILE_WIDTH", 128)


def replacing(target: Any, name: str, wrong: Callable[[Any], Any]) -> Break:
    """Put what ``wrong`` makes of the right one in its place."""
    return lambda patch: patch.setattr(target, name, wrong(getattr(target, name)))


def returning(target: Any, name: str, wrong: Callable[[Any], Any]) -> Break:
    """Change what a function answers."""
    return replacing(target, name, lambda right: lambda *a, **k: wrong(right(*a, **k)))


def saying(text: Callable[[notes.TreeHead], str]) -> Break:
    """Publish a checkpoint of ``text``, signed as it should be."""

    def published(right: Callable[[], Any]) -> Callable[[], reads.Published | None]:
        def wrong() -> reads.Published | None:
            current = right()
            if current is None:
                return None
            _, key = signing.signer("record")
            note = notes.sign(text(current.head), name=ORIGIN, key=key)
            return reads.Published(note, current.head)

        return wrong

    return replacing(reads, "published", published)


def writing(wrong: Callable[[str], str]) -> Break:
    """Change how a checkpoint is written, after it was signed."""
    return returning(
        reads,
        "published",
        lambda current: current and reads.Published(wrong(current.note), current.head),
    )


HASHES = models.TileQuerySet
BREAKAGES: dict[str, Break] = {
    "no leaf prefix": replacing(merkle, "leaf_hash", lambda right: sha),
    "another leaf prefix": replacing(
        merkle, "leaf_hash", lambda _: lambda data: sha(b"\x02" + data)
    ),
    "no node prefix": replacing(merkle, "node_hash", lambda _: lambda a, b: sha(a + b)),
    "leaf prefix on nodes": replacing(
        merkle, "node_hash", lambda _: lambda a, b: sha(b"\x00" + a + b)
    ),
    "left and right swapped": replacing(
        merkle, "node_hash", lambda right: lambda a, b: right(b, a)
    ),
    "an odd node hashed with itself": replacing(merkle, "_range_root", lambda _: duplicated),
    "a tree padded with empty leaves": replacing(merkle, "_range_root", lambda _: padded),
    "tiles 128 wide": narrow,
    "the root of a tile is its SHA-256": replacing(merkle, "tile_root", lambda _: sha),
    "a tile of hexadecimal": returning(reads, "tile", lambda tile: tile and tile.hex().encode()),
    "hashes of a tile in reverse": returning(
        HASHES, "hashes", lambda tile: b"".join(merkle.hashes_of(tile)[::-1])
    ),
    "tiles filled up with zeroes": returning(reads, "tile", lambda tile: tile and tile.ljust(8192)),
    "an entry's length little-endian": replacing(
        merkle,
        "bundle",
        lambda _: lambda all: b"".join(len(one).to_bytes(2, "little") + one for one in all),
    ),
    "an entry's length in four bytes": replacing(
        merkle,
        "bundle",
        lambda _: lambda all: b"".join(len(one).to_bytes(4, "big") + one for one in all),
    ),
    "entries without lengths": replacing(merkle, "bundle", lambda _: b"".join),
    "entries in reverse": returning(models.EntryQuerySet, "bundled", lambda all: all[::-1]),
    "a bundle short of its last entry": returning(
        models.EntryQuerySet, "bundled", lambda all: all[:-1]
    ),
    "the key's name not in its id": lambda patch: patch.setattr(
        notes.Verifier, "key_id", property(lambda self: sha(b"\x01" + raw(self))[:4])
    ),
    "no type of signature in the key's id": lambda patch: patch.setattr(
        notes.Verifier,
        "key_id",
        property(lambda self: sha(self.name.encode() + b"\n" + raw(self))[:4]),
    ),
    "the end of the hash as the key's id": lambda patch: patch.setattr(
        notes.Verifier,
        "key_id",
        property(lambda self: sha(self.name.encode() + b"\n\x01" + raw(self))[-4:]),
    ),
    "no newline at the note's end": writing(lambda note: note[:-1]),
    "no empty line before the signature": writing(lambda note: note.replace("\n\n", "\n")),
    "no signature": writing(lambda note: note.partition("\n\n")[0] + "\n\n"),
    "a hyphen for the dash": writing(lambda note: note.replace("\u2014", "-")),
    "lines ended as on Windows": writing(lambda note: note.replace("\n", "\r\n")),
    "a signature of another text": writing(lambda note: note.replace("\n259\n", "\n258\n")),
    "base64 without its end": writing(lambda note: note.replace("=", "")),
    "a signature by nobody we know": writing(
        lambda note: note.replace(f"\u2014 {ORIGIN}", "\u2014 example.org/record")
    ),
    "another origin": saying(lambda head: head.text.replace(ORIGIN, "example.org/record")),
    "no origin": saying(lambda head: head.text.replace(f"{ORIGIN}\n", "\n")),
    "the root in hexadecimal": saying(lambda head: f"{ORIGIN}\n{head.size}\n{head.root.hex()}\n"),
    "half a root": saying(lambda head: f"{ORIGIN}\n{head.size}\n{encoded(head.root[:16])}\n"),
    "a size with a zero before it": saying(lambda head: head.text.replace("\n259", "\n0259")),
    "a size in hexadecimal": saying(lambda head: head.text.replace("\n259", "\n0x103")),
    "a stale root": saying(
        lambda head: f"{ORIGIN}\n{head.size}\n{encoded(reads.tree_root(head.size - 1))}\n"
    ),
    "a stale size": saying(lambda head: head.text.replace("\n259", "\n258")),
    "another key in did.json": returning(
        multikey, "encode_public", lambda text: text[:-1] + ("1" if text[-1] != "1" else "2")
    ),
    "a proof from the root down": returning(merkle, "inclusion_proof", lambda path: path[::-1]),
    "a proof one hash short": returning(merkle, "inclusion_proof", lambda path: path[:-1]),
    "places counted from one": lambda patch: patch.setattr(
        reads,
        "TlogProof",
        lambda index, *more: tlog_proof.TlogProof(index + 1, *more),
    ),
    "another header of a proof": replacing(tlog_proof, "HEADER", lambda _: "tlog-proof@v1"),
    "tiles as text": replacing(views, "BYTES", lambda _: "text/plain"),
    "the checkpoint as bytes": replacing(views, "TEXT", lambda _: "application/octet-stream"),
}


def raw(verifier: notes.Verifier) -> bytes:
    return verifier.key.public_bytes_raw()


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda name: name.replace(" ", "-"))
def test_it_refuses_what_a_broken_writer_wrote(
    breakage: str, client: Client, grow: Grow, monkeypatch: pytest.MonkeyPatch
) -> None:
    BREAKAGES[breakage](monkeypatch)
    hashes = grow(259)
    client.raise_request_exception = False
    # Something is published, and the reader is what refuses it.
    assert client.get("/record/checkpoint").status_code == 200
    with pytest.raises(NotConforming):
        read_all(client, hashes)


def test_the_sound_writer_is_accepted_in_the_same_way(client: Client, grow: Grow) -> None:
    read_all(client, grow(259))


# The vectors that were published with the standards


@pytest.mark.vectors
@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_it_agrees_with_the_published_proofs_good_and_bad(vectors: Path, kind: str) -> None:
    def decoded(text: str | None) -> bytes:
        return base64.b64decode(text or "")

    paths = sorted((vectors / "merkle" / kind).rglob("*.json"))
    assert len(paths) >= 90
    for path in paths:
        vector = json.loads(path.read_text(encoding="utf-8"))
        proof = [decoded(node) for node in vector["proof"] or ()]
        try:
            if kind == "inclusion":
                tlog_reader.check_inclusion(
                    decoded(vector["leafHash"]),
                    vector["leafIdx"],
                    vector["treeSize"],
                    proof,
                    decoded(vector["root"]),
                )
            else:
                tlog_reader.check_consistency(
                    vector["size1"],
                    decoded(vector["root1"]),
                    vector["size2"],
                    decoded(vector["root2"]),
                    proof,
                )
            holds = True
        except NotConforming:
            holds = False
        assert holds is not vector["wantErr"], path.relative_to(vectors)


@pytest.mark.vectors
def test_it_opens_the_published_note(vectors: Path) -> None:
    for vector in json.loads((vectors / "signed-note/notes.json").read_text())["valid"]:
        key = tlog_reader.read_vkey(vector["vkey"])
        text = tlog_reader.open_note(vector["note"].encode(), [key])
        assert vector["note"].startswith(f"{text}\n\u2014 ")
        for other in (
            vector["note"].replace("answer", "question"),
            vector["note"][:-1],
            vector["note"].replace("\n\n", "\n"),
        ):
            with pytest.raises(NotConforming):
                tlog_reader.open_note(other.encode(), [key])
