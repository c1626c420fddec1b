"""The life of a poll as one table. Pure. A page of the documentation is generated from it.

``STAGES`` says what each stage means; ``MOVES`` is every move there is, who makes it and when.
"""

from __future__ import annotations

from dataclasses import dataclass

SCHEDULED = "scheduled"
OPEN = "open"
CLOSING = "closing"
CLOSED = "closed"
CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage by name, with one sentence that says what it means."""

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
        Stage(SCHEDULED, "Text, rule and window are set; nobody can vote yet."),
        Stage(OPEN, "Manifest and roll are frozen; members on the roll take and cast ballots."),
        Stage(CLOSING, "No ballot is taken any more; the last ones are committed and counted."),
        Stage(CLOSED, "Ballots and result are published, and never change."),
        Stage(
            CANCELLED,
            "It was called off before it opened, or cancelled for a fault: nothing was counted.",
        ),
    )
}

MOVES: tuple[Move, ...] = (
    Move(
        "open",
        SCHEDULED,
        OPEN,
        "the program",
        "When its window begins. Were the program down for the whole window, it opens as soon as "
        "the program is back, for as long as was planned.",
    ),
    Move(
        "cancel",
        SCHEDULED,
        CANCELLED,
        "whoever scheduled it",
        "Before it opens, when what it asks about was withdrawn.",
    ),
    Move(
        "cancel for a fault",
        OPEN,
        CANCELLED,
        "two scrutineers",
        "One names the fault, another confirms it, both within the window and neither concerned. "
        "No ballot is published, and the same text is voted on again.",
    ),
    Move(
        "begin to close",
        OPEN,
        CLOSING,
        "the program",
        "When its window has ended. Ballots are refused from the end of the window on, even if the "
        "program is late.",
    ),
    Move(
        "close",
        CLOSING,
        CLOSED,
        "the program",
        "When every ballot is committed, the ballots are published and the count is recorded.",
    ),
)


def allows(source: str, target: str) -> bool:
    """Whether a poll may go from ``source`` to ``target`` in one move."""
    return any(move.source == source and move.target == target for move in MOVES)
