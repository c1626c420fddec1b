"""What people read for options that are persons: a registry, so that no poll holds a name.

An option with an empty label stands for a person. Its poll and its manifest hold a salted hash; the
name is kept by the app that set the poll up, in rows that can be erased. That app registers, when
Django starts, a function that finds the names of the options of any number of polls at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from governance.voting.models import Poll


@dataclass(frozen=True, slots=True)
class Named:
    """What stands on the ballot for a person: ``text`` is what they say for themselves."""

    label: str
    text: str = ""


Find = Callable[[Sequence["Poll"]], Mapping[UUID, Mapping[str, Named]]]

_finders: list[Find] = []


def register(find: Find) -> None:
    """Ask ``find`` for the names of persons too. Again changes nothing."""
    if find not in _finders:
        _finders.append(find)


def names_of(polls: Sequence[Poll]) -> dict[UUID, dict[str, Named]]:
    """The persons among the options of each poll, by option; nobody who was erased."""
    found: dict[UUID, dict[str, Named]] = {poll.pk: {} for poll in polls}
    for find in _finders:
        for poll, named in find(polls).items():
            found[poll].update(named)
    return found


def name_persons(polls: Sequence[Poll]) -> None:
    """Give each poll of a list its ``names``: one query for all of them, none without persons."""
    with_persons = [poll for poll in polls if poll.has_persons]
    if with_persons:
        names = names_of(with_persons)
        for poll in with_persons:
            poll.names = names[poll.pk]
