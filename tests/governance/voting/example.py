"""The worked example of docs/voting-protocol.md: ``python -m tests.governance.voting.example``.

``invent`` draws everything that is random, signatures too; ``build`` makes everything else of it,
the same each time. The example is kept as docs/voting-example.json, and a test builds it again.
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from governance.record.canonical import canonical_bytes
from governance.record.merkle import leaf_hash
from governance.voting import ballots, blind, bundle, manifest, roll
from governance.voting.ballots import Ballot, Receipt, SignedBallot, TokenSignature
from governance.voting.rule import Option, PollRule, text_sha256
from governance.voting.tally.ballots import merkle_root
from governance.voting.tally.ties import Lot

Document = dict[str, Any]

POLL = "7d444840-9dc0-41d1-b245-5ffdce74fad2"
MEMBERS = [f"0000000{number}-0000-4000-8000-000000000000" for number in (1, 2, 3)]
# The first voter changes their mind. In the end two texts are level, and the lot decides.
CHOICES = [[["further"], ["short", "long"]], [["long", "short"]]]
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RULE = PollRule(method="schulze", quorum="1/10", majority="1/2", default="further")
OPTIONS = ("short", "long", "further")


def invent() -> Document:
    """Keys, salts, prefixes, blinding and signatures: what differs from poll to poll."""
    issuer = rsa.generate_private_key(public_exponent=65537, key_size=ballots.ISSUER_BITS)
    receipts = ec.generate_private_key(ec.SECP256R1())
    given: Document = {
        "issuerKey": _private(issuer),
        "receiptKey": _private(receipts),
        "seed": secrets.token_hex(32),
        "rollSalts": [secrets.token_hex(32) for _member in MEMBERS],
        "voters": [],
    }
    document = _manifest(given)
    [named] = manifest.read(document).issuers
    for votes in CHOICES:
        key, prefix = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(32)
        token = ballots.token_of(key.public_key())
        blinded = blind.blind(ballots.prepare(token, prefix), issuer.public_key())
        voter: Document = {
            "key": _private(key),
            "prefix": ballots.to_base64(prefix),
            "blinded": ballots.to_base64(blinded.message),
            "inverse": ballots.to_base64(blinded.inverse),
            "ballots": [],
        }
        signature = _signature(voter, issuer)
        for sequence, choices in enumerate(votes, start=1):
            salt = secrets.token_bytes(32)
            signatures = (TokenSignature(named, prefix, signature),)
            ballot = Ballot(POLL, token, signatures, sequence, tuple(choices), salt)
            receipt = ballots.make_receipt(receipts, poll=POLL, ballot=ballot.hash)
            voter["ballots"].append(
                {
                    "choices": choices,
                    "salt": ballots.to_base64(salt),
                    "proof": ballots.to_base64(ballots.ecdsa_sign(key, ballot.signed_bytes)),
                    "receiptSignature": ballots.to_base64(receipt.signature),
                }
            )
        given["voters"].append(voter)
    return given


def build(given: Document) -> Document:
    """Every message and file of the poll, each beside the bytes that are hashed and signed."""
    issuer = cast(rsa.RSAPrivateKey, _load(given["issuerKey"]))
    document = _manifest(given)
    frozen = manifest.read(document)
    [named] = frozen.issuers
    seed = bytes.fromhex(given["seed"])
    signed, voters = [], []
    for voter in given["voters"]:
        key = cast(ec.EllipticCurvePrivateKey, _load(voter["key"]))
        token, prefix = ballots.token_of(key.public_key()), _bytes(voter["prefix"])
        signature = _signature(voter, issuer)
        cast_ballots = []
        for sequence, one in enumerate(voter["ballots"], start=1):
            signatures = (TokenSignature(named, prefix, signature),)
            salt = _bytes(one["salt"])
            ballot = Ballot(POLL, token, signatures, sequence, tuple(one["choices"]), salt)
            signed.append(SignedBallot(ballot, _bytes(one["proof"])))
            receipt = Receipt(POLL, ballot.hash, _bytes(one["receiptSignature"]))
            statement = ballots.receipt_statement(POLL, ballot.hash)
            cast_ballots.append(
                {
                    "signedBytes": ballot.signed_bytes.decode(),
                    "hash": ballot.hash,
                    "posted": signed[-1].as_json(),
                    "receipt": receipt.as_json(),
                    "receiptSignedBytes": canonical_bytes(statement).decode(),
                }
            )
        voters.append(
            {
                "token": ballots.to_base64(token),
                "preparedMessage": ballots.to_base64(ballots.prepare(token, prefix)),
                "blindSignature": ballots.to_base64(blind.sign(_bytes(voter["blinded"]), issuer)),
                "signature": ballots.to_base64(signature),
                "ballots": cast_ballots,
            }
        )
    issued = len(voters)
    published = bundle.build(frozen, signed, issued=issued, seed=seed)
    result = bundle.result(frozen, signed, issued=issued, seed=seed)
    hashes = sorted(one.ballot.hash for one in signed)
    lot = Lot(seed, merkle_root(map(bytes.fromhex, hashes)))
    return {
        "given": given,
        "roll": _roll(given),
        "manifest": document,
        "manifestBytes": canonical_bytes(document).decode(),
        "manifestSha256": frozen.sha256,
        "voters": voters,
        "ballots": published,
        "bundleSha256": manifest.sha256_of(published),
        "result": result,
        "resultSha256": manifest.sha256_of(result),
        "lot": {
            "root": lot.root.hex(),
            "numbers": {option: lot.number(option).hex() for option in OPTIONS},
        },
        "record": _record(document, published, result, hashes),
    }


def _manifest(given: Document) -> Document:
    return manifest.build(
        poll=POLL,
        title="Which text?",
        question_text="Which of these texts shall we publish?",
        options=[Option(one, one, text_sha256(f"The {one} text.")) for one in OPTIONS],
        rule=RULE,
        opens_at=NOW,
        closes_at=NOW + timedelta(days=3),
        roll_from=NOW.date() - timedelta(days=14),
        cutoff=NOW.date(),
        min_days=0,
        roll_size=len(MEMBERS),
        roll_root=bytes.fromhex(_roll(given)["root"]),
        issuer_spki=_public(_load(given["issuerKey"])),
        receipt_spki=_public(_load(given["receiptKey"])),
        seed=bytes.fromhex(given["seed"]),
        scripts={"vote.js": "0" * 64},
    )


def _roll(given: Document) -> Document:
    entries = []
    for member, salt in zip(MEMBERS, given["rollSalts"], strict=True):
        named = {"member": member, "poll": POLL, "salt": salt}
        leaf = roll.leaf(poll=POLL, person=member, salt=bytes.fromhex(salt)).hex()
        entries.append({"leafBytes": canonical_bytes(named).decode(), "leaf": leaf})
    leaves = [bytes.fromhex(entry["leaf"]) for entry in entries]
    return {"entries": entries, "root": roll.root(leaves).hex()}


def _record(
    document: Document, published: Document, result: Document, hashes: list[str]
) -> list[Document]:
    """The three entries that the record has of it."""
    sha256 = manifest.sha256_of
    opened = {
        "poll": POLL,
        "manifestSha256": sha256(document),
        "method": document["method"],
        "quorum": document["rule"]["quorum"],
        "majority": document["rule"]["majority"],
        "opensAt": document["opensAt"],
        "closesAt": document["closesAt"],
        "rollSize": document["roll"]["size"],
        "rollRoot": document["roll"]["root"],
        "issuerKeys": [issuer["id"] for issuer in document["issuers"]],
        "seedSha256": document["seedSha256"],
    }
    told = ("eligible", "issued", "cast", "winners", "outcome")
    closed = {
        "poll": POLL,
        "manifestSha256": sha256(document),
        **{name: result[name] for name in told},
        "resultSha256": sha256(result),
        "bundleSha256": sha256(published),
        "keysDestroyed": True,
    }
    entries = []
    for kind, at, body in (
        ("poll.opened", document["opensAt"], opened),
        ("poll.ballots-committed", document["closesAt"], {"poll": POLL, "hashes": hashes}),
        ("poll.closed", document["closesAt"], closed),
    ):
        data = canonical_bytes({"type": kind, "at": at, **body})
        entries.append({"bytes": data.decode(), "leaf": leaf_hash(data).hex()})
    return entries


def _signature(voter: Document, issuer: rsa.RSAPrivateKey) -> bytes:
    """The issuer's signature on a voter's token, by way of the blinded message."""
    key = cast(ec.EllipticCurvePrivateKey, _load(voter["key"]))
    prepared = ballots.prepare(ballots.token_of(key.public_key()), _bytes(voter["prefix"]))
    answer = blind.sign(_bytes(voter["blinded"]), issuer)
    return blind.finalize(prepared, answer, _bytes(voter["inverse"]), issuer.public_key())


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


def _private(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return ballots.to_base64(der)


def _load(text: str) -> Any:
    return load_der_private_key(_bytes(text), password=None)


def _public(key: Any) -> bytes:
    spki: bytes = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return spki


if __name__ == "__main__":
    sys.stdout.write(json.dumps(build(invent()), indent=1) + "\n")
