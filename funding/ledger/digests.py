"""A day's digest: the tree over what people paid, and how each of them proves their own. Pure.

Each payment is a leaf of a Merkle tree (RFC 6962). The leaf says which entry of the books it is,
the amount, and how much had been paid before it on that day; a random salt, which the payer alone
is shown, hides all of it from everybody else. So each payer holds a stretch of the day's total that
is theirs: two people who were given the same stretch would find out by comparing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import rfc8785

from governance.record import merkle
from kernel.money import Money

FORMAT = "customer-commons-payment-proof-1"


class ProofInvalid(Exception):
    """Not a proof of a payment, or one that does not prove it."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What one person paid: the hash of its entry in the books, the salt, the amount."""

    entry: str
    salt: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Leaf:
    """A payment in its place: ``before`` is what the leaves before it sum to in its currency."""

    paid: Paid
    before: int

    @property
    def content(self) -> dict[str, Any]:
        return {
            "amount": self.paid.amount.minor,
            "before": self.before,
            "currency": self.paid.amount.currency,
            "entry": self.paid.entry,
            "salt": self.paid.salt,
        }

    @property
    def hash(self) -> bytes:
        return merkle.leaf_hash(rfc8785.dumps(self.content))


@dataclass(frozen=True, slots=True)
class Tree:
    """A day's leaves in order, and what they sum to in each currency."""

    leaves: tuple[Leaf, ...]
    received: Mapping[str, int]

    @property
    def hashes(self) -> list[bytes]:
        return [leaf.hash for leaf in self.leaves]

    @property
    def root(self) -> bytes:
        frontier = merkle.Frontier()
        for node in self.hashes:
            frontier.push(node)
        return frontier.root()

    def index_of(self, entry: str) -> int:
        """Where the payment of this entry stands. Raises ``LookupError``."""
        for index, leaf in enumerate(self.leaves):
            if leaf.paid.entry == entry:
                return index
        raise LookupError(f"no payment of this day is the entry {entry}")

    def path(self, index: int) -> list[bytes]:
        """The hashes that lead from a leaf to the root, its sibling first."""
        hashes = self.hashes

        def read(height: int, number: int) -> bytes:
            if height == 0:
                return hashes[number]
            return merkle.node_hash(read(height - 1, 2 * number), read(height - 1, 2 * number + 1))

        return merkle.inclusion_proof(index, len(hashes), read)


def grow(payments: Iterable[Paid]) -> Tree:
    """The tree over a day's payments, in an order that tells nothing: by their salts' hashes."""
    ordered = sorted(payments, key=lambda paid: hashlib.sha256(paid.salt.encode()).digest())
    received: dict[str, int] = {}
    leaves: list[Leaf] = []
    for paid in ordered:
        before = received.get(paid.amount.currency, 0)
        leaves.append(Leaf(paid, before))
        received[paid.amount.currency] = before + paid.amount.minor
    return Tree(tuple(leaves), received)


def body_of(
    *,
    day: date,
    first: int,
    last: int,
    head: str,
    totals: Sequence[tuple[str, str, int]],
    tree: Tree,
) -> dict[str, Any]:
    """What the public record says of a day: ``totals`` are every account's at its end."""
    return {
        "day": day.isoformat(),
        "entries": {"first": first, "last": last},
        "chainHead": head,
        "totals": [
            {"code": code, "currency": currency, "minor": minor} for code, currency, minor in totals
        ],
        "payments": len(tree.leaves),
        "received": [
            {"currency": currency, "minor": minor}
            for currency, minor in sorted(tree.received.items())
        ],
        "root": tree.root.hex(),
    }


def proof_of(tree: Tree, entry: str, *, record_entry: Mapping[str, Any]) -> dict[str, Any]:
    """The file by which a payer proves their payment, with the record's entry of the day in it."""
    index = tree.index_of(entry)
    return {
        "format": FORMAT,
        "leaf": tree.leaves[index].content,
        "index": index,
        "size": len(tree.leaves),
        "path": [node.hex() for node in tree.path(index)],
        "digest": dict(record_entry),
        "digestHash": merkle.leaf_hash(rfc8785.dumps(dict(record_entry))).hex(),
    }


@dataclass(frozen=True, slots=True)
class Proven:
    """What a proof shows: so much was paid, as part of so much, on that day."""

    amount: Money
    received: Money
    day: str
    digest_hash: str


def check(proof: Any) -> Proven:
    """See that a payment is in its day's total, offline. Raises ``ProofInvalid`` saying why not.

    That the digest is in the public record is another proof: ``/record/proof`` of ``digest_hash``.
    """
    try:
        return _check(proof)
    except merkle.DoesNotVerify as wrong:
        raise ProofInvalid(str(wrong)) from None
    except (KeyError, TypeError, ValueError, AttributeError, rfc8785.CanonicalizationError):
        raise ProofInvalid("this is not a proof of a payment") from None


def _check(proof: Any) -> Proven:
    if proof["format"] != FORMAT:
        raise ProofInvalid("this is not a proof of a payment")
    leaf, digest = proof["leaf"], proof["digest"]
    amount = Money(leaf["amount"], leaf["currency"])
    digest_hash = merkle.leaf_hash(rfc8785.dumps(digest)).hex()
    if digest["type"] != "books.digest":
        raise ProofInvalid("what it names is no digest of the books")
    if digest_hash != proof["digestHash"]:
        raise ProofInvalid("the digest is not the one it names")
    if proof["size"] != digest["payments"]:
        raise ProofInvalid("the digest counts other payments")
    merkle.verify_inclusion(
        merkle.leaf_hash(rfc8785.dumps(leaf)),
        index=proof["index"],
        size=proof["size"],
        proof=[bytes.fromhex(node) for node in proof["path"]],
        root=bytes.fromhex(digest["root"]),
    )
    received = {total["currency"]: total["minor"] for total in digest["received"]}
    total = Money(received.get(amount.currency, 0), amount.currency)
    if not 0 <= leaf["before"] < leaf["before"] + amount.minor <= total.minor:
        raise ProofInvalid("the payment does not fit into what came in on that day")
    return Proven(amount, total, digest["day"], digest_hash)
