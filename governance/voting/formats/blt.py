"""``.blt``: ranked ballots as OpenSTV and OpaVote write them. Pure.

Hill, Wichmann and Woodall, *Algorithm 123* (The Computer Journal 30, 1987), with OpenSTV's
additions::

    4 2                  # four candidates, two seats
    -2                   # the second has withdrawn
    3 1 3 4 0            # three ballots: first 1, then 3, then 4
    (id-7) 1 2 4=1 0     # a ballot with an id: first 2, then 4 and 1 ranked equal
    1 1 - 3 0            # a rank was skipped: 3 moves up
    0                    # no more ballots
    "Adam"               # each candidate's name, in order
    …
    "The title"

``#`` begins a comment. Droop's ``[nick a b c]`` gives candidates short names for use in ballots;
its other lines in square brackets are passed over, and said so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from governance.voting.formats.reading import BadFile, Lines, Reader, text, whole
from governance.voting.tally.ballots import Ranking
from governance.voting.tally.election import Candidate, Election, Terms

_BALLOT_ID = re.compile(r"\([^()]*\)\s*")
_QUOTED = re.compile(r'"([^"]*)"|“([^”]*)”')
# More than this is no election but a slip of the hand.
MOST_CANDIDATES = 100_000


def read(lines: Lines) -> Election:
    """Read a ``.blt`` file. Raises ``BadFile``."""
    return _Reader(lines).election()


def write(election: Election) -> Iterator[str]:
    """The lines of a ``.blt`` file with these rankings, the most frequent first.

    Candidates are numbered in their order, whatever their ids. A quote in a name becomes an
    apostrophe, for the format has no way to write it. Raises ``ValueError`` where there are no
    rankings.
    """
    if election.rankings is None:
        raise ValueError("a .blt file holds rankings")
    number = {one.id: str(at) for at, one in enumerate(election.candidates, 1)}
    yield f"{len(number)} {election.terms.seats or 1}\n"
    if election.withdrawn:
        yield " ".join(f"-{number[one]}" for one in number if one in election.withdrawn) + "\n"
    for ranking, cast in sorted(election.rankings.items(), key=lambda one: (-one[1], one[0])):
        groups = ["=".join(number[option] for option in group) for group in ranking]
        yield " ".join([str(cast), *groups, "0"]) + "\n"
    yield "0\n"
    for name in (*(one.name for one in election.candidates), election.title):
        yield f'"{_one_line(name)}"\n'


def _one_line(name: str) -> str:
    return " ".join(name.replace('"', "'").split())


class _Reader(Reader):
    def __init__(self, lines: Lines) -> None:
        super().__init__(lines)
        self.size = 0
        self.nicks: dict[str, str] = {}
        self.notes: list[str] = []

    def election(self) -> Election:
        size, seats = self._header()
        self.size = size
        self.nicks = {str(number): str(number) for number in range(1, size + 1)}
        withdrawn: set[str] = set()
        merged: Counter[Ranking] = Counter()
        # How often each line came: a line is read once.
        seen: dict[bytes, int] = {}
        weights: dict[bytes, tuple[int, Ranking]] = {}
        for line in self.lines:
            if line in seen:
                seen[line] += 1
                continue
            stripped = self._stripped(line)
            if not stripped:
                continue
            if stripped == "0":
                break
            if stripped[0] == "[":
                self._option(stripped)
            elif stripped[0] == "-":
                self._refuse_late(bool(seen), "who has withdrawn stands before the ballots")
                withdrawn |= self._withdrawn(stripped)
            else:
                weights[line] = self._ballot(stripped)
                seen[line] = 1
        else:
            raise BadFile(self.number, "the ballots do not end: a line with a single 0 is missing")
        for line, times in seen.items():
            weight, ranking = weights[line]
            merged[ranking] += weight * times
        names, title = self._names()
        return Election(
            candidates=tuple(Candidate(str(at), name) for at, name in enumerate(names, 1)),
            rankings={ranking: cast for ranking, cast in merged.items() if cast},
            withdrawn=frozenset(withdrawn),
            terms=Terms(seats=seats),
            title=title,
            notes=tuple(self.notes),
        )

    def _stripped(self, line: bytes) -> str:
        return text(line).partition("#")[0].strip()

    def _header(self) -> tuple[int, int]:
        for line in self.lines:
            stripped = self._stripped(line)
            if not stripped:
                continue
            fields = stripped.split()
            if len(fields) != 2:
                raise BadFile(
                    self.number, "the first line holds two numbers, of candidates and of seats"
                )
            size = whole(fields[0], self.number, "the number of candidates")
            seats = whole(fields[1], self.number, "the number of seats")
            if not 1 <= size <= MOST_CANDIDATES or not seats:
                raise BadFile(self.number, "there is at least one candidate and one seat")
            return size, seats
        raise BadFile(max(self.number, 1), "the file is empty")

    def _refuse_late(self, late: bool, reason: str) -> None:
        if late:
            raise BadFile(self.number, reason)

    def _option(self, stripped: str) -> None:
        name, *words = stripped.strip("[]").split()
        if name != "nick":
            self.notes.append(f"Line {self.number}, [{name} …], was passed over.")
            return
        if len(words) != self.size or len(set(words)) != self.size:
            raise BadFile(self.number, f"[nick …] needs {self.size} different short names")
        self.nicks = {word: str(number) for number, word in enumerate(words, 1)}

    def _withdrawn(self, stripped: str) -> set[str]:
        gone = set()
        for word in stripped.split():
            if not word.startswith("-"):
                raise BadFile(self.number, f"{word!r} stands among candidates who have withdrawn")
            gone.add(self._candidate(word[1:]))
        return gone

    def _ballot(self, stripped: str) -> tuple[int, Ranking]:
        fields = _BALLOT_ID.sub("", stripped, count=1).split()
        if len(fields) < 2 or fields[-1] != "0":
            raise BadFile(self.number, "a ballot ends with 0")
        weight = whole(fields[0], self.number, "the number of such ballots")
        groups = []
        used: set[str] = set()
        for word in fields[1:-1]:
            if word == "-":
                continue
            group = [self._candidate(one) for one in word.split("=")]
            for one in group:
                if one in used:
                    raise BadFile(self.number, f"candidate {one} is ranked twice")
                used.add(one)
            groups.append(tuple(sorted(group)))
        return weight, tuple(groups)

    def _candidate(self, word: str) -> str:
        try:
            return self.nicks[word]
        except KeyError:
            raise BadFile(
                self.number, f"{word!r} is no candidate: they are 1 to {self.size}"
            ) from None

    def _names(self) -> tuple[list[str], str]:
        names: list[str] = []
        for line in self.lines:
            stripped = text(line).strip()
            if not stripped or stripped[0] == "#":
                continue
            quoted = [first or second for first, second in _QUOTED.findall(stripped)]
            names += quoted if len(quoted) > 1 and self._one_line_names(stripped) else quoted[:1]
            if not quoted:
                names.append(stripped.partition("#")[0].strip())
        if len(names) < self.size:
            raise BadFile(
                self.number, f"{self.size} candidates need names, and there are {len(names)}"
            )
        return names[: self.size], names[self.size] if len(names) > self.size else ""

    def _one_line_names(self, stripped: str) -> bool:
        """Whether a line holds all names at once; else what follows a name is a party or remark."""
        return len(_QUOTED.findall(stripped)) >= self.size
