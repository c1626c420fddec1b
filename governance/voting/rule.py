"""What a poll asks and what it takes to carry: options and the rule. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from fractions import Fraction

YES_NO = "yes_no"
METHODS = (YES_NO,)
YES, NO, ABSTAIN = "yes", "no", "abstain"

_OPTION_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHARE = re.compile(r"([0-9]{1,9})/([1-9][0-9]{0,8})")


def text_sha256(text: str) -> str:
    """SHA-256 of ``text`` in UTF-8, as 64 hex digits: how manifests name a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def share(written: str) -> Fraction:
    """The fraction written ``"p/q"``, between 0 and 1. Raises ``ValueError`` for anything else."""
    match = _SHARE.fullmatch(written)
    if match is None or int(match[1]) > int(match[2]):
        raise ValueError(f"not a share between 0 and 1 written p/q: {written!r}")
    return Fraction(int(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: ``id`` is what a ballot holds, ``label`` what a person reads.

    ``text_sha256`` is the hash of the exact text the option stands for. Raises ``ValueError`` for
    an id that is not lower-case letters, digits and hyphens, and for an ill-formed hash.
    """

    id: str
    label: str
    text_sha256: str

    def __post_init__(self) -> None:
        if not _OPTION_ID.fullmatch(self.id):
            raise ValueError(f"not an option id: {self.id!r}")
        if not _SHA256.fullmatch(self.text_sha256):
            raise ValueError(f"not a SHA-256 in hex: {self.text_sha256!r}")


@dataclass(frozen=True, slots=True)
class PollRule:
    """What it takes to carry. Shares are written ``"p/q"``; see ``tally`` for how each is applied.

    ``quorum`` is a share of the roll that must vote *in favour*; ``founding_minimum``, where set,
    is the least number in favour whatever the share. ``majority`` is a share of yes among yes and
    no. Raises ``ValueError`` for an unknown method, a share outside 0 to 1, or a majority under a
    half.
    """

    method: str
    quorum: str
    majority: str
    founding_minimum: int | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"no such method: {self.method!r}")
        share(self.quorum)
        if share(self.majority) < Fraction(1, 2):
            raise ValueError(f"a majority is at least a half: {self.majority!r}")
        if self.founding_minimum is not None and self.founding_minimum < 1:
            raise ValueError("a founding minimum is at least one")
