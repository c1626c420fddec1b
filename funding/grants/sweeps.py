"""What moves rounds and applications when their time has come, without anybody asking."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from funding.grants import actions, application_stages, round_stages
from funding.grants.models import Application, Round
from governance.voting import stages as poll_stages
from kernel.refusal import Refused
from kernel.sweeps import sweep
from members.models import Author, Program

logger = logging.getLogger(__name__)

_ROUNDS = Program("sweep:grants.rounds")
_LATE = Program("sweep:grants.late")


class _Move(Protocol):
    def __call__(self, *, round: Round, by: Author, at: datetime) -> Round: ...


@sweep("grants.rounds", every=timedelta(seconds=10))
def rounds(at: datetime) -> int:
    """Make every move of a round that is due at ``at``; answers how many were made.

    Each move is a transaction of its own that holds its rows, so that any number of workers may run
    this at once.
    """
    moved = _each(Round.objects.due_to_open(at), actions.begin_call, at)
    moved += _each(Round.objects.due_to_end_call(at), actions.end_call, at)
    moved += _screen(at)
    voting = Round.objects.filter(stage=round_stages.VOTING)
    moved += _each(voting.filter(poll__stage=poll_stages.CLOSED), actions.read_result, at)
    moved += _each(voting.filter(poll__stage=poll_stages.CANCELLED), actions.vote_again, at)
    return moved


@sweep("grants.late", every=timedelta(minutes=10))
def late(at: datetime) -> int:
    """Tell each applicant, once, that the day by which they hear has slipped; answers how many."""
    waiting = Application.objects.filter(
        stage__in=application_stages.UNANSWERED, told_late_at=None, round__hear_by__lte=at
    )
    return sum(
        actions.tell_late(application=application, by=_LATE, at=at)
        for application in waiting.order_by("pk")
    )


def _screen(at: datetime) -> int:
    """Whatever was sent and whose call is over, one that was sent at the last moment included."""
    sent = Application.objects.filter(stage=application_stages.SUBMITTED).exclude(
        round__stage__in=[round_stages.ANNOUNCED, round_stages.OPEN]
    )
    moved = 0
    for application in sent.select_related("round").order_by("pk"):
        try:
            actions.begin_screening(application=application, by=_ROUNDS, at=at)
        except Refused as refusal:
            logger.debug("%s: %s", application.pk, refusal.code)
        else:
            moved += 1
    return moved


def _each(due: Iterable[Round], move: _Move, at: datetime) -> int:
    moved = 0
    for round in list(due):
        try:
            move(round=round, by=_ROUNDS, at=at)
        except Refused as refusal:
            # Another worker was there first.
            logger.debug("%s: %s", round.pk, refusal.code)
        else:
            moved += 1
    return moved
