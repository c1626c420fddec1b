"""The life of a milestone as one table. Pure. A page of the documentation is made from it."""

from __future__ import annotations

from funding.grants.round_stages import Move, Stage

PLANNED = "planned"
SUBMITTED = "submitted"
SENT_BACK = "sent_back"
ACCEPTED = "accepted"
PAID = "paid"
DROPPED = "dropped"

STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(PLANNED, "Agreed, and not delivered yet."),
        Stage(SUBMITTED, "The project says that it is done, and shows it."),
        Stage(SENT_BACK, "What was shown was not enough; the project was told what is missing."),
        Stage(ACCEPTED, "What was shown meets the criteria. It can be paid."),
        Stage(PAID, "The bank says that the money has gone out."),
        Stage(DROPPED, "The award ended before it was paid."),
    )
}

_STEWARD = "a steward without a conflict"

MOVES: tuple[Move, ...] = (
    Move("submit", PLANNED, SUBMITTED, "the applicant", "With evidence: a link or a file."),
    Move("submit", SENT_BACK, SUBMITTED, "the applicant", "With what was missing."),
    Move("send_back", SUBMITTED, SENT_BACK, _STEWARD, "With what is missing."),
    Move("accept", SUBMITTED, ACCEPTED, _STEWARD, "With reasons, against the criteria."),
    Move("accept", PLANNED, ACCEPTED, "the agreement", "Where it is paid on award, when agreed."),
    Move("pay", ACCEPTED, PAID, "a program", "When the bank's statement shows the payment."),
    Move("unpay", PAID, ACCEPTED, "two people", "When the payment was reversed."),
    *(
        Move("drop", stage, DROPPED, "two people", "When the award is terminated.")
        for stage in (PLANNED, SUBMITTED, SENT_BACK, ACCEPTED)
    ),
)

# Where criteria and date may still be amended: nothing was accepted yet.
AMENDABLE = (PLANNED, SENT_BACK)
# What the project has still to show, and is reminded of.
OPEN = (PLANNED, SENT_BACK)
# What was shown meets the criteria: its evidence is for everybody from then on.
REACHED = (ACCEPTED, PAID)


def sources_of(name: str) -> list[str]:
    """Every stage that the move of this name leads out of."""
    return [move.source for move in MOVES if move.name == name]
