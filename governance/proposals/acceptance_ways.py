"""The ways in which organisations can accept terms: a registry. Pure.

The first is a file at a domain (``well_known.py``). Another one, a signed agreement for instance,
registers here a function that looks at a domain and answers what is accepted there; tables, sweep,
record and pages stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from governance.proposals.acceptance_file import Statement

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found at a domain, and the SHA-256 of the bytes that say so."""

    statement: Statement
    sha256: str


# Looks at a domain, outside any transaction. Raises ``kernel.refusal.Refused`` with a sentence for
# whoever submitted it where nothing can be read.
Look = Callable[[str], Looked]


@dataclass(frozen=True, slots=True)
class Way:
    """One way of accepting: ``said`` is the sentence a page says of what was accepted so.

    ``where`` answers, of a domain, the address at which everybody can look for themselves.
    """

    name: str
    said: StrOrPromise
    where: Callable[[str], str]
    look: Look


_ways: dict[str, Way] = {}


def register(way: Way) -> None:
    """Add a way. Raises ``ValueError`` where another one has its name."""
    if _ways.get(way.name, way) != way:
        raise ValueError(f"two ways of accepting are called {way.name}")
    _ways[way.name] = way


def get(name: str) -> Way:
    """The way called ``name``. Raises ``LookupError`` for none."""
    return _ways[name]
