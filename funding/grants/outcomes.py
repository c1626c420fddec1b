"""What the members' vote decided of each project, read from the count of Equal Shares. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from funding.grants.application_stages import AWARDED, NOT_CHOSEN, RESERVE

# Why a project has the outcome that it has.
PAID_FOR = "paid-for"
NOT_ENOUGH_LEFT = "not-enough-left"
NO_SUPPORT = "no-support"
NO_QUORUM = "no-quorum"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of ``project`` (an option's id), and the figures that say why.

    ``rank`` is its place among those next in line, where it is one of them. Amounts are whole minor
    units, what is beyond them cut off.
    """

    project: str
    outcome: str
    why: str
    rank: int | None = None
    supporters: int = 0
    payment: int = 0
    left: int = 0


def read(result: Mapping[str, Any], projects: Iterable[str]) -> tuple[Outcome, ...]:
    """The outcome of each of ``projects``, in the order in which they are given.

    Raises ``ValueError`` where the count does not speak of one of them.
    """
    if result["outcome"] == "no_quorum":
        return tuple(Outcome(project, NOT_CHOSEN, NO_QUORUM) for project in projects)
    found = {row["project"]: _bought(row) for row in result["rounds"]}
    rank = 0
    for row in result["notFunded"]:
        if row["supporters"]:
            rank += 1
            found[row["project"]] = Outcome(
                row["project"],
                RESERVE,
                NOT_ENOUGH_LEFT,
                rank=rank,
                supporters=row["supporters"],
                left=_whole(row["supportersHadLeft"]),
            )
        else:
            found[row["project"]] = Outcome(row["project"], NOT_CHOSEN, NO_SUPPORT)
    asked = list(projects)
    if missing := [project for project in asked if project not in found]:
        raise ValueError(f"the count does not speak of {missing}")
    return tuple(found[project] for project in asked)


def next_in_line(asks: Mapping[int, int], *, free: int) -> int | None:
    """The rank of who gets what came free, or None: the first in line whose ask it suffices for.

    ``asks`` is what each still in line asks for by its rank, ``free`` what came free, in minor
    units. Whoever asks for more stays in line.
    """
    return next((rank for rank, ask in sorted(asks.items()) if ask <= free), None)


def _bought(row: Mapping[str, Any]) -> Outcome:
    return Outcome(
        row["project"],
        AWARDED,
        PAID_FOR,
        supporters=row["supporters"],
        payment=_whole(row["payment"]),
    )


def _whole(decimals: str) -> int:
    return int(decimals.partition(".")[0])
