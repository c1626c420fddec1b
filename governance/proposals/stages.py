"""The stages of a proposal: one table of allowed moves. Pure: no Django, no clock.

Whatever is not in :data:`MOVES` cannot happen: actions look their move up here, and a trigger made
from the same table refuses anything else in the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where a proposal stands. The value is what the database, the API and the record hold."""

    IDEA = "idea"
    DISCUSSION = "discussion"
    FINAL = "final"
    VOTING = "voting"
    ADOPTED = "adopted"
    REJECTED = "rejected"
    NO_QUORUM = "no_quorum"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed move: ``who`` makes it ("the author", "the rule") and in which case."""

    name: str
    source: str
    target: str
    who: str
    when_in_words: str


# Only an idea can be withdrawn. Once enough others stand behind a text it is no longer its author's
# alone: one person could otherwise take from the vote what a group has asked for. Sponsors who
# change their mind withdraw their own support.
MOVES: tuple[Move, ...] = (
    Move(
        "begin_discussion",
        Stage.IDEA,
        Stage.DISCUSSION,
        "the rule",
        "as soon as enough sponsors stand behind the exact text",
    ),
    Move(
        "withdraw",
        Stage.IDEA,
        Stage.WITHDRAWN,
        "the author",
        "at any time before discussion begins",
    ),
    Move(
        "lapse",
        Stage.IDEA,
        Stage.LAPSED,
        "the rule",
        "when too few sponsors were found in time",
    ),
    Move(
        "freeze",
        Stage.DISCUSSION,
        Stage.FINAL,
        "the rule",
        "when the discussion's time is over and enough sponsors stand behind the text as it is",
    ),
    Move(
        "lapse",
        Stage.DISCUSSION,
        Stage.LAPSED,
        "the rule",
        "when the text changed and, after the discussion, too few sponsors confirmed it in time",
    ),
    Move(
        "open_vote",
        Stage.FINAL,
        Stage.VOTING,
        "the rule",
        "when the frozen text has stood for as long as the rule asks",
    ),
    Move(
        "adopt",
        Stage.VOTING,
        Stage.ADOPTED,
        "the members",
        "when the vote has closed with quorum and majority; the outcome is carried out at once",
    ),
    Move(
        "reject",
        Stage.VOTING,
        Stage.REJECTED,
        "the members",
        "when the vote has closed without the majority",
    ),
    Move(
        "miss_quorum",
        Stage.VOTING,
        Stage.NO_QUORUM,
        "the members",
        "when the vote has closed with too few votes in favour for the quorum",
    ),
)

# The text may change, and sponsors may come and go.
TEXT_OPEN = frozenset({Stage.IDEA, Stage.DISCUSSION})
# Nothing moves any more.
FINISHED = frozenset(Stage) - {Stage(move.source) for move in MOVES}
# People talk about it.
COMMENTS_OPEN = frozenset(Stage) - FINISHED

_TARGETS = {(move.name, move.source): move.target for move in MOVES}


class NoSuchMove(ValueError):
    """The table has no such move from this stage."""


def target(name: str, source: str) -> Stage:
    """Where the move ``name`` leads from ``source``. Raises ``NoSuchMove`` if there is none."""
    try:
        return Stage(_TARGETS[name, source])
    except KeyError:
        raise NoSuchMove(f"no move {name!r} from {source!r}") from None
