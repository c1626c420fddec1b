"""PrefLib's ``.soc .soi .toc .toi``: strict or tied, complete or incomplete rankings. Pure.

https://preflib.github.io/PrefLib-Jekyll/format: today's files begin with ``# KEY: value`` lines
(``# ALTERNATIVE NAME 1: …``, ``# NUMBER VOTERS: …``), then ``count: 1,{2,3},4``. Older ones begin
with the number of alternatives, a line ``1,name`` for each, a line of voters, their sum and how
many orders differ; then ``count,1,{2,3},4``. Both are read; the first is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from governance.voting.formats.reading import BadFile, Lines, Reader, text, whole
from governance.voting.tally.ballots import Ranking
from governance.voting.tally.election import Candidate, Election

TYPES = ("soc", "soi", "toc", "toi")
_NAME = re.compile(r"ALTERNATIVE NAME\s+(\d+)", re.IGNORECASE)
_RANKING = re.compile(r"\s*(?:(\d+)|\{([\d,\s]*)\})\s*(,|$)")


def read(lines: Lines, kind: str) -> Election:
    """Read a file of the ``kind`` that its ending names. Raises ``BadFile``."""
    return _Reader(lines, kind).election()


def kind_of(election: Election) -> str:
    """The narrowest ending for these rankings: ``soc``, ``soi``, ``toc`` or ``toi``."""
    rankings = election.rankings or {}
    size = len(election.candidates)
    tied = any(len(group) > 1 for ranking in rankings for group in ranking)
    complete = all(sum(map(len, ranking)) == size for ranking in rankings)
    return f"{'to' if tied else 'so'}{'c' if complete else 'i'}"


def write(election: Election, name: str = "election", kind: str = "") -> Iterator[str]:
    """The lines of a file with these rankings, of ``kind`` or else the one :func:`kind_of` names.

    Alternatives are numbered in their order. The format knows nobody who withdrew: they are left
    out first. Ballots that rank nobody cannot be written and are left out. Raises ``ValueError``
    where there are no rankings, somebody withdrew, or these rankings do not fit the ``kind``.
    """
    if election.rankings is None or election.withdrawn:
        raise ValueError("a PrefLib file holds rankings, and nobody in it has withdrawn")
    number = {one.id: str(at) for at, one in enumerate(election.candidates, 1)}
    narrowest = kind_of(election)
    kind = kind or narrowest
    # Each letter may be wider: ties where there are none, incomplete where all are complete.
    if kind not in TYPES or kind[0] < narrowest[0] or kind[2] < narrowest[2]:
        raise ValueError(f"a .{kind} file does not hold these rankings, a .{narrowest} file does")
    ballots = {ranking: cast for ranking, cast in election.rankings.items() if ranking}
    yield f"# FILE NAME: {name}.{kind}\n"
    yield f"# TITLE: {_one_line(election.title)}\n"
    yield f"# DATA TYPE: {kind}\n"
    yield f"# NUMBER ALTERNATIVES: {len(number)}\n"
    yield f"# NUMBER VOTERS: {sum(ballots.values())}\n"
    yield f"# NUMBER UNIQUE ORDERS: {len(ballots)}\n"
    for at, one in enumerate(election.candidates, 1):
        yield f"# ALTERNATIVE NAME {at}: {_one_line(one.name)}\n"
    for ranking, cast in sorted(ballots.items(), key=lambda one: (-one[1], one[0])):
        yield f"{cast}: {','.join(_group(number[option] for option in one) for one in ranking)}\n"


def _group(numbers: Iterable[str]) -> str:
    written = list(numbers)
    return written[0] if len(written) == 1 else "{" + ",".join(written) + "}"


def _one_line(name: str) -> str:
    return " ".join(name.split())


class _Reader(Reader):
    def __init__(self, lines: Lines, kind: str) -> None:
        super().__init__(lines)
        self.kind = kind
        self.names: dict[str, str] = {}
        self.title = ""
        # What the file says of itself, with the line that says it.
        self.voters: tuple[int, int] | None = None
        self.alternatives: tuple[int, int] | None = None

    def election(self) -> Election:
        merged: Counter[Ranking] = Counter()
        seen: dict[bytes, tuple[int, Ranking]] = {}
        old = self._begin(merged, seen)
        separator = "," if old else ":"
        for line in self.lines:
            known = seen.get(line)
            if known is None:
                stripped = text(line).strip()
                if not stripped:
                    continue
                if stripped[0] == "#":
                    self._described(stripped)
                    continue
                known = seen[line] = self._order(stripped, separator)
            merged[known[1]] += known[0]
        if not self.names:
            raise BadFile(max(self.number, 1), "the file names no alternatives")
        self._check_sums(merged)
        return Election(
            candidates=tuple(Candidate(id, name) for id, name in self.names.items()),
            rankings={ranking: cast for ranking, cast in merged.items() if cast},
            complete=self.kind in ("soc", "toc"),
            title=self.title,
        )

    def _begin(self, merged: Counter[Ranking], seen: dict[bytes, tuple[int, Ranking]]) -> bool:
        """Read up to the first order, in whichever header the file has: whether it is the old."""
        for line in self.lines:
            stripped = text(line).strip()
            if not stripped:
                continue
            if stripped[0] == "#":
                self._described(stripped)
            elif self.names:
                weight, ranking = seen[line] = self._order(stripped, ":")
                merged[ranking] += weight
                return False
            else:
                self._old_header(stripped)
                return True
        return False

    def _described(self, stripped: str) -> None:
        key, _colon, value = stripped.lstrip("# ").partition(":")
        value = value.strip()
        name = _NAME.fullmatch(key.strip())
        if name:
            if name[1] in self.names:
                raise BadFile(self.number, f"alternative {name[1]} is named twice")
            self.names[name[1]] = value
        elif key.upper() == "TITLE":
            self.title = value
        elif key.upper() == "NUMBER VOTERS":
            self.voters = whole(value, self.number, "the number of voters"), self.number
        elif key.upper() == "NUMBER ALTERNATIVES":
            self.alternatives = whole(value, self.number, "the number of alternatives"), self.number

    def _old_header(self, stripped: str) -> None:
        size = whole(stripped, self.number, "the first line, the number of alternatives,")
        for _at in range(size):
            number, _comma, name = self._next_line().partition(",")
            whole(number.strip(), self.number, "an alternative's number")
            if number.strip() in self.names:
                raise BadFile(self.number, f"alternative {number.strip()} is named twice")
            self.names[number.strip()] = name.strip()
        sums = self._next_line().split(",")
        if len(sums) != 3:
            raise BadFile(self.number, "here stand voters, their sum, and how many orders differ")
        self.voters = whole(sums[1].strip(), self.number, "the sum of votes"), self.number

    def _next_line(self) -> str:
        for line in self.lines:
            stripped = text(line).strip()
            if stripped:
                return stripped
        raise BadFile(self.number, "the file ends within its header")

    def _order(self, stripped: str, separator: str) -> tuple[int, Ranking]:
        count, found, order = stripped.partition(separator)
        if not found:
            raise BadFile(self.number, f"an order is written count{separator} and then the ranking")
        weight = whole(count.strip(), self.number, "the number of voters with this order")
        groups: list[tuple[str, ...]] = []
        used: set[str] = set()
        at = 0
        while at < len(order):
            match = _RANKING.match(order, at)
            if match is None:
                raise BadFile(self.number, f"this is no ranking: {order.strip()!r}")
            numbers = [match[1]] if match[1] else [one.strip() for one in match[2].split(",")]
            group = [number for number in numbers if number]
            for number in group:
                if number not in self.names:
                    raise BadFile(self.number, f"{number} is no alternative of this file")
                if number in used:
                    raise BadFile(self.number, f"alternative {number} is ranked twice")
                used.add(number)
            if len(group) > 1 and self.kind in ("soc", "soi"):
                raise BadFile(self.number, f"a .{self.kind} file has no ties")
            if group:
                groups.append(tuple(sorted(group)))
            at = match.end()
        if self.kind in ("soc", "toc") and len(used) < len(self.names):
            raise BadFile(self.number, f"a .{self.kind} file ranks every alternative each time")
        return weight, tuple(groups)

    def _check_sums(self, merged: Counter[Ranking]) -> None:
        for said, found, what in (
            (self.voters, merged.total(), "voters"),
            (self.alternatives, len(self.names), "alternatives"),
        ):
            if said is not None and said[0] != found:
                raise BadFile(
                    said[1], f"the file speaks of {said[0]} {what}, and there are {found}"
                )
