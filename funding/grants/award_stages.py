"""The life of an award as one table. Pure. A page of the documentation is made from it."""

from __future__ import annotations

from funding.grants.round_stages import Move, Stage

COMMITTED = "committed"
OFFERED = "offered"
AGREED = "agreed"
CLOSED = "closed"
DECLINED = "declined"
TERMINATED = "terminated"

STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(COMMITTED, "The money is set aside. The agreement is being written."),
        Stage(OFFERED, "The agreement is written, and waits to be accepted by both."),
        Stage(AGREED, "Both have accepted the agreement. The work is under way."),
        Stage(CLOSED, "Everything was delivered, paid and reported."),
        Stage(DECLINED, "Its applicant did not take it. The money is back in the fund."),
        Stage(TERMINATED, "Ended before its time. What was not paid is back in the fund."),
    )
}

MOVES: tuple[Move, ...] = (
    Move("offer", COMMITTED, OFFERED, "a steward without a conflict", "With the agreement's text."),
    Move(
        "offer",
        OFFERED,
        OFFERED,
        "a steward without a conflict",
        "With another text; what was accepted of the one before counts no longer.",
    ),
    Move("agree", OFFERED, AGREED, "the applicant and a steward", "Once both accepted one text."),
    Move("decline", COMMITTED, DECLINED, "the applicant", "Before both have accepted."),
    Move("decline", OFFERED, DECLINED, "the applicant", "Before both have accepted."),
    Move("close", AGREED, CLOSED, "a program", "Once every milestone is paid."),
    Move(
        "terminate",
        AGREED,
        TERMINATED,
        "two people without a conflict",
        "For a reason that is public, while no payment is on its way.",
    ),
)

# What still binds money.
LIVE = (COMMITTED, OFFERED, AGREED)
# What was given, for the public: everything but what its applicant did not take.
GIVEN = (COMMITTED, OFFERED, AGREED, CLOSED, TERMINATED)


def sources_of(name: str) -> list[str]:
    """Every stage that the move of this name leads out of."""
    return [move.source for move in MOVES if move.name == name]
