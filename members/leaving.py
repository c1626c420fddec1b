"""Leaving: what each app knows about somebody, and what becomes of it when they go. A registry.

An app registers its :class:`Part` in its ``AppConfig.ready()``. From the parts come the export of
everything held about a person, the duties that are still open, the steps of leaving, and the public
page that says what stays.

Leaving has two steps. When somebody asks, every part names its open duties (any stops it), and then
every part ``prepare``s in one transaction: what must happen first, such as the end of a
subscription, is queued there. A sweep finishes once every part is ``ready``: each part erases what
names the person, in one transaction. Both may be called again after a crash, so a part that finds
nothing left to do does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from members.models import Author, Person


class Step(Protocol):
    """Something done to what a part holds about ``person``, in the caller's transaction."""

    def __call__(self, *, person: Person, by: Author, at: datetime) -> None: ...


def _no_duties(person: Person, at: datetime) -> list[str]:
    return []


def _nothing_to_do(*, person: Person, by: Author, at: datetime) -> None:
    """A part that has nothing to do here."""


def _ready(person: Person) -> bool:
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What one app holds about people.

    ``export`` answers everything it holds about a person as JSON values; ``schema`` is the JSON
    Schema of that. ``duties`` are sentences that each say what is open and what to do about it.
    ``stays`` says, for everybody to read, what stays when somebody has left, and why.
    """

    name: str
    label: StrOrPromise
    export: Callable[[Person], Any]
    stays: StrOrPromise
    schema: Mapping[str, Any] = field(default_factory=dict)
    duties: Callable[[Person, datetime], list[str]] = _no_duties
    prepare: Step = _nothing_to_do
    ready: Callable[[Person], bool] = _ready
    erase: Step = _nothing_to_do


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Add an app's part. Raises ``ValueError`` where another part has its name."""
    if _parts.get(part.name, part) != part:
        raise ValueError(f"two parts of leaving are called {part.name}")
    _parts[part.name] = part


def parts() -> tuple[Part, ...]:
    """Every part, by name; that of ``members`` last, so that the others still know who leaves."""
    return tuple(sorted(_parts.values(), key=lambda part: (part.name == "members", part.name)))


def duties(person: Person, at: datetime) -> list[str]:
    """What is still open for ``person`` at ``at``, as sentences; nobody leaves while any is."""
    return [duty for part in parts() for duty in part.duties(person, at)]
