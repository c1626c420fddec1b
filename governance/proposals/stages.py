"""The stages of a proposal: one table of allowed moves. Pure: no Django, no clock.

Whatever is not in :data:`MOVES` cannot happen: actions look their move up here, and a trigger made
from the same table refuses anything else in the database.
"""

from __future__ import annotations

from dataclasses import dataclass

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
        Stage(IDEA, "A text looks for sponsors; its author may still change it."),
        Stage(
            DISCUSSION,
            "Enough sponsors stand behind it; members discuss it and it may change. In an election "
            "they nominate each other.",
        ),
        Stage(FINAL, "The text is frozen, so that everybody can read what will be voted on."),
        Stage(VOTING, "Members vote in a poll of its own."),
        Stage(ADOPTED, "The members adopted it, and what it asked for was carried out."),
        Stage(REJECTED, "The members voted, and it did not reach the majority."),
        Stage(NO_QUORUM, "Fewer members voted in favour than the rule asks for."),
        Stage(WITHDRAWN, "Its author took it back before it was discussed."),
        Stage(LAPSED, "Too few sponsors stood behind its text in time, or too few stood."),
    )
}

# Only an idea can be withdrawn. Once enough others stand behind a text it is no longer its author's
# alone: one person could otherwise take from the vote what a group has asked for. Sponsors who
# change their mind withdraw their own support.
MOVES: tuple[Move, ...] = (
    Move(
        "begin_discussion",
        IDEA,
        DISCUSSION,
        "the program",
        "As soon as enough sponsors stand behind the exact text.",
    ),
    Move(
        "withdraw",
        IDEA,
        WITHDRAWN,
        "the author",
        "At any time before discussion begins.",
    ),
    Move(
        "lapse",
        IDEA,
        LAPSED,
        "the program",
        "When too few sponsors were found in time.",
    ),
    Move(
        "freeze",
        DISCUSSION,
        FINAL,
        "the program",
        "When the discussion's time is over and enough sponsors stand behind the text as it is; in "
        "an election, when at least as many stand as are elected.",
    ),
    Move(
        "reopen_nominations",
        DISCUSSION,
        DISCUSSION,
        "the program",
        "When an election's discussion is over and too few stand: nominations go on as long again, "
        "three times at most.",
    ),
    Move(
        "lapse",
        DISCUSSION,
        LAPSED,
        "the program",
        "When the text changed and too few sponsors confirmed it in time, or too few stand.",
    ),
    Move(
        "open_vote",
        FINAL,
        VOTING,
        "the program",
        "When the frozen text has stood for as long as the rule asks.",
    ),
    Move(
        "vote_again",
        VOTING,
        VOTING,
        "the program",
        "When two scrutineers cancelled the vote for a fault: the same text, in a new poll.",
    ),
    Move(
        "adopt",
        VOTING,
        ADOPTED,
        "the members",
        "When the vote has closed with quorum and majority; the outcome is carried out at once.",
    ),
    Move(
        "reject",
        VOTING,
        REJECTED,
        "the members",
        "When the vote has closed without the majority.",
    ),
    Move(
        "miss_quorum",
        VOTING,
        NO_QUORUM,
        "the members",
        "When the vote has closed with too few votes in favour for the quorum.",
    ),
)

# The text may change, and sponsors may come and go.
TEXT_OPEN = frozenset({IDEA, DISCUSSION})
# Nothing moves any more.
FINISHED = frozenset(STAGES) - {move.source for move in MOVES}
# Where a vote has been decided.
DECIDED = frozenset({ADOPTED, REJECTED, NO_QUORUM})
# People talk about it.
COMMENTS_OPEN = frozenset(STAGES) - FINISHED

_TARGETS = {(move.name, move.source): move.target for move in MOVES}


class NoSuchMove(ValueError):
    """The table has no such move from this stage."""


def target(name: str, source: str) -> str:
    """Where the move ``name`` leads from ``source``. Raises ``NoSuchMove`` if there is none."""
    try:
        return _TARGETS[name, source]
    except KeyError:
        raise NoSuchMove(f"no move {name!r} from {source!r}") from None
