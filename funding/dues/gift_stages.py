"""The life of a gift as one table. Pure. A page of the documentation is generated from it."""

from __future__ import annotations

from funding.dues.stages import Move, Stage

PREPARED = "prepared"
OFFERED = "offered"
ACCEPTED = "accepted"
RETURNED = "returned"
PASSED_ON = "passed_on"

STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(PREPARED, "Somebody wants to give it and has not paid yet."),
        Stage(OFFERED, "It is paid, and the person it is for has been written to."),
        Stage(ACCEPTED, "The person it is for has accepted: its days are theirs."),
        Stage(RETURNED, "It was not accepted; the money goes back to who gave it."),
        Stage(PASSED_ON, "It was not accepted; the money is in the pay-it-forward pot."),
    )
}

_TO_THE_GIVER = "Where the giver chose that the money comes back."
_TO_THE_POT = "Where the giver chose that the money goes to the pot."

MOVES: tuple[Move, ...] = (
    Move("offer", PREPARED, OFFERED, "the program", "When Stripe says that it is paid."),
    Move("accept", OFFERED, ACCEPTED, "the recipient", "Until the offer ends."),
    Move("decline", OFFERED, RETURNED, "the recipient", _TO_THE_GIVER),
    Move("decline", OFFERED, PASSED_ON, "the recipient", _TO_THE_POT),
    Move("lapse", OFFERED, RETURNED, "the program", f"When the offer has ended. {_TO_THE_GIVER}"),
    Move("lapse", OFFERED, PASSED_ON, "the program", f"When the offer has ended. {_TO_THE_POT}"),
    Move("take back", OFFERED, RETURNED, "the giver", "While it is not accepted."),
)


def sources_of(target: str) -> frozenset[str]:
    """Every stage from which ``target`` can be reached in one move."""
    return frozenset(move.source for move in MOVES if move.target == target)
