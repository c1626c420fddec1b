"""Writes around the members' choice: sponsors, the poll, what it decided, and who confirms that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from funding.grants import application_stages as stages
from funding.grants import mails, outcomes, permissions, record_types
from funding.grants import round_stages as round_stages
from funding.grants.actions.funds import promise
from funding.grants.actions.judging import record_shortlisting
from funding.grants.actions.moving import hold, hold_round, move, stage_passed, tell
from funding.grants.models import (
    Application,
    Confirmation,
    Correction,
    Determination,
    Event,
    Round,
    Sponsorship,
    TeamMember,
)
from funding.grants.outcomes import Outcome
from governance.record.actions import submit
from governance.voting import stages as poll_stages
from governance.voting.actions import schedule_poll
from governance.voting.models import Poll
from governance.voting.rule import EQUAL_SHARES, Option, PollRule
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Author, Person, subject_of

# So many people without a conflict confirm what the vote decided of a project.
QUORUM = 2
_MOVES = {stages.AWARDED: "award", stages.RESERVE: "reserve", stages.NOT_CHOSEN: "not_choose"}


@transaction.atomic
def ask_members(*, application: Application, by: Person, at: datetime) -> Application:
    """Name one's project in public, though it was not shortlisted, and ask members to sponsor it.

    Raises ``Refused``: "not-the-applicant", "stage-passed", "asked-already".
    """
    permissions.check_is_applicant(application, by)
    held_round = hold_round(application.round)
    held = hold(application)
    if held.stage != stages.DECLINED or held_round.stage != round_stages.REVIEWING:
        raise stage_passed()
    if not Application.objects.filter(pk=held.pk, named_at=None).update(named_at=at):
        raise Refused("asked-already", _("Members can see your project already."))
    held.named_at = at
    Event.record("application.asked-members", subject=subject_of(held), by=by, at=at)
    return held


@transaction.atomic
def sponsor(*, application: Application, by: Person, at: datetime) -> Application:
    """Stand behind putting a project on the ballot that was not shortlisted.

    With the last one needed it goes to the vote. Raises ``Refused``: "not-in-standing",
    "conflict-of-interest", "stage-passed", "already-sponsored".
    """
    permissions.check_can_sponsor(application, by, at)
    held_round = hold_round(application.round)
    held = hold(application)
    held.round = held_round
    asked = held.stage == stages.DECLINED and held.named_at is not None
    if not asked or held_round.stage != round_stages.REVIEWING:
        raise stage_passed()
    try:
        with transaction.atomic():
            Sponsorship.objects.create(application=held, person=by, at=at)
    except IntegrityError:
        raise Refused("already-sponsored", _("You stand behind this project already.")) from None
    Event.record("application.sponsored-by", subject=subject_of(held), by=by, at=at)
    if held.sponsorships.count() >= held_round.sponsors_needed:
        move(held, "sponsor", by=by, at=at, sponsored=True)
        record_shortlisting(held, at)
        tell(held, partial(mails.sponsored, held), about="sponsored", at=at)
    return held


@transaction.atomic
def put_to_vote(*, round: Round, by: Person, at: datetime) -> Round:
    """Let the members choose among the shortlisted, within the budget, by Equal Shares.

    Only once every application has its answer and every correction was heard. With nothing on the
    shortlist the round ends instead. Raises ``Refused``: "not-a-steward", "conflict-of-interest",
    "stage-passed", "answers-missing".
    """
    permissions.check_can_look_after(round, by, at)
    held = hold_round(round)
    if held.stage != round_stages.REVIEWING:
        raise stage_passed()
    if _unanswered(held):
        raise Refused(
            "answers-missing",
            _("Every application has its answer, and every correction is heard, before the vote."),
        )
    ballot = list(
        held.applications.filter(stage=stages.SHORTLISTED)
        .select_related("version", "applicant", "round")
        .order_by("version__title", "pk")
    )
    if not ballot:
        return _end_without_vote(held, by=by, at=at)
    poll = schedule_poll(
        title=_("Which projects get money? {round}").format(round=held.title)[:200],
        question_text=held.purpose,
        options=[_option(application) for application in ballot],
        rule=PollRule(
            method=EQUAL_SHARES,
            quorum=held.vote_quorum,
            budget=held.budget_minor,
            currency=held.currency,
        ),
        opens_at=at,
        closes_at=at + timedelta(days=held.vote_days),
        roll_from=min(held.adopted_at, at).date(),
        cutoff=at.date(),
        min_days=0,
        subject_url=held.get_absolute_url(),
        by=by,
        at=at,
        concerned=_concerned(ballot),
    )
    _enter(held, "put_to_vote", poll=poll)
    Event.record("round.put-to-vote", subject=subject_of(held), by=by, at=at, poll=str(poll.pk))
    for application in ballot:
        move(application, "put_to_vote", by=by, at=at)
        write = partial(mails.balloted, application, until=poll.closes_at)
        tell(application, write, about=f"balloted:{poll.pk}", at=at)
    return held


@transaction.atomic
def vote_again(*, round: Round, by: Author, at: datetime) -> Round:
    """Go back to the shortlist: the poll was cancelled, and says so in public.

    Raises ``Refused``: "stage-passed", "vote-not-over".
    """
    held = hold_round(round)
    poll = _poll_of(held, round_stages.VOTING)
    if poll.stage != poll_stages.CANCELLED:
        raise Refused("vote-not-over", _("This vote was not cancelled."))
    _enter(held, "vote_again", poll=None)
    Event.record("round.vote-again", subject=subject_of(held), by=by, at=at, poll=str(poll.pk))
    for application in _on_ballot(held):
        move(application, "vote_again", by=by, at=at)
        write = partial(mails.vote_again, application)
        tell(application, write, about=f"again:{poll.pk}", at=at)
    return held


@transaction.atomic
def read_result(*, round: Round, by: Author, at: datetime) -> Round:
    """Take over what the members' vote decided of each project; people confirm it afterwards.

    Raises ``Refused``: "stage-passed", "vote-not-over".
    """
    held = hold_round(round)
    poll = _poll_of(held, round_stages.VOTING)
    if poll.stage != poll_stages.CLOSED or poll.result is None:
        raise Refused("vote-not-over", _("The vote on this round has not closed yet."))
    ballot = {str(application.pk): application for application in _on_ballot(held)}
    with translation.override(settings.LANGUAGE_CODE):
        Determination.objects.bulk_create(
            Determination(
                application=ballot[found.project],
                outcome=found.outcome,
                rank=found.rank,
                reasons=_reasons(found, ballot[found.project].ask),
                result_sha256=poll.result_sha256,
                read_at=at,
            )
            for found in outcomes.read(poll.result, list(ballot))
        )
    _enter(held, "count")
    Event.record("round.counted", subject=subject_of(held), by=by, at=at, poll=str(poll.pk))
    _finish(held, by=by, at=at)
    return held


@transaction.atomic
def confirm(*, application: Application, by: Person, at: datetime) -> Determination:
    """Confirm, having checked it, what the members' vote decided of a project.

    With the last confirmation that is needed it is decided, and an award's money is set aside.
    Raises ``Refused``: "conflict-of-interest", "not-a-steward", "steward-is-free",
    "interest-undeclared", "already-confirmed", "stage-passed", and what the fund refuses.
    """
    held_round = hold_round(application.round)
    held = hold(application)
    permissions.check_can_decide(held, by, at)
    read = Determination.objects.filter(application=held, determined_at=None).first()
    if held.stage != stages.BALLOTED or read is None:
        raise stage_passed()
    try:
        with transaction.atomic():
            Confirmation.objects.create(determination=read, person=by, at=at)
    except IntegrityError:
        raise Refused("already-confirmed", _("You confirmed this already.")) from None
    Event.record("application.confirmed", subject=subject_of(held), by=by, at=at)
    if read.confirmations.count() >= QUORUM:
        _determine(held, read, by=by, at=at)
        _finish(held_round, by=by, at=at)
        if read.outcome == stages.AWARDED:
            promise(application=held, by=by, at=at)
    return read


def _determine(held: Application, read: Determination, *, by: Author, at: datetime) -> None:
    """Let what was confirmed take effect: the stage, the record, and the mail."""
    open_still = Determination.objects.filter(pk=read.pk, determined_at=None)
    if not open_still.update(determined_at=at):
        raise stage_passed()
    read.determined_at = at
    move(held, _MOVES[read.outcome], by=by, at=at)
    submit(
        type=record_types.DETERMINED.name,
        body={
            "application": f"{settings.PUBLIC_ORIGIN}{held.get_absolute_url()}",
            "round": f"{settings.PUBLIC_ORIGIN}{held.round.get_absolute_url()}",
            "outcome": read.outcome,
            "resultSha256": read.result_sha256,
            "confirmations": read.confirmations.count(),
        },
        at=at,
    )
    tell(held, partial(mails.determined, held, reasons=read.reasons), about="determined", at=at)


def _finish(held: Round, *, by: Author, at: datetime) -> None:
    """End the round once every project on the ballot has its answer."""
    if held.stage != round_stages.DECIDING or _on_ballot(held).exists():
        return
    _enter(held, "decide", decided_at=at)
    Event.record("round.decided", subject=subject_of(held), by=by, at=at)


def _end_without_vote(held: Round, *, by: Person, at: datetime) -> Round:
    _enter(held, "end_without_vote", decided_at=at)
    Event.record("round.ended-without-vote", subject=subject_of(held), by=by, at=at)
    return held


def _unanswered(held: Round) -> bool:
    open_corrections = Correction.objects.filter(application__round=held, answered_at=None).exclude(
        application__stage=stages.WITHDRAWN
    )
    unanswered = held.applications.filter(stage__in=stages.UNANSWERED)
    return unanswered.exists() or open_corrections.exists()


def _option(application: Application) -> Option:
    version = application.version
    if version is None:
        raise ValueError("only what was sent is shortlisted: a constraint says so")
    return Option(
        id=str(application.pk),
        label=version.title,
        text_sha256=version.sha256,
        text=version.summary,
        cost=version.ask_minor,
    )


def _concerned(ballot: Iterable[Application]) -> set[Person]:
    """Whose own cause the vote is: applicants, and of their teams whoever has an account."""
    applications = list(ballot)
    team = TeamMember.objects.filter(application__in=applications, person__isnull=False)
    return {application.applicant for application in applications} | {
        member.person for member in team.select_related("person") if member.person
    }


def _on_ballot(held: Round) -> models.QuerySet[Application]:
    return held.applications.filter(stage=stages.BALLOTED).select_related(
        "version", "applicant", "round"
    )


def _poll_of(held: Round, stage: str) -> Poll:
    if held.stage != stage or held.poll is None:
        raise stage_passed()
    return held.poll


def _enter(held: Round, name: str, **changes: object) -> None:
    there = Round.objects.filter(pk=held.pk, stage=round_stages.source_of(name))
    target = round_stages.target_of(name)
    if not there.update(stage=target, **changes):
        raise stage_passed()
    held.stage = target
    for attribute, value in changes.items():
        setattr(held, attribute, value)


def _reasons(found: Outcome, cost: Money) -> str:
    """Why, in words for everybody."""
    payment = Money(found.payment, cost.currency).format()
    left = Money(found.left, cost.currency).format()
    words = {
        outcomes.PAID_FOR: _(
            "{supporters} members approved of it, and their equal shares of the budget paid for "
            "it: at most {payment} each."
        ),
        outcomes.NOT_ENOUGH_LEFT: _(
            "{supporters} members approved of it. When its turn came their shares had {left} "
            "left together, and it costs {cost}."
        ),
        outcomes.NO_SUPPORT: _("No member who voted approved of it."),
        outcomes.NO_QUORUM: _(
            "Fewer members voted than it takes, so no money of this round is given."
        ),
    }
    return words[found.why].format(
        supporters=found.supporters, payment=payment, left=left, cost=cost.format()
    )
