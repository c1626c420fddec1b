"""Published bytes appear whole, and what never changes never changes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from governance.record.public_files import (
    PublishedBytesDiffer,
    read_public,
    remove_public,
    replace_public,
    write_public,
)


@pytest.fixture
def root(record_of_its_own: Path) -> Path:
    return record_of_its_own


def names(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_what_is_written_stays_and_leaves_nothing_else_behind(root: Path) -> None:
    write_public("terms/a/1.0.0.json", b"one")
    write_public("terms/a/1.0.0.json", b"one")
    with pytest.raises(PublishedBytesDiffer, match=r"1\.0\.0"):
        write_public("terms/a/1.0.0.json", b"two")
    assert read_public("terms/a/1.0.0.json") == b"one"
    assert names(root) == ["terms/a/1.0.0.json"]


def test_what_changes_is_replaced(root: Path) -> None:
    replace_public("record/checkpoint", b"one")
    replace_public("record/checkpoint", b"two")
    assert read_public("record/checkpoint") == b"two"
    assert names(root) == ["record/checkpoint"]
    assert read_public("record/other") is None
    remove_public("record")
    remove_public("record")
    assert names(root) == []


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../../x", "a\x00b", "."])
def test_a_path_cannot_leave_the_public_root(path: str, root: Path) -> None:
    for act in (write_public, replace_public):
        with pytest.raises(ValueError, match="public root"):
            act(path, b"")
    assert names(root) == []


def test_a_write_that_fails_leaves_no_half_file(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(handle: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("os.fsync", fail)
    for act in (write_public, replace_public):
        with pytest.raises(OSError, match="full"):
            act("record/tile/0/000", b"half")
    assert names(root) == []


def test_of_two_writers_of_other_bytes_one_wins_and_one_is_told(root: Path) -> None:
    start, told = threading.Barrier(2), []

    def write(content: bytes) -> None:
        start.wait()
        try:
            write_public("one", content)
        except PublishedBytesDiffer:
            told.append(content)

    contents = (b"a" * 100_000, b"b" * 100_000)
    threads = [threading.Thread(target=write, args=[content]) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    assert read_public("one") in set(contents) - set(told)
    assert names(root) == ["one"]
