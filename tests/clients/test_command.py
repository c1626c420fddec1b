"""The command ``customer-commons``: what it says, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from customer_commons.command import main

from tests.clients.conftest import HERE, ORIGIN, PARTS, Site, status_of
from tests.conftest import NOW

Asked = list[tuple[str, int]]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in a folder of its own, some time after noon of the fixed day."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def run(*arguments: str, after: timedelta = timedelta(hours=1)) -> tuple[int, str, str]:
        end = main(arguments, now=lambda: NOW + after)
        said = capsys.readouterr()
        return end, said.out, said.err

    return run


def test_list(served: str, run: Run, site: Site) -> None:
    end, out, _ = run("list", served)
    assert (end, out.split()) == (0, ["no-stalking", "1.0.0", "active", "No", "stalking"])
    site["/terms/index.json"] = site["/terms/index.json"].replace(b"active", b"withdrawn")
    assert run("list", served)[1] == "The site lists no active term.\n"
    end, out, _ = run("list", served, "--all", "--json")
    assert [(row["slug"], row["status"]) for row in json.loads(out)] == [
        ("no-stalking", "withdrawn")
    ]


def test_verify(served: str, run: Run) -> None:
    for address in (
        f"{served}{HERE}",
        f"{served}{HERE}.json",
        f"{served}/terms/no-stalking/latest",
    ):
        end, out, _ = run("verify", address, "--identity", ORIGIN)
        assert end == 0
        assert f"{ORIGIN}{HERE} is what members approved." in out
        assert "entry 1 of 6" in out
        assert f"{ORIGIN}/polls/1" in out
        assert "status    active, as of 2026-11-20 12:00 UTC" in out
    end, out, _ = run("verify", f"{served}{HERE}", "--identity", ORIGIN, "--json")
    value = json.loads(out)
    assert value["verified"] is True
    assert value["status"]["translations"] == ["de"]


def test_verify_names_what_fails_and_the_program_can_tell_how(
    served: str, run: Run, site: Site
) -> None:
    end, _, err = run("verify", f"{served}{HERE}")
    assert (end, "Not verified (identity)" in err) == (1, True)
    site[f"{HERE}/plain.en"] += b" "
    end, out, err = run("verify", f"{served}{HERE}", "--identity", ORIGIN, "--json")
    assert (end, "Not verified (hash). The hash of plain.en" in err) == (1, True)
    assert json.loads(out)["what"] == "hash"
    del site[f"{HERE}/plain.en"]
    end, _, err = run("verify", f"{served}{HERE}", "--identity", ORIGIN)
    assert (end, "Not fetched." in err) == (4, True)


def test_an_expired_status_ends_with_a_code_of_its_own(served: str, run: Run) -> None:
    for command in ("verify", "status", "fetch"):
        end, out, _ = run(command, f"{served}{HERE}", "--identity", ORIGIN, after=timedelta(days=2))
        assert end == 3
        assert "NOTE      This status expired on 2026-11-21 at 12:00 UTC" in out


def test_status_of_a_version_that_was_superseded(served: str, run: Run, site: Site) -> None:
    digest = json.loads(site["/terms/index.json"])["terms"][0]["sha256"]
    successor = f"{ORIGIN}/terms/no-stalking/1.1.0"
    site[f"{HERE}/status.json"] = status_of(digest, status="superseded", successor=successor)
    end, out, _ = run("status", f"{served}{HERE}", "--identity", ORIGIN)
    assert end == 3
    assert f"its successor is {successor}" in out
    end, out, _ = run("status", f"{served}{HERE}", "--identity", ORIGIN, "--json")
    assert json.loads(out)["status"]["successor"] == successor
    # It is what members approved all the same.
    assert run("verify", f"{served}{HERE}", "--identity", ORIGIN)[0] == 0


@pytest.fixture
def kept(served: str, run: Run, tmp_path: Path) -> Path:
    """A term that was fetched into a folder."""
    end, out, _ = run("fetch", f"{served}{HERE}", "--identity", ORIGIN, "--into", "kept")
    assert end == 0
    assert "kept      in kept" in out
    return tmp_path / "kept"


def test_fetch_keeps_what_verifies_offline(kept: Path, run: Run, asked: Asked, site: Site) -> None:
    wanted = {"term.json", "proof.tlog-proof", "did.json", "status.json", *PARTS}
    assert {file.name for file in kept.iterdir()} == wanted
    assert (kept / "term.json").read_bytes() == site[f"{HERE}.json"]
    asked.clear()
    end, out, _ = run("verify", "--offline", str(kept))
    assert end == 0
    assert "is what members approved" in out
    assert "keys      those kept in the folder, of did:web:localhost%3A8000" in out
    assert asked == []
    (kept / "status.json").unlink()
    for name in ("plain.de", "legal.de"):
        (kept / name).unlink()
    end, out, _ = run("verify", "--offline", str(kept), "--keys", str(kept / "did.json"))
    assert (end, "status    unknown" in out) == (0, True)


@pytest.mark.parametrize(
    "name", ["term.json", "proof.tlog-proof", "did.json", "status.json", *PARTS]
)
def test_any_byte_of_any_kept_file_counts(name: str, kept: Path, run: Run) -> None:
    good = (kept / name).read_bytes()
    for place in range(0, len(good), max(1, len(good) // 40)):
        (kept / name).write_bytes(good[:place] + bytes([good[place] ^ 2]) + good[place + 1 :])
        end, _, err = run("verify", "--offline", str(kept))
        # The keys are not signed: a change to one that this term does not need is not seen.
        if name == "did.json" and end == 0:
            continue
        assert (end, err.startswith("Not verified")) == (1, True), (name, place, good[place])
    (kept / name).unlink()
    end, _, err = run("verify", "--offline", str(kept))
    if name == "status.json":
        assert end == 0
    else:
        assert (end, "cannot be read" in err) == (1, True)


def test_offline_with_keys_of_somebody_else(kept: Path, run: Run, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_bytes((kept / "did.json").read_bytes().replace(b"localhost%3A8000", b"x.example"))
    end, _, err = run("verify", "--offline", str(kept), "--keys", str(other))
    assert (end, "unknown key" in err) == (1, True)


def test_fetch_keeps_nothing_of_what_does_not_verify(
    served: str, run: Run, site: Site, tmp_path: Path
) -> None:
    site[f"{HERE}/legal.de"] += b" "
    assert run("fetch", f"{served}{HERE}", "--identity", ORIGIN, "--into", "kept")[0] == 1
    assert not (tmp_path / "kept").exists()


def test_compare(served: str, run: Run, tmp_path: Path, document: dict[str, Any]) -> None:
    looser = {
        **document,
        "slug": "ads-only",
        "rules": [{**document["rules"][0], "purpose": "sale"}],
    }
    (tmp_path / "looser.json").write_text(json.dumps(looser))
    end, out, _ = run("compare", f"{served}{HERE}", "looser.json", "--identity", ORIGIN)
    assert end == 0
    first, second = out.splitlines()
    assert first == "no-stalking is stricter than ads-only."
    assert second == (
        "- The organisation: follow you across sites, apps or devices (tracking); "
        "apart from selling data. No-stalking forbids it, ads-only leaves it open."
    ).replace("No-stalking", "no-stalking")
    end, out, _ = run("compare", "looser.json", "looser.json", "--json")
    assert json.loads(out) == {"relation": "same", "differences": []}
    (tmp_path / "odd.json").write_text('{"rules": [3]}')
    end, _, err = run("compare", "odd.json", "looser.json")
    assert (end, "no rules that can be read" in err) == (1, True)


def test_compare_says_days_and_deadlines(run: Run, tmp_path: Path) -> None:
    def written(name: str, *rules: dict[str, str]) -> str:
        (tmp_path / name).write_text(json.dumps({"slug": name, "rules": rules}))
        return name

    keep = {"kind": "permission", "party": "second", "action": "store"}
    gone = {"kind": "duty", "party": "second", "action": "delete", "data": "health"}
    week = written("week", {**keep, "retention": "P7D"}, {**gone, "retention": "P7D"})
    month = written("month", {**keep, "retention": "P30D"}, {**gone, "retention": "P30D"})
    _, out, _ = run("compare", week, month)
    assert out.splitlines() == [
        "week is stricter than month.",
        "- The organisation: keep it; for 8 to 30 days. week leaves it open, month permits it.",
        "- The organisation: delete it; with: your health; within 7 days. "
        "week demands it, month leaves it open.",
    ]


def test_what_is_kept_of_the_web_is_shown_and_forgotten(
    served: str, run: Run, asked: Asked, tmp_path: Path
) -> None:
    run("verify", f"{served}{HERE}", "--identity", ORIGIN)
    folder = tmp_path / "cache" / "customer-commons"
    assert run("cache", "show")[1].startswith(f"{folder} holds 8 answers")
    asked.clear()
    run("verify", f"{served}{HERE}", "--identity", ORIGIN)
    assert 200 not in {code for _, code in asked}
    asked.clear()
    run("verify", f"{served}{HERE}", "--identity", ORIGIN, "--no-cache")
    assert {code for _, code in asked} == {200}
    _, out, _ = run("cache", "clear", "--json")
    assert json.loads(out) == {"forgotten": 8}
    assert run("cache", "show", "--json")[1].count("0") >= 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "https://example.org/"),
        ("verify", "file:///etc/passwd"),
        ("verify", f"{ORIGIN}/terms/a/newest"),
        ("status", "x"),
        ("fetch", f"{ORIGIN}/terms/A/1.0.0"),
        ("compare", "no-such-file.json", "no-such-file.json"),
        ("verify", f"{ORIGIN}{HERE}", "--keys", "no-such-file.json"),
    ],
)
def test_called_wrongly(arguments: tuple[str, ...], run: Run) -> None:
    end, out, err = run(*arguments)
    assert (end, out) == (2, "")
    assert err


@pytest.mark.parametrize(
    "arguments", [(), ("dance",), ("verify",), ("verify", "a", "--offline", "b")]
)
def test_it_says_how_it_is_called(arguments: tuple[str, ...], run: Run) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*arguments)
    assert caught.value.code == 2
