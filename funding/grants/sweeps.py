"""What moves rounds and applications when their time has come, without anybody asking."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from funding.grants import actions, application_stages, milestone_stages, round_stages
from funding.grants.actions import delivering, funds, next_in_line, paying
from funding.grants.actions.award_moves import tell_person
from funding.grants.fund_arithmetic import Difference
from funding.grants.mails import Mail
from funding.grants.models import (
    Application,
    Fund,
    GrantPayment,
    Milestone,
    Round,
)
from governance.voting import stages as poll_stages
from kernel.refusal import Refused
from kernel.sweeps import sweep
from members.models import Author, Person, Program, RoleGrant

logger = logging.getLogger(__name__)

_ROUNDS = Program("sweep:grants.rounds")
_LATE = Program("sweep:grants.late")
_FUNDS = Program("sweep:grants.funds")
_PAYMENTS = Program("sweep:grants.payments")
_MILESTONES = Program("sweep:grants.milestones")
_PROOF = Program("sweep:grants.proof")


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


@sweep("grants.funds", every=timedelta(minutes=1))
def promises(at: datetime) -> int:
    """Set aside what has settled, oldest round first, and promise it to the projects that were
    chosen, and what came free to the next in line; answers how many were promised.

    Where it does not suffice yet, the next run tries again.
    """
    for round in Round.objects.filter(fund=None).order_by("adopted_at", "pk"):
        funds.open_fund(round=round, by=_FUNDS, at=at)
    for fund in Fund.objects.short():
        funds.set_aside(fund=fund, by=_FUNDS, at=at)
    promised = 0
    for application in Application.objects.without_award():
        try:
            promised += funds.promise(application=application, by=_FUNDS, at=at) is not None
        except Refused as refusal:
            logger.info("application %s: %s", application.pk, refusal.code)
    for round in Round.objects.with_line():
        promised += _promote(round, at)
    return promised


def _promote(round: Round, at: datetime) -> int:
    """Promise what came free to those next in line; answers how many.

    Where it went first to a project that waited for dues to settle, the line waits for them too.
    """
    promoted = 0
    try:
        while next_in_line.promote(round=round, by=_FUNDS, at=at):
            promoted += 1
    except Refused as refusal:
        logger.info("round %s: %s", round.pk, refusal.code)
    return promoted


@sweep("grants.payments", every=timedelta(minutes=10))
def payments(at: datetime) -> int:
    """Find payments that were sent in the bank's statements; answers how many were found."""
    return sum(
        paying.match_payment(payment=payment, by=_PAYMENTS, at=at)
        for payment in GrantPayment.objects.sent()
    )


@sweep("grants.milestones", every=timedelta(hours=1))
def reminders(at: datetime) -> int:
    """Remind projects of what is due soon, and now and then of what is late; answers how many."""
    day = at.date()
    soon = Q(reminded_on=None, due_on__lte=day + delivering.REMIND_BEFORE)
    late_now = Q(due_on__lt=day) & (
        Q(reminded_on__lte=F("due_on")) | Q(reminded_on__lte=day - delivering.REMIND_AGAIN)
    )
    due = Milestone.objects.filter(
        soon | late_now, stage__in=milestone_stages.OPEN, award__stage="agreed"
    ).select_related("award__application__applicant", "award__application__round")
    return sum(
        delivering.remind(milestone=milestone, by=_MILESTONES, at=at)
        for milestone in due.order_by("due_on", "pk")
    )


@sweep("grants.proof", every=timedelta(hours=24))
def proof(at: datetime) -> int:
    """Compare every fund with the books; where they differ, every steward is told, once a day."""
    with transaction.atomic():
        found = funds.prove_funds(by=_PROOF, at=at)
        if found:
            for steward in Person.objects.holding(RoleGrant.Role.STEWARD, at.date()):
                tell_person(
                    steward,
                    lambda: _differs(found),
                    key=f"proof:{at:%Y-%m-%d}:{steward.pk}",
                    at=at,
                )
    return len(found)


def _differs(found: tuple[Difference, ...]) -> Mail:
    lines = "\n".join(f"{pair.what}: {pair.fund} / {pair.books}" for pair in found)
    return _("A grant fund and the books do not say the same"), _(
        "The nightly proof compared every fund with the books, and these differ (fund / books, in "
        "the smallest unit of money):\n\n{lines}\n\nNothing was changed. Please stop payments to "
        "projects until you know why.\n"
    ).format(lines=lines)


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
