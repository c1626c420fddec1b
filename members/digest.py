"""The weekly digest: a registry of sections, and how they become one mail.

An app above registers, in its ``AppConfig.ready()``, what it has to tell a person about the days
since the last digest. Whoever has nothing to read gets no mail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from members.models import Person

# What a section says: a sentence in the active language, and the path of the page about it.
Line = tuple[str, str]
Gather = Callable[["Person", datetime, datetime], Iterable[Line]]


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the digest and what stands under it: at least one line."""

    heading: str
    lines: tuple[Line, ...]


_sections: dict[str, tuple[StrOrPromise, Gather]] = {}


def register(name: str, heading: StrOrPromise, gather: Gather) -> None:
    """Add a section. ``gather(person, since, until)`` answers its lines, none where nothing is.

    Raises ``ValueError`` where another section has the name.
    """
    if _sections.get(name, (heading, gather))[1] is not gather:
        raise ValueError(f"two sections of the digest are called {name}")
    _sections[name] = (heading, gather)


def compose(person: Person, since: datetime, until: datetime) -> list[Section]:
    """What there is to tell ``person`` about ``since`` to ``until``; nothing where nothing is."""
    gathered = [
        Section(str(heading), tuple(gather(person, since, until)))
        for heading, gather in _sections.values()
    ]
    return [section for section in gathered if section.lines]
