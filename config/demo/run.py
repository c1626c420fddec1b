"""``make run``: everything on this machine, from nothing to a site one can walk through.

All state lives in ``var/``: a second run continues where the first stopped. What is secret or fixed
at the first run is in ``var/demo.json``; published identifiers keep the origin written there,
whatever port the site is served on later.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import NoReturn

BASE = Path(__file__).resolve().parent.parent.parent
READY_WITHIN = 60


def main() -> None:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument(
        "--port", type=_port, default=8000, help="the site; the sandbox is next to it"
    )
    port = parser.parse_args().port
    for taken in (port, port + 1):
        _refuse_a_busy(taken)

    var = Path(os.environ.get("VAR_DIR", BASE / "var"))
    environment = _environment(var, port)
    _manage(environment, "keys")
    # Neither needs the other, and a first migration takes longer than all else.
    with ThreadPoolExecutor() as both:
        files = both.submit(_manage, environment, "collectstatic", "--noinput", "--verbosity=0")
        _manage(environment, "migrate", "--verbosity=0")
        files.result()

    running: list[subprocess.Popen[bytes]] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupted)
    try:
        running.append(_start(environment, var, "sandbox", _sandbox(environment, var, port)))
        _wait_until_answering(port + 1, "/_sandbox/health", running)
        if not (var / "demo.loaded").exists():
            _say("Loading the demo: members, dues, terms, proposals and votes.")
            _manage(environment, "load_demo")
            (var / "demo.loaded").touch()
        running.append(_start(environment, var, "worker", [*_python("manage.py"), "worker"]))
        running.append(_start(environment, var, "web", _web(port)))
        _wait_until_answering(port, "/healthz", running)
        _welcome(port)
        _until_one_stops(running)
    except KeyboardInterrupt:
        _say("\nStopping.")
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(timeout=20)


def _port(text: str) -> int:
    if not text.isdigit() or not 1024 <= int(text) <= 65534:
        raise argparse.ArgumentTypeError(f"PORT is a number from 1024 to 65534, not {text!r}")
    return int(text)


def _refuse_a_busy(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            _stop(
                f"Port {port} is in use by another program. "
                f"Stop it, or choose another: make run PORT={port + 100}"
            )


def _environment(var: Path, port: int) -> dict[str, str]:
    """The settings of this run: what the first run fixed, and today's addresses."""
    var.mkdir(parents=True, exist_ok=True)
    fixed = var / "demo.json"
    if not fixed.exists():
        chosen = {
            "PUBLIC_ORIGIN": f"http://localhost:{port}",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "STRIPE_API_KEY": f"sk_test_{secrets.token_urlsafe(18)}",
            "STRIPE_WEBHOOK_SECRETS": f"whsec_{secrets.token_urlsafe(24)}",
        }
        fixed.touch(mode=0o600)
        fixed.write_text(json.dumps(chosen, indent=2))
    return {
        **os.environ,
        **json.loads(fixed.read_text()),
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "VAR_DIR": str(var),
        "SITE_ORIGIN": f"http://localhost:{port}",
        "STRIPE_API_BASE": f"http://127.0.0.1:{port + 1}",
        "CHECKOUT_ORIGINS": f"http://localhost:{port + 1}",
        "DATABASE_URL": os.environ.get("DATABASE_URL") or f"sqlite:///{var / 'db.sqlite3'}",
    }


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def _sandbox(environment: dict[str, str], var: Path, port: int) -> list[str]:
    return _python(
        "-m",
        "funding.stripe_sandbox",
        f"--port={port + 1}",
        f"--store={var / 'sandbox.sqlite3'}",
        f"--public-origin=http://localhost:{port + 1}",
        f"--webhook=http://127.0.0.1:{port}/dues/webhook/",
        f"--webhook-secret={environment['STRIPE_WEBHOOK_SECRETS']}",
        f"--api-key={environment['STRIPE_API_KEY']}",
    )


def _web(port: int) -> list[str]:
    return _python(
        "-m",
        "gunicorn",
        "config.wsgi",
        f"--bind=127.0.0.1:{port}",
        "--worker-class=gthread",
        "--threads=8",
        "--log-level=warning",
    )


def _manage(environment: dict[str, str], *arguments: str) -> None:
    command = _python("manage.py", *arguments)
    done = subprocess.run(command, cwd=BASE, env=environment, check=False)  # noqa: S603 - ours
    if done.returncode:
        _stop(f"manage.py {arguments[0]} failed; what it said stands above.")


def _start(
    environment: dict[str, str], var: Path, name: str, command: list[str]
) -> subprocess.Popen[bytes]:
    """Start one of the three servers; what it prints goes to ``var/<name>.log``."""
    with (var / f"{name}.log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=BASE, env=environment, stdout=log, stderr=log, start_new_session=True
        )


def _wait_until_answering(port: int, path: str, running: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        _stop_if_any_ended(running)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": f"localhost:{port}"})
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    _stop(f"Nothing answered on port {port} within {READY_WITHIN} seconds; see the logs in var/.")


def _until_one_stops(running: list[subprocess.Popen[bytes]]) -> None:
    while True:
        _stop_if_any_ended(running)
        time.sleep(0.5)


def _stop_if_any_ended(running: list[subprocess.Popen[bytes]]) -> None:
    for process in running:
        if process.poll() is not None:
            _stop(f"{process.args!r} ended by itself ({process.returncode}); see the logs in var/.")


def _welcome(port: int) -> None:
    _say(
        f"\n  Customer Commons is at  http://localhost:{port}/\n\n"
        f"  Sign in with one click: http://localhost:{port}/demo/\n"
        "    as a newcomer (Noor), a member (Mia), a steward (Sam) or the treasurer (Tova), and\n"
        "    read the mail.\n\n"
        f"  Terms for developers:   http://localhost:{port}/terms/index.json\n"
        f"  The public record:      http://localhost:{port}/record/checkpoint\n\n"
        "  Ctrl-C stops everything; make run continues; make reset starts over.\n"
    )


def _interrupted(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _stop(text: str) -> NoReturn:
    sys.stderr.write(text + "\n")
    raise SystemExit(1)


if __name__ == "__main__":
    main()
