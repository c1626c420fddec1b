"""What may become of a nomination, as one table. Pure. All of it while an election is discussed."""

from __future__ import annotations

from governance.proposals.stages import Move, Stage

ASKED = "asked"
STANDING = "standing"
DECLINED = "declined"
WITHDRAWN = "withdrawn"

_WHILE = "While the election is discussed."
STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(ASKED, "Somebody nominated a member, who alone knows of it until they answer."),
        Stage(STANDING, "The nominee stands, with a statement and their declared interests."),
        Stage(DECLINED, "The nominee said no."),
        Stage(WITHDRAWN, "The candidate stepped back before nominations closed."),
    )
}
MOVES: tuple[Move, ...] = (
    Move("stand", ASKED, STANDING, "the nominee", _WHILE),
    Move("decline", ASKED, DECLINED, "the nominee", _WHILE),
    Move("step_back", STANDING, WITHDRAWN, "the nominee", _WHILE),
    Move("stand", STANDING, STANDING, "the nominee", "To change the statement, until it is final."),
    Move("stand", DECLINED, STANDING, "the nominee", _WHILE),
    Move("stand", WITHDRAWN, STANDING, "the nominee", _WHILE),
)


def sources(name: str) -> list[str]:
    """The stages that the move ``name`` leads from."""
    return [move.source for move in MOVES if move.name == name]
