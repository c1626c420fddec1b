"""The sandbox as a process: started, stopped, started again."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import stripe

from funding.stripe_sandbox.server import Sandbox
from tests.funding.stripe_sandbox.driving import (
    ask,
    client_of,
    make_price,
    session_params,
    side_door,
    until,
)

ROOT = Path(__file__).resolve().parents[3]


def command(port: int, store: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "funding.stripe_sandbox", "--port", str(port)),
        *("--store", str(store), "--api-key", "sk_test_process", "--webhook-secret", "whsec_x"),
        *("--webhook", "http://localhost:1/dues/webhook/", "--webhook-event", "product.created"),
        *("--public-origin", "http://localhost:8001/", "--retry-after", "0.1,0.1"),
    ]


@contextmanager
def running(store: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    process = subprocess.Popen(
        command(0, store), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "no real money moves" in line
        yield line.split()[3], process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_and_remembers(tmp_path: Path, stop: signal.Signals) -> None:
    store = tmp_path / "var" / "sandbox.sqlite3"
    with running(store) as (url, process):
        assert json.loads(ask(url, "/_sandbox/health")[2])["ok"]
        client = stripe.StripeClient("sk_test_process", base_addresses={"api": url})
        price = make_price(client)
        session = client.v1.checkout.sessions.create(session_params(price.id))
        assert str(session.url).startswith("http://localhost:8001/c/pay/cs_test_")
        process.send_signal(stop)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, "")
    with running(store) as (url, _):
        client = stripe.StripeClient("sk_test_process", base_addresses={"api": url})
        assert client.v1.prices.retrieve(price.id).unit_amount == 500
        assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_a_busy_port_is_said_plainly(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finished = subprocess.run(
            command(port, tmp_path / "sandbox.sqlite3"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=20,
        )
    assert finished.returncode == 1
    assert finished.stderr.startswith(f"The Stripe sandbox cannot listen on port {port}:")
    assert len(finished.stderr.splitlines()) == 1


def test_time_passes_by_itself_where_it_is_told_to() -> None:
    with Sandbox(tick=0.05) as sandbox:
        client = client_of(sandbox)
        session = client.v1.checkout.sessions.create(session_params(make_price(client).id))
        month_and_more = int(time.time()) - 40 * 86400
        side_door(sandbox, "pay", session=session.id, created=month_and_more)
        until(lambda: len(client.v1.invoices.list().data) == 2)


def test_hundreds_of_payments_take_seconds(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    price = make_price(client).id
    begun = time.monotonic()
    for _ in range(100):
        session = client.v1.checkout.sessions.create(session_params(price))
        side_door(sandbox, "pay", session=session.id)
    assert len(sandbox.account.store.every("charge")) == 100
    # About one second where it was measured; the bound only notices what grows with the store.
    assert time.monotonic() - begun < 20
