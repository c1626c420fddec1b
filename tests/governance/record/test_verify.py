"""Verifying a copy: what holds is said to hold, and whatever does not is named with its place."""

from __future__ import annotations

import io
import json
import random
import tracemalloc
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import hypothesis
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from hypothesis import strategies as st

from governance.record import actions, exporting, merkle, multikey, notes, signing, sources, sums
from governance.record.canonical import canonical_bytes
from governance.record.copies import CHECKPOINT, DID
from governance.record.models import Pending
from governance.record.verification import verify
from tests.conftest import NOW
from tests.governance.record.copies import Copy, flipped

Count = Callable[..., list[Pending]]
Sequence = Callable[[], int]
Grow = Callable[..., Copy]
# Positions tried in a file that is too long to try each.
SPREAD = 40


@pytest.fixture
def grow(count: Count, sequence: Sequence, tmp_path: Path) -> Grow:
    """``grow(3, 300)``: a copy of a log that lists its keys, with checkpoints at those sizes."""

    def make(*sizes: int) -> Copy:
        actions.list_keys(at=NOW)
        size = len(signing.key_files())
        for wanted in sizes:
            count(wanted - size, start=size)
            sequence()
            size = wanted
        exporting.export(tmp_path / "copy")
        return Copy.of(tmp_path / "copy")

    return make


def run(*arguments: object, **options: object) -> str:
    """What the command says."""
    out = io.StringIO()
    call_command("verify_record", *map(str, arguments), stdout=out, stderr=out, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    "sizes", [(2,), (3, 4, 5), (255, 256), (256, 257), (300, 301, 520)], ids=str
)
def test_a_copy_of_any_size_holds(grow: Grow, sizes: tuple[int, ...]) -> None:
    copy = grow(*sizes)
    findings = copy.verified()
    assert findings.faults == []
    assert findings.remarks == []
    assert (findings.entries, findings.keys) == (sizes[-1], 2)
    assert findings.checkpoints == len(sizes)
    assert findings.files == len(copy.files) - 1
    assert findings.sentence.startswith("The record of localhost:8000/record holds: ")


def test_the_record_before_its_first_entry_holds(
    sequence: Sequence, tmp_path: Path, db: None
) -> None:
    sequence()
    exporting.export(tmp_path / "copy")
    findings = Copy.of(tmp_path / "copy").verified()
    assert findings.holds
    assert "did.json alone vouches for record-1, terms-1" in " ".join(findings.remarks)


def test_every_byte_changed_in_a_small_copy_is_found_and_its_place_named(grow: Grow) -> None:
    copy = grow(2, 4)
    for path, content in copy.files.items():
        # Each byte of what is signed; of the rest, one in a few.
        signed = path.startswith(("record/", ".well-known/"))
        step = 1 if signed else 3 if path == sums.SUMS else 1 + len(content) // 64
        for at in range(0, len(content), step):
            damaged = copy.having(path, flipped(content, at, at % 8))
            assert names_the_place(damaged, path), f"byte {at} of {path}"


def test_bytes_changed_in_a_larger_copy_are_found_and_their_places_named(grow: Grow) -> None:
    copy = grow(300, 520)
    spread = random.Random(7)  # noqa: S311 - which bytes are tried, the same in each run
    for path, content in copy.files.items():
        for at in {0, len(content) - 1, spread.randrange(len(content))}:
            damaged = copy.having(path, flipped(content, at, spread.randrange(8)))
            assert names_the_place(damaged, path), f"byte {at} of {path}"


def names_the_place(copy: Copy, path: str) -> bool:
    """Whether verifying finds a fault, and names the file; a wrong sum is named by its line."""
    findings = copy.verified()
    return not findings.holds and (path == sums.SUMS or path in findings.sentence)


def test_what_is_signed_holds_by_itself_not_by_the_list_of_sums(grow: Grow) -> None:
    """Whoever forges a copy makes sums that fit."""
    copy = grow(2, 4, 260)
    assert copy.summed() == copy
    signed = [path for path in copy.files if path.startswith(("record/", ".well-known/"))]
    assert len(signed) == 10
    for path in signed:
        content = copy.files[path]
        step = 1 if len(content) <= 1024 else len(content) // SPREAD
        for at in range(0, len(content), step):
            findings = copy.having(path, flipped(content, at, at % 8)).summed().verified()
            assert not findings.holds, f"byte {at} of {path}"
            if path.startswith("record/"):
                assert path in " ".join(map(str, findings.faults)), f"byte {at} of {path}"


@hypothesis.settings(
    max_examples=60, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
@hypothesis.given(data=st.data())
def test_files_cut_lost_swapped_or_added_are_found(grow: Grow, data: Any) -> None:
    if not hasattr(grow, "copy"):
        grow.copy = grow(2, 300)  # type: ignore[attr-defined]
    copy: Copy = grow.copy  # type: ignore[attr-defined]
    paths = sorted(copy.files)
    path = data.draw(st.sampled_from(paths))
    content = copy.files[path]
    how = data.draw(st.sampled_from(["cut", "lengthen", "lose", "swap", "add", "rename"]))
    named = path
    if how == "cut":
        at = data.draw(st.integers(0, len(content) - 1))
        damaged = copy.having(path, content[:at])
    elif how == "lengthen":
        damaged = copy.having(path, content + data.draw(st.binary(min_size=1, max_size=40)))
    elif how == "lose":
        damaged = copy.having(path, None)
    elif how == "swap":
        other = data.draw(st.sampled_from(paths))
        hypothesis.assume(copy.files[other] != content)
        damaged = copy.having(path, copy.files[other]).having(other, content)
    else:
        named = path + data.draw(st.sampled_from([".bak", "x", "/more", "0"]))
        hypothesis.assume(named not in copy.files)
        damaged = copy.having(named, content)
        if how == "rename":
            damaged = damaged.having(path, None)
    findings = damaged.verified()
    assert not findings.holds
    if sums.SUMS not in (path, named) and how != "swap":
        assert named in " ".join(map(str, findings.faults))


def test_each_fault_is_named_where_it_is(grow: Grow) -> None:
    copy = grow(300, 520)
    entries = merkle.unbundle(copy.files["record/tile/entries/001"])
    other = canonical_bytes({**json.loads(entries[7]), "number": 8})
    bundle = merkle.bundle([*entries[:7], other, *entries[8:]])
    tile = copy.files["record/tile/0/000"]
    above = copy.files["record/tile/1/000.p/2"]
    for path, content, place in (
        ("record/tile/entries/001", bundle, "entry 263 is not what hash 7 of record/tile/0/001"),
        ("record/tile/entries/001", bundle[:-1], "the bundle is cut short"),
        ("record/tile/entries/001", merkle.bundle(entries[:-1]), "255 entries, and 256 are due"),
        ("record/tile/entries/000", None, "it is missing"),
        ("record/tile/0/000", tile[:-32], "8,160 bytes, and 256 hashes are due"),
        ("record/tile/0/000", None, "it is missing"),
        ("record/tile/1/000.p/2", above[32:] + above[:32], "hash 0 is not the root over record/"),
        ("record/checkpoints/300", copy.files[CHECKPOINT], "it is the checkpoint of 520 entries"),
        ("record/checkpoints/7", copy.files["record/checkpoints/300"], "of 300 entries"),
        ("record/checkpoint", b"\xff", "it is not UTF-8"),
        ("record/checkpoint", None, "it is missing"),
        ("record/tile/0/002.p/008", b"", "no tile is called that"),
        ("record/tile/0/x000/002", b"", "no tile is called that"),
        (".well-known/did.json", b"[]", "not the DID document of a site"),
    ):
        findings = copy.having(path, content).summed().verified()
        faults = [str(fault) for fault in findings.faults]
        assert any(fault.startswith(f"{path}: ") and place in fault for fault in faults), faults


def forged(copy: Copy, name: str, entries: list[bytes]) -> Copy:
    """A log of other entries, signed by our own key: what nobody but we could make."""
    leaves = b"".join(map(merkle.leaf_hash, entries))
    tree = merkle.Frontier()
    for entry in entries:
        tree.push(merkle.leaf_hash(entry))
    _, key = signing.signer("record")
    head = notes.TreeHead("localhost:8000/record", len(entries), tree.root())
    note = notes.sign(head.text, name=head.origin, key=key)
    return Copy(
        {
            DID: copy.files[DID],
            "record/checkpoint": note.encode(),
            f"record/tile/0/000.p/{len(entries)}": leaves,
            f"record/tile/entries/000.p/{len(entries)}": merkle.bundle(entries),
            **{at: data for at, data in copy.files.items() if at.startswith("schemas/")},
        }
    ).summed()


def test_entries_are_held_to_their_form_and_schema(grow: Grow) -> None:
    copy = grow(4)
    entries = merkle.unbundle(copy.files["record/tile/entries/000.p/4"])
    assert forged(copy, "the same", entries).verified().holds
    for data, place in (
        (b'{"at": "2026-11-20T12:00:00Z"}', "is not an object in canonical JSON"),
        (b"[" * 60_000, "is not an object in canonical JSON"),
        (b"[]", "is not an object in canonical JSON"),
        (b'{"a":NaN}', "is not an object in canonical JSON"),
        (b"", "is not an object in canonical JSON"),
        (entries[3].replace(b'"number":3', b'"number":-1'), "number does not fit the schema"),
        (entries[3].replace(b'"number":3', b'"numbers":3'), "it does not fit the schema"),
    ):
        findings = forged(copy, place, [*entries[:3], data]).verified()
        assert [fault.path for fault in findings.faults] == ["record/tile/entries/000.p/4"]
        assert f"entry 3{' ' if 'is not' in place else ': '}{place}" in findings.sentence
    unknown = forged(copy, "unknown", [*entries[:3], b'{"type":"no.such"}']).verified()
    assert unknown.holds
    assert unknown.remarks == ["The copy has no schema for entries of the kind no.such."]


def test_keys_are_those_that_entries_list(grow: Grow) -> None:
    copy = grow(4)
    entries = merkle.unbundle(copy.files["record/tile/entries/000.p/4"])
    document = json.loads(copy.files[DID])
    methods = [
        multikey.Method(
            method["id"].partition("#")[2], multikey.decode_public(method["publicKeyMultibase"])
        )
        for method in document["verificationMethod"]
    ]
    record, terms = methods
    more = multikey.Method("terms-2", record.key)
    swapped = multikey.Method("terms-1", record.key)
    for listed, place in (
        ([record, terms, more], "no entry of the log lists its key terms-2"),
        ([record, swapped], "its key terms-1 is not the one that entry 1 of the log lists"),
        ([record], "its key terms-1 is not the one that entry 1 of the log lists"),
    ):
        changed = canonical_bytes(multikey.did_document(document["id"], listed))
        findings = copy.having(DID, changed).summed().verified()
        assert [str(fault) for fault in findings.faults] == [f"{DID}: {place}"]
    doubled = [*entries[:3], entries[1].replace(b"z6Mk", b"z6Mj")]
    assert "lists another key terms-1" in forged(copy, "doubled", doubled).verified().sentence
    stranger = copy.having(DID, canonical_bytes({**document, "id": "did:web:example.org"}))
    assert "says more or less than" in stranger.summed().verified().sentence


def test_a_schema_that_leads_elsewhere_is_no_schema(grow: Grow) -> None:
    copy = grow(4)
    path = "schemas/record/test.counted.json"
    schema = json.loads(copy.files[path])
    others: tuple[Any, ...] = (
        {**schema, "$ref": "https://example.org/schema"},
        {**schema, "properties": {**schema["properties"], "type": {"const": "test.kept"}}},
        {"type": 7},
        {},
        [],
    )
    for other in others:
        findings = copy.having(path, json.dumps(other).encode()).summed().verified()
        assert [fault.path for fault in findings.faults] == [path], other


# Checkpoints kept from run to run


def test_a_checkpoint_is_kept_and_compared_with_the_next(
    grow: Grow, tmp_path: Path, count: Count, sequence: Sequence
) -> None:
    grow(4)
    keep = tmp_path / "keep"
    assert "that you kept" not in run(tmp_path / "copy", keep=keep)
    [kept] = keep.rglob("*.checkpoint")
    assert kept.relative_to(keep).as_posix() == "localhost%3A8000%2Frecord/4.checkpoint"
    count(3, start=90)
    sequence()
    exporting.export(tmp_path / "copy")
    assert "1 checkpoint that you kept" in run(tmp_path / "copy", keep=keep)
    assert "2 checkpoints that you kept" in run(tmp_path / "copy", keep=keep)
    assert "that you kept" not in run(tmp_path / "copy", no_keep=True)


def test_a_record_that_was_rewritten_or_cut_is_caught_by_what_was_kept(
    grow: Grow, tmp_path: Path
) -> None:
    copy = grow(4, 6)
    run(tmp_path / "copy", keep=tmp_path / "keep")
    entries = merkle.unbundle(copy.files["record/tile/entries/000.p/6"])
    rewritten = forged(copy, "rewritten", [*entries[:2], *entries[3:], entries[2]])
    cut = forged(copy, "cut", entries[:5])
    for name, other, why in (
        ("rewritten", rewritten, "the tiles of the copy lead to"),
        ("cut", cut, "you kept a checkpoint of 6 entries, and the copy has 5"),
    ):
        assert other.verified().holds  # by itself nobody can tell
        folder = tmp_path / name
        for path, content in other.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        with pytest.raises(CommandError) as refused:
            run(folder, keep=tmp_path / "keep")
        assert why in str(refused.value)
        assert "6.checkpoint" in str(refused.value)
    assert len([*(tmp_path / "keep").rglob("*.checkpoint")]) == 1


def test_the_state_folder_of_the_user_is_where_checkpoints_are_kept(
    grow: Grow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(3)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    run(tmp_path / "copy")
    assert (tmp_path / "state/customer-commons/checkpoints").is_dir()
    monkeypatch.setenv("XDG_STATE_HOME", "")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    run(tmp_path / "copy")
    assert (tmp_path / "home/.local/state/customer-commons/checkpoints").is_dir()


# The command


def test_the_command_says_it_in_one_sentence_or_in_json(
    grow: Grow, tmp_path: Path, django_assert_num_queries: Any
) -> None:
    grow(3)
    with django_assert_num_queries(0):  # a copy proves itself
        said = run(tmp_path / "copy", no_keep=True)
        described = json.loads(run(tmp_path / "copy", no_keep=True, as_json=True))
    assert said.count("\n") == 1
    assert described["holds"] is True
    assert described["sentence"] + "\n" == said
    assert described["size"] == described["checked"]["entries"] == 3
    assert described["faults"] == []
    (tmp_path / "copy/record/tile/0/000.p/3").write_bytes(bytes(96))
    with pytest.raises(CommandError, match=r"does not hold: record/tile/0/000\.p/3: "):
        run(tmp_path / "copy", no_keep=True)
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command(
            "verify_record", str(tmp_path / "copy"), no_keep=True, as_json=True, stdout=out
        )
    assert json.loads(out.getvalue())["faults"][0]["path"] == "record/tile/0/000.p/3"


def test_the_published_folder_of_a_site_is_a_copy_too(
    grow: Grow, tmp_path: Path, record_of_its_own: Path
) -> None:
    grow(3, 300)
    assert "holds: 300 entries" in run(record_of_its_own, no_keep=True)
    # What the sequencer writes before its checkpoint.
    (record_of_its_own / "record/tile/0/001.p/45").write_bytes(bytes(45 * 32))
    assert "1 tiles reach beyond the checkpoint" in run(record_of_its_own, no_keep=True)


@pytest.mark.parametrize(
    ("copy", "why"),
    [
        ("no-such-folder", "neither a folder nor"),
        ("ftp://example.org", "not an http or https address"),
        ("https://", "not an http or https address"),
        ("https://example.org/?x=1", "more than a host and a path"),
        ("https://a:b@example.org/", "more than a host and a path"),
        ("file:///etc/", "not an http or https address"),
    ],
)
def test_what_is_no_copy_is_said_to_be_none(copy: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        run(copy, no_keep=True)


def test_another_identity_than_the_one_named_is_refused(grow: Grow, tmp_path: Path) -> None:
    grow(3)
    with pytest.raises(CommandError, match=r"it is of did:web:localhost%3A8000"):
        run(tmp_path / "copy", no_keep=True, identity="https://commons.example.org")
    assert "holds" in run(tmp_path / "copy", no_keep=True, identity="http://localhost:8000/")
    with pytest.raises(CommandError, match="not a site's address"):
        run(tmp_path / "copy", no_keep=True, identity="commons")


def test_a_folder_does_not_lead_out_of_itself(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy/link").symlink_to(tmp_path / "secret")
    folder = sources.Folder(tmp_path / "copy")
    for path in ("../secret", "/etc/passwd", "link", "", ".", "a/../../secret", "a\x00b"):
        assert folder.read(path) is None, path


# Over HTTP


class Mirror(BaseHTTPRequestHandler):
    """Serves a copy, and answers otherwise where it is told to."""

    files: dict[str, bytes] = {}
    odd: dict[str, tuple[int, dict[str, str], bytes]] = {}
    asked: list[str] = []

    def do_GET(self) -> None:
        path = self.path.removeprefix("/copies/")
        self.asked.append(path)
        status, headers, body = self.odd.get(path, (200, {}, self.files.get(path)))
        self.send_response(status if body is not None else 404)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test says what it saw."""


@pytest.fixture
def mirror() -> Iterator[tuple[type[Mirror], str]]:
    """A web server of nothing yet, and the address of its copy."""
    handler = type("OneMirror", (Mirror,), {"files": {}, "odd": {}, "asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        try:
            yield handler, f"http://127.0.0.1:{server.server_address[1]}/copies/"
        finally:
            server.shutdown()
            serving.join()


HERE = "http://localhost:8000"


def test_a_mirror_is_verified_over_http(grow: Grow, mirror: tuple[type[Mirror], str]) -> None:
    handler, address = mirror
    handler.files = grow(4, 300).files
    assert "300 entries" in run(address, identity=HERE, no_keep=True)
    assert set(handler.asked) == {*handler.files} - {"x"}
    with pytest.raises(CommandError, match="see --identity"):
        run(address, no_keep=True)
    handler.odd["record/tile/0/000"] = (200, {}, bytes(8192))
    with pytest.raises(CommandError, match="record/tile/0/000: "):
        run(address, identity=HERE, no_keep=True)


def test_a_tile_that_has_grown_full_since_is_read_whole(
    grow: Grow, count: Count, sequence: Sequence, mirror: tuple[type[Mirror], str], tmp_path: Path
) -> None:
    before = grow(250).files
    count(10, start=250)
    sequence()
    exporting.export(tmp_path / "copy")
    handler, address = mirror
    handler.files = {
        **Copy.of(tmp_path / "copy").files,
        CHECKPOINT: before[CHECKPOINT],
    }
    del handler.files[sums.SUMS]
    assert "holds: 250 entries" in run(address, identity=HERE, no_keep=True)
    assert "record/tile/0/000.p/250" in handler.asked


@pytest.mark.parametrize(
    ("status", "headers", "body", "why"),
    [
        (302, {"Location": "http://127.0.0.1:1/"}, b"", "leads elsewhere"),
        (302, {"Location": "file:///etc/passwd"}, b"", "answers 302"),
        (403, {}, b"", "answers 403"),
        (200, {"Content-Encoding": "br"}, b"x", "packed as br"),
        (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08\x00", "cut short"),
        (200, {"Content-Encoding": "gzip"}, b"nothing of the kind", "cannot be fetched"),
        (503, {}, b"", "answers 503"),
    ],
)
def test_what_a_server_should_not_answer_ends_it(
    grow: Grow,
    mirror: tuple[type[Mirror], str],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    headers: dict[str, str],
    body: bytes,
    why: str,
) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    handler, address = mirror
    handler.files = grow(3).files
    handler.odd["record/tile/0/000.p/3"] = (status, headers, body)
    with pytest.raises(CommandError, match=why):
        run(address, identity=HERE, no_keep=True)


def test_an_answer_without_end_is_cut(
    grow: Grow, mirror: tuple[type[Mirror], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LONGEST", 4000)
    handler, address = mirror
    handler.odd["SHA256SUMS"] = (200, {}, bytes(4001))
    with pytest.raises(CommandError, match="longer than anything a record has"):
        run(address, identity=HERE, no_keep=True)


# Size


def test_a_long_log_is_not_held_in_memory() -> None:
    """Tiles are made as they are read: of 60 bundles, a few are in memory at a time."""
    log = LongLog(60 * merkle.TILE_WIDTH)
    done: list[int] = []
    tracemalloc.start()
    findings = verify(log, progress=lambda count, total: done.append(count))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert findings.faults == []
    assert findings.entries == done[-1] == log.size
    assert most < 2_500_000, f"{most:,} bytes at most, for {log.bytes:,} bytes of entries"
    assert log.bytes > 6_500_000


class LongLog:
    """A log of entries that are made when they are read."""

    def __init__(self, size: int) -> None:
        self.size, self.bytes = size, 0
        signing_key, tree = Ed25519PrivateKey.generate(), merkle.Frontier()
        self._leaves = [b""] * (size // merkle.TILE_WIDTH)
        for number in range(size // merkle.TILE_WIDTH):
            root = merkle.tile_root(b"".join(map(merkle.leaf_hash, self._entries(number))))
            self._leaves[number] = root
            tree.push(root, merkle.TILE_HEIGHT)
        head = notes.TreeHead("example.org/record", size, tree.root())
        methods = [multikey.Method("record-1", signing_key.public_key())]
        document = multikey.did_document("did:web:example.org", methods)
        above = b"".join(self._leaves)
        self._files = {
            DID: canonical_bytes(document),
            CHECKPOINT: notes.sign(head.text, name=head.origin, key=signing_key).encode(),
            f"record/{merkle.tile_path(1, 0, len(self._leaves))}": above,
        }

    @staticmethod
    def _entries(number: int) -> list[bytes]:
        first = number * merkle.TILE_WIDTH
        text = "x" * 400
        return [
            canonical_bytes({"number": first + at, "text": text, "type": "test.long"})
            for at in range(merkle.TILE_WIDTH)
        ]

    def read(self, path: str) -> bytes | None:
        if not path.startswith(("record/tile/entries/", "record/tile/0/")):
            return self._files.get(path)
        entries = self._entries(merkle.parse_tile_number(path.split("/", 3)[3]))
        if "/entries/" not in path:
            return b"".join(map(merkle.leaf_hash, entries))
        bundle = merkle.bundle(entries)
        self.bytes += len(bundle)
        return bundle

    def names(self) -> None:
        return None
