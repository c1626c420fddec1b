"""The table of moves."""

from __future__ import annotations

from itertools import product

import pytest

from governance.voting import stages
from governance.voting.models import Poll
from governance.voting.stages import MOVES, STAGES


def test_every_move_is_between_stages_there_are() -> None:
    assert {move.source for move in MOVES} | {move.target for move in MOVES} == set(STAGES)


def test_the_rows_know_the_same_stages() -> None:
    assert set(Poll.Stage.values) == set(STAGES)


@pytest.mark.parametrize(("source", "target"), list(product(STAGES, repeat=2)))
def test_only_what_the_table_lists_is_allowed(source: str, target: str) -> None:
    listed = (source, target) in {(move.source, move.target) for move in MOVES}
    assert stages.allows(source, target) is listed


def test_nothing_leaves_the_last_stages() -> None:
    assert not [move for move in MOVES if move.source in (stages.CLOSED, stages.CANCELLED)]


def test_an_open_poll_closes_or_is_cancelled_by_two() -> None:
    onward = {move.target: move.who for move in MOVES if move.source == stages.OPEN}
    assert onward == {stages.CLOSING: "the program", stages.CANCELLED: "two scrutineers"}
