"""The lives of rounds and applications: every stage is reached, and each says what it means."""

from __future__ import annotations

import pytest

from funding.grants import application_stages, round_stages
from funding.grants.models import Application, Round


@pytest.mark.parametrize(
    ("table", "first", "model"),
    [
        (round_stages, round_stages.ANNOUNCED, Round),
        (application_stages, application_stages.DRAFT, Application),
    ],
)
def test_every_stage_is_reached_and_means_something(
    table: object, first: str, model: type[Round | Application]
) -> None:
    stages, moves = table.STAGES, table.MOVES  # type: ignore[attr-defined]
    reached, before = {first}, set[str]()
    while reached != before:
        before = set(reached)
        reached |= {move.target for move in moves if move.source in reached}
    assert reached == set(stages)
    assert {value for value, _ in model.Stage.choices} == set(stages)
    assert all(stage.meaning for stage in stages.values())
    assert all(move.who and move.when_in_words for move in moves)


def test_one_name_leads_from_one_stage_to_one_other() -> None:
    for move in application_stages.MOVES:
        assert application_stages.target_of(move.name, move.source) == move.target
    pairs = [(move.name, move.source) for move in application_stages.MOVES]
    assert len(pairs) == len(set(pairs))


def test_what_is_decided_is_not_moved_again() -> None:
    decided = {
        application_stages.AWARDED,
        application_stages.NOT_CHOSEN,
        application_stages.WITHDRAWN,
    }
    assert not decided & {move.source for move in application_stages.MOVES}
