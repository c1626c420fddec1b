"""``manage.py record export``: a copy that serves as is, extends, and never forks."""

from __future__ import annotations

import hashlib
import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from governance.record import actions, exporting, merkle, notes, registry, signing, sums
from governance.record.models import Checkpoint, Pending
from governance.record.public_files import replace_public
from tests.conftest import NOW
from tests.governance.record.copies import Copy

Count = Callable[..., list[Pending]]
Sequence = Callable[[], int]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "copy"


def export(folder: Path) -> str:
    out = io.StringIO()
    call_command("record", "export", str(folder), stdout=out)
    return out.getvalue()


def test_a_copy_has_everything_that_the_layout_names(
    count: Count, sequence: Sequence, folder: Path
) -> None:
    count(300)
    sequence()
    count(20, start=300)
    sequence()
    assert "with 320 entries" in export(folder)
    copy = Copy.of(folder)
    schemas = {f"schemas/record/{known.name}.json" for known in registry.registered()}
    assert copy.files.keys() == schemas | {
        "SHA256SUMS",
        "index.html",
        ".well-known/did.json",
        "record/checkpoint",
        "record/checkpoints/300",
        "record/checkpoints/320",
        "record/tile/0/000",
        "record/tile/0/001.p/44",
        "record/tile/0/001.p/64",
        "record/tile/1/000.p/1",
        "record/tile/entries/000",
        "record/tile/entries/001.p/44",
        "record/tile/entries/001.p/64",
    }
    assert copy.verified().holds


def test_the_list_of_sums_is_as_the_ordinary_tool_reads_it(
    count: Count, sequence: Sequence, folder: Path
) -> None:
    count(3)
    sequence()
    export(folder)
    command = ["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    listed = sums.parse((folder / "SHA256SUMS").read_bytes())
    files = {path: data for path, data in Copy.of(folder).files.items() if path != "SHA256SUMS"}
    assert listed == {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\xff",
        b"0" * 64 + b"  a",
        b"0" * 64 + b" *a\n",
        b"G" * 64 + b"  a\n",
        b"A" * 64 + b"  a\n",
        b"0" * 64 + b"  b\n" + b"0" * 64 + b"  a\n",
        b"0" * 64 + b"  a\n" + b"1" * 64 + b"  a\n",
        b"0" * 64 + b"  a\r\n",
        b"0" * 64 + b"  a\n\n",
    ],
)
def test_another_spelling_of_the_sums_is_none(content: bytes) -> None:
    with pytest.raises(sums.SumsInvalid):
        sums.parse(content)


def test_a_copy_is_what_the_site_itself_answers(
    client: Client, count: Count, sequence: Sequence, folder: Path
) -> None:
    count(300)
    sequence()
    export(folder)
    for path, content in Copy.of(folder).files.items():
        if path not in ("SHA256SUMS", "index.html"):
            response = client.get(f"/{path}")
            assert (response.status_code, response.content) == (200, content), path


def test_twice_gives_the_same_bytes_and_so_does_another_folder(
    count: Count, sequence: Sequence, folder: Path, tmp_path: Path
) -> None:
    count(3)
    sequence()
    export(folder)
    before = Copy.of(folder)
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    export(folder)
    assert Copy.of(folder) == before
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == times
    export(tmp_path / "other")
    assert Copy.of(tmp_path / "other") == before


def test_an_older_copy_is_extended_to_what_a_new_one_would_be(
    count: Count, sequence: Sequence, folder: Path, tmp_path: Path
) -> None:
    for size, more in ((0, 3), (3, 250), (253, 10), (263, 300)):
        count(more, start=size)
        sequence()
        export(folder)
        export(tmp_path / f"new{size}")
        assert Copy.of(folder) == Copy.of(tmp_path / f"new{size}")
        assert Copy.of(folder).verified().holds
    assert not [*folder.rglob("000.p")][1:]  # what had grown full is gone, with its folder


def test_what_an_export_left_unfinished_is_finished_by_the_next(
    count: Count, sequence: Sequence, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(300)
    sequence()
    stops = ("record/tile/0/000", "record/checkpoints/300", "record/checkpoint", "SHA256SUMS")
    place = exporting._place
    for stop in stops:

        def broken(folder: Path, path: str, content: bytes, stop: str = stop) -> None:
            if path == stop:
                folder.mkdir(exist_ok=True)
                (folder / f".{'0' * 16}.export").write_bytes(b"half")
                raise OSError(28, "No space left on device", path)
            place(folder, path, content)

        monkeypatch.setattr(exporting, "_place", broken)
        with pytest.raises(CommandError, match="No space left"):
            export(folder)
        assert not Copy.of(folder).verified().holds
    monkeypatch.setattr(exporting, "_place", place)
    export(folder)
    assert Copy.of(folder).verified().holds


def test_nothing_is_exported_before_there_is_a_checkpoint(folder: Path, db: None) -> None:
    with pytest.raises(CommandError, match="nothing is published yet"):
        export(folder)
    assert not folder.exists()


def test_a_folder_of_something_else_is_left_alone(
    count: Count, sequence: Sequence, folder: Path
) -> None:
    count(3)
    sequence()
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    with pytest.raises(CommandError, match=r"has thesis\.txt, which is not of a copy"):
        export(folder)
    assert [*Copy.of(folder).files] == ["thesis.txt"]
    (folder / "thesis.txt").unlink()
    folder.rmdir()
    folder.write_text("a file")
    with pytest.raises(CommandError, match="is not a folder"):
        export(folder)


def test_a_copy_that_ours_does_not_go_on_from_is_left_alone(
    count: Count, sequence: Sequence, folder: Path
) -> None:
    """Another log under our key: what a restored backup that went on would have made."""
    count(3)
    sequence()
    export(folder)
    _, key = signing.signer("record")
    name = "localhost:8000/record"

    def signed(origin: str, size: int, root: bytes) -> str:
        return notes.sign(notes.TreeHead(origin, size, root).text, name=origin, key=key)

    before = Copy.of(folder)
    for note, why in (
        (signed(name, 3, bytes(32)), "does not go on from record/checkpoint"),
        (signed(name, 2, bytes(32)), "does not go on from record/checkpoint"),
        (signed(name, 4, bytes(32)), "has 4 entries and this record 3: it would fork"),
        (signed("example.org/record", 3, bytes(32)), "is not our checkpoint: no key we know"),
        ("garbage", "is not our checkpoint: this is not a signed note"),
    ):
        (folder / "record/checkpoint").write_text(note)
        with pytest.raises(CommandError, match=why):
            export(folder)
        damaged = before.having("record/checkpoint", note.encode())
        assert Copy.of(folder) == damaged


def test_what_never_changes_is_not_overwritten(
    count: Count, sequence: Sequence, folder: Path
) -> None:
    count(300)
    sequence()
    export(folder)
    (folder / "record/tile/0/000").write_bytes(bytes(8192))
    with pytest.raises(CommandError, match=r"record/tile/0/000 in .* has other bytes"):
        export(folder)
    assert (folder / "record/tile/0/000").read_bytes() == bytes(8192)


def test_a_checkpoint_of_another_database_is_not_exported(
    count: Count, sequence: Sequence, folder: Path
) -> None:
    count(3)
    sequence()
    _, key = signing.signer("record")
    head = notes.TreeHead("localhost:8000/record", 3, bytes(32))
    replace_public("record/checkpoint", notes.sign(head.text, name=head.origin, key=key).encode())
    with pytest.raises(CommandError, match="not of this database"):
        export(folder)


def test_schemas_of_kinds_that_are_gone_stay(
    count: Count, sequence: Sequence, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count(2)
    sequence()
    export(folder)
    known = {name: kind for name, kind in registry._registry.items() if name != "test.counted"}
    monkeypatch.setattr(registry, "_registry", known)
    actions.submit(type="test.kept", body={"slug": "no-stalking"}, at=NOW)
    sequence()
    export(folder)
    findings = Copy.of(folder).verified()
    assert findings.holds
    assert "schemas/record/test.counted.json" in Copy.of(folder).files
    assert not [remark for remark in findings.remarks if "schema" in remark]


def test_the_page_says_what_the_folder_is(count: Count, sequence: Sequence, folder: Path) -> None:
    count(3)
    sequence()
    export(folder)
    page = (folder / "index.html").read_text()
    for part in (
        "<strong>localhost:8000/record</strong>",
        "3 entries",
        "20 November 2026, 12:00",
        "manage.py verify_record .",
        "sha256sum --check",
        Checkpoint.objects.get(size=3).note.splitlines()[2],
    ):
        assert part in page, part
    assert "http://localhost:8000/record/" in page
    assert merkle.EMPTY_ROOT.hex() not in page
