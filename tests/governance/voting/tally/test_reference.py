"""Thousands of random elections, counted by pref_voting too.

pref_voting is not among what everybody installs: it brings a compiler and 700 megabytes. It is in
the dependency group ``reference``; without it these are skipped by name, and on CI they fail.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import Any

import pytest

from governance.voting.tally import schulze, stv
from governance.voting.tally.ballots import Ranking
from governance.voting.tally.ties import LOT as BY_LOT
from governance.voting.tally.ties import Lot

ELECTIONS = 3_000


@pytest.fixture(scope="module")
def reference() -> Any:
    """pref_voting's profiles and methods."""
    try:
        from pref_voting import margin_based_methods, profiles_with_ties, proportional_methods
    except ImportError:
        if os.environ.get("CI"):
            pytest.fail("CI compares with pref_voting: uv sync --group reference")
        pytest.skip("pref_voting is not installed: uv sync --group reference")
    return profiles_with_ties, margin_based_methods, proportional_methods


def drawn(number: int, *, ties: bool) -> tuple[int, dict[tuple[tuple[int, ...], ...], int]]:
    """A random election of three to six options, small enough to have close results."""
    chance = random.Random(number)  # noqa: S311 - a sample, no secret
    size = chance.randint(3, 6)
    ballots: Counter[tuple[tuple[int, ...], ...]] = Counter()
    for _pattern in range(chance.randint(1, 9)):
        ranked = chance.sample(range(size), chance.randint(1, size))
        groups: list[tuple[int, ...]] = []
        while ranked:
            width = chance.randint(1, 2) if ties else 1
            groups.append(tuple(sorted(ranked[:width])))
            ranked = ranked[width:]
        ballots[tuple(groups)] += chance.randint(1, 40)
    return size, ballots


def ours(ballots: dict[tuple[tuple[int, ...], ...], int]) -> dict[Ranking, int]:
    return {tuple(tuple(map(str, g)) for g in pattern): cast for pattern, cast in ballots.items()}


def theirs(profiles: Any, size: int, ballots: dict[tuple[tuple[int, ...], ...], int]) -> Any:
    profile = profiles.ProfileWithTies(
        [
            {option: rank for rank, group in enumerate(pattern, 1) for option in group}
            for pattern in ballots
        ],
        list(ballots.values()),
        candidates=list(range(size)),
    )
    # An unranked option is below every ranked one.
    profile.use_extended_strict_preference()
    return profile


def test_schulze_has_the_winners_that_pref_voting_finds(reference: Any) -> None:
    """Beat path by winning votes; of two with as many for them, the fewer against are stronger."""
    profiles, methods, _proportional = reference
    for number in range(ELECTIONS):
        size, ballots = drawn(number, ties=True)
        profile = theirs(profiles, size, ballots)

        def strength(one: int, other: int, profile: Any = profile) -> int:
            return int(profile.support(one, other)) * 10_000 - int(profile.support(other, one))

        found = methods.beat_path(profile, strength_function=strength)
        counted = schulze.count(ours(ballots), [str(one) for one in range(size)], lot=Lot(b"", b""))
        assert counted.figures["tiedFirst"] == [str(one) for one in found], number


def test_scottish_stv_elects_whom_pref_voting_elects(reference: Any) -> None:
    """Wherever no lot is drawn; ballots without ties, which pref_voting counts in another way."""
    profiles, _methods, proportional = reference
    compared = 0
    for number in range(ELECTIONS):
        size, ballots = drawn(number, ties=False)
        seats = 1 + number % (size - 1)
        counted = stv.count(
            ours(ballots), [str(one) for one in range(size)], seats=seats, lot=Lot(b"", b"")
        )
        if any(tie.how == BY_LOT for tie in counted.ties):
            continue
        compared += 1
        found = proportional.stv_scottish(theirs(profiles, size, ballots), num_seats=seats)
        assert sorted(counted.winners) == [str(one) for one in found], number
    assert compared > ELECTIONS / 3
