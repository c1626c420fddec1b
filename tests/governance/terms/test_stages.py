"""The table of what may become of a version."""

from __future__ import annotations

from itertools import product

import pytest

from governance.terms import stages
from governance.terms.models import Status
from governance.terms.stages import MOVES, STAGES


def test_the_rows_know_the_same_stages() -> None:
    assert set(Status.Name.values) == set(STAGES)
    assert {move.source for move in MOVES} | {move.target for move in MOVES} == set(STAGES)


@pytest.mark.parametrize(("source", "target"), list(product(STAGES, repeat=2)))
def test_only_what_the_table_lists_is_allowed(source: str, target: str) -> None:
    listed = (source, target) in {(move.source, move.target) for move in MOVES}
    assert stages.allows(source, target) is listed


def test_nothing_leads_back_into_force_and_nothing_out_of_withdrawn() -> None:
    assert not [move for move in MOVES if move.target == stages.ACTIVE]
    assert not [move for move in MOVES if move.source == stages.WITHDRAWN]
    # However often one moves, no status comes twice: that is what the unique constraint says.
    order = list(STAGES)
    assert all(order.index(move.source) < order.index(move.target) for move in MOVES)
