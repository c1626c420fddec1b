"""The life of a refund as one table. Pure. A page of the documentation is generated from it."""

from __future__ import annotations

from funding.dues.stages import Move, Stage

PROPOSED = "proposed"
DUE = "due"
SENT = "sent"
RETURNED = "returned"
FAILED = "failed"
WITHDRAWN = "withdrawn"

STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(PROPOSED, "A steward proposed it; it is large enough to need a second one."),
        Stage(DUE, "It is decided; Stripe has not been told yet."),
        Stage(SENT, "Stripe knows of it; the money is not on its way yet."),
        Stage(RETURNED, "The money has left for the card, and the books say so."),
        Stage(FAILED, "Stripe or the bank refused it. The money is with us."),
        Stage(WITHDRAWN, "A steward took the proposal back. Nothing happened."),
    )
}

# What counts against the payment: what was returned, or still may be.
COUNTING = (PROPOSED, DUE, SENT, RETURNED)

MOVES: tuple[Move, ...] = (
    Move("approve", PROPOSED, DUE, "another steward", "Whoever proposed it cannot."),
    Move("withdraw", PROPOSED, WITHDRAWN, "a steward", "Before another steward has approved it."),
    Move("send", DUE, SENT, "the program", "When Stripe has taken it and not finished it yet."),
    Move("return", DUE, RETURNED, "the program", "When Stripe's balance shows it."),
    Move("return", SENT, RETURNED, "the program", "When Stripe's balance shows it."),
    Move("fail", DUE, FAILED, "the program", "When Stripe refuses it."),
    Move("fail", SENT, FAILED, "the program", "When Stripe says that it failed."),
    Move("fail", RETURNED, FAILED, "the program", "When the bank sends the money back to us."),
)


def sources_of(target: str) -> frozenset[str]:
    """Every stage from which ``target`` can be reached in one move."""
    return frozenset(move.source for move in MOVES if move.target == target)
