"""``manage.py count``: anyone, with a file alone. No database is allowed in these tests."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from governance.record.canonical import canonical_bytes
from governance.voting import ballots, bundle
from governance.voting.management.commands import count as command
from governance.voting.tally.conduct import METHODS
from tests.governance.voting.conftest import PaperPoll
from tests.governance.voting.formats.test_blt import FULL
from tests.governance.voting.formats.test_pabulib import EXAMPLE
from tests.governance.voting.formats.test_preflib import HEAD, ORDERS

DOCS = Path(settings.BASE_DIR, "docs", "counting.md")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, written in (("a.blt", FULL), ("b.toi", HEAD + ORDERS), ("c.pb", EXAMPLE)):
        (tmp_path / name).write_text(written)
    return tmp_path


def count(file: Path, *options: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("count", str(file), *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def as_json(file: Path, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(count(file, *options, "--json")[0])
    return found


@pytest.mark.parametrize(
    ("file", "options", "winners"),
    [
        ("a.blt", ["--method", "stv"], [("1", "Adam"), ("4", "Donald")]),
        ("a.blt", ["--method", "stv", "--seats", "1"], [("1", "Adam")]),
        ("a.blt", ["--method", "schulze"], [("1", "Adam")]),
        ("a.blt", ["--method", "schulze", "--default", "4"], [("1", "Adam")]),
        ("a.blt", ["--method", "approval", "--seats", "1"], [("3", "Charlotte")]),
        ("b.toi", ["--method", "schulze"], [("1", "Ann: the first")]),
        ("b.toi", ["--method", "schulze", "--default", "3", "--quorum", "8"], [("3", "Cai")]),
        ("b.toi", ["--method", "stv"], [("1", "Ann: the first")]),
        ("c.pb", ["--method", "equal_shares"], [("4", "4"), ("1", "1")]),
        ("c.pb", ["--method", "greedy"], [("4", "4"), ("5", "5")]),
        ("c.pb", ["--method", "approval", "--majority", "3/5"], [("4", "4")]),
    ],
)
def test_winners_have_the_id_that_the_file_gives_them(
    folder: Path, file: str, options: list[str], winners: list[tuple[str, str]]
) -> None:
    found = as_json(folder / file, *options)
    assert found["winners"] == [{"id": id, "name": name} for id, name in winners]
    assert found["method"] == options[1]
    assert isinstance(found["rounds"], list)
    assert isinstance(found["ties"], list)
    report, _err = count(folder / file, *options)
    assert all(name in report for _id, name in winners)


def test_the_json_says_with_what_ties_are_drawn(folder: Path) -> None:
    own = as_json(folder / "a.blt", "--method", "stv")["lot"]
    given = as_json(folder / "a.blt", "--method", "stv", "--seed", "0aff")["lot"]
    assert (own["seedGiven"], given["seedGiven"]) == (False, True)
    assert (given["seed"], given["ballotsRoot"]) == ("0aff", own["ballotsRoot"])
    (folder / "tie.blt").write_text('2 1\n1 1 0\n1 2 0\n0\n"A"\n"B"\n"T"\n')
    report, _err = count(folder / "tie.blt", "--method", "stv")
    assert re.search(r"exclusion, step 2: .* were equal; by lot: ", report)
    assert "Lots were drawn with the SHA-256 of the merged ballots, " in report


def test_withdrawn_candidates_are_honoured_and_listed(folder: Path) -> None:
    found = as_json(folder / "a.blt", "--method", "stv", "--seats", "3")
    assert [one["id"] for one in found["candidates"] if one["withdrawn"]] == ["2"]
    assert "2" not in {one["id"] for one in found["winners"]}


@pytest.mark.parametrize(
    ("file", "options", "reason"),
    [
        ("missing.blt", ["--method", "stv"], r"missing\.blt cannot be read: No such file"),
        ("bad.blt", ["--method", "stv"], r"bad\.blt, line 3: '7' is no candidate"),
        ("bad.json", ["--method", "stv"], r"bad\.json, line 2: this is not JSON"),
        ("other.txt", ["--method", "stv"], r"files end in \.blt"),
        ("c.pb", ["--method", "stv"], "counts rankings"),
        ("c.pb", ["--method", "equal_shares", "--seats", "2"], "takes no --seats"),
        ("a.blt", ["--method", "stv", "--seats", "4"], "only 3 candidates who stand"),
        ("a.blt", ["--method", "schulze", "--default", "9"], "none of those who stand"),
        ("a.blt", ["--method", "stv", "--majority", "3/1"], "a ratio of 3:1 is the share 3/4"),
        ("a.blt", ["--method", "stv", "--seed", "xyz"], "is not hexadecimal"),
        ("a.blt", ["--method", "range"], "invalid choice: 'range'"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, file: str, options: list[str], reason: str) -> None:
    (folder / "bad.blt").write_text("2 1\n1 1 0\n1 7 0\n")
    (folder / "bad.json").write_text('{\n"type": }')
    (folder / "other.txt").write_text("1")
    with pytest.raises(CommandError, match=reason):
        count(folder / file, *options)


def test_our_own_files_are_counted_as_they_were_announced(paper: PaperPoll, tmp_path: Path) -> None:
    signed = [ballots.parse(paper.cast(choice)) for choice in ("yes", "yes", "yes", "abstain")]
    document = bundle.build(paper.manifest, signed, issued=4, seed=paper.seed)
    (tmp_path / "ballots.json").write_bytes(canonical_bytes(document))
    with pytest.raises(CommandError, match=r"manifest\.json cannot be read"):
        count(tmp_path / "ballots.json", "--method", "yes_no")
    (tmp_path / "manifest.json").write_bytes(canonical_bytes(paper.document))
    found = as_json(tmp_path / "ballots.json", "--method", "yes_no")
    assert found["winners"] == [{"id": "yes", "name": "yes"}]
    assert found["counts"] == {"yes": 3, "no": 0, "abstain": 1}
    assert found["lot"]["seed"] == paper.seed.hex()


def test_large_files_are_told_of_as_they_are_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "SECONDS", 0.0)
    monkeypatch.setattr(command, "BLOCK", 2)
    _out, err = count(folder / "a.blt", "--method", "stv")
    assert re.search(r"^8 lines read, \d+ %$", err, re.MULTILINE)
    _out, err = count(folder / "c.pb", "--method", "equal_shares")
    assert "shares raised by 1 %: 56 % of the budget is spent" in err


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "", **environment},
    )


def test_it_needs_nothing_to_be_set_up(folder: Path) -> None:
    done = run("count", str(folder / "a.blt"), "--method", "stv")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1. Adam (1)" in done.stdout


def test_it_asks_no_database(folder: Path) -> None:
    nowhere = "postgres://nobody@127.0.0.1:1/nothing"
    done = run("count", str(folder / "a.blt"), "--method", "stv", "--json", DATABASE_URL=nowhere)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["winners"][0] == {"id": "1", "name": "Adam"}


def test_a_bad_file_ends_it_with_1_and_one_line(folder: Path) -> None:
    (folder / "bad.blt").write_text("2 1\n1 1 0\n1 7 0\n")
    bad = run("count", str(folder / "bad.blt"), "--method", "stv")
    assert bad.returncode == 1
    assert bad.stderr.endswith("bad.blt, line 3: '7' is no candidate: they are 1 to 2.\n")
    assert bad.stderr.count("\n") == 1


FENCE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def test_every_command_in_the_docs_gives_what_the_docs_say(tmp_path: Path) -> None:
    """A block that names a file is that file; one that begins with a command shows its output."""
    commands = 0
    for kind, block in FENCE.findall(DOCS.read_text()):
        if kind in ("blt", "soi", "pb"):
            (tmp_path / f"example.{kind}").write_text(block)
        if kind != "console":
            continue
        first, _newline, expected = block.partition("\n")
        words = first.removeprefix("$ python manage.py count ").split()
        assert words != first.split(), first
        out, _err = count(tmp_path / words[0], *words[1:])
        assert out.strip() == expected.strip(), first
        commands += 1
    assert commands >= 4


def test_the_docs_name_every_method_and_option() -> None:
    written = DOCS.read_text()
    for method in METHODS:
        assert f"`{method}`" in written
    for option in ("--seats", "--default", "--quorum", "--majority", "--seed", "--json"):
        assert f"`{option}" in written
