"""A result of Schulze's method: every duel, who beats whom, and why the first is first. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from governance.voting.chart.colours import WIDTH

# A table of more options than this is no longer read: there, the duels of the first stand alone.
WIDEST = 16
WON, LOST, EVEN = "won", "lost", "even"


@dataclass(frozen=True, slots=True)
class Duel:
    """One option against another: how many prefer the one, the other, and neither."""

    label: str
    other: str
    ahead: int
    behind: int
    neither: int
    ahead_length: int
    behind_length: int

    @property
    def ended(self) -> str:
        """How it went for the one: "won", "lost" or "even"."""
        return _ended(self.ahead, self.behind)

    @property
    def behind_start(self) -> int:
        return WIDTH - self.behind_length


@dataclass(frozen=True, slots=True)
class Cell:
    """How many prefer the row's option to the column's; ``ended`` is empty against itself."""

    votes: int | None
    ended: str


@dataclass(frozen=True, slots=True)
class Row:
    """One option against each: ``place`` in the order of finish, None if it was dropped."""

    number: int
    label: str
    place: int | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One option against the default; ``short`` says what it failed by, "quorum" first."""

    label: str
    above: int
    below: int
    short: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """A chain of duels won, and the weakest of them."""

    steps: tuple[Duel, ...]
    weakest: Duel

    @property
    def is_direct(self) -> bool:
        return len(self.steps) == 1


@dataclass(frozen=True, slots=True)
class Duels:
    """All that a page shows of the count.

    ``finish`` is the order of finish; ``rows`` the matrix, in that order and the dropped ones last,
    empty where there are too many; ``first`` the duels of the winner; ``there`` and ``back`` the
    ways from the winner to the second and back, where there are any; ``by_lot`` says that the lot
    put the winner first.
    """

    winner: str
    second: str
    finish: tuple[str, ...]
    rows: tuple[Row, ...]
    first: tuple[Duel, ...]
    checks: tuple[Check, ...]
    default: str
    there: Way | None
    back: Way | None
    by_lot: bool
    circle: bool


def duels(result: Mapping[str, Any], labels: Mapping[str, str]) -> Duels:
    """What to draw of a result of ``schulze``."""
    order: list[str] = result["order"]
    everybody = [*order, *(one for one in result["pairwise"] if one not in order)]
    ballots = result["cast"]

    def named(option: str) -> str:
        return labels.get(option, option)

    def duel(one: str, other: str) -> Duel:
        return _duel(result, one, other, ballots, named(one), named(other))

    winner, second = (order[0] if order else ""), (order[1] if len(order) > 1 else "")
    return Duels(
        winner=named(winner) if winner else "",
        second=named(second) if second else "",
        finish=tuple(named(one) for one in order),
        rows=tuple(
            Row(
                number=at,
                label=named(one),
                place=order.index(one) + 1 if one in order else None,
                cells=tuple(_cell(result, one, other) for other in everybody),
            )
            for at, one in enumerate(everybody, 1)
        )
        if len(everybody) <= WIDEST
        else (),
        first=tuple(duel(winner, one) for one in everybody if one != winner) if winner else (),
        checks=_checks(result, named),
        default=named(result["default"]) if result["default"] else "",
        there=_way(result, winner, second, duel) if second else None,
        back=_way(result, second, winner, duel) if second else None,
        by_lot=any(tie["step"] == 1 for tie in result["ties"]),
        circle=in_circle(result),
    )


def beats_all(result: Mapping[str, Any]) -> bool:
    """Whether the winner is preferred to each other option, those that were dropped too."""
    [winner, *_] = result["winners"]
    table = result["pairwise"]
    return all(
        votes > table[other][winner] for other, votes in table[winner].items() if other != winner
    )


def in_circle(result: Mapping[str, Any]) -> bool:
    """Whether preferences went in a circle, so that the weakest duels in it had to be dropped."""
    return any(step["step"] == "schwartz" and step["dropped"] for step in result["rounds"])


def _duel(
    result: Mapping[str, Any], one: str, other: str, ballots: int, label: str, against: str
) -> Duel:
    ahead, behind = result["pairwise"][one][other], result["pairwise"][other][one]
    most = max(ballots, 1)
    return Duel(
        label=label,
        other=against,
        ahead=ahead,
        behind=behind,
        neither=ballots - ahead - behind,
        ahead_length=WIDTH * ahead // most,
        behind_length=WIDTH * behind // most,
    )


def _cell(result: Mapping[str, Any], one: str, other: str) -> Cell:
    if one == other:
        return Cell(None, "")
    ahead, behind = result["pairwise"][one][other], result["pairwise"][other][one]
    return Cell(ahead, _ended(ahead, behind))


def _ended(ahead: int, behind: int) -> str:
    return WON if ahead > behind else LOST if ahead < behind else EVEN


def _checks(result: Mapping[str, Any], named: Any) -> tuple[Check, ...]:
    steps: Sequence[Mapping[str, Any]] = result["rounds"]
    return tuple(
        Check(
            label=named(check["candidate"]),
            above=check["above"],
            below=check["below"],
            short=tuple(
                name
                for name, met in (("quorum", "quorumMet"), ("majority", "majorityMet"))
                if not check[met]
            ),
        )
        for step in steps
        if step["step"] == "default"
        for check in step["checks"]
    )


def _way(result: Mapping[str, Any], one: str, other: str, duel: Any) -> Way | None:
    for found in result["beatPaths"]:
        if (found["from"], found["to"]) == (one, other):
            steps = tuple(duel(*step) for step in pairwise(found["path"]))
            weakest = next(
                step
                for step in steps
                if (step.ahead, step.behind) == (found["for"], found["against"])
            )
            return Way(steps, weakest)
    return None
