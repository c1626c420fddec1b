"""Kinds of proposals: a registry, so that an app above can bring a kind of its own.

An app registers its kinds in a module ``proposal_kinds.py``, which is read when Django starts. A
kind says how its words are written down, when they can be voted on, and what follows when members
adopt them; and which form, serializer and templates show them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext as _

from governance.proposals.models import Proposal, Wording
from governance.terms.models import Revision
from kernel.refusal import Refused
from members.models import Author, Person

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise
    from rest_framework.serializers import Serializer


@dataclass(frozen=True, slots=True)
class Words:
    """What is written down of an author's input: JSON, or the revision of a draft term."""

    content: dict[str, Any] = field(default_factory=dict)
    revision: Revision | None = None


class Write(Protocol):
    def __call__(
        self, *, content: Any, proposal: Proposal | None, by: Person, at: datetime
    ) -> Words:
        """Write ``content`` down, for a new proposal (None) or as its next text. May refuse."""


class Check(Protocol):
    def __call__(self, *, proposal: Proposal) -> None:
        """Raise ``Refused`` with what would have to change before this text can be voted on."""


class Subjects(Protocol):
    def __call__(self, *, proposal: Proposal) -> Sequence[str]:
        """What the text would change, where two proposals adopted at once would collide."""


class Freeze(Protocol):
    def __call__(self, *, proposal: Proposal, by: Author, at: datetime) -> None:
        """Settle what the kind keeps elsewhere: from now on it stays as it is."""


class Effect(Protocol):
    def __call__(
        self, *, proposal: Proposal, adoption: dict[str, Any], by: Author, at: datetime
    ) -> None:
        """Carry out what members adopted, in the transaction that says they did.

        ``adoption`` names the poll and its result: poll, method, eligible, cast, result,
        manifestSha256, resultSha256.
        """


class Editor(Protocol):
    """The part of the form that a kind brings: what stands in it, and what it amounts to.

    ``rearranged``: a button changed the form itself, and nothing is to be checked or sent yet.
    """

    rearranged: bool

    def is_valid(self) -> bool: ...

    def content(self) -> Any:
        """What ``Kind.write`` takes. Only after ``is_valid()``."""


class MakeEditor(Protocol):
    def __call__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        wording: Wording | None = None,
        about: str = "",
    ) -> Editor:
        """An editor of what was sent, of a text that stands, or a new one.

        ``about`` names what a new text begins from, in the kind's own way: a term by its slug.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of proposal.

    ``serializer`` has a method ``content()`` as ``editor`` has. ``own_title`` is the title that the
    content has by itself, where it has one: nobody is asked for another. ``head_template`` and
    ``scripts_template`` are what the editor needs once in its page.
    """

    name: str
    label: StrOrPromise
    promise: StrOrPromise
    editor: MakeEditor
    editor_template: str
    text_template: str
    serializer: type[Serializer[Any]]
    write: Write
    check: Check
    subjects: Subjects
    freeze: Freeze
    effect: Effect
    own_title: Callable[[Any], str] | None = None
    head_template: str = ""
    scripts_template: str = ""


_registry: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind. Raises ``ValueError`` for a name that is taken."""
    if kind.name in _registry:
        raise ValueError(f"two kinds of proposal are called {kind.name}")
    _registry[kind.name] = kind
    return kind


def registered() -> tuple[Kind, ...]:
    """Every kind, in the order of their registration."""
    return tuple(_registry.values())


def get(name: str) -> Kind:
    """The kind of this name. Raises ``Refused`` ("unknown-kind")."""
    try:
        return _registry[name]
    except KeyError:
        known = ", ".join(_registry)
        raise Refused(
            "unknown-kind", _("There is no such kind of proposal. There are: %s.") % known
        ) from None
