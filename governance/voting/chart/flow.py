"""A result of the single transferable vote: where the votes lie at each stage. Pure.

Each stage is a row as long as all valid ballots: a piece for each candidate, then what could not be
passed on. No vote leaves the row. Those elected stand first, in the order of their election, so
that whoever has been elected and passed on a surplus fills exactly one quota.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.voting.chart.colours import GREY, WIDTH, colour, is_dark, key

UNIT = 100_000
# What a letter of a label takes in a piece, and the least that a piece with its key takes.
LETTER, LEAST = 15, 30


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who stands: a key and a colour in the picture, and what became of them.

    ``elected_at`` and ``excluded_at`` are stages, 0 for never; ``filled`` says that they took a
    place that was left, without the quota.
    """

    id: str
    key: str
    label: str
    colour: str
    elected_at: int
    excluded_at: int
    filled: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """Votes that lie with somebody (or, with an empty key, with nobody any more)."""

    key: str
    label: str
    units: int
    start: int
    length: int
    colour: str
    words: str
    dark: bool

    @property
    def middle(self) -> int:
        return self.start + self.length // 2


@dataclass(frozen=True, slots=True)
class Transfer:
    label: str
    votes: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: what was done (``first``, ``surplus``, ``exclusion``), to whom, and then.

    ``votes`` are the totals in the order of the candidates, empty once somebody is excluded.
    """

    number: int
    action: str
    who: str
    surplus: str
    transfers: tuple[Transfer, ...]
    elected: tuple[str, ...]
    filled: tuple[str, ...]
    votes: tuple[str, ...]
    not_transferable: str
    lost: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole count; ``quotas`` are where each seat's quota ends."""

    candidates: tuple[Candidate, ...]
    stages: tuple[Stage, ...]
    quotas: tuple[int, ...]


def flow(result: Mapping[str, Any], labels: Mapping[str, str]) -> Flow:
    """What to draw of a result of ``stv``; without stages if nothing was counted."""
    rounds = result["rounds"]
    if not rounds:
        return Flow((), (), ())
    candidates = _candidates(result, labels)
    whole = all(
        _units(votes) % UNIT == 0
        for stage in rounds
        for votes in (*stage["votes"].values(), stage["nonTransferable"], stage["lost"])
    )
    total = result["valid"] * UNIT
    quota = result["quota"] * UNIT
    return Flow(
        candidates=candidates,
        stages=tuple(_stage(stage, candidates, labels, total, whole) for stage in rounds),
        quotas=tuple(
            round(WIDTH * quota * number / total)
            for number in range(1, result["seats"] + 1)
            if quota * number <= total
        ),
    )


def _candidates(result: Mapping[str, Any], labels: Mapping[str, str]) -> tuple[Candidate, ...]:
    elected: dict[str, int] = {}
    filled: set[str] = set()
    excluded: dict[str, int] = {}
    for stage in result["rounds"]:
        for one in (*stage["elected"], *stage["filled"]):
            elected[one] = stage["stage"]
        filled |= set(stage["filled"])
        if stage["action"] == "exclusion":
            excluded[stage["candidate"]] = stage["stage"]
    everybody = list(result["rounds"][0]["votes"])
    rest = [one for one in everybody if one not in elected]
    last = len(result["rounds"]) + 1
    rest.sort(key=lambda one: -excluded.get(one, last))
    return tuple(
        Candidate(
            id=one,
            key=key(at),
            label=labels.get(one, one),
            colour=colour(at),
            elected_at=elected.get(one, 0),
            excluded_at=excluded.get(one, 0),
            filled=one in filled,
        )
        for at, one in enumerate([*result["winners"], *rest])
    )


def _stage(
    stage: Mapping[str, Any],
    candidates: tuple[Candidate, ...],
    labels: Mapping[str, str],
    total: int,
    whole: bool,
) -> Stage:
    def written(votes: str) -> str:
        return votes.partition(".")[0] if whole else votes

    def named(ids: list[str]) -> tuple[str, ...]:
        return tuple(labels.get(one, one) for one in ids)

    who = stage["candidate"]
    return Stage(
        number=stage["stage"],
        action=stage["action"],
        who=labels.get(who, who) if who else "",
        surplus=written(stage.get("surplus", "")),
        transfers=tuple(
            Transfer(labels.get(one, one), written(votes))
            for one, votes in stage["transfers"].items()
            if _units(votes)
        ),
        elected=named(stage["elected"]),
        filled=named(stage["filled"]),
        votes=tuple(
            ""
            if one.excluded_at and one.excluded_at <= stage["stage"]
            else written(stage["votes"][one.id])
            for one in candidates
        ),
        not_transferable=written(stage["nonTransferable"]),
        lost=written(stage["lost"]),
        pieces=_pieces(stage, candidates, total),
    )


def _pieces(
    stage: Mapping[str, Any], candidates: tuple[Candidate, ...], total: int
) -> tuple[Piece, ...]:
    lies = [(one.key, one.label, one.colour, _units(stage["votes"][one.id])) for one in candidates]
    nobody = _units(stage["nonTransferable"]) + _units(stage["lost"])
    pieces = []
    passed = 0
    for letters, label, fill, units in (*lies, ("", "", GREY, nobody)):
        if not units:
            continue
        start = round(WIDTH * passed / total)
        passed += units
        length = round(WIDTH * passed / total) - start
        pieces.append(
            Piece(
                key=letters,
                label=label,
                units=units,
                start=start,
                length=length,
                colour=fill,
                words=_words(letters, label, length),
                dark=is_dark(fill),
            )
        )
    return tuple(pieces)


def _words(letters: str, label: str, length: int) -> str:
    """As much of a direct label as a piece has room for."""
    if (len(label) + 1) * LETTER <= length:
        return label
    return letters if length >= LEAST * max(1, len(letters)) else ""


def _units(votes: str) -> int:
    """Votes in hundred-thousandths."""
    whole, _point, rest = votes.partition(".")
    return int(whole + rest.ljust(5, "0"))
