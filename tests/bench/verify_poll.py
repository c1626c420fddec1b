"""How fast a closed poll is verified: ``python -m tests.bench.verify_poll [--ballots N …]``.

Bundles of ballots by a ready-made key, every one with its own token and both its signatures, are
written to a folder and verified as ``manage.py verify_poll`` does, each in a process of its own.
Printed are the seconds and the memory for each ballot: both stay the same however many there are.
A million ballots take half an hour to make: ``--ballots 1000000``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from governance.record.canonical import canonical_bytes
from governance.record.sources import Folder
from governance.voting import ballots, blind, bundle, manifest
from governance.voting.ballots import Ballot, SignedBallot, TokenSignature
from governance.voting.recount import recount_files
from governance.voting.rule import Option, PollRule, text_sha256

SIZES = (10_000, 100_000)
CHOICES = (("a", "b", "c"), ("b", "a=c"), ("c", "further"), ("abstain",), ("a",))
# A ballot of the larger poll may take so many times as much as one of the smaller.
MOST = 1.25


def write(folder: Path, number: int) -> None:
    """The files of a poll with so many ballots."""
    issuer = rsa.generate_private_key(public_exponent=65537, key_size=ballots.ISSUER_BITS)
    key, seed, poll = ec.generate_private_key(ec.SECP256R1()), os.urandom(32), str(uuid.uuid4())
    now = datetime(2026, 11, 20, tzinfo=UTC)
    document = manifest.build(
        poll=poll,
        title="A poll",
        question_text="Which?",
        options=[Option(one, one, text_sha256(one)) for one in ("a", "b", "c", "further")],
        rule=PollRule(method="schulze", quorum="1/10", majority="1/2", default="further"),
        opens_at=now,
        closes_at=now + timedelta(days=3),
        roll_from=now.date(),
        cutoff=now.date(),
        min_days=0,
        roll_size=number,
        roll_root=bytes(32),
        issuer_spki=issuer.public_key().public_bytes(*_SPKI),
        receipt_spki=key.public_key().public_bytes(*_SPKI),
        seed=seed,
        scripts={},
    )
    (folder / "manifest.json").write_bytes(canonical_bytes(document))
    [named] = manifest.read(document).issuers
    lines = sorted(_line(issuer, named, poll, at) for at in range(number))
    head = {
        "issued": number,
        "manifestSha256": manifest.sha256_of(document),
        "poll": poll,
        "seed": seed.hex(),
        "type": bundle.TYPE,
    }
    with (folder / "ballots.json").open("wb") as file:
        file.write(b'{"ballots":[')
        for at, (_hash, line) in enumerate(lines):
            file.write(b"," * bool(at) + line)
        file.write(b"]," + canonical_bytes(head)[1:])


_SPKI = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _line(issuer: rsa.RSAPrivateKey, named: str, poll: str, at: int) -> tuple[str, bytes]:
    """One entry and its hash. The issuer signs openly, which gives signatures of the same kind."""
    own = ec.generate_private_key(ec.SECP256R1())
    token, prefix = ballots.token_of(own.public_key()), os.urandom(ballots.PREFIX_BYTES)
    signature = issuer.sign(ballots.prepare(token, prefix), blind.PADDING, blind.HASH)
    ballot = Ballot(
        poll=poll,
        token=token,
        signatures=(TokenSignature(named, prefix, signature),),
        sequence=1,
        choices=CHOICES[at % len(CHOICES)],
        salt=os.urandom(ballots.SALT_BYTES),
    )
    signed = SignedBallot(ballot, ballots.ecdsa_sign(own, ballot.signed_bytes))
    entry = {"hash": ballot.hash, "superseded": False, **signed.as_json()}
    return ballot.hash, canonical_bytes(entry)


def verify(folder: Path) -> dict[str, float]:
    """Verify the files in ``folder``: seconds of the processor, and bytes that it took more."""
    before, began = _peak(), time.process_time()
    document = json.loads((folder / "manifest.json").read_bytes())
    checked = recount_files(Folder(folder).pieces("ballots.json", 2**40), document)
    if not checked.holds:
        raise SystemExit(f"it does not hold: {dict(checked.counts)}")
    took = time.process_time() - began
    return {"ballots": checked.ballots, "seconds": took, "bytes": _peak() - before}


def _peak() -> int:
    """The most memory that this process had so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _ourselves(*arguments: str) -> bytes:
    program = [sys.executable, "-m", "tests.bench.verify_poll", *arguments]
    return subprocess.run(program, stdout=subprocess.PIPE, check=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--ballots", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--verify", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        write(given.write, given.ballots[0])
    elif given.verify:
        sys.stdout.write(json.dumps(verify(given.verify)))
    else:
        measure(given.ballots)


def measure(sizes: list[int]) -> None:
    """Print a line for each size. Ends with 1 if a ballot takes more in the largest."""
    rows = []
    for number in sizes:
        with tempfile.TemporaryDirectory() as folder:
            # Each in a process of its own: a process begins with its parent's peak of memory.
            _ourselves("--write", folder, "--ballots", str(number))
            size = (Path(folder) / "ballots.json").stat().st_size
            found = json.loads(_ourselves("--verify", folder))
        each = found["seconds"] / number * 1e6, found["bytes"] / number
        rows.append(each)
        sys.stdout.write(
            f"{number:>9,} ballots, {size / 1e6:>8,.1f} MB: {found['seconds']:>7.1f} s, "
            f"{each[0]:.0f} µs and {each[1]:,.0f} bytes a ballot\n"
        )
        sys.stdout.flush()
    (time_first, bytes_first), (time_last, bytes_last) = rows[0], rows[-1]
    if time_last > MOST * time_first or bytes_last > MOST * bytes_first:
        raise SystemExit("a ballot takes more in the larger poll")


if __name__ == "__main__":
    main()
