"""The one desk of those who hold an office: what waits for them, and where it is done. A registry.

An app registers, in its ``AppConfig.ready()``, a :class:`Source`: the kinds of things that wait
there, and a function that finds those that somebody may see at a time, in a number of queries that
does not grow with what waits. What that function does not find for somebody is nowhere on their
desk: not as a row, a count, or as something that a colleague has claimed. A claim says who has
taken something in hand; it opens nothing.

Beside it stand places: pages that an office opens and that are not one thing that waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from members.models import Person

MINE, FREE, ALL = "mine", "free", "all"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits for somebody in office.

    ``key`` is ``kind:name`` and the same for everybody for as long as it waits; ``what`` says it in
    the language that is active; ``url`` is the path of the page where it is done. ``personal`` is
    what nobody else can do for them: it is not claimed.
    """

    key: str
    what: str
    url: str
    since: datetime
    due: datetime | None = None
    personal: bool = False

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]


Find = Callable[["Person", datetime], Iterable[Item]]


@dataclass(frozen=True, slots=True)
class Source:
    """Where things that wait come from: the label of each kind, and how they are found."""

    name: str
    kinds: Mapping[str, StrOrPromise]
    find: Find


@dataclass(frozen=True, slots=True)
class Place:
    """A page that an office opens: its name, what is there, and its path."""

    label: str
    about: str
    url: str


FindPlaces = Callable[["Person", datetime], Iterable[Place]]

_sources: dict[str, Source] = {}
_places: dict[str, FindPlaces] = {}


def register(source: Source) -> None:
    """Ask ``source`` too. Raises ``ValueError`` where its name or a kind of its is taken."""
    known = _sources.get(source.name)
    if known is not None and known != source:
        raise ValueError(f"two sources of the desk are called {source.name}")
    taken = {kind for other in _sources.values() if other != source for kind in other.kinds}
    if both := taken & set(source.kinds):
        raise ValueError(f"two kinds on the desk are called {min(both)}")
    _sources[source.name] = source


def register_places(name: str, find: FindPlaces) -> None:
    """Show what ``find`` finds too. Raises ``ValueError`` where another finder has the name."""
    if _places.get(name, find) is not find:
        raise ValueError(f"two finders of places are called {name}")
    _places[name] = find


def kinds() -> dict[str, StrOrPromise]:
    """Every kind of thing that can wait, by name."""
    return {kind: label for source in _sources.values() for kind, label in source.kinds.items()}


def gather(person: Person, at: datetime) -> list[Item]:
    """Everything that waits and that ``person`` may see, in no order."""
    return [item for source in _sources.values() for item in source.find(person, at)]


def find_one(key: str, person: Person, at: datetime) -> Item | None:
    """What is called ``key``, if it waits and ``person`` may see it; asks its own source alone."""
    kind = key.partition(":")[0]
    for source in _sources.values():
        if kind in source.kinds:
            return next((item for item in source.find(person, at) if item.key == key), None)
    return None


def places(person: Person, at: datetime) -> list[Place]:
    """The pages that the offices of ``person`` open, in the order of their registration."""
    return [place for find in _places.values() for place in find(person, at)]


def holder(
    claimed_by: UUID,
    *,
    here: Callable[[UUID], bool],
    away: Mapping[UUID, UUID | None],
    sees: Callable[[UUID], bool],
) -> UUID | None:
    """Who has in hand what ``claimed_by`` claimed; None where it is free again.

    ``here``: whether somebody holds an office. ``away``: who is away, and who stands in for them.
    ``sees``: whether a stand-in may see the thing; what they may not see does not go to them.
    """
    if not here(claimed_by):
        return None
    if claimed_by not in away:
        return claimed_by
    stand_in = away[claimed_by]
    if stand_in is None or stand_in in away or not here(stand_in) or not sees(stand_in):
        return None
    return stand_in


@dataclass(frozen=True, slots=True)
class Row:
    """One row of somebody's desk: the thing, and who has it in hand, by number and name.

    ``claimed_by`` is who claimed it, whether or not they have it now; ``instead_of`` the name of
    the one for whom a stand-in has it.
    """

    item: Item
    claimed_by: UUID | None
    holder: UUID | None
    holder_name: str
    instead_of: str
    mine: bool
    overdue: bool

    @property
    def free(self) -> bool:
        return self.holder is None and not self.item.personal

    @property
    def place(self) -> tuple[bool, str, str, str]:
        """Where it stands in the list: what is due first is first, then what waits longest."""
        due = self.item.due
        return (due is None, _text(due or self.item.since), _text(self.item.since), self.item.key)


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the desk somebody wants to see."""

    kind: str = ""
    whose: str = ALL
    overdue: bool = False

    def fits(self, row: Row) -> bool:
        if self.kind and row.item.kind != self.kind:
            return False
        if self.overdue and not row.overdue:
            return False
        if self.whose == MINE:
            return row.mine
        return row.free if self.whose == FREE else True


def _text(when: datetime) -> str:
    """A time as text that sorts as times do: all of ours are UTC."""
    return when.isoformat(timespec="microseconds")
