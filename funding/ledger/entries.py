"""Entries of the books: what balances, what mirrors, and how the chain is hashed. Pure.

An entry is two or more legs that sum to zero in each currency. Each sealed entry is hashed together
with the hash before it, so that nothing can be changed, dropped or put in between without changing
every hash after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import rfc8785

from kernel.money import Money

# What the first entry of the chain names as the hash before it.
GENESIS = "0" * 64
# Where an empty chain ends: position and hash.
START = (0, GENESIS)


class Unbalanced(ValueError):
    """These legs are not an entry: fewer than two, an empty one, or a currency that is not zero."""


@dataclass(frozen=True, slots=True)
class LegSpec:
    """One leg: an account's code and a signed amount, debit positive, credit negative."""

    account: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Link:
    """One sealed entry as the chain hashes it. Nothing personal is in it, and nothing may be.

    ``position`` counts from 1. ``reverses`` is the hash of the entry this one mirrors, or None.
    ``concerns_on`` is the day it happened on where that is closed by now; it is hashed if there.
    ``description`` is a sentence fit to publish; who paid is never part of it.
    """

    position: int
    previous: str
    effective_on: date
    description: str
    legs: tuple[LegSpec, ...]
    reverses: str | None = None
    concerns_on: date | None = None

    @property
    def hash(self) -> str:
        """SHA-256, in hex, of the link in RFC 8785 canonical JSON, its legs in sorted order."""
        legs = sorted((leg.account, leg.amount.currency, leg.amount.minor) for leg in self.legs)
        content: dict[str, Any] = {
            "position": self.position,
            "previous": self.previous,
            "effectiveOn": self.effective_on.isoformat(),
            "description": self.description,
            "legs": [
                {"account": account, "currency": currency, "minor": minor}
                for account, currency, minor in legs
            ],
            "reverses": self.reverses,
            **({"concernsOn": self.concerns_on.isoformat()} if self.concerns_on else {}),
        }
        return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def check_balanced(legs: Sequence[LegSpec]) -> None:
    """Raise ``Unbalanced`` unless there are two legs or more, none empty, zero in each currency."""
    if len(legs) < 2:
        raise Unbalanced(f"an entry has two legs or more, not {len(legs)}")
    sums: dict[str, int] = {}
    for leg in legs:
        if not leg.amount:
            raise Unbalanced(f"the leg on {leg.account} moves nothing")
        sums[leg.amount.currency] = sums.get(leg.amount.currency, 0) + leg.amount.minor
    for currency, total in sums.items():
        if total:
            raise Unbalanced(f"the legs in {currency} sum to {total}, not to zero")


def mirrored(legs: Iterable[LegSpec]) -> tuple[LegSpec, ...]:
    """The legs that undo ``legs``."""
    return tuple(LegSpec(leg.account, -leg.amount) for leg in legs)


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain stops being one: the position, and what is wrong there in plain words."""

    position: int
    what: str


def breaks(links: Iterable[tuple[Link, str]]) -> Iterator[Break]:
    """Walk links, in order, each with the hash that was stored for it; yield what does not fit."""
    previous, expected = GENESIS, 1
    for link, stored in links:
        if link.position != expected:
            yield Break(link.position, f"an entry is missing: expected position {expected}")
        if link.previous != previous:
            yield Break(link.position, "it does not follow the entry before it")
        if link.hash != stored:
            yield Break(link.position, "its content is not what was sealed")
        try:
            check_balanced(link.legs)
        except Unbalanced as unbalanced:
            yield Break(link.position, str(unbalanced))
        previous, expected = stored, link.position + 1
