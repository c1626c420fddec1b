"""Where an amendment stands: one table of moves. Pure: no Django, no clock."""

from __future__ import annotations

OPEN = "open"
LEFT = "left"
ACCEPTED = "accepted"
WITHDRAWN = "withdrawn"
OPTION = "option"
CLOSED = "closed"

STATES: dict[str, str] = {
    OPEN: "It waits for what the author says, and for sponsors.",
    LEFT: "The author leaves it to the vote; with enough sponsors it stands on the ballot.",
    ACCEPTED: "The author took it into the text.",
    WITHDRAWN: "Whoever proposed it took it back, or put another in its place.",
    OPTION: "It had enough sponsors and is an option of the vote.",
    CLOSED: "Discussion ended, and it had too few sponsors to stand on the ballot.",
}
MOVES: tuple[tuple[str, str], ...] = (
    (OPEN, LEFT),
    (OPEN, ACCEPTED),
    (OPEN, WITHDRAWN),
    (OPEN, OPTION),
    (OPEN, CLOSED),
    (LEFT, ACCEPTED),
    (LEFT, WITHDRAWN),
    (LEFT, OPTION),
    (LEFT, CLOSED),
)
# The author may still take it, its sponsors may come and go.
UNDECIDED = frozenset({OPEN, LEFT})


def sources(target: str) -> frozenset[str]:
    """From where an amendment can come to ``target``."""
    return frozenset(source for source, to in MOVES if to == target)
