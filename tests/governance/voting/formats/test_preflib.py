"""PrefLib's four types, in today's header and the old one."""

from __future__ import annotations

import pytest
from hypothesis import given

from governance.voting.formats import preflib
from governance.voting.formats.reading import BadFile
from governance.voting.tally.election import Candidate, Election
from tests.governance.voting.tally.profiles import rankings, read

HEAD = """\
# FILE NAME: 00001-00000001.toi
# TITLE: 2002 Dublin North
# DATA TYPE: toi
# NUMBER ALTERNATIVES: 3
# NUMBER VOTERS: 9
# NUMBER UNIQUE ORDERS: 4
# ALTERNATIVE NAME 1: Ann: the first
# ALTERNATIVE NAME 2: Bea
# ALTERNATIVE NAME 3: Cai
"""
ORDERS = "4: 1,{2,3}\n2: 3\n2: {1, 2}\n1: 2,1,3\n"
OLD = "3\n1,Ann, of here\n2,Bea\n3,Cai\n9,9,4\n4,1,{2,3}\n2,3\n2,{1,2}\n1,2,1,3\n"


def lines(written: str) -> list[bytes]:
    return written.encode().splitlines(keepends=True)


def test_todays_header() -> None:
    election = preflib.read(lines(HEAD + ORDERS), "toi")
    assert election.candidates == (
        Candidate("1", "Ann: the first"),
        Candidate("2", "Bea"),
        Candidate("3", "Cai"),
    )
    assert election.rankings == read("4 1>2=3", "2 3", "2 1=2", "1 2>1>3")
    assert election.title == "2002 Dublin North"
    assert not election.complete


def test_the_old_header() -> None:
    election = preflib.read(lines(OLD), "toi")
    assert election.candidates[0] == Candidate("1", "Ann, of here")
    assert election.rankings == preflib.read(lines(HEAD + ORDERS), "toi").rankings


def test_complete_orders_say_so() -> None:
    names = "# ALTERNATIVE NAME 7: A\n# ALTERNATIVE NAME 9: B\n"
    election = preflib.read(lines(names + "2: 9,7\n2: 9,7\n"), "soc")
    assert election.complete
    # An alternative is called what the file calls it, and equal lines add up.
    assert [one.id for one in election.candidates] == ["7", "9"]
    assert election.rankings == read("4 9>7")


NAMED = "# ALTERNATIVE NAME 1: A\n# ALTERNATIVE NAME 2: B\n"


@pytest.mark.parametrize(
    ("written", "kind", "line", "reason"),
    [
        ("", "soc", 1, "names no alternatives"),
        (NAMED + "1: 1,3\n", "soi", 3, "3 is no alternative"),
        (NAMED + "1: 1,1\n", "soi", 3, "alternative 1 is ranked twice"),
        (NAMED + "1: {1,2}\n", "soi", 3, "a .soi file has no ties"),
        (NAMED + "1: {1,2}\n1: {1,2}\n", "soc", 3, "a .soc file has no ties"),
        (NAMED + "1: 1\n", "soc", 3, "ranks every alternative"),
        (NAMED + "1: 2,1\n1: {1}\n", "toc", 4, "ranks every alternative"),
        (NAMED + "x: 1,2\n", "soc", 3, "the number of voters with this order"),
        (NAMED + "1: 1,2\n1 2,1\n", "soc", 4, "an order is written count:"),
        (NAMED + "1: 1,{2\n", "toi", 3, "this is no ranking"),
        (NAMED + "1: A,B\n", "soi", 3, "this is no ranking"),
        (NAMED + "# ALTERNATIVE NAME 2: C\n", "soi", 3, "alternative 2 is named twice"),
        ("# NUMBER VOTERS: 3\n" + NAMED + "2: 1,2\n", "soc", 1, "of 3 voters, and there are 2"),
        ("# NUMBER VOTERS: x\n", "soc", 1, "the number of voters should be"),
        ("# NUMBER ALTERNATIVES: 3\n" + NAMED, "soc", 1, "of 3 alternatives, and there are 2"),
        ("x\n", "soc", 1, "the first line, the number of alternatives"),
        ("2\n1,A\n", "soc", 2, "ends within its header"),
        ("2\n1,A\n1,B\n", "soc", 3, "alternative 1 is named twice"),
        ("1\n1,A\n1,1\n", "soc", 3, "here stand voters, their sum"),
        ("1\n1,A\n2,2,1\n1,1\n", "soc", 3, "of 2 voters, and there are 1"),
        ("2\n1,A\n2,B\n1,1,1\n1,1,3\n", "soi", 5, "3 is no alternative"),
    ],
)
def test_a_bad_file_is_named_with_line_and_reason(
    written: str, kind: str, line: int, reason: str
) -> None:
    with pytest.raises(BadFile, match=reason) as bad:
        preflib.read(lines(written), kind)
    assert bad.value.line == line


@given(rankings())
def test_what_is_written_is_read_again(
    drawn: tuple[str, dict[tuple[tuple[str, ...], ...], int]],
) -> None:
    options, ballots = drawn
    number = {one: str(at) for at, one in enumerate(options, 1)}
    election = Election(
        candidates=tuple(Candidate(number[one], f"The {one}") for one in options),
        rankings={
            tuple(tuple(number[one] for one in group) for group in pattern): cast
            for pattern, cast in ballots.items()
            if pattern
        },
        title="A title",
    )
    kind = preflib.kind_of(election)
    again = preflib.read((line.encode() for line in preflib.write(election)), kind)
    assert (again.candidates, again.rankings) == (election.candidates, election.rankings)
    assert again.title == election.title


def test_the_kind_is_the_narrowest_that_fits() -> None:
    candidates = (Candidate("1", "A"), Candidate("2", "B"))
    for written, kind in (("1 1>2", "soc"), ("1 1", "soi"), ("1 1=2", "toc")):
        assert preflib.kind_of(Election(candidates=candidates, rankings=read(written))) == kind
    tied = Election(candidates=(*candidates, Candidate("3", "C")), rankings=read("1 1=2"))
    assert preflib.kind_of(tied) == "toi"


def test_what_the_format_does_not_know_cannot_be_written() -> None:
    for election in (
        Election(candidates=(), approvals={}),
        Election(candidates=(), rankings={}, withdrawn=frozenset("1")),
    ):
        with pytest.raises(ValueError, match="holds rankings"):
            list(preflib.write(election))
