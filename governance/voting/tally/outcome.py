"""What every count gives: who won, and step by step why. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from governance.voting.tally.ties import Tie

ELECTED = "elected"
# The default option won: none of the others carried.
DEFAULT = "default"
NO_QUORUM = "no_quorum"
# Nobody expressed a preference, or no option met what it had to meet.
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Count:
    """A result with its explanation, as a page can draw it and the record can keep it.

    ``winners`` stand in order. ``rounds`` are the steps of the count, ``figures`` what else the
    method has to show (a pairwise matrix, a quota, who paid for what); both are JSON values.
    Amounts that are not whole are strings of decimals, cut off and never rounded up.
    """

    method: str
    outcome: str
    winners: tuple[str, ...]
    rounds: list[dict[str, Any]]
    ties: tuple[Tie, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "outcome": self.outcome,
            "winners": list(self.winners),
            "rounds": self.rounds,
            "ties": [tie.as_json() for tie in self.ties],
            **self.figures,
        }


def decimals(value: Fraction | int, places: int) -> str:
    """``value``, which is not negative, with so many decimals; what is beyond them is cut off."""
    scale = 10**places
    units = value.numerator * scale // value.denominator
    whole, rest = divmod(units, scale)
    return f"{whole}.{rest:0{places}}" if places else str(whole)
