"""nginx and gunicorn as they are deployed, for as long as a block lasts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import load
from tests.bench.load import Connect, tcp, unix
from tests.deploy.nginx import NGINX as NGINX
from tests.deploy.nginx import rendered


@contextmanager
def nginx(tree: Path, folder: Path, plain: Path) -> Iterator[tuple[int, int, list[int]]]:
    """The deployed configuration over ``tree``, and a plain one over ``plain``: no Django behind.

    Answers both ports, and the processes that serve them.
    """
    ours, theirs = _free_port(), _free_port()
    beside = f"""
    server {{
        listen 127.0.0.1:{theirs};
        root {plain};
        access_log {folder}/plain.log;
    }}
"""
    configuration = folder / "nginx.conf"
    configuration.write_text(rendered(tree, folder, ours, beside), encoding="utf-8")
    assert NGINX
    with _running([NGINX, "-p", str(folder), "-c", str(configuration)], tcp(ours)) as process:
        yield ours, theirs, _workers_of(process.pid)


@contextmanager
def gunicorn(folder: Path) -> Iterator[tuple[Connect, list[int]]]:
    """gunicorn as its systemd unit starts it, on a socket in ``folder``; and its processes."""
    sock = folder / "web.sock"
    workers = ["--worker-class", "gthread", "--workers", "3", "--threads", "8"]
    quiet = ["--log-level", "warning"]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", *workers, *quiet]
    command += ["--bind", f"unix:{sock}"]
    with _running(command, unix(str(sock))) as process:
        load.answer(unix(str(sock)), "/healthz")
        yield unix(str(sock)), _workers_of(process.pid)


def busy(pids: list[int]) -> float:
    """Seconds of processor time that processes have had."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def _running(command: list[str], connect: Connect) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command)
    try:
        for _attempt in range(300):
            if process.poll() is not None:
                raise SystemExit(f"{command[0]} did not start")
            try:
                connect().close()
                break
            except OSError:
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def _workers_of(master: int) -> list[int]:
    """The processes that ``master`` has started."""
    return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text().split()]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
