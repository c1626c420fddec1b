"""``make run``, from nothing to a site that answers, and back to nothing running."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from customer_commons.reader import Client
from django.conf import settings
from django.db import connection

READY = "Ctrl-C stops everything"
PATIENCE = 300


def free_pair() -> int:
    """A port that is free together with the one after it."""
    for port in range(20_000, 30_000, 2):
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("no free ports")


def start(var: Path, port: int) -> subprocess.Popen[str]:
    environment = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "config.demo.run", f"--port={port}"],
        cwd=settings.BASE_DIR,
        env={**environment, "VAR_DIR": str(var)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until_ready(running: subprocess.Popen[str]) -> str:
    said = ""
    deadline = time.monotonic() + PATIENCE
    assert running.stdout is not None
    for line in running.stdout:
        said += line
        assert time.monotonic() < deadline, said
        if READY in line:
            return said
    raise AssertionError(said)


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own site
        assert answer.status == 200
        return bytes(answer.read())


@pytest.fixture
def var(tmp_path: Path) -> Path:
    if connection.vendor != "sqlite":
        pytest.skip("make run keeps its data in SQLite; the suite's run on SQLite covers it")
    return tmp_path / "var"


def test_it_comes_up_whole_goes_on_where_it_stopped_and_stops(var: Path) -> None:
    port = free_pair()
    origin = f"http://localhost:{port}"
    running = start(var, port)
    try:
        said = wait_until_ready(running)
        assert f"{origin}/demo/" in said
        assert get(f"{origin}/healthz") == b"ok\n"
        terms = json.loads(get(f"{origin}/terms/index.json"))["terms"]
        adopted = [term["slug"] for term in terms if term["status"] == "active"]
        assert len(adopted) >= 4
        assert Client(origin).term("no-stalking", "1.0.0").document["slug"] == "no-stalking"
        before = get(f"{origin}/record/checkpoint").decode()
        assert before.splitlines()[0] == f"localhost:{port}/record"
        busy = start(var.parent / "other", port)
        assert f"Port {port} is in use" in busy.communicate(timeout=PATIENCE)[0]
        assert busy.returncode == 1
    finally:
        stop(running)

    moved = free_pair()
    running = start(var, moved)
    try:
        assert "Loading the demo" not in wait_until_ready(running)
        term = Client(f"http://localhost:{moved}", identity=origin).term("no-stalking", "1.0.0")
        assert term.document["id"] == f"{origin}/terms/no-stalking/1.0.0"
        after = get(f"http://localhost:{moved}/record/checkpoint").decode()
        assert size_of(after) >= size_of(before)
    finally:
        stop(running)


def size_of(checkpoint: str) -> int:
    return int(checkpoint.splitlines()[1])


def stop(running: subprocess.Popen[str]) -> None:
    """Ctrl-C, and nothing is left that answers or runs."""
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
