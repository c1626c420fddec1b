"""How fast ballots are cast, beside ``pgbench`` with the very same statement and no program at all.

``python -m tests.bench.casting`` prints a JSON list of ratios, or why it was skipped. It runs on a
PostgreSQL of its own name (``BENCH_POSTGRES``, by default the local server), which it drops again.
Ours is everything: HTTP, all middleware, both signatures checked, the receipt signed, and the row
durable before the answer. Eight clients each.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.load import Connect

if TYPE_CHECKING:
    from governance.voting.models import Poll

SERVER = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1")
# Short turns, and many: what else runs on the machine then takes as much from either side.
CLIENTS, TURNS, SECONDS = 8, 16, 1
# More than are cast in all turns.
BALLOTS = 9_000
GOAL = 0.1


def skipped() -> str:
    """Why this cannot be measured here; empty where it can."""
    if not shutil.which("pgbench"):
        return "pgbench is not installed"
    if subprocess.run(["psql", SERVER + "/postgres", "-c", ""], capture_output=True).returncode:
        return f"no PostgreSQL answers at {SERVER}"
    return ""


def ratios() -> list[float] | None:
    """The ratios, measured in a process of its own; None where it was skipped, which is said."""
    if why := skipped():
        sys.stdout.write(f"skipped: casting, because {why}\n")
        return None
    name = f"commons_bench_{secrets.token_hex(4)}"
    database = f"{SERVER}/{name}"
    _psql(f"CREATE DATABASE {name}")
    try:
        with tempfile.TemporaryDirectory(prefix="customer-commons-cast-") as scratch:
            answer = subprocess.run(
                [sys.executable, "-m", "tests.bench.casting", "--measure"],
                env={
                    **os.environ,
                    "VAR_DIR": f"{scratch}/var",
                    "DATABASE_URL": database,
                    "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
                },
                check=True,
                stdout=subprocess.PIPE,
            )
            measured: list[float] = json.loads(answer.stdout.splitlines()[-1])
            return measured
    finally:
        _psql(f"DROP DATABASE {name} WITH (FORCE)")


def _psql(statement: str) -> None:
    subprocess.run(
        ["psql", "-q", SERVER + "/postgres", "-c", statement], check=True, capture_output=True
    )


def measure() -> list[float]:
    """Ballots a second over HTTP, over transactions a second of pgbench, in turns."""
    import django

    django.setup()
    from tests.bench import servers

    folder = Path(os.environ["VAR_DIR"]).parent
    folder.joinpath("var/static").mkdir(parents=True)
    poll, requests = _ready()
    script = folder / "cast.sql"
    script.write_text(_statement(poll))
    found = []
    with servers.gunicorn(folder) as (connect, _pids):
        _cast(connect, requests, 1)
        for turn in range(TURNS):
            if turn % 2:
                other = _pgbench(script)
                own = _cast(connect, requests, SECONDS)
            else:
                own = _cast(connect, requests, SECONDS)
                other = _pgbench(script)
            sys.stderr.write(f"casting: {own:.0f} over HTTP, {other:.0f} by pgbench, a second\n")
            found.append(own / other)
    from governance.voting.models import Intake

    # Every request that was answered is a row; those of pgbench hold no JSON.
    assert Intake.objects.filter(body__startswith="{").count() == BALLOTS - len(requests)
    return found


def _ready() -> tuple[Poll, list[bytes]]:
    """An open poll, and requests that each cast a ballot of their own in it."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from django.core.management import call_command
    from django.utils import timezone

    from governance.record.signing import make_keys
    from governance.voting import actions, ballots, keys
    from governance.voting.rule import Option, PollRule, text_sha256
    from kernel import sealed
    from members.models import Program

    call_command("migrate", verbosity=0)
    from django.conf import settings

    make_keys(Path(settings.KEYS_DIR))
    sealing = Path(settings.SEALING_KEYS[0])
    if not sealing.exists():
        sealing.write_bytes(sealed.new_key())
    issuer = keys.new_issuer()
    keys.new_issuer = lambda: issuer
    now = timezone.now()
    bench = Program("bench")
    poll = actions.schedule_poll(
        title="How fast?",
        question_text="How fast is it?",
        options=[Option(name, name, text_sha256(name)) for name in ("yes", "no", "abstain")],
        rule=PollRule(method="yes_no", quorum="1/10", majority="1/2"),
        opens_at=now,
        closes_at=now + timedelta(hours=6),
        roll_from=now.date(),
        cutoff=now.date(),
        min_days=0,
        subject_url="/proposals/",
        by=bench,
        at=now,
    )
    actions.open_poll(poll=poll, at=timezone.now(), by=bench)
    [key] = poll.frozen.issuers
    requests = []
    for _ballot in range(BALLOTS):
        own = ec.generate_private_key(ec.SECP256R1())
        token = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        prefix = secrets.token_bytes(ballots.PREFIX_BYTES)
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)
        signature = issuer.sign(ballots.prepare(token, prefix), pss, hashes.SHA384())
        ballot = ballots.Ballot(
            poll=str(poll.pk),
            token=token,
            signatures=(ballots.TokenSignature(key, prefix, signature),),
            sequence=1,
            choices=("yes",),
            salt=secrets.token_bytes(ballots.SALT_BYTES),
        )
        signed = ballots.SignedBallot(ballot, ballots.ecdsa_sign(own, ballot.signed_bytes))
        requests.append(_request(poll.pk, signed.as_json()))
    return poll, requests


def _request(poll: uuid.UUID, ballot: dict[str, Any]) -> bytes:
    body = json.dumps(ballot).encode()
    return (
        f"POST /api/v1/polls/{poll}/cast HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def _cast(connect: Connect, requests: list[bytes], seconds: float) -> float:
    """Cast as many of ``requests`` as eight clients can; answers how many a second."""
    until = time.perf_counter() + seconds

    def client() -> int:
        cast = 0
        with connect() as connection:
            while time.perf_counter() < until:
                connection.sendall(requests.pop())
                _created(connection)
                cast += 1
        return cast

    begun = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        total = sum(one.result() for one in [pool.submit(client) for _client in range(CLIENTS)])
    return total / (time.perf_counter() - begun)


def _created(connection: socket.socket) -> None:
    """Read one answer, which is to be a receipt."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _blank, body = received.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 201 "):
        raise ValueError(received.decode())
    length = re.search(rb"(?i)content-length: (\d+)", head)
    while length and len(body) < int(length[1]):
        body += connection.recv(65536)


def _statement(poll: Poll) -> str:
    """What casting runs, with a random token and a body as long as a ballot's."""
    from governance.voting.actions import casting

    gate = casting._GATE.format(lock=" FOR SHARE")
    token = "lpad(:a::text, 88, 'A')"
    values = [
        *("gen_random_uuid()", token, "1", "lpad(:a::text, 64, '0')"),
        *("repeat('x', 900)", "repeat('y', 88)"),
        *(f"'{poll.pk}'", f"'{poll.opens_at.isoformat()}'", token, "1"),
    ]
    sql = casting._STORE.format(gate=gate)
    for value in values:
        sql = sql.replace("%s", value, 1)
    return f"\\set a random(1, 9000000000000000)\n{sql};\n"


def _pgbench(script: Path) -> float:
    """Transactions a second, prepared once, as fast as pgbench can."""
    said = subprocess.run(
        [
            *("pgbench", "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2"),
            *("-T", str(SECONDS), "-f", str(script), os.environ["DATABASE_URL"]),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = re.search(r"tps = ([0-9.]+)", said)
    if found is None:
        raise ValueError(said)
    return float(found[1])


if __name__ == "__main__":
    if "--measure" in sys.argv:
        sys.stdout.write(json.dumps(measure()) + "\n")
    else:
        sys.stdout.write(json.dumps(ratios()) + "\n")
