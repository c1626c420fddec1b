"""The three calls on the developers' page, run as they stand there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from governance.record import sweeps
from governance.terms.models import Version
from governance.terms.roster import load
from governance.terms.views.developers import SNIPPETS
from tests.conftest import NOW
from tests.governance.terms.conftest import Publish

CLIENT = Path(settings.BASE_DIR) / "clients/python"


@pytest.fixture
def no_stalking(publish: Publish) -> Version:
    terms = {term.slug: term for term in load(Path(settings.BASE_DIR, "config/demo/roster.toml"))}
    version = publish(terms["no-stalking"])
    sweeps.sequence(NOW)
    return version


def run(name: str, origin: str, folder: Path) -> str:
    """What a snippet prints when it is run in ``folder``, with the client at hand."""
    if not shutil.which("curl"):
        if os.environ.get("CI"):
            pytest.fail("curl is missing, and CI requires it")
        pytest.skip("no curl here")
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["/bin/sh", "-eu", str(SNIPPETS / name)],
        cwd=folder,
        env={
            "PATH": tools,
            "PYTHONPATH": str(CLIENT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "ORIGIN": origin,
            "IDENTITY": settings.PUBLIC_ORIGIN,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.django_db(transaction=True)
def test_the_three_calls_list_fetch_and_verify(
    live_server: LiveServer, no_stalking: Version, tmp_path: Path
) -> None:
    listed = json.loads(run("list.sh", live_server.url, tmp_path))
    assert [(row["slug"], row["sha256"]) for row in listed["terms"]] == [
        ("no-stalking", no_stalking.sha256)
    ]
    assert no_stalking.sha256 in run("fetch.sh", live_server.url, tmp_path)
    assert (tmp_path / "no-stalking.json").read_bytes() == bytes(no_stalking.document)
    verified = run("verify.sh", live_server.url, tmp_path)
    assert f"{settings.PUBLIC_ORIGIN}/terms/no-stalking/1.0.0" in verified
    assert no_stalking.sha256 in verified


def test_there_is_a_snippet_for_each_call() -> None:
    assert {path.name for path in SNIPPETS.iterdir()} == {"list.sh", "fetch.sh", "verify.sh"}
