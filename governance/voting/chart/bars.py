"""A bar for each choice, with a mark at what was needed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.voting.chart.colours import BLUE, GREEN, GREY, VERMILION, WIDTH

_COLOURS = {"yes": GREEN, "no": VERMILION, "abstain": GREY}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, its length in units of the drawing, and where to mark a number on it, if anywhere."""

    choice: str
    label: str
    count: int
    colour: str
    length: int
    mark: int | None


@dataclass(frozen=True, slots=True)
class ApprovalBar(Bar):
    """What an option was approved by, and what became of it.

    ``short`` says why it is not chosen: "quorum", "majority", "seats" (others had more votes),
    "votes" (it had none), or nothing.
    """

    wins: bool
    short: str


def bars(counts: Mapping[str, int], labels: Mapping[str, str], *, needed: int) -> list[Bar]:
    """Draw ``counts`` in their order; ``needed`` is in sight on the same scale, marked on yes."""
    most = max(*counts.values(), needed, 1)
    return [
        Bar(
            choice=choice,
            label=labels.get(choice, choice),
            count=count,
            colour=_COLOURS[choice],
            length=round(WIDTH * count / most),
            mark=round(WIDTH * needed / most) if choice == "yes" and needed else None,
        )
        for choice, count in counts.items()
    ]


def approval_bars(result: Mapping[str, Any], labels: Mapping[str, str]) -> list[ApprovalBar]:
    """Draw a result of ``approval``, the most votes first, with the quorum marked on each."""
    quorum = result["quorum"]
    most = max(quorum, 1, *(row["votes"] for row in result["rounds"]))
    return [
        ApprovalBar(
            choice=row["candidate"],
            label=labels.get(row["candidate"], row["candidate"]),
            count=row["votes"],
            colour=BLUE if row["wins"] else GREY,
            length=round(WIDTH * row["votes"] / most),
            mark=round(WIDTH * quorum / most) if quorum else None,
            wins=row["wins"],
            short=_short(row),
        )
        for row in result["rounds"]
    ]


def _short(row: Mapping[str, Any]) -> str:
    if row["wins"]:
        return ""
    if not row["votes"]:
        return "votes"
    if not row["quorumMet"]:
        return "quorum"
    return "seats" if row["majorityMet"] else "majority"
