"""An election as a file tells of it: who stands, what was cast, and what else is known. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from governance.voting.tally.ballots import Approvals, Rankings


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody or something to vote for. ``id`` is how the file names it in ballots, as text."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What else decides: a least number of votes, a majority, a default option, a seed.

    None, or an empty ``default``, is "not said". ``quorum`` counts votes in favour for ``yes_no``,
    ``approval`` and ``schulze``, and ballots cast for the others.
    """

    seats: int | None = None
    default: str = ""
    quorum: int | None = None
    majority: Fraction | None = None
    seed: bytes | None = None


@dataclass(frozen=True, slots=True)
class Election:
    """Merged ballots, as rankings or as approvals, and who they are about.

    ``complete`` says that every ballot has to rank every option. ``points`` are each project's
    points where ballots gave points; ``costs`` and ``budget`` are there where money is divided.
    ``terms`` and ``method`` are what the file itself lays down, ``root`` the Merkle root of ballots
    published by us; ``notes`` are what whoever counts should know of how the file was read.
    """

    candidates: tuple[Candidate, ...]
    rankings: Rankings | None = None
    approvals: Approvals | None = None
    withdrawn: frozenset[str] = frozenset()
    complete: bool = False
    points: Mapping[str, int] | None = None
    costs: Mapping[str, Fraction] | None = None
    budget: Fraction | None = None
    eligible: int | None = None
    method: str = ""
    terms: Terms = Terms()
    root: bytes | None = None
    title: str = ""
    notes: tuple[str, ...] = ()
