"""What may become of a published version, as one table. Pure. A page of the docs is made from it.

``STAGES`` says what each status means; ``MOVES`` is every move there is, who makes it and when. No
move leads back: a term that members want again is published again, as a new version.
"""

from __future__ import annotations

from dataclasses import dataclass

ACTIVE = "active"
SUPERSEDED = "superseded"
DEPRECATED = "deprecated"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Stage:
    """A status by name, with one sentence that says what it means."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Move:
    """An allowed move from ``source`` to ``target``: who makes it and, in words, when."""

    name: str
    source: str
    target: str
    who: str
    when_in_words: str


STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(ACTIVE, "The version in force, meant for new agreements."),
        Stage(SUPERSEDED, "A newer version has taken its place."),
        Stage(DEPRECATED, "Members advise against it in new agreements."),
        Stage(WITHDRAWN, "Members have taken it back. It stays readable for ever."),
    )
}

_WITHDRAWN_WHEN = (
    "When members decide to take it back, for a public reason. Its bytes and addresses stay."
)
MOVES: tuple[Move, ...] = (
    Move(
        "supersede", ACTIVE, SUPERSEDED, "the program", "When members adopt a newer version of it."
    ),
    Move(
        "deprecate",
        ACTIVE,
        DEPRECATED,
        "the members",
        "When members decide to advise against it, for a public reason. Another term may have its "
        "rules from then on.",
    ),
    Move("withdraw", ACTIVE, WITHDRAWN, "the members", _WITHDRAWN_WHEN),
    Move("withdraw", SUPERSEDED, WITHDRAWN, "the members", _WITHDRAWN_WHEN),
    Move("withdraw", DEPRECATED, WITHDRAWN, "the members", _WITHDRAWN_WHEN),
)


def allows(source: str, target: str) -> bool:
    """Whether a version may go from ``source`` to ``target`` in one move."""
    return any(move.source == source and move.target == target for move in MOVES)
