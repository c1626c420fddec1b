"""The kinds of mail we send: a registry, and what people may choose about each.

An app registers its kinds in its ``AppConfig.ready()``. Mail of a kind that is not optional is what
membership itself needs (a receipt, a change of one's account); every other kind can be declined,
with one click from the mail itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mail: ``label`` names it, ``sentence`` says when it comes, to the person.

    ``wanted`` is what holds for whoever has not chosen; a kind that is not optional is wanted.
    """

    name: str
    label: StrOrPromise
    sentence: StrOrPromise
    optional: bool
    wanted: bool = True


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    label: StrOrPromise,
    sentence: StrOrPromise,
    *,
    optional: bool,
    wanted: bool = True,
) -> None:
    """Add a kind of mail. Raises ``ValueError`` for a second of that name, or one that makes no
    sense: not optional and yet unwanted."""
    kind = Kind(name=name, label=label, sentence=sentence, optional=optional, wanted=wanted)
    if not optional and not wanted:
        raise ValueError(f"mail that cannot be declined is wanted: {name}")
    if _kinds.get(name, kind) != kind:
        raise ValueError(f"two kinds of mail are called {name}")
    _kinds[name] = kind


def get(name: str) -> Kind:
    """The kind called ``name``. Raises ``LookupError`` where no app registered it."""
    if name not in _kinds:
        raise LookupError(f"no kind of mail is called {name!r}: register it in AppConfig.ready()")
    return _kinds[name]


def kinds() -> tuple[Kind, ...]:
    """Every kind, in the order of their registration."""
    return tuple(_kinds.values())


def optional_kinds() -> tuple[Kind, ...]:
    """The kinds that people choose about, in the order of their registration."""
    return tuple(kind for kind in _kinds.values() if kind.optional)
