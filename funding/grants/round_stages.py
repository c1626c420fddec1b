"""The life of a grant round as one table. Pure. A page of the documentation is made from it."""

from __future__ import annotations

from dataclasses import dataclass

ANNOUNCED = "announced"
OPEN = "open"
REVIEWING = "reviewing"
VOTING = "voting"
DECIDING = "deciding"
DECIDED = "decided"


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
        Stage(ANNOUNCED, "Members adopted it. Applications are not taken yet."),
        Stage(OPEN, "Applications are taken."),
        Stage(REVIEWING, "The call is over. Applications are screened, reviewed and shortlisted."),
        Stage(VOTING, "Members choose among the shortlisted projects."),
        Stage(DECIDING, "The vote is counted. People without a conflict confirm what it decided."),
        Stage(DECIDED, "Every project on the ballot has its answer."),
    )
}

MOVES: tuple[Move, ...] = (
    Move("open", ANNOUNCED, OPEN, "the clock", "When the time for applications begins."),
    Move("end_call", OPEN, REVIEWING, "the clock", "When the time for applications is over."),
    Move(
        "put_to_vote",
        REVIEWING,
        VOTING,
        "a steward, or who deputises",
        "Once every application has its answer and a project is on the shortlist.",
    ),
    Move(
        "end_without_vote",
        REVIEWING,
        DECIDED,
        "a steward, or who deputises",
        "Once every application has its answer and no project is on the shortlist.",
    ),
    Move("count", VOTING, DECIDING, "a program", "Once the vote is counted."),
    Move("vote_again", VOTING, REVIEWING, "a program", "When the vote was cancelled for a fault."),
    Move(
        "decide",
        DECIDING,
        DECIDED,
        "a program",
        "Once enough people without a conflict have confirmed each decision.",
    ),
)


def source_of(name: str) -> str:
    """The one stage that the move of this name leads out of."""
    (move,) = (move for move in MOVES if move.name == name)
    return move.source


def target_of(name: str) -> str:
    """The stage that the move of this name leads to."""
    (move,) = (move for move in MOVES if move.name == name)
    return move.target
