"""Kinds of proposals: a registry, so that an app above can bring a kind of its own.

An app registers its kinds in a module ``proposal_kinds.py``, which is read when Django starts. A
kind says how its words are written down, when they can be voted on, and what follows when members
adopt them; and which form, serializer and templates show them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.proposals.decision_rules import DecisionRule
from governance.proposals.models import Proposal, Wording
from governance.terms.models import Revision
from governance.voting.rule import ABSTAIN, NO, YES, YES_NO, Option, text_sha256
from kernel.refusal import Refused
from members.models import Author, Person

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise
    from rest_framework.serializers import Serializer


@dataclass(frozen=True, slots=True)
class ResolutionText:
    """What members would resolve; ``restores`` is what it shows again that a steward hid, by id."""

    text: str
    restores: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PollPlan:
    """What a kind puts on the ballot, and how it is counted. Quorum and majority are the rule's."""

    method: str
    options: Sequence[Option]
    seats: int = 1
    default: str = ""


class MakePoll(Protocol):
    def __call__(self, *, proposal: Proposal) -> PollPlan:
        """The ballot of a frozen text."""


class Demand(Protocol):
    def __call__(self, *, proposal: Proposal, rule: DecisionRule) -> DecisionRule:
        """The rule it keeps, with what this very text asks for besides."""


class Concerned(Protocol):
    def __call__(self, *, proposal: Proposal) -> Iterable[Person]:
        """Whose own cause it is, besides its authors' and sponsors'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """Something that followed from an adopted text: said, where it is, and what proves it."""

    sentence: StrOrPromise
    at: datetime
    url: str = ""
    record_hash: str = ""


class Consequences(Protocol):
    def __call__(self, *, proposal: Proposal) -> Sequence[Consequence]:
        """What followed from an adopted text, in the order of time."""


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


STAYS_DONE = gettext_lazy(
    "What was done stays done; from then on it stands on no decision of members, and any member "
    "can propose to change it."
)


def yes_no(*, proposal: Proposal) -> PollPlan:
    """Adopt it, leave things as they are, or abstain."""
    return PollPlan(
        method=YES_NO,
        options=[
            Option(YES, _("Yes, adopt it"), proposal.wording.sha256),
            Option(NO, _("No, leave things as they are"), text_sha256("no")),
            Option(ABSTAIN, _("Abstain"), text_sha256("abstain")),
        ],
    )


def as_the_rule_says(*, proposal: Proposal, rule: DecisionRule) -> DecisionRule:
    return rule


def nobody_else(*, proposal: Proposal) -> Iterable[Person]:
    return []


def nothing_more(*, proposal: Proposal) -> Sequence[Consequence]:
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of proposal.

    ``serializer`` has a method ``content()`` as ``editor`` has. ``own_title`` is the title that the
    content has by itself, where it has one: nobody is asked for another. An idea may begin without
    its text where it ``begins_as_sentence``; members may put other texts beside its own where it is
    ``amendable``. ``head_template`` and
    ``scripts_template`` are what the editor needs once in its page. ``content_help`` says what the
    API takes as its content.

    ``poll`` makes the ballot, by ``method``: yes or no where a kind says nothing else, and a choice
    among texts where amendments compete with that. ``demand`` may ask for more than the rule does.
    ``elects`` is the role that an election fills. What the founding adopted and members do not
    ratify is undone by ``undo``; ``if_it_lapses`` says how. ``by_program``: nobody proposes it.
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
    begins_as_sentence: bool = False
    amendable: bool = False
    head_template: str = ""
    scripts_template: str = ""
    content_help: str = ""
    poll: MakePoll = yes_no
    method: str = YES_NO
    demand: Demand = as_the_rule_says
    concerned: Concerned = nobody_else
    consequences: Consequences = nothing_more
    undo: Effect | None = None
    if_it_lapses: StrOrPromise = STAYS_DONE
    elects: str = ""
    by_program: bool = False


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


def proposable() -> tuple[Kind, ...]:
    """The kinds that members can propose."""
    return tuple(kind for kind in registered() if not kind.by_program)


def get(name: str) -> Kind:
    """The kind of this name. Raises ``Refused`` ("unknown-kind")."""
    try:
        return _registry[name]
    except KeyError:
        known = ", ".join(_registry)
        raise Refused(
            "unknown-kind", _("There is no such kind of proposal. There are: %s.") % known
        ) from None
