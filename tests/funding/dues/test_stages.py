"""The life of a checkout is what its table says."""

from funding.dues import stages


def test_every_stage_is_in_a_move_and_every_move_between_stages() -> None:
    ends = {move.source for move in stages.MOVES} | {move.target for move in stages.MOVES}
    assert ends == set(stages.STAGES)
    assert not any(move.source == move.target for move in stages.MOVES)


def test_paid_is_final_and_wins_over_whatever_we_thought() -> None:
    assert stages.sources_of(stages.PAID) == set(stages.STAGES) - {stages.PAID}
    assert not any(move.source == stages.PAID for move in stages.MOVES)
    assert stages.sources_of(stages.PREPARED) == frozenset()
