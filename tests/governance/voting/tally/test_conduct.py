"""Every method over the same hard cases, and what cannot be counted refused in a sentence."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from governance.voting.tally import report
from governance.voting.tally.ballots import (
    approved,
    canonical_lines,
    default_seed,
    merkle_root,
)
from governance.voting.tally.conduct import METHODS, TAKES, CannotCount, conduct
from governance.voting.tally.election import Candidate, Election, Terms
from governance.voting.tally.ties import Lot
from tests.governance.voting.tally.profiles import approve, read

YES_NO = tuple(Candidate(one, one.capitalize()) for one in ("yes", "no", "abstain"))
LETTERS = tuple(Candidate(one, f"Option {one}") for one in "ABD")


def ranked(*lines: str) -> Election:
    return Election(candidates=LETTERS, rankings=read(*lines))


def asked(*lines: str) -> Election:
    return Election(candidates=YES_NO, approvals=approve(*lines), eligible=100)


def divided(*lines: str) -> Election:
    return Election(
        candidates=LETTERS,
        approvals=approve(*lines),
        costs={"A": Fraction(60), "B": Fraction(40), "D": Fraction(90)},
        budget=Fraction(100),
    )


QUORUM = Terms(quorum=10)
DEFAULT = Terms(quorum=10, default="D")
TWO_THIRDS = Terms(quorum=10, default="D", majority=Fraction(2, 3))


@pytest.mark.parametrize(
    ("what", "election", "method", "terms", "winners", "outcome"),
    [
        # Staying away cannot defeat what voting against could not.
        ("boycott", asked("10 yes"), "yes_no", QUORUM, "yes", "adopted"),
        ("boycott ended", asked("10 yes", "9 no"), "yes_no", QUORUM, "yes", "adopted"),
        ("too few in favour", asked("9 yes", "1 no"), "yes_no", QUORUM, "", "no_quorum"),
        ("a tie", asked("10 yes", "10 no"), "yes_no", QUORUM, "", "rejected"),
        ("one voter", asked("1 yes"), "yes_no", QUORUM, "", "no_quorum"),
        ("one voter, no quorum", asked("1 yes"), "yes_no", Terms(), "yes", "adopted"),
        ("nobody", asked(), "yes_no", QUORUM, "", "no_quorum"),
        ("all abstain", asked("50 abstain", "9 "), "yes_no", QUORUM, "", "no_quorum"),
        ("boycott", ranked("10 A>D"), "schulze", DEFAULT, "A", "elected"),
        ("boycott ended", ranked("10 A>D", "9 D"), "schulze", DEFAULT, "A", "elected"),
        ("too few in favour", ranked("9 A>D"), "schulze", DEFAULT, "D", "default"),
        ("a tie", ranked("10 A>D", "10 D>A"), "schulze", DEFAULT, "D", "default"),
        ("two thirds", ranked("20 A>D", "10 D>A"), "schulze", TWO_THIRDS, "A", "elected"),
        ("under two thirds", ranked("20 A>D", "11 D>A"), "schulze", TWO_THIRDS, "D", "default"),
        ("one voter", ranked("1 A>D"), "schulze", DEFAULT, "D", "default"),
        ("one voter, no quorum", ranked("1 A>D"), "schulze", Terms(default="D"), "A", "elected"),
        ("nobody", ranked(), "schulze", DEFAULT, "D", "default"),
        ("nobody, no default", ranked(), "schulze", Terms(), "", "nobody"),
        ("all abstain", ranked("50 "), "schulze", DEFAULT, "D", "default"),
        # For elections and allocations the quorum is turnout: abstaining takes part.
        ("boycott", ranked("9 A"), "stv", QUORUM, "", "no_quorum"),
        ("boycott ended", ranked("9 A", "1 "), "stv", QUORUM, "A", "elected"),
        ("one voter", ranked("1 A"), "stv", QUORUM, "", "no_quorum"),
        ("one voter, no quorum", ranked("1 A"), "stv", Terms(), "A", "elected"),
        ("nobody", ranked(), "stv", QUORUM, "", "no_quorum"),
        ("nobody, no quorum", ranked(), "stv", Terms(), "", "nobody"),
        ("all abstain", ranked("50 "), "stv", QUORUM, "", "nobody"),
        ("boycott", ranked("9 A"), "approval", QUORUM, "", "no_quorum"),
        ("enough", ranked("10 A", "8 B"), "approval", QUORUM, "A", "elected"),
        ("one voter", ranked("1 A"), "approval", Terms(), "A", "elected"),
        ("nobody", ranked(), "approval", QUORUM, "", "nobody"),
        ("all abstain", ranked("50 "), "approval", QUORUM, "", "nobody"),
        ("boycott", divided("9 A,B"), "equal_shares", QUORUM, "", "no_quorum"),
        ("boycott ended", divided("9 A,B", "1 "), "equal_shares", QUORUM, "BA", "elected"),
        ("one voter", divided("1 A,B"), "equal_shares", Terms(), "BA", "elected"),
        ("nobody", divided(), "equal_shares", QUORUM, "", "no_quorum"),
        ("nobody, no quorum", divided(), "equal_shares", Terms(), "", "nobody"),
        ("all abstain", divided("50 "), "equal_shares", QUORUM, "", "nobody"),
        ("boycott", divided("9 A,B"), "greedy", QUORUM, "", "no_quorum"),
        ("enough", divided("9 A,B", "1 A"), "greedy", QUORUM, "AB", "elected"),
        ("one voter", divided("1 D"), "greedy", Terms(), "D", "elected"),
        ("nobody", divided(), "greedy", Terms(), "", "nobody"),
        ("all abstain", divided("50 "), "greedy", QUORUM, "", "nobody"),
    ],
)
def test_the_table(
    what: str, election: Election, method: str, terms: Terms, winners: str, outcome: str
) -> None:
    count = conduct(election, method, terms).count
    assert count.winners == ((winners,) if winners == "yes" else tuple(winners)), what
    assert count.outcome == outcome, what
    # Whatever comes out can be told.
    names = {one.id: one.name for one in election.candidates}
    assert all(isinstance(line, str) for line in report.lines(count, names))


@pytest.mark.parametrize("method", ["schulze", "stv", "approval"])
def test_a_tie_between_two_is_drawn(method: str) -> None:
    election = ranked("10 A", "10 B")
    drawn = conduct(election, method, Terms(seed=b"x"))
    lot = Lot(b"x", merkle_root(canonical_lines(read("10 A", "10 B"))))
    assert drawn.count.winners == (lot.order("AB")[0],)
    assert drawn.count.ties
    assert (drawn.lot, drawn.seed_given) == (lot, True)


def test_without_a_seed_it_is_the_hash_of_the_merged_ballots() -> None:
    election = ranked("10 A", "10 B")
    lines = canonical_lines(election.rankings or {})
    counted = conduct(election, "stv", Terms())
    assert (counted.lot.seed, counted.seed_given) == (default_seed(lines), False)
    assert counted.lot.root == merkle_root(lines)


def test_seed_and_root_of_a_published_poll_are_taken() -> None:
    election = replace(ranked("1 A"), root=b"r", terms=Terms(seed=b"s", seats=2, quorum=1))
    counted = conduct(election, "stv", Terms())
    assert counted.lot == Lot(b"s", b"r")
    assert (counted.count.figures["seats"], counted.count.figures["quorum"]) == (2, 1)
    assert conduct(election, "stv", Terms(quorum=2)).count.outcome == "no_quorum"
    assert "does not fill seats" in " ".join(conduct(election, "schulze", Terms(default="D")).notes)


def test_whoever_withdrew_is_not_counted() -> None:
    election = replace(ranked("10 A>B", "1 B", "5 D"), withdrawn=frozenset("A"))
    for method in ("stv", "schulze", "approval"):
        count = conduct(election, method, Terms()).count
        assert count.winners == ("B",), method
    assert approved(read("2 A>B", "1 B=A")) == approve("3 A,B")


YES_NO_FILE = asked("1 yes")
RANKED = ranked("1 A>B", "1 B=D>A")
DIVIDED = divided("1 A,B")


@pytest.mark.parametrize(
    ("election", "method", "terms", "reason"),
    [
        (RANKED, "equal_shares", Terms(), "no costs and no budget"),
        (RANKED, "greedy", Terms(), "no costs and no budget"),
        (RANKED, "yes_no", Terms(), "options called yes and no"),
        (DIVIDED, "stv", Terms(), "counts rankings"),
        (DIVIDED, "schulze", Terms(), "counts rankings"),
        (replace(RANKED, complete=True), "approval", Terms(), "ranks every option"),
        (RANKED, "stv", Terms(seats=4), "4 seats and only 3 candidates"),
        (replace(RANKED, withdrawn=frozenset("A")), "stv", Terms(seats=3), "only 2 candidates"),
        (RANKED, "stv", Terms(seats=0), "at least one seat"),
        (replace(RANKED, withdrawn=frozenset("ABD")), "stv", Terms(), "all have withdrawn"),
        (replace(RANKED, withdrawn=frozenset("ABD")), "schulze", Terms(), "all have withdrawn"),
        (RANKED, "schulze", Terms(seats=2), "takes no --seats"),
        (RANKED, "schulze", Terms(default="X"), "none of those who stand"),
        (
            replace(RANKED, withdrawn=frozenset("D")),
            "schulze",
            Terms(default="D"),
            "none of those who stand",
        ),
        (RANKED, "schulze", Terms(quorum=1), "name it with --default"),
        (RANKED, "schulze", Terms(majority=Fraction(2, 3)), "name it with --default"),
        (RANKED, "stv", Terms(default="A"), "takes no --default"),
        (RANKED, "stv", Terms(majority=Fraction(2, 3)), "takes no --majority"),
        (DIVIDED, "equal_shares", Terms(seats=2), "takes no --seats"),
        (DIVIDED, "greedy", Terms(majority=Fraction(1, 2)), "takes no --majority"),
        (YES_NO_FILE, "yes_no", Terms(seats=1), "takes no --seats"),
        (YES_NO_FILE, "yes_no", Terms(quorum=-1), "not below nothing"),
        (YES_NO_FILE, "yes_no", Terms(majority=Fraction(1, 3)), "a share from 1/2"),
        (YES_NO_FILE, "yes_no", Terms(majority=Fraction(3)), "a ratio of 3:1 is the share 3/4"),
        (asked("1 yes,no"), "yes_no", Terms(), "one choice on each ballot"),
        (
            Election(candidates=YES_NO, rankings=read("1 yes=no")),
            "yes_no",
            Terms(),
            "several first",
        ),
    ],
)
def test_what_cannot_be_counted_is_refused(
    election: Election, method: str, terms: Terms, reason: str
) -> None:
    with pytest.raises(CannotCount, match=reason):
        conduct(election, method, terms)


def test_yes_and_no_may_be_names_in_a_ranked_file() -> None:
    election = Election(
        candidates=(Candidate("1", "No"), Candidate("2", " Yes")),
        rankings=read("5 2>1", "2 1", "4 "),
    )
    counted = conduct(election, "yes_no", Terms()).count
    assert counted.figures["counts"] == {"yes": 5, "no": 2, "abstain": 4}
    assert counted.winners == ("2",)


def test_points_are_what_the_greedy_rule_counts_where_there_are_any() -> None:
    election = replace(divided("3 A", "1 D"), points={"A": 3, "B": 0, "D": 9})
    assert conduct(election, "greedy", Terms()).count.winners == ("D",)


def test_every_method_is_told_of() -> None:
    assert set(METHODS) == set(TAKES) == set(report.TOLD)
