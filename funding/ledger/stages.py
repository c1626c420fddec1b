"""The life of a voucher as one table. Pure. A page of the documentation is generated from it.

A voucher is what the treasurer wants in the books that no program puts there: a bill that was paid,
what there was when the books began. One person prepares it, another one approves it.
"""

from __future__ import annotations

from dataclasses import dataclass

PREPARED = "prepared"
POSTED = "posted"
REJECTED = "rejected"
WITHDRAWN = "withdrawn"


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
        Stage(PREPARED, "Prepared, and waits for another person to approve it."),
        Stage(POSTED, "Approved by another person, and in the books."),
        Stage(REJECTED, "Rejected for a reason. Changing it puts it forward again."),
        Stage(WITHDRAWN, "Taken back by who prepared it. Nothing was posted."),
    )
}

MOVES: tuple[Move, ...] = (
    Move(
        "change",
        PREPARED,
        PREPARED,
        "who prepared it",
        "At any time; an approval of what it said before no longer counts.",
    ),
    Move(
        "approve",
        PREPARED,
        POSTED,
        "a steward who did not prepare it",
        "For exactly what it says now, document included; it is posted with that.",
    ),
    Move("reject", PREPARED, REJECTED, "a steward who did not prepare it", "With a reason."),
    Move("change", REJECTED, PREPARED, "who prepared it", "To put it forward again."),
    Move("withdraw", PREPARED, WITHDRAWN, "who prepared it", "At any time."),
    Move("withdraw", REJECTED, WITHDRAWN, "who prepared it", "At any time."),
)


def sources_of(name: str) -> list[str]:
    """Every stage that the move of this name leads out of."""
    return [move.source for move in MOVES if move.name == name]
