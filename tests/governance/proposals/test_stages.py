"""The table of moves: what it allows happens, and nothing else does."""

import itertools

import pytest

from governance.proposals.stages import (
    COMMENTS_OPEN,
    FINISHED,
    MOVES,
    TEXT_OPEN,
    NoSuchMove,
    Stage,
    target,
)

NAMES = sorted({move.name for move in MOVES})


@pytest.mark.parametrize(("name", "source"), list(itertools.product(NAMES, Stage)))
def test_a_move_leads_where_the_table_says_and_is_refused_where_it_says_nothing(
    name: str, source: Stage
) -> None:
    allowed = [move.target for move in MOVES if (move.name, move.source) == (name, source)]
    if allowed:
        assert [target(name, source)] == allowed
    else:
        with pytest.raises(NoSuchMove, match=name):
            target(name, source)


def test_every_stage_is_reached_and_every_unfinished_one_is_left() -> None:
    reached, frontier = {Stage.IDEA}, [Stage.IDEA]
    while frontier:
        here = frontier.pop()
        onward = {Stage(move.target) for move in MOVES if move.source == here}
        frontier += onward - reached
        reached |= onward
    assert reached == set(Stage)
    assert {
        Stage.ADOPTED,
        Stage.REJECTED,
        Stage.NO_QUORUM,
        Stage.WITHDRAWN,
        Stage.LAPSED,
    } == FINISHED
    assert set(Stage) == COMMENTS_OPEN | FINISHED


def test_nobody_can_stop_a_frozen_text_from_being_voted_on() -> None:
    after = {move.target for move in MOVES if move.source == Stage.FINAL}
    assert after == {Stage.VOTING}
    by_people = {(move.source, move.who) for move in MOVES if move.who == "the author"}
    assert by_people == {(Stage.IDEA, "the author")}
    assert Stage.FINAL not in TEXT_OPEN
