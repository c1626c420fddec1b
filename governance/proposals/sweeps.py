"""What moves proposals when their time has come, without anybody asking."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from django.db.models import Exists, OuterRef, QuerySet

from governance.proposals import acceptance_ways, actions, stages
from governance.proposals.models import (
    AdoptedRule,
    Organisation,
    Proposal,
    Provisional,
    VoteNews,
    founding_on,
)
from governance.voting import stages as poll_stages
from governance.voting.models import Poll
from kernel.refusal import Refused
from kernel.sweeps import ClaimLost, claim, sweep
from members.models import Author, Program

logger = logging.getLogger(__name__)

_SWEEP = Program("sweep:proposals.move")
_RATIFY = Program("sweep:proposals.ratify")
_SEATS = Program("sweep:proposals.seats")
_LOOK = Program("sweep:proposals.look")
_TELL = Program("sweep:proposals.tell")
_LEASE = timedelta(minutes=5)
_LOOKS_AT_ONCE = 5
_NEWS_AT_ONCE = 5
# What was decided longer ago is no news.
_NEWS_FOR = timedelta(days=2)


class _Move(Protocol):
    def __call__(self, *, proposal: Proposal, by: Author, at: datetime) -> Proposal: ...


_AFTER_DISCUSSION: Sequence[_Move] = [actions.freeze, actions.reopen_nominations, actions.lapse]


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
    moved += _each(Proposal.objects.due(stages.DISCUSSION, at), _AFTER_DISCUSSION, at)
    moved += _each(Proposal.objects.due(stages.FINAL, at), [actions.open_vote], at)
    counted = Proposal.objects.filter(stage=stages.VOTING, poll__stage=poll_stages.CLOSED)
    moved += _each(counted, [actions.decide], at)
    # A poll that was called off before it opened has no manifest, and nothing to repeat.
    cancelled = Proposal.objects.filter(
        stage=stages.VOTING, poll__stage=poll_stages.CANCELLED, poll__manifest__isnull=False
    )
    moved += _each(cancelled, [actions.vote_again], at)
    return moved


@sweep("proposals.ratify", every=timedelta(minutes=1))
def ratify(at: datetime) -> int:
    """Once the founding is over, ask members about each decision of it; answers how many."""
    waiting = Provisional.objects.waiting().select_related("decision")
    if not waiting.exists() or founding_on(at.date()):
        return 0
    asked = 0
    for provisional in waiting:
        try:
            actions.ask_to_ratify(decision=provisional.decision, by=_RATIFY, at=at)
        except Refused as refusal:
            logger.debug("%s: %s", provisional.pk, refusal.code)
        else:
            asked += 1
    return asked


@sweep("proposals.seats", every=timedelta(minutes=1))
def seats(at: datetime) -> int:
    """Give every appointment that no election made a seat, so that members can recall it."""
    return actions.note_seats(by=_SEATS, at=at)


@sweep("proposals.look", every=timedelta(seconds=10))
def look(at: datetime) -> int:
    """Look at the domains whose turn it is, outside any transaction; answers at how many."""
    looked = 0
    # Each may take as long as a fetch does: a claim at a time, and few in one run.
    while looked < _LOOKS_AT_ONCE:
        held = claim(Organisation.objects.due(at), at=at, lease=_LEASE, limit=1)
        if not held:
            break
        _look(held[0], at)
        looked += 1
    return looked


def _look(organisation: Organisation, at: datetime) -> None:
    with suppress(ClaimLost):
        try:
            looked = acceptance_ways.get(organisation.form).look(organisation.domain)
        except Refused as problem:
            actions.note_failure(organisation=organisation, problem=problem, by=_LOOK, at=at)
        else:
            actions.note_statement(organisation=organisation, looked=looked, by=_LOOK, at=at)


@sweep("proposals.tell", every=timedelta(seconds=30))
def tell(at: datetime) -> int:
    """Queue the mails about votes that opened or were decided; answers how many."""
    for what, proposals in (
        (VoteNews.What.OPENED, Proposal.objects.filter(poll__in=Poll.objects.taking_ballots(at))),
        (VoteNews.What.RESULT, Proposal.objects.decided_since(at - _NEWS_FOR)),
    ):
        told = VoteNews.objects.filter(what=what, poll=OuterRef("poll"))
        for proposal in proposals.exclude(Exists(told)):
            actions.announce(proposal=proposal, what=what, at=at)
    mails = 0
    waiting = VoteNews.objects.filter(told_at=None).order_by("at", "pk")
    for news in claim(waiting, at=at, lease=_LEASE, limit=_NEWS_AT_ONCE):
        with suppress(ClaimLost):
            mails += actions.tell_of_vote(news=news, by=_TELL, at=at)
    return mails


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
