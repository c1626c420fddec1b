"""What may become of a decision that was taken during the founding, as one table. Pure."""

from __future__ import annotations

from governance.proposals.stages import Move, Stage

PROVISIONAL = "provisional"
RATIFIED = "ratified"
LAPSED = "lapsed"

STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(PROVISIONAL, "It holds; once the founding is over members are asked to ratify it."),
        Stage(RATIFIED, "Members ratified it after the founding: it holds for good."),
        Stage(LAPSED, "Members did not ratify it: what it did was undone as its kind says."),
    )
}
MOVES: tuple[Move, ...] = (
    Move(
        "ratify",
        PROVISIONAL,
        RATIFIED,
        "the members",
        "When the vote on its ratification has closed with quorum and majority.",
    ),
    Move(
        "lapse",
        PROVISIONAL,
        LAPSED,
        "the members",
        "When that vote has closed without them.",
    ),
)
