"""What the worker does for polls: opens them, commits their ballots, reminds of them, closes them.

A poll is claimed by its ``Upkeep`` row, those tried most often last, so that one that fails holds
up no other.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from governance.voting import actions
from governance.voting.actions import reminding
from governance.voting.models import Intake, Poll, Upkeep
from kernel.refusal import Refused
from kernel.sweeps import ClaimLost, claim, settle, sweep
from members import mail_gates
from members.models import Program

LEASE = timedelta(minutes=1)
AT_ONCE = 20

mail_gates.register(reminding.KIND, reminding.still_wanted)


@sweep("voting.open", every=timedelta(seconds=5))
def open_due(at: datetime) -> int:
    """Open every poll whose window has begun."""
    return _each(
        Poll.objects.due_to_open(at), at, actions.open_poll, by=Program("sweep:voting.open")
    )


@sweep("voting.commit", every=timedelta(minutes=1))
def commit_waiting(at: datetime) -> int:
    """Commit the ballots that wait, where there are enough, and shuffle the others."""
    waiting = Poll.objects.taking_ballots(at).filter(
        Exists(Intake.objects.filter(poll=OuterRef("pk")))
    )
    return _each(waiting, at, actions.commit_ballots, by=Program("sweep:voting.commit"))


@sweep("voting.close", every=timedelta(seconds=5))
def close_due(at: datetime) -> int:
    """Close every poll whose window has ended, and go on where closing was interrupted."""
    return _each(
        Poll.objects.due_to_close(at), at, actions.close_poll, by=Program("sweep:voting.close")
    )


@sweep("voting.clear", every=timedelta(seconds=5))
def clear_cancelled(at: datetime) -> int:
    """Finish what an interrupted cancellation left: keys, waiting ballots, the record's entry."""
    return _each(
        Poll.objects.due_to_clear(),
        at,
        actions.conclude_cancellation,
        by=Program("sweep:voting.clear"),
    )


@sweep("voting.remind", every=timedelta(minutes=1))
def remind_due(at: datetime) -> int:
    """Remind of every open poll, once, those who asked for it."""
    return _each(
        Poll.objects.due_to_remind(at), at, actions.remind, by=Program("sweep:voting.remind")
    )


@sweep("voting.objections", every=timedelta(minutes=1))
def count_objections(at: datetime) -> int:
    """Record how many objected to each poll whose time for objections has ended."""
    return _each(
        Poll.objects.objections_over(at),
        at,
        actions.count_objections,
        by=Program("sweep:voting.objections"),
    )


def _each(polls: QuerySet[Poll], at: datetime, act: Callable[..., Any], *, by: Program) -> int:
    """Claim the polls and act on each; answer how many there were."""
    waiting = Upkeep.objects.filter(poll__in=polls).order_by("attempts", "pk")
    # No claim made by this clock reaches so far: one that does was made by a clock that ran
    # ahead, and would hold the poll up until then. Breaking one is safe: each action is.
    waiting.filter(claimed_until__gt=at + 2 * LEASE).update(claim_token=None, claimed_until=None)
    done: list[Any] = []
    while len(done) < AT_ONCE and (
        held := claim(waiting.exclude(pk__in=done), at=at, lease=LEASE, limit=1)
    ):
        [upkeep] = held
        done.append(upkeep.pk)
        # Each action is safe by itself: somebody else may have been there first, and a claim that
        # was lost has done no harm.
        with suppress(Refused):
            act(poll=upkeep.poll, at=at, by=by)
        with suppress(ClaimLost):
            settle(upkeep, attempts=0)
    return len(done)
