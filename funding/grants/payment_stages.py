"""The life of a payment to a project as one table. Pure. A page of the documentation is made of it.

Paid is the end: nothing leads out of it. What was paid wrongly is undone by a reversal, which is an
entry of its own in the books; then the milestone can be paid anew.
"""

from __future__ import annotations

from funding.grants.round_stages import Move, Stage

REQUESTED = "requested"
APPROVED = "approved"
SENT = "sent"
PAID = "paid"
CANCELLED = "cancelled"

# How many people have to approve a payment, none of whom prepared it.
APPROVALS = 2

STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(REQUESTED, "Prepared, and waits for two people to approve it."),
        Stage(APPROVED, "Two people approved exactly this. It can be sent to the bank."),
        Stage(SENT, "Given to the bank. It waits for the statement that shows it."),
        Stage(PAID, "A statement of the bank shows it, and the books say so."),
        Stage(CANCELLED, "Taken back before it was sent. Nothing happened."),
    )
}

MOVES: tuple[Move, ...] = (
    Move(
        "approve",
        REQUESTED,
        REQUESTED,
        "a steward who did not prepare it, the first",
        "With a sanctions check that is not too old.",
    ),
    Move(
        "approve",
        REQUESTED,
        APPROVED,
        "a steward who did not prepare it, the second",
        "With a sanctions check that is not too old.",
    ),
    Move("change", REQUESTED, REQUESTED, "who may prepare", "Approvals count no longer."),
    Move("change", APPROVED, REQUESTED, "who may prepare", "Approvals count no longer."),
    Move("void", REQUESTED, REQUESTED, "a program", "When the payee names another account."),
    Move("void", APPROVED, REQUESTED, "a program", "When the payee names another account."),
    Move("cancel", REQUESTED, CANCELLED, "who may prepare", "At any time until it is sent."),
    Move("cancel", APPROVED, CANCELLED, "who may prepare", "At any time until it is sent."),
    Move(
        "send",
        APPROVED,
        SENT,
        "somebody who did not approve it",
        "With a bank file, or by hand with the bank's reference.",
    ),
    Move("pay", SENT, PAID, "a program", "When a statement of the bank shows it."),
    Move("fail", SENT, REQUESTED, "who may prepare", "When the bank did not take it."),
)

# At most one of these for each milestone.
LIVE = (REQUESTED, APPROVED, SENT)


def sources_of(name: str) -> list[str]:
    """Every stage that the move of this name leads out of."""
    return sorted({move.source for move in MOVES if move.name == name})
