"""The client as a developer has it: installed by itself, with nothing but what it asks for."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from customer_commons.command import main
from django.conf import settings

from tests.clients.conftest import HERE, ORIGIN

SOURCE = Path(settings.BASE_DIR) / "clients/python"
# What its dependencies are made of, as far as they have to be imported.
NEEDED = ("cryptography", "rfc8785", "base58", "cffi", "_cffi_backend")


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "HOME": str(cwd)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The folder of programs of a fresh environment that has the client and its dependencies."""
    if importlib.util.find_spec("uv") is None:
        pytest.skip("no uv here to build the client with")
    uv: list[str | Path] = [sys.executable, "-m", "uv", "--offline", "--no-config", "--no-cache"]
    source = tmp_path / "source"
    shutil.copytree(SOURCE, source)
    built = run(*uv, "build", "--no-index", "--wheel", "--out-dir", tmp_path, source, cwd=tmp_path)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    done = run(
        *uv,
        *("pip", "install", "--python", str(home / "bin" / "python")),
        *("--no-index", "--no-deps", str(wheel)),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    (packages,) = home.glob("lib/python*/site-packages")
    for name in NEEDED:
        spec = importlib.util.find_spec(name)
        assert spec
        assert spec.origin
        place = Path(spec.origin)
        place = place.parent if place.stem == "__init__" else place
        (packages / place.name).symlink_to(place)
    return home / "bin"


def test_it_runs_from_an_environment_of_its_own(
    installed: Path, served: str, tmp_path: Path
) -> None:
    python = installed / "python"
    where = run(
        python, "-c", "import customer_commons; print(customer_commons.__file__)", cwd=tmp_path
    )
    assert str(installed.parent) in where.stdout, where.stderr
    assert (Path(where.stdout.strip()).parent / "py.typed").exists()

    end = main(["fetch", f"{served}{HERE}", "--identity", ORIGIN, "--into", str(tmp_path / "kept")])
    assert end in (0, 3)
    command = installed / "customer-commons"
    verified = run(command, "verify", "--offline", "kept", "--json", cwd=tmp_path)
    assert verified.returncode in (0, 3), verified.stderr
    assert json.loads(verified.stdout)["id"] == ORIGIN + HERE
    compared = run(command, "compare", "kept", "kept", cwd=tmp_path)
    assert compared.stdout == "no-stalking 1.0.0 and no-stalking 1.0.0 say the same.\n"
    (tmp_path / "kept" / "term.json").write_bytes(b"{}")
    refused = run(command, "verify", "--offline", "kept", cwd=tmp_path)
    assert (refused.returncode, refused.stderr[:12]) == (1, "Not verified")


def test_its_types_are_strict() -> None:
    found = run(
        *(sys.executable, "-m", "mypy", "--strict", "--config-file", "", "customer_commons"),
        *("--cache-dir", Path(settings.BASE_DIR, ".mypy_cache", "client")),
        cwd=SOURCE,
    )
    assert found.returncode == 0, found.stdout + found.stderr
