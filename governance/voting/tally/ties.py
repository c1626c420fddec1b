"""Ties, and the lot that breaks them: anybody can draw it again. Pure.

An option's number in the lot is SHA-256(seed ‖ ballots' Merkle root ‖ option id). **The lower
number stands first**, as if the option had had one vote more: of two who tie for a place the lower
number takes it, of two who tie for last the higher number goes. The seed was committed to before
anybody voted, and the root was not known before the last ballot: nobody could choose the outcome.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LOT = "lot"


@dataclass(frozen=True, slots=True)
class Lot:
    """The draw for one set of ballots: the poll's seed and the Merkle root of its ballots."""

    seed: bytes
    root: bytes

    def number(self, option: str) -> bytes:
        """What ``option`` drew: 32 bytes, to be compared as a number."""
        return hashlib.sha256(self.seed + self.root + option.encode()).digest()

    def order(self, options: Iterable[str]) -> list[str]:
        """``options`` by what they drew, the lowest first."""
        return sorted(options, key=self.number)


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie that was broken. ``order`` is how they stand after it, the best first.

    ``where`` says what was to be decided ("place", "surplus", "exclusion", "project" …), at which
    ``step`` of the count (its round, counted from 1), and ``how`` what decided: ``lot``, or what
    the method looks at before it ("earlier stage", "cost", "votes").
    """

    where: str
    step: int
    candidates: tuple[str, ...]
    how: str
    order: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "where": self.where,
            "step": self.step,
            "candidates": list(self.candidates),
            "how": self.how,
            "order": list(self.order),
        }
