"""What awaits somebody: a registry of questions, asked when they open their own page.

An app above registers, in its ``AppConfig.ready()``, a function that finds what waits for a person
at a time: a vote they have not taken a ballot in, a text they should read again. The members' home
and the API show all of them together. Beside it stands what they follow, which waits for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from members.models import Person


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: a sentence with a verb, where it is done, and until when if it ends.

    ``sentence`` is in the language that is active ("Vote on “No stalking”"), ``url`` is a path.
    """

    sentence: str
    url: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """One thing that somebody follows: its name, where it stands in a word, and its page."""

    name: str
    stands: str
    url: str


Find = Callable[["Person", datetime], Iterable[Waiting]]
FindFollowed = Callable[["Person"], Iterable[Followed]]

_finders: dict[str, Find] = {}
_followed: dict[str, FindFollowed] = {}


def register(name: str, find: Find) -> None:
    """Ask ``find`` too. Raises ``ValueError`` where another question has the name."""
    if _finders.get(name, find) is not find:
        raise ValueError(f"two things that wait are called {name}")
    _finders[name] = find


def awaiting(person: Person, at: datetime) -> list[Waiting]:
    """Everything that waits for ``person`` at ``at``: what ends first is first, then the rest."""
    found = [waiting for find in _finders.values() for waiting in find(person, at)]
    ending = [waiting for waiting in found if waiting.due is not None]
    lasting = [waiting for waiting in found if waiting.due is None]
    return sorted(ending, key=_due) + lasting


def register_followed(name: str, find: FindFollowed) -> None:
    """Show what ``find`` finds too. Raises ``ValueError`` where another finder has the name."""
    if _followed.get(name, find) is not find:
        raise ValueError(f"two things that are followed are called {name}")
    _followed[name] = find


def followed(person: Person) -> list[Followed]:
    """What ``person`` follows and goes on, in the order in which it was registered."""
    return [one for find in _followed.values() for one in find(person)]


def _due(waiting: Waiting) -> datetime:
    assert waiting.due is not None  # noqa: S101 - only those that end are sorted
    return waiting.due
