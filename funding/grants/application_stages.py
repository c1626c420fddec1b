"""The life of an application as one table. Pure. A page of the documentation is made from it."""

from __future__ import annotations

from funding.grants.round_stages import Move, Stage

DRAFT = "draft"
SUBMITTED = "submitted"
SCREENING = "screening"
ASKED_MORE = "asked_more"
INELIGIBLE = "ineligible"
IN_REVIEW = "in_review"
DECLINED = "declined"
SHORTLISTED = "shortlisted"
BALLOTED = "balloted"
AWARDED = "awarded"
RESERVE = "reserve"
NOT_CHOSEN = "not_chosen"
WITHDRAWN = "withdrawn"

STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(DRAFT, "Being written. Nobody but its applicant and team reads it."),
        Stage(SUBMITTED, "Sent. Until the call is over it can still be changed."),
        Stage(SCREENING, "The call is over: we check that the round is open to it."),
        Stage(ASKED_MORE, "We asked the applicant for something that is missing."),
        Stage(INELIGIBLE, "The round is not open to it, for a reason the applicant was told."),
        Stage(IN_REVIEW, "Reviewers read it and score it."),
        Stage(DECLINED, "Not shortlisted, for a reason the applicant alone was told."),
        Stage(SHORTLISTED, "On the shortlist that goes to the members' vote. Named in public."),
        Stage(BALLOTED, "On the ballot."),
        Stage(AWARDED, "Members chose it. Its money is set aside as soon as it has settled."),
        Stage(RESERVE, "Next in line if money comes free."),
        Stage(NOT_CHOSEN, "Members did not choose it."),
        Stage(WITHDRAWN, "Taken back by its applicant."),
    )
}

_OPEN = "While the round takes applications."
_WITHDRAWN = "At any time until it is decided."

MOVES: tuple[Move, ...] = (
    Move("submit", DRAFT, SUBMITTED, "its applicant", _OPEN),
    Move("submit", SUBMITTED, SUBMITTED, "its applicant", "To send a newer version, " + _OPEN),
    Move("begin_screening", SUBMITTED, SCREENING, "the clock", "When the call is over."),
    Move("ask_more", SCREENING, ASKED_MORE, "a steward without a conflict", "With what is asked."),
    Move("answer", ASKED_MORE, SCREENING, "its applicant", "With a newer version."),
    Move("find_eligible", SCREENING, IN_REVIEW, "a steward without a conflict", "With reasons."),
    Move("find_ineligible", SCREENING, INELIGIBLE, "a steward without a conflict", "With reasons."),
    Move(
        "find_ineligible",
        ASKED_MORE,
        INELIGIBLE,
        "a steward without a conflict",
        "With reasons, when what was asked for did not come by its day.",
    ),
    Move(
        "shortlist",
        IN_REVIEW,
        SHORTLISTED,
        "a steward without a conflict",
        "Once enough reviews are in, with reasons.",
    ),
    Move(
        "decline",
        IN_REVIEW,
        DECLINED,
        "a steward without a conflict",
        "Once enough reviews are in, with reasons that the applicant alone is told.",
    ),
    Move(
        "uphold_correction",
        INELIGIBLE,
        SCREENING,
        "a steward without a conflict who did not decide it",
        "When the one correction of fact is right.",
    ),
    Move(
        "uphold_correction",
        DECLINED,
        IN_REVIEW,
        "a steward without a conflict who did not decide it",
        "When the one correction of fact is right.",
    ),
    Move(
        "sponsor",
        DECLINED,
        SHORTLISTED,
        "members",
        "When its applicant asked members in public, and enough of them want it on the ballot.",
    ),
    Move("put_to_vote", SHORTLISTED, BALLOTED, "a steward, or who deputises", "With its round."),
    Move("vote_again", BALLOTED, SHORTLISTED, "a program", "When the vote was cancelled."),
    Move("award", BALLOTED, AWARDED, "a quorum without a conflict", "As the members' vote says."),
    Move("reserve", BALLOTED, RESERVE, "a quorum without a conflict", "As the members' vote says."),
    Move(
        "not_choose",
        BALLOTED,
        NOT_CHOSEN,
        "a quorum without a conflict",
        "As the members' vote says.",
    ),
    Move("promote", RESERVE, AWARDED, "a program", "When enough came free, in the vote's order."),
    Move(
        "end_line",
        RESERVE,
        NOT_CHOSEN,
        "a steward without a conflict",
        "When all awards are agreed and the round's money is closed.",
    ),
    *(
        Move("withdraw", stage, WITHDRAWN, "its applicant", _WITHDRAWN)
        for stage in (DRAFT, SUBMITTED, SCREENING, ASKED_MORE, IN_REVIEW, SHORTLISTED)
    ),
)

# So many people at least decide about a project together.
DECIDE_TOGETHER = 2
# Where its applicant may still change what it says.
EDITABLE = (DRAFT, SUBMITTED, ASKED_MORE)
# What the panel reads: it was sent, and is not somebody's draft.
SENT = tuple(stage for stage in STAGES if stage != DRAFT)
# What has not had its answer yet when the call is over.
UNANSWERED = (SUBMITTED, SCREENING, ASKED_MORE, IN_REVIEW)


def sources_of(name: str) -> list[str]:
    """Every stage that the move of this name leads out of."""
    return [move.source for move in MOVES if move.name == name]


def target_of(name: str, source: str) -> str:
    """Where the move of this name leads from ``source``. Raises ``LookupError`` for nowhere."""
    for move in MOVES:
        if move.name == name and move.source == source:
            return move.target
    raise LookupError(f"{name} does not lead out of {source}")
