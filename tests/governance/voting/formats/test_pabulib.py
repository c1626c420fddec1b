"""Pabulib's ``.pb``: the example of its own page, each type of vote, and what is wrong."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given

from governance.voting.formats import pabulib
from governance.voting.formats.reading import BadFile
from governance.voting.tally.ballots import Approval
from governance.voting.tally.election import Candidate, Election
from tests.governance.voting.tally.profiles import approve, budgets

# As https://pabulib.org/format shows it.
EXAMPLE = """\
META
key; value
description; Municipal PB in Wieliczka
country; Poland
num_projects; 5
num_votes; 10
budget; 2500
rule; greedy
vote_type; approval
PROJECTS
project_id; cost; category
1; 600; culture, education
2; 800; sport
4; 1400; culture
5; 1000; health, sport
7; 1200; education
VOTES
voter_id; age; sex; vote
1; 34; f; 1,2,4
2; 51; m; 1,2
3; 23; m; 2,4,5
4; 19; f; 5,7
5; 62; f; 1,4,7
6; 54; m; 1,7
7; 49; m; 5
8; 27; f; 4
9; 39; f; 2,4,5
10; 44; m; 4,5
"""


def lines(written: str) -> list[bytes]:
    return written.encode().splitlines(keepends=True)


def file(votes: str, vote_type: str = "approval", columns: str = "voter_id;vote") -> list[bytes]:
    return lines(
        f"META\nkey;value\nbudget;100.50\nvote_type;{vote_type}\n"
        f'PROJECTS\nproject_id;cost;name\nA;60;"Trees; many ""old"" ones"\nB;40,25;Bench\n'
        f"VOTES\n{columns}\n{votes}"
    )


def test_the_example_of_the_format() -> None:
    election = pabulib.read(lines(EXAMPLE))
    assert election.title == "Municipal PB in Wieliczka"
    assert election.budget == 2500
    assert dict(election.costs or {}) == dict(
        zip("12457", map(Fraction, (600, 800, 1400, 1000, 1200)), strict=True)
    )
    assert election.approvals == approve(
        *("1 1,2,4", "1 1,2", "2 2,4,5", "1 5,7", "1 1,4,7", "1 1,7", "1 5", "1 4", "1 4,5")
    )
    assert (election.points, election.notes) == (None, ())


def test_names_decimals_quotes_and_empty_votes() -> None:
    election = pabulib.read(file('1;"A,B"\n2;\n3;A\n4;"B,A"\n'))
    assert election.candidates == (
        Candidate("A", 'Trees; many "old" ones'),
        Candidate("B", "Bench"),
    )
    assert election.costs == {"A": Fraction(60), "B": Fraction("40.25")}
    assert election.budget == Fraction("100.5")
    assert election.approvals == approve("2 A,B", "1 A", "1 ")


def test_ordinal_votes_approve_of_what_they_rank() -> None:
    election = pabulib.read(file("1;B,A\n2;B\n", "ordinal"))
    assert election.approvals == approve("1 A,B", "1 B")
    assert "ordinal" in election.notes[0]


@pytest.mark.parametrize("vote_type", ["cumulative", "scoring"])
def test_points_approve_where_they_are_more_than_none(vote_type: str) -> None:
    election = pabulib.read(file("1;A,B;5,0\n2;B;3\n3;A;-1\n", vote_type, "voter_id;vote;points"))
    assert election.approvals == approve("1 A", "1 B", "1 ")
    assert election.points == {"A": 4, "B": 3}
    assert "the greedy rule counts points" in election.notes[0]


HEAD = "META\nkey;value\nbudget;9\nvote_type;approval\n"
PROJECTS = "PROJECTS\nproject_id;cost\nA;4\n"


@pytest.mark.parametrize(
    ("written", "line", "reason"),
    [
        ("", 1, "the file is empty"),
        ("PROJECTS\n", 1, "the section META is expected here"),
        ("META\nname;value\n", 2, "a column is missing here: key"),
        ("META\nkey;value\nbudget;9\n", 3, "the section PROJECTS is missing"),
        ("META\nkey;value\nVOTES\n", 3, "the section PROJECTS is expected before VOTES"),
        (HEAD + "PROJECTS\nid;cost\n", 6, "a column is missing here: project_id"),
        (HEAD + "PROJECTS\nproject_id;cost\nA;4\nA;5\n", 8, "project A is here twice"),
        (HEAD + "PROJECTS\nproject_id;cost\n;4\n", 7, "it has no id"),
        (HEAD + "PROJECTS\nproject_id;cost\nA;much\n", 7, "the cost of project A should be"),
        (HEAD + "PROJECTS\nproject_id;cost\nA;0\n", 7, "project A costs nothing"),
        (HEAD + "PROJECTS\nproject_id;cost\nA;-4\n", 7, "the cost of project A should be"),
        (HEAD + PROJECTS, 7, "the section VOTES is missing"),
        (HEAD + PROJECTS + "VOTES\nvoter_id\n", 9, "a column is missing here: vote"),
        (HEAD + PROJECTS + "VOTES\nvoter_id;vote\n1;A\n2;B\n", 11, "'B', which is no project"),
        (HEAD + PROJECTS + 'VOTES\nvoter_id;vote\n1;"A,A"\n', 10, "for one project twice"),
        (
            HEAD.replace("budget;9", "x;9") + PROJECTS + "VOTES\nvoter_id;vote\n",
            1,
            "nothing of budget",
        ),
        (
            HEAD.replace(";9", ";lots") + PROJECTS + "VOTES\nvoter_id;vote\n",
            3,
            "the budget should be",
        ),
        (
            HEAD.replace("approval", "veto") + PROJECTS + "VOTES\n",
            4,
            "type 'veto' cannot be counted",
        ),
        (
            HEAD + "num_votes;2\n" + PROJECTS + "VOTES\nvoter_id;vote\n1;A\n",
            5,
            "META speaks of 2 votes, and there are 1",
        ),
        (
            HEAD + "num_projects;3\n" + PROJECTS + "VOTES\nvoter_id;vote\n1;A\n",
            5,
            "META speaks of 3 projects, and there are 1",
        ),
        (
            HEAD.replace("approval", "choose-1")
            + PROJECTS.replace("A;4", "A;4\nB;4")
            + "VOTES\nvoter_id;vote\n1;A,B\n",
            11,
            "more than one project",
        ),
        (
            HEAD.replace("approval", "cumulative")
            + PROJECTS
            + "VOTES\nvoter_id;vote;points\n1;A;1,2\n",
            10,
            "each project needs its points",
        ),
        (
            HEAD.replace("approval", "cumulative") + PROJECTS + "VOTES\nvoter_id;vote\n1;A\n",
            9,
            "a column is missing here: points",
        ),
    ],
)
def test_a_bad_file_is_named_with_line_and_reason(written: str, line: int, reason: str) -> None:
    with pytest.raises(BadFile, match=reason) as bad:
        pabulib.read(lines(written))
    assert bad.value.line == line


@given(budgets())
def test_what_is_written_is_read_again(
    drawn: tuple[dict[Approval, int], dict[str, Fraction], Fraction],
) -> None:
    ballots, costs, budget = drawn
    election = Election(
        candidates=tuple(Candidate(one, f'The "{one}"; of all') for one in costs),
        approvals=ballots,
        costs={one: cost / 4 for one, cost in costs.items()},
        budget=budget,
        title="A title",
    )
    written = list(pabulib.write(election, {"currency": "EUR"}))
    assert "currency;EUR\n" in written
    assert pabulib.read(line.encode() for line in written) == election


def test_what_is_no_allocation_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="holds approvals, costs and a budget"):
        list(pabulib.write(Election(candidates=(), approvals={})))
    thirds = Election(candidates=(), approvals={}, costs={}, budget=Fraction(1, 3))
    with pytest.raises(ValueError, match="six decimals"):
        list(pabulib.write(thirds))
