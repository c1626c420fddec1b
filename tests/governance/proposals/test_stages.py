"""The table of moves: what it allows happens, and nothing else does."""

import itertools

import pytest

from governance.proposals import stages
from governance.proposals.stages import (
    COMMENTS_OPEN,
    FINISHED,
    MOVES,
    STAGES,
    TEXT_OPEN,
    NoSuchMove,
    target,
)

NAMES = sorted({move.name for move in MOVES})


@pytest.mark.parametrize(("name", "source"), list(itertools.product(NAMES, STAGES)))
def test_a_move_leads_where_the_table_says_and_is_refused_where_it_says_nothing(
    name: str, source: str
) -> None:
    allowed = [move.target for move in MOVES if (move.name, move.source) == (name, source)]
    if allowed:
        assert [target(name, source)] == allowed
    else:
        with pytest.raises(NoSuchMove, match=name):
            target(name, source)


def test_every_stage_is_reached_and_every_unfinished_one_is_left() -> None:
    reached, frontier = {stages.IDEA}, [stages.IDEA]
    while frontier:
        here = frontier.pop()
        onward = {move.target for move in MOVES if move.source == here}
        frontier += onward - reached
        reached |= onward
    assert reached == set(STAGES)
    assert {
        stages.ADOPTED,
        stages.REJECTED,
        stages.NO_QUORUM,
        stages.WITHDRAWN,
        stages.LAPSED,
    } == FINISHED
    assert set(STAGES) == COMMENTS_OPEN | FINISHED


def test_nobody_can_stop_a_frozen_text_from_being_voted_on() -> None:
    after = {move.target for move in MOVES if move.source == stages.FINAL}
    assert after == {stages.VOTING}
    by_people = {(move.source, move.who) for move in MOVES if move.who == "the author"}
    assert by_people == {(stages.IDEA, "the author")}
    assert stages.FINAL not in TEXT_OPEN
