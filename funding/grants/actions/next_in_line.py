"""Writes to what is left of a round: it goes to the next in line, or the fund is closed.

Who is next was decided by the members' vote and confirmed by a quorum; a program keeps to it.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from funding.grants import application_stages as stages
from funding.grants import award_stages, mails, outcomes, record_types
from funding.grants.actions.funds import commit_award
from funding.grants.actions.moving import hold, hold_round, move, tell
from funding.grants.models import Application, Award, Event, Fund, Movement, Round
from funding.grants.permissions import check_can_look_after
from governance.record.actions import submit
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Author, Person, subject_of


@transaction.atomic
def promote(*, round: Round, by: Author, at: datetime) -> Award | None:
    """Promise what came free of a round to the next in line whom it suffices; None for nobody.

    What was never promised stays where the vote left it: only what somebody did not take, what an
    ending released and what was given back can go to somebody else.
    """
    held_round = hold_round(round)
    fund = Fund.objects.select_for_update().filter(round=held_round, closed_at=None).first()
    if fund is None:
        return None
    free = Movement.objects.came_free(fund)
    line = {
        application.determination.rank: application
        for application in _line(held_round).filter(determination__rank__isnull=False)
    }
    asks = {rank: _ask(application).minor for rank, application in line.items() if rank}
    rank = outcomes.next_in_line(asks, free=free)
    if rank is None:
        return None
    held = hold(line[rank])
    move(held, "promote", by=by, at=at)
    submit(
        type=record_types.PROMOTED.name,
        body={
            "application": f"{settings.PUBLIC_ORIGIN}{held.get_absolute_url()}",
            "round": f"{settings.PUBLIC_ORIGIN}{held_round.get_absolute_url()}",
            "rank": rank,
            "freeMinor": free,
            "currency": fund.currency,
            "resultSha256": line[rank].determination.result_sha256,
        },
        at=at,
    )
    tell(held, partial(mails.promoted, held), about="promoted", at=at)
    return commit_award(application=held, amount=_ask(held), by=by, at=at)


@transaction.atomic
def close_fund(*, fund: Fund, by: Person, at: datetime) -> Money:
    """Give back to later rounds what is set aside and not promised; answers how much.

    Whoever is next in line is told that nothing comes free any more. Raises ``Refused`` for who
    does not look after the round, while a project on it was not decided or an award not agreed, and
    afterwards.
    """
    check_can_look_after(fund.round, by, at)
    held_round = hold_round(fund.round)
    promised = held_round.applications.filter(stage=stages.AWARDED)
    undecided = promised.filter(award=None) | promised.filter(
        award__stage__in=[award_stages.COMMITTED, award_stages.OFFERED]
    )
    if held_round.decided_at is None or undecided.exists():
        raise Refused(
            "fund-still-needed",
            _("The round is not decided, or a project has not accepted its agreement yet."),
        )
    held = Fund.objects.select_for_update().get(pk=fund.pk)
    free = held.free
    closing = Fund.objects.filter(pk=fund.pk, closed_at=None)
    if not closing.update(closed_at=at, funded_minor=F("committed_minor")):
        raise Refused("fund-closed", _("This fund is closed already."))
    Event.record("fund.closed", subject=subject_of(held), by=by, at=at, minor=free.minor)
    for application in _line(held_round):
        waiting = move(hold(application), "end_line", by=by, at=at)
        tell(waiting, partial(mails.line_ended, waiting), about="line-ended", at=at)
    return free


def _line(round: Round) -> models.QuerySet[Application]:
    waiting = round.applications.filter(stage=stages.RESERVE)
    return waiting.select_related("version", "determination").order_by("determination__rank", "pk")


def _ask(application: Application) -> Money:
    version = application.version
    if version is None:
        raise ValueError("only what was sent is on a ballot: a constraint says so")
    return version.ask
