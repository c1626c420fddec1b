"""What moves proposals when their time has come, without anybody asking."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from django.db.models import QuerySet

from governance.proposals import actions, stages
from governance.proposals.models import AdoptedRule, Proposal
from governance.voting import stages as poll_stages
from kernel.refusal import Refused
from kernel.sweeps import sweep
from members.models import Author, Program

logger = logging.getLogger(__name__)

_SWEEP = Program("sweep:proposals.move")


class _Move(Protocol):
    def __call__(self, *, proposal: Proposal, by: Author, at: datetime) -> Proposal: ...


@sweep("proposals.move", every=timedelta(seconds=3))
def move(at: datetime) -> int:
    """Make every move that is due at ``at``; answers how many were made.

    Each move is a transaction of its own that holds the proposal's row, so that any number of
    workers may run this at once.
    """
    moved = 0
    for adopted in AdoptedRule.objects.in_force(at):
        ideas = Proposal.objects.filter(stage=stages.IDEA, kind=adopted.kind)
        ready = ideas.sponsored(at.date(), by_at_least=adopted.sponsors)
        moved += _each(ready, [actions.begin_discussion], at)
    moved += _each(Proposal.objects.due(stages.IDEA, at), [actions.lapse], at)
    moved += _each(Proposal.objects.due(stages.DISCUSSION, at), [actions.freeze, actions.lapse], at)
    moved += _each(Proposal.objects.due(stages.FINAL, at), [actions.open_vote], at)
    counted = Proposal.objects.filter(stage=stages.VOTING, poll__stage=poll_stages.CLOSED)
    moved += _each(counted, [actions.decide], at)
    # A poll that was called off before it opened has no manifest, and nothing to repeat.
    cancelled = Proposal.objects.filter(
        stage=stages.VOTING, poll__stage=poll_stages.CANCELLED, poll__manifest__isnull=False
    )
    moved += _each(cancelled, [actions.vote_again], at)
    return moved


def _each(proposals: QuerySet[Proposal], moves: Sequence[_Move], at: datetime) -> int:
    return sum(any(_tried(make, proposal, at) for make in moves) for proposal in list(proposals))


def _tried(make: _Move, proposal: Proposal, at: datetime) -> bool:
    try:
        make(proposal=proposal, by=_SWEEP, at=at)
    except Refused as refusal:
        # It waits for something (a confirmation, another vote), or another worker was first.
        logger.debug("%s: %s", proposal.pk, refusal.code)
        return False
    except Exception:
        # One proposal that cannot be moved must not hold up all others; the next sweep tries again.
        logger.exception("proposal %s could not be moved", proposal.pk)
        return False
    return True
