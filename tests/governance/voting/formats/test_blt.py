"""``.blt``: what OpenSTV and OpaVote write is read, and what is wrong is named with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.voting.formats import blt
from governance.voting.formats.reading import BadFile
from governance.voting.tally.election import Candidate, Election, Terms
from tests.governance.voting.tally.profiles import rankings, read

FULL = """\
4 2   # four candidates, two seats
-2
# what follows are ballots
3 1 3 4 0
(no. 7) 1 4 3 2 0
2 4 1=3 0

1 2 0   # only one
1 1 - 3 0
1 0
3 1 3 4 0
0
"Adam"
"Basil, called #2"
“Charlotte”
Donald
"The committee of 2026"
"""
NAMES = '"Adam"\n"Basil"\n"Title"\n'


def lines(written: str) -> list[bytes]:
    return written.encode().splitlines(keepends=True)


def test_every_part_of_the_format() -> None:
    election = blt.read(lines(FULL))
    assert election.candidates == (
        Candidate("1", "Adam"),
        Candidate("2", "Basil, called #2"),
        Candidate("3", "Charlotte"),
        Candidate("4", "Donald"),
    )
    assert election.rankings == read("6 1>3>4", "1 4>3>2", "2 4>1=3", "1 2", "1 1>3", "1 ")
    assert election.withdrawn == {"2"}
    assert election.terms.seats == 2
    assert election.title == "The committee of 2026"


def test_a_byte_order_mark_and_old_letters_are_read() -> None:
    written = b'\xef\xbb\xbf1 1\r\n2 1 0\r\n0\r\n"J\xfcrgen"\r\n"T"\r\n'
    election = blt.read(written.splitlines(keepends=True))
    assert election.candidates == (Candidate("1", "Jürgen"),)


def test_short_names_and_lines_that_are_passed_over() -> None:
    election = blt.read(lines("2 1\n[nick a b]\n[tie b a]\n1 b a 0\n0\n" + NAMES))
    assert election.rankings == read("1 2>1")
    assert election.notes == ("Line 3, [tie …], was passed over.",)


def test_names_may_stand_in_one_line_and_parties_behind_them() -> None:
    one_line = blt.read(lines('2 1\n1 1 0\n0\n"A" "B" "T"\n'))
    assert ([one.name for one in one_line.candidates], one_line.title) == (["A", "B"], "T")
    parties = blt.read(lines('3 1\n1 1 0\n0\n"A" "Red"\n"B" "Blue"\n"C" "Red"\n"T"\n'))
    assert ([one.name for one in parties.candidates], parties.title) == (["A", "B", "C"], "T")


@pytest.mark.parametrize(
    ("written", "line", "reason"),
    [
        ("", 1, "the file is empty"),
        ("2 1 3\n", 1, "two numbers, of candidates and of seats"),
        ("two 1\n", 1, "the number of candidates should be a whole number"),
        ("2 0\n", 1, "at least one candidate and one seat"),
        ("0 1\n", 1, "at least one candidate and one seat"),
        ("9999999 1\n", 1, "at least one candidate"),
        ("2 1\n1 1 2\n0\n", 2, "a ballot ends with 0"),
        ("2 1\n\n# here\n1 3 0\n0\n", 4, "'3' is no candidate: they are 1 to 2"),
        ("2 1\n1 1=9 0\n0\n", 2, "'9' is no candidate"),
        ("2 1\n1 1 2 1 0\n0\n", 2, "candidate 1 is ranked twice"),
        ("2 1\n1 1=1 0\n0\n", 2, "candidate 1 is ranked twice"),
        ("2 1\nx 1 0\n0\n", 2, "the number of such ballots should be a whole number"),
        ("2 1\n1.5 1 0\n0\n", 2, "the number of such ballots"),
        ("2 1\n-3\n1 1 0\n0\n", 2, "'3' is no candidate"),
        ("2 1\n-1 2\n0\n", 2, "'2' stands among candidates who have withdrawn"),
        ("2 1\n1 1 0\n-2\n0\n", 3, "who has withdrawn stands before the ballots"),
        ("2 1\n1 1 0\n1 2 0\n", 3, "a line with a single 0 is missing"),
        ("2 1\n1 1 0\n0\n", 3, "2 candidates need names, and there are 0"),
        ('2 1\n1 1 0\n0\n"Adam"\n', 4, "2 candidates need names, and there are 1"),
        ("2 1\n[nick a]\n", 2, "needs 2 different short names"),
        ("2 1\n1 ١ 0\n0\n" + NAMES, 2, "is no candidate"),
    ],
)
def test_a_bad_file_is_named_with_line_and_reason(written: str, line: int, reason: str) -> None:
    with pytest.raises(BadFile, match=reason) as bad:
        blt.read(lines(written))
    assert bad.value.line == line


@given(rankings(), st.integers(1, 9), st.sets(st.sampled_from("AB")))
def test_what_is_written_is_read_again(
    drawn: tuple[str, dict[tuple[tuple[str, ...], ...], int]], seats: int, gone: set[str]
) -> None:
    options, ballots = drawn
    number = {one: str(at) for at, one in enumerate(options, 1)}
    election = Election(
        candidates=tuple(Candidate(number[one], f"The {one}") for one in options),
        rankings={
            tuple(tuple(number[one] for one in group) for group in pattern): cast
            for pattern, cast in ballots.items()
        },
        withdrawn=frozenset(number[one] for one in gone if one in options),
        terms=Terms(seats=seats),
        title="A title",
    )
    assert blt.read(line.encode() for line in blt.write(election)) == election


def test_a_quote_in_a_name_becomes_an_apostrophe() -> None:
    election = Election(candidates=(Candidate("1", 'Ann "The\nFox"'),), rankings=read("1 1"))
    [name, _title] = list(blt.write(election))[-2:]
    assert name == "\"Ann 'The Fox'\"\n"


def test_only_rankings_can_be_written() -> None:
    with pytest.raises(ValueError, match="holds rankings"):
        list(blt.write(Election(candidates=(), approvals={})))
