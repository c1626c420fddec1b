"""How fast a closed poll is verified: ``python -m tests.bench.verify_poll [--ballots N …]``.

Bundles of ballots by a ready-made key, every one with its own token and both its signatures, are
written to a folder and verified as ``manage.py verify_poll`` does, each in a process of its own.
Printed are the seconds and the memory for each ballot: both stay the same however many there are.
A million ballots take ten minutes of the processor to make: ``--ballots 100000 1000000``.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from array import array
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from hashlib import sha384
from math import prod
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from governance.record.canonical import canonical_bytes
from governance.record.sources import Folder
from governance.voting import ballots, blind, bundle, manifest
from governance.voting.ballots import Ballot, TokenSignature
from governance.voting.recount import recount_files
from governance.voting.rule import Option, PollRule, text_sha256

SIZES = (10_000, 100_000)
EXPONENT = 65537
CHOICES = (("a", "b", "c"), ("b", "a=c"), ("c", "further"), ("abstain",), ("a",))
# What a ballot of the smaller poll takes over what one of the larger does: at least so much.
FLAT = 0.8


def write(folder: Path, number: int) -> None:
    """The files of a poll with so many ballots."""
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
        issuer_spki=issuer().public_key().public_bytes(*_SPKI),
        receipt_spki=key.public_key().public_bytes(*_SPKI),
        seed=seed,
        scripts={},
    )
    (folder / "manifest.json").write_bytes(canonical_bytes(document))
    [named] = manifest.read(document).issuers
    with multiprocessing.Pool() as pool:
        made = pool.imap_unordered(partial(_line, named, poll), range(number), 1_000)
        lines = sorted(made)
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


@cache
def issuer() -> Issuer:
    """The one of this process and of those that it forks."""
    return Issuer()


class Issuer:
    """An RSA key of many small primes: no secret at all, and made for this alone.

    Modulo each of them a root is looked up in a table, so that it signs twenty times as fast as a
    key of two primes. Whoever verifies cannot tell, and has as much to do.
    """

    def __init__(self) -> None:
        # The sieve of Eratosthenes.
        stands = bytearray([1]) * 2**12
        for number in range(2, 2**6):
            stands[2 * number :: number] = bytes(len(stands[2 * number :: number]))
        small = [number for number in range(3, 2**12) if stands[number]]
        primes: list[int] = []
        while (room := 2**ballots.ISSUER_BITS // prod(primes)) > small[-1]:
            primes.append(small.pop())
        # One more, so that the product is as long as it is to be.
        primes.append(max(one for one in small if one <= room))
        self.modulus = prod(primes)
        self._parts = []
        for prime in primes:
            others, roots = self.modulus // prime, array("H", bytes(2 * prime))
            for root in range(prime):
                roots[pow(root, EXPONENT % (prime - 1), prime)] = root
            self._parts.append((prime, roots, others * pow(others, -1, prime)))

    def public_key(self) -> rsa.RSAPublicKey:
        return rsa.RSAPublicNumbers(EXPONENT, self.modulus).public_key()

    def sign(self, message: bytes) -> bytes:
        """The signature over ``message`` that :func:`blind.holds` expects."""
        number = int.from_bytes(_encoded(message), "big")
        found = sum(roots[number % prime] * share for prime, roots, share in self._parts)
        return (found % self.modulus).to_bytes(ballots.ISSUER_BITS // 8, "big")


def _encoded(message: bytes) -> bytes:
    """EMSA-PSS (RFC 8017, section 9.1.1) with SHA-384, as long as the modulus."""
    salt = os.urandom(blind.SALT_BYTES)
    digest = sha384(bytes(8) + sha384(message).digest() + salt).digest()
    length = ballots.ISSUER_BITS // 8 - len(digest) - 1
    block = (b"\x01" + salt).rjust(length, b"\x00")
    blocks = (sha384(digest + at.to_bytes(4, "big")).digest() for at in range(length // 48 + 1))
    mask = b"".join(blocks)[:length]
    masked = bytes(one ^ other for one, other in zip(block, mask, strict=True))
    return bytes([masked[0] & 0x7F]) + masked[1:] + digest + b"\xbc"


def _line(named: str, poll: str, at: int) -> tuple[str, bytes]:
    """One entry and its hash. The issuer signs openly, which gives signatures of the same kind."""
    own = ec.generate_private_key(ec.SECP256R1())
    token, prefix = ballots.token_of(own.public_key()), os.urandom(ballots.PREFIX_BYTES)
    signature = issuer().sign(ballots.prepare(token, prefix))
    ballot = Ballot(
        poll=poll,
        token=token,
        signatures=(TokenSignature(named, prefix, signature),),
        sequence=1,
        choices=CHOICES[at % len(CHOICES)],
        salt=os.urandom(ballots.SALT_BYTES),
    )
    proof = ballots.to_base64(ballots.ecdsa_sign(own, ballot.signed_bytes))
    # Canonical: names in order, and no spaces.
    rest = f'"hash":"{ballot.hash}","proof":"{proof}","superseded":false}}'.encode()
    return ballot.hash, b'{"ballot":' + ballot.signed_bytes + b"," + rest


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
        rows = measure(given.ballots)
        if any(last > first / FLAT for first, last in zip(rows[0], rows[-1], strict=True)):
            raise SystemExit("a ballot takes more in the larger poll")


def measure(sizes: list[int]) -> list[tuple[float, float]]:
    """Print a line for each size; answers the microseconds and bytes that a ballot takes."""
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
    return rows


def ratios() -> dict[str, list[float]]:
    """Time and memory of a ballot among the fewer over those of one among the more."""
    (time_few, bytes_few), (time_many, bytes_many) = measure(list(SIZES))
    return {"time": [time_few / time_many], "memory": [bytes_few / bytes_many]}


if __name__ == "__main__":
    main()
