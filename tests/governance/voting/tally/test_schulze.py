"""Schulze with the default option of the Debian Constitution: by hand, and by its properties."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations, pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from governance.voting.tally import schulze
from governance.voting.tally.ballots import Ranking, ranking
from governance.voting.tally.outcome import DEFAULT, NOBODY, Count
from governance.voting.tally.pairwise import beat_paths, duels, schwartz_set, strengths
from governance.voting.tally.ties import Lot
from tests.governance.voting.tally.profiles import LOT, rankings, read, weak_orders

Ballots = Mapping[Ranking, int]


def count(ballots: Ballots, options: str, lot: Lot = LOT, **rules: object) -> Count:
    return schulze.count(ballots, list(options), lot=lot, **rules)  # type: ignore[arg-type]


# --- published examples -------------------------------------------------------------------------


def test_the_45_voters_of_the_encyclopaedia() -> None:
    """Wikipedia, "Schulze method", the first example: E > A > C > B > D, with these strengths."""
    ballots = read(
        *("5 A>C>B>E>D", "5 A>D>E>C>B", "8 B>E>D>A>C", "3 C>A>B>E>D"),
        *("7 C>A>E>B>D", "2 C>B>A>D>E", "7 D>C>E>B>A", "8 E>B>A>D>C"),
    )
    counted = count(ballots, "ABCDE")
    assert counted.figures["order"] == list("EACBD")
    assert counted.winners == ("E",)
    assert counted.ties == ()
    assert counted.figures["pairwise"]["C"] == {"A": 19, "B": 29, "D": 17, "E": 24}
    strongest = {(one["from"], one["to"]): one["for"] for one in counted.figures["beatPaths"]}
    expected = {
        "A": {"B": 28, "C": 28, "D": 30, "E": 24},
        "B": {"A": 25, "C": 28, "D": 33, "E": 24},
        "C": {"A": 25, "B": 29, "D": 29, "E": 24},
        "D": {"A": 25, "B": 28, "C": 28, "E": 24},
        "E": {"A": 25, "B": 28, "C": 28, "D": 31},
    }
    assert strongest == {
        (one, other): votes for one, row in expected.items() for other, votes in row.items()
    }


def test_the_capital_of_tennessee() -> None:
    ballots = read("42 M>N>C>K", "26 N>C>K>M", "15 C>K>N>M", "17 K>C>N>M")
    counted = count(ballots, "MNCK")
    assert counted.winners == ("N",)
    assert counted.figures["order"] == list("NCKM")


# --- the Debian Constitution, A.5, by hand --------------------------------------------------------


def test_an_option_short_of_the_quorum_is_dropped_though_it_beats_everyone() -> None:
    """A.5, 2: A is above the default on 4 ballots of the 5 needed; B, which it beats, on 5."""
    ballots = read("4 A>B>D", "1 B>D>A", "3 D")
    counted = count(ballots, "ABD", default="D", quorum=5)
    [checks] = [step["checks"] for step in counted.rounds if step["step"] == "default"]
    assert checks == [
        {
            "candidate": "A",
            "above": 4,
            "below": 4,
            "quorumMet": False,
            "majorityMet": False,
            "dropped": True,
        },
        {
            "candidate": "B",
            "above": 5,
            "below": 3,
            "quorumMet": True,
            "majorityMet": True,
            "dropped": False,
        },
    ]
    assert counted.winners == ("B",)
    assert counted.figures["dropped"] == ["A"]
    assert count(ballots, "ABD", default="D", quorum=6).outcome == DEFAULT


@pytest.mark.parametrize(("for_it", "stands"), [(29, False), (30, True), (31, True)])
def test_three_to_one_is_met_by_exactly_three_to_one(for_it: int, stands: bool) -> None:
    """A.5, 3.2: V(A,D) ≥ N × V(D,A); those who rank neither above the other do not count."""
    ballots = read(f"{for_it} A>D", "10 D>A", "50 A=D", "7 B>A=D")
    counted = count(ballots, "ABD", default="D", majority=Fraction(3, 4))
    assert ("A" in counted.figures["order"]) is stands


def test_a_tie_with_the_default_is_no_defeat() -> None:
    """A.5, 3.2: V(A,D) is strictly greater than V(D,A)."""
    assert count(read("5 A>D", "5 D>A"), "AD", default="D").winners == ("D",)
    assert count(read("6 A>D", "5 D>A"), "AD", default="D").winners == ("A",)


def test_options_are_dropped_before_the_defeats_are_drawn() -> None:
    """A.5, 3 and 4: A beats everyone, and fails the majority of 3:1; B and C stand without it."""
    ballots = read("7 A>B>C>D", "4 B>C>D>A")
    assert count(ballots, "ABCD", default="D").figures["order"] == ["A", "B", "C", "D"]
    strict = count(ballots, "ABCD", default="D", majority=Fraction(3, 4))
    assert strict.figures["dropped"] == ["A"]
    assert strict.figures["order"] == ["B", "C", "D"]


def test_an_unranked_option_is_last_below_every_ranked_one() -> None:
    """A.5, 1: also the default option, and also below an option that a ballot ranks last."""
    table = duels(read("1 A>B", "1 C"), "ABCD")
    assert table["B"] == {"A": 0, "C": 1, "D": 1}
    assert table["C"]["D"] == table["C"]["A"] == 1
    assert table["D"] == {"A": 0, "B": 0, "C": 0}
    assert count(read("1 B"), "BD", default="D").winners == ("B",)


def test_of_two_defeats_with_as_many_for_them_the_one_with_more_against_is_weaker() -> None:
    """A.5, 7.1, in a cycle of A over B 5:2, B over C 5:3 and C over A 5:4: the last falls."""
    table = {"A": {"B": 5, "C": 4}, "B": {"A": 2, "C": 5}, "C": {"A": 5, "B": 3}}
    defeats = strengths(table, "ABC")
    assert defeats["A"]["B"] > defeats["B"]["C"] > defeats["C"]["A"] > 0
    best, paths = beat_paths(defeats)
    assert paths["A"]["C"] == ["A", "B", "C"]
    assert best["A"]["C"] > best["C"]["A"]


def test_a_perfect_cycle_is_drawn_and_listed() -> None:
    counted = count(read("1 A>B>C", "1 B>C>A", "1 C>A>B"), "ABC")
    assert counted.figures["tiedFirst"] == ["A", "B", "C"]
    assert counted.figures["order"] == LOT.order("ABC")
    assert counted.ties[0].candidates == ("A", "B", "C")
    assert counted.ties[0].order == tuple(LOT.order("ABC"))
    cycle = read("1 A>B>C", "1 B>C>A", "1 C>A>B")
    drawn = {count(cycle, "ABC", Lot(bytes([one]), b"")).winners for one in range(30)}
    assert drawn == {("A",), ("B",), ("C",)}


def test_without_any_preference_there_is_no_winner() -> None:
    assert count({}, "AB").outcome == NOBODY
    assert count(read("7 A=B", "3 "), "AB").winners == ()
    assert count({}, "AD", default="D").outcome == DEFAULT


def test_a_quorum_needs_a_default_option() -> None:
    with pytest.raises(ValueError, match="measured against a default"):
        count(read("1 A"), "AB", quorum=1)
    with pytest.raises(ValueError, match="none of the options"):
        count(read("1 A"), "AB", default="C")


# --- properties -----------------------------------------------------------------------------------


@given(rankings())
def test_a_condorcet_winner_wins(election: tuple[str, Ballots]) -> None:
    options, ballots = election
    table = duels(ballots, options)
    champions = [
        one for one in options if all(table[one][other] > table[other][one] for other in table[one])
    ]
    assume(champions)
    counted = count(ballots, options)
    assert list(counted.winners) == champions
    assert not [tie for tie in counted.ties if tie.step == 1]


@given(rankings())
def test_the_winner_is_in_the_smith_set(election: tuple[str, Ballots]) -> None:
    options, ballots = election
    table = duels(ballots, options)
    smith = next(
        set(inside)
        for size in range(1, len(options) + 1)
        for inside in combinations(options, size)
        if all(
            table[one][other] > table[other][one]
            for one in inside
            for other in options
            if other not in inside
        )
    )
    counted = count(ballots, options)
    assert set(counted.winners) <= smith
    # The whole of the set finishes before everybody else.
    assert not counted.winners or set(counted.figures["order"][: len(smith)]) == smith


@given(rankings())
def test_dropping_defeats_and_beat_paths_find_the_same(election: tuple[str, Ballots]) -> None:
    """The Schwartz set made ever smaller (A.5) and the strongest paths (Schulze) agree."""
    options, ballots = election
    counted = count(ballots, options)
    best, _paths = beat_paths(strengths(duels(ballots, options), options))
    unbeaten = [one for one in options if all(best[one][x] >= best[x][one] for x in best[one])]
    assume(counted.winners)
    assert counted.figures["tiedFirst"] == unbeaten
    assert counted.winners[0] in unbeaten
    assert set(unbeaten) <= set(schwartz_set(strengths(duels(ballots, options), options)))


@given(rankings())
def test_each_path_is_as_strong_as_it_says(election: tuple[str, Ballots]) -> None:
    options, ballots = election
    defeats = strengths(duels(ballots, options), options)
    best, paths = beat_paths(defeats)
    for one, row in paths.items():
        for other, path in row.items():
            if not best[one][other]:
                assert path == []
                continue
            assert (path[0], path[-1]) == (one, other)
            assert len(set(path)) == len(path)
            assert min(defeats[a][b] for a, b in pairwise(path)) == best[one][other]


@given(rankings(least=1), st.data())
def test_ranking_the_winner_higher_on_one_ballot_does_not_hurt(
    election: tuple[str, Ballots], data: st.DataObject
) -> None:
    options, ballots = election
    before = count(ballots, options)
    assume(before.winners and len(before.figures["tiedFirst"]) == 1)
    [winner] = before.winners
    pattern = data.draw(st.sampled_from(sorted(ballots)))
    above = [group for group in pattern if winner not in group]
    lower = next((at for at, group in enumerate(pattern) if winner in group), len(above))
    rest = [[one for one in group if one != winner] for group in pattern]
    at = data.draw(st.integers(0, lower))
    raised = ranking([*rest[:at], [winner], *rest[at:]])
    changed = dict(ballots)
    changed[pattern] -= 1
    changed[raised] = changed.get(raised, 0) + 1
    assert winner in count(changed, options).figures["tiedFirst"]


@given(rankings(complete=True, least=1))
def test_who_wins_does_not_win_when_every_ballot_is_turned_over(
    election: tuple[str, Ballots],
) -> None:
    options, ballots = election
    forward = count(ballots, options)
    assume(len(forward.figures["tiedFirst"]) == 1)
    turned = count({pattern[::-1]: cast for pattern, cast in ballots.items()}, options)
    assert turned.figures["tiedFirst"] != forward.figures["tiedFirst"]


@given(rankings(), st.permutations("ABCDEF"))
def test_names_do_not_matter_but_for_the_lot(
    election: tuple[str, Ballots], names: list[str]
) -> None:
    options, ballots = election
    other = dict(zip("ABCDEF", names, strict=True))
    renamed = {
        ranking([other[one] for one in group] for group in pattern): cast
        for pattern, cast in ballots.items()
    }
    here, there = count(ballots, options), count(renamed, "".join(other[one] for one in options))
    assert {other[one] for one in here.figures["tiedFirst"]} == set(there.figures["tiedFirst"])
    if not here.ties:
        assert [other[one] for one in here.figures["order"]] == there.figures["order"]


@given(rankings(), st.integers(0, 40), st.sampled_from(["1/2", "2/3", "3/4", "1/1"]))
def test_nobody_wins_over_the_default_who_does_not_beat_it_as_asked(
    election: tuple[str, Ballots], quorum: int, majority: str
) -> None:
    options, ballots = election
    counted = count(ballots, options, default="A", quorum=quorum, majority=Fraction(majority))
    [winner] = counted.winners
    table = duels(ballots, options)
    above, below = (0, 0) if winner == "A" else (table[winner]["A"], table["A"][winner])
    assert winner == "A" or (above >= quorum and above > below)
    assert winner == "A" or above >= Fraction(majority) * (above + below)


@given(weak_orders("ABCD"))
def test_a_duel_counts_each_ballot_once_at_most(pattern: Ranking) -> None:
    table = duels({pattern: 3}, "ABCD")
    for one in "ABCD":
        for other in table[one]:
            assert table[one][other] + table[other][one] in (0, 3)
