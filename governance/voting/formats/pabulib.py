"""Pabulib's ``.pb``: projects with costs, a budget, and who votes for what. Pure.

https://pabulib.org/format: three sections (``META``, ``PROJECTS``, ``VOTES``), each with a line of
column names and then values between semicolons, quoted as in CSV. What is counted are approvals:

- ``approval`` and ``choose-1`` votes are approvals as they are;
- an ``ordinal`` vote approves of every project it ranks;
- a ``cumulative`` or ``scoring`` vote approves of every project it gives more than no points; the
  greedy rule counts the points, as the cities did that asked for them.

The last two are said in the election's notes, for they leave out something that voters said.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from governance.voting.formats.reading import BadFile, Lines, Reader, text, whole
from governance.voting.tally.ballots import Approval
from governance.voting.tally.election import Candidate, Election

SECTIONS = ("META", "PROJECTS", "VOTES")
APPROVALS = ("approval", "choose-1")
POINTS = ("cumulative", "scoring")
_MONEY = re.compile(r"(\d{1,15})(?:[.,](\d{1,6}))?")
_POINTS = re.compile(r"-?\d{1,9}")


def read(lines: Lines) -> Election:
    """Read a ``.pb`` file. Raises ``BadFile``."""
    return _Reader(lines).election()


def write(election: Election, meta: Mapping[str, str] | None = None) -> Iterator[str]:
    """The lines of a ``.pb`` file with these approvals; ``meta`` is added to its first section.

    Voters are Reader, one line each, in the order of their votes. Raises ``ValueError`` where
    there are no approvals, costs or budget.
    """
    if election.approvals is None or election.costs is None or election.budget is None:
        raise ValueError("a .pb file holds approvals, costs and a budget")
    costs = election.costs
    yield from ("META\n", "key;value\n")
    own = {
        "description": election.title,
        "num_projects": str(len(costs)),
        "num_votes": str(sum(election.approvals.values())),
        "budget": _money(election.budget),
        "vote_type": "approval",
    }
    for key, value in (own | dict(meta or {})).items():
        yield _row(key, value)
    yield from ("PROJECTS\n", "project_id;cost;name\n")
    for one in election.candidates:
        yield _row(one.id, _money(costs[one.id]), one.name)
    yield from ("VOTES\n", "voter_id;vote\n")
    order = {one.id: at for at, one in enumerate(election.candidates)}
    patterns = sorted(
        (sorted(order[project] for project in approval), cast)
        for approval, cast in election.approvals.items()
    )
    voter = 0
    for projects, cast in patterns:
        vote = ",".join(election.candidates[at].id for at in projects)
        for _times in range(cast):
            voter += 1
            yield _row(str(voter), vote)


def _row(*values: str) -> str:
    written = io.StringIO()
    flat = [" ".join(value.split()) for value in values]
    csv.writer(written, delimiter=";", lineterminator="\n").writerow(flat)
    return written.getvalue()


def _money(amount: Fraction) -> str:
    """An amount as the format has it; what has no end in decimals cannot be written."""
    for places in range(7):
        scaled = amount * 10**places
        if scaled.denominator == 1:
            digits = str(scaled.numerator).rjust(places + 1, "0")
            return digits if not places else f"{digits[:-places]}.{digits[-places:]}"
    raise ValueError(f"{amount} has more than six decimals")


class _Reader(Reader):
    def __init__(self, lines: Lines) -> None:
        super().__init__(lines)
        self.rows = csv.reader(map(text, self.lines), delimiter=";", skipinitialspace=True)
        self.meta: dict[str, tuple[str, int]] = {}
        self.names: dict[str, str] = {}
        self.costs: dict[str, Fraction] = {}
        self.approvals: Counter[Approval] = Counter()
        self.points: Counter[str] = Counter()
        self.vote_type = ""

    def election(self) -> Election:
        try:
            self._section("META")
            for row in self._until("PROJECTS"):
                key = row[0].strip()
                self.meta[key] = (row[1].strip() if len(row) > 1 else "", self.number)
            columns = self._columns({"project_id", "cost"})
            for row in self._until("VOTES"):
                self._project(columns, row)
            self._read_votes()
        except csv.Error as fault:
            raise BadFile(self.number, f"this line cannot be read: {fault}") from fault
        self._check_number("num_projects", len(self.costs), "projects")
        self._check_number("num_votes", self.approvals.total(), "votes")
        notes = []
        if self.vote_type == "ordinal":
            notes.append("Votes are ordinal: every project that a vote ranks counts as approved.")
        elif self.vote_type in POINTS:
            notes.append(
                f"Votes are {self.vote_type}: every project with more than no points counts as "
                "approved; the greedy rule counts points."
            )
        return Election(
            candidates=tuple(Candidate(id, name) for id, name in self.names.items()),
            approvals=dict(self.approvals),
            points=dict(self.points) if self.vote_type in POINTS else None,
            costs=self.costs,
            budget=self._budget(),
            title=self.meta.get("description", ("", 0))[0],
            notes=tuple(notes),
        )

    def _section(self, name: str) -> None:
        for row in self._filled():
            if row[0].strip() != name:
                raise BadFile(self.number, f"the section {name} is expected here")
            if name == "META":
                self._columns({"key", "value"})
            return
        raise BadFile(max(self.number, 1), "the file is empty")

    def _filled(self) -> Iterator[list[str]]:
        for row in self.rows:
            if any(cell.strip() for cell in row):
                yield row

    def _until(self, section: str) -> Iterator[list[str]]:
        """The rows before the line that begins ``section``."""
        for row in self._filled():
            if row[0].strip() == section and not any(cell.strip() for cell in row[1:]):
                return
            if row[0].strip() in SECTIONS and len(row) == 1:
                raise BadFile(self.number, f"the section {section} is expected before {row[0]}")
            yield row
        raise BadFile(max(self.number, 1), f"the section {section} is missing")

    def _columns(self, needed: Iterable[str]) -> dict[str, int]:
        """Where each column stands, from the line that names them."""
        row = next(self._filled(), [])
        columns = {name.strip(): at for at, name in enumerate(row)}
        missing = sorted(set(needed) - columns.keys())
        if missing:
            raise BadFile(self.number, f"a column is missing here: {', '.join(missing)}")
        return columns

    def _cell(self, columns: Mapping[str, int], row: list[str], name: str) -> str:
        at = columns.get(name, len(row))
        return row[at].strip() if at < len(row) else ""

    def _project(self, columns: Mapping[str, int], row: list[str]) -> None:
        project = self._cell(columns, row, "project_id")
        if not project or project in self.costs:
            raise BadFile(
                self.number, f"project {project} is here twice" if project else "it has no id"
            )
        cost = self._amount(self._cell(columns, row, "cost"), f"the cost of project {project}")
        if not cost:
            raise BadFile(self.number, f"project {project} costs nothing")
        self.costs[project] = cost
        self.names[project] = self._cell(columns, row, "name") or project

    def _amount(self, written: str, what: str, line: int | None = None) -> Fraction:
        match = _MONEY.fullmatch(written)
        if match is None:
            raise BadFile(line or self.number, f"{what} should be an amount, and is {written!r}")
        return Fraction(f"{match[1]}.{match[2] or 0}")

    def _budget(self) -> Fraction:
        written, line = self._said("budget")
        return self._amount(written, "the budget", line)

    def _said(self, key: str) -> tuple[str, int]:
        if key not in self.meta:
            raise BadFile(1, f"META says nothing of {key}")
        return self.meta[key]

    def _check_number(self, key: str, found: int, what: str) -> None:
        if key in self.meta:
            written, line = self.meta[key]
            if whole(written, line, key) != found:
                raise BadFile(line, f"META speaks of {written} {what}, and there are {found}")

    def _read_votes(self) -> None:
        self.vote_type, line = self._said("vote_type")
        if self.vote_type not in (*APPROVALS, "ordinal", *POINTS):
            raise BadFile(line, f"votes of the type {self.vote_type!r} cannot be counted")
        scored = self.vote_type in POINTS
        columns = self._columns({"vote", "points"} if scored else {"vote"})
        vote_at, points_at = columns["vote"], columns.get("points", 0)
        known: dict[tuple[str, str], tuple[Approval, dict[str, int]]] = {}
        for row in self._filled():
            if len(row) <= max(vote_at, points_at):
                row += [""] * (max(vote_at, points_at) + 1 - len(row))
            written = row[vote_at], row[points_at] if scored else ""
            if written not in known:
                known[written] = self._vote(*written, scored=scored)
            approval, points = known[written]
            self.approvals[approval] += 1
            if scored:
                self.points.update(points)

    def _vote(self, vote: str, points: str, *, scored: bool) -> tuple[Approval, dict[str, int]]:
        projects = [one.strip() for one in vote.split(",")] if vote.strip() else []
        for project in projects:
            if project not in self.costs:
                raise BadFile(self.number, f"it votes for {project!r}, which is no project")
        if len(set(projects)) < len(projects):
            raise BadFile(self.number, "it votes for one project twice")
        if self.vote_type == "choose-1" and len(projects) > 1:
            raise BadFile(self.number, "it votes for more than one project")
        if not scored:
            return frozenset(projects), {}
        given = [one.strip() for one in points.split(",")] if points.strip() else []
        if len(given) != len(projects) or not all(map(_POINTS.fullmatch, given)):
            raise BadFile(self.number, "each project needs its points, as whole numbers")
        each = dict(zip(projects, map(int, given), strict=True))
        return frozenset(project for project, number in each.items() if number > 0), each
