"""``manage.py publish`` puts back what is missing, and never touches what differs."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from governance.record.models import Checkpoint
from governance.record.public_files import replace_public


def run() -> str:
    out = io.StringIO()
    call_command("publish", stdout=out)
    return out.getvalue()


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def test_a_whole_tree_is_as_the_database_has_it(tree: Path) -> None:
    before = files(tree)
    assert run() == (
        f"{len(before)} published files are as the database has them; "
        "0 of them were missing and are written.\n"
    )
    assert files(tree) == before


def test_a_lost_tree_comes_back_byte_for_byte(tree: Path) -> None:
    before = files(tree)
    kinds = {path.partition("/")[0] for path in before}
    assert kinds == {"terms", "polls", "record", ".well-known"}
    widths = {path.rpartition("/")[2] for path in before if path.startswith("record/tile/0/")}
    assert len(widths) == 2, "the record grew in two steps"

    shutil.rmtree(tree)

    assert f"{len(before)} of them were missing" in run()
    assert files(tree) == before


def test_every_single_file_comes_back(tree: Path) -> None:
    before = files(tree)
    for path in before:
        (tree / path).unlink()
        assert "; 1 of them" in run()
        assert files(tree) == before


def test_what_differs_is_named_and_left_and_the_rest_is_written(tree: Path) -> None:
    before = files(tree)
    altered = [path for path in before if path.endswith(("1.0.0.json", "ballots.json"))]
    altered += ["record/checkpoint", next(path for path in before if "tile/0/" in path)]
    for path in altered:
        (tree / path).write_bytes(b"altered")
    missing = next(path for path in before if path.endswith("legal.en"))
    (tree / missing).unlink()

    with pytest.raises(CommandError) as failure:
        run()

    summary, *named = str(failure.value).split("\n  ")
    assert failure.value.returncode == 1
    assert named == sorted(altered)
    assert len(altered) == 4
    assert f"Of {len(before)} published files, 4 differ" in summary
    assert files(tree) == before | dict.fromkeys(altered, b"altered")


def test_what_is_not_ours_is_named_and_kept(tree: Path) -> None:
    foreign = tree / "terms/no-stalking/9.9.9.json"
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_bytes(b"{}")
    assert "not of this site, and kept: terms/no-stalking/9.9.9.json\n" in run()
    assert foreign.read_bytes() == b"{}"


def test_an_older_checkpoint_of_ours_is_late_and_not_wrong(tree: Path) -> None:
    older = Checkpoint.objects.order_by("size")[0].note.encode()
    replace_public("record/checkpoint", older)
    assert "; 0 of them" in run()
    assert (tree / "record/checkpoint").read_bytes() == older


def test_before_anything_is_published_there_is_a_map_and_no_file(
    db: None, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path / "var"
    assert run().startswith("0 published files")
    written = (tmp_path / "var/headers.map").read_text()
    names = ("published_etag", "published_link", "published_deprecation")
    assert written == "".join(f"map $uri ${name} {{\n}}\n" for name in names)


def test_nothing_gets_into_the_map_while_something_differs(tree: Path) -> None:
    run()
    headers = tree.parent / "var/headers.map"
    before = headers.read_bytes()
    next(tree.glob("terms/*/1.0.0.json")).write_bytes(b"altered")
    with pytest.raises(CommandError):
        run()
    assert headers.read_bytes() == before
