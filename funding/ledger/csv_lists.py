"""The lists that a treasurer can take away as CSV: a registry. Pure.

Each is rows of plain values, the first of which names the columns. No list names a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Rows = Iterator[Sequence[object]]


@dataclass(frozen=True, slots=True)
class CsvList:
    """``name`` is in its address; ``label`` says what it is."""

    name: str
    label: StrOrPromise
    rows: Callable[[], Rows]


_registry: dict[str, CsvList] = {}


def register(name: str, label: StrOrPromise, rows: Callable[[], Rows]) -> None:
    """Add a list. Raises ``ValueError`` for a name that is taken."""
    if name in _registry:
        raise ValueError(f"two lists are called {name}")
    _registry[name] = CsvList(name, label, rows)


def registered() -> tuple[CsvList, ...]:
    """Every list, in the order of their registration."""
    return tuple(_registry.values())


def find(name: str) -> CsvList | None:
    return _registry.get(name)
