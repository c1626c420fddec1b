"""What must be in order before a month is closed: a registry. Pure.

The books bring their own checks; apps above add theirs (reconciled, no case open) by ``register``
when Django starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the checklist: what was looked at, how it stands, and where to see to it.

    Where ``needed`` is False, the month can be closed all the same.
    """

    label: StrOrPromise
    sentence: StrOrPromise
    good: bool
    needed: bool = True
    url: str = ""


Find = Callable[[date, datetime], Finding]

_registry: dict[str, tuple[int, Find]] = {}


def register(name: str, find: Find, *, place: int) -> None:
    """Add a check: a function of the month's first day and the time. Lower places come first."""
    if name in _registry:
        raise ValueError(f"two checks of months are called {name}")
    _registry[name] = (place, find)


def findings(first: date, at: datetime) -> list[Finding]:
    """Every check of the month that begins on ``first``, in the order of their places."""
    ordered = sorted(_registry.values(), key=lambda placed: placed[0])
    return [find(first, at) for _place, find in ordered]


def stand_in_the_way(found: list[Finding]) -> list[Finding]:
    """Those that must be seen to before the month can be closed."""
    return [finding for finding in found if finding.needed and not finding.good]
