"""What apps above add to the page of a term: a registry. Pure.

An app registers, in its ``AppConfig.ready()``, a function that answers a template and what it shows
for the term with a slug, for whoever looks (None: nobody we know).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from members.models import Person


@dataclass(frozen=True, slots=True)
class PagePart:
    """A piece of the page: ``stage`` is how far the term has come in the pipeline."""

    template: str
    shows: Mapping[str, Any] = field(default_factory=dict)
    stage: str = "adopted"


Find = Callable[[str, "Person | None", datetime], PagePart]

_finders: dict[str, Find] = {}


def register(name: str, find: Find) -> None:
    """Add a piece. Raises ``ValueError`` where another one has its name."""
    if _finders.get(name, find) is not find:
        raise ValueError(f"two parts of a term's page are called {name}")
    _finders[name] = find


def parts_of(slug: str, person: Person | None, at: datetime) -> list[PagePart]:
    """Every piece for the term ``slug``, in the order of their registration."""
    return [find(slug, person, at) for find in _finders.values()]
