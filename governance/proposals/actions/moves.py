"""How a proposal moves from stage to stage. Whoever asks, only what the table allows happens.

Each move holds the proposal's row, looks the move up in the table, and enters the new stage with a
conditional update in the same transaction as everything that follows from it: two workers, or two
people, cannot both make it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.proposals import kinds, record_types, stages
from governance.proposals.decision_rules import FOUNDING_MINIMUM, format_fraction
from governance.proposals.models import (
    AdoptedRule,
    CancelledVote,
    Event,
    Proposal,
    Reservation,
    Step,
    Support,
    founding_on,
)
from governance.record.actions import submit
from governance.voting import stages as poll_stages
from governance.voting.actions import schedule_poll
from governance.voting.models import Poll
from governance.voting.rule import ABSTAIN, NO, YES, YES_NO, Option, PollRule, text_sha256
from kernel.refusal import Refused
from members.actions import queue_mail
from members.models import Author, Person, subject_of

_BY_OUTCOME = {"adopted": "adopt", "rejected": "reject", "no_quorum": "miss_quorum"}


def hold(proposal: Proposal) -> Proposal:
    """``proposal`` as it stands now; whoever else wants to change it waits for this transaction."""
    return (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("wording__revision", "author", "rule", "poll", "draft")
        .get(pk=proposal.pk)
    )


def hold_for(move: str, proposal: Proposal) -> Proposal:
    """As :func:`hold`. Raises ``Refused`` ("stage-passed") where the table has no such move."""
    held = hold(proposal)
    try:
        stages.target(move, held.stage)
    except stages.NoSuchMove:
        raise _stage_passed() from None
    return held


def enter(
    held: Proposal,
    move: str,
    *,
    by: Author,
    at: datetime,
    ends_at: datetime | None,
    record_hash: str = "",
    **changes: Any,
) -> Proposal:
    """Make a move of the table, in the transaction of all that belongs to it; answers the proposal.

    ``changes`` are columns that change with the stage. Raises ``Refused`` ("stage-passed").
    """
    source = held.stage
    changes |= {"stage": stages.target(move, source), "since": at, "ends_at": ends_at}
    if not Proposal.objects.filter(pk=held.pk, stage=source).update(**changes):
        raise _stage_passed()
    for name, value in changes.items():
        setattr(held, name, value)
    Step.objects.create(proposal=held, stage=held.stage, at=at, record_hash=record_hash)
    Event.record(f"proposal.{held.stage}", subject=subject_of(held), by=by, at=at)
    return held


@transaction.atomic
def begin_discussion(*, proposal: Proposal, by: Author, at: datetime) -> Proposal:
    """Move an idea with enough sponsors on; the rule in force now is the one it keeps.

    Raises ``Refused``: "stage-passed", "no-rule", "too-few-sponsors".
    """
    held = hold_for("begin_discussion", proposal)
    adopted = rule_in_force(held.kind, at)
    sponsors = _sponsors(held, at)
    if sponsors < adopted.sponsors:
        raise _too_few_sponsors(adopted.sponsors - sponsors)
    entry = submit(
        type=record_types.DISCUSSION_BEGAN.name,
        body={**_as_recorded(held), "sponsors": sponsors, "rule": adopted.record_hash},
        at=at,
    )
    return enter(
        held,
        "begin_discussion",
        by=by,
        at=at,
        ends_at=at + adopted.rule.discussion,
        record_hash=entry.leaf_hash,
        rule=adopted,
    )


@transaction.atomic
def freeze(*, proposal: Proposal, by: Author, at: datetime) -> Proposal:
    """End a discussion whose time is over: from now on the text stays as it is.

    Raises ``Refused``: "stage-passed", "too-early", "too-few-sponsors" where the text changed and
    too few confirmed it, "subject-taken" while another proposal about the same thing is voted on,
    and what the kind refuses.
    """
    held = hold_for("freeze", proposal)
    adopted = _kept_rule(held)
    _check_time_is_over(held, at)
    check_ready_to_freeze(held, at=at)
    kind = kinds.get(held.kind)
    kind.freeze(proposal=held, by=by, at=at)
    try:
        with transaction.atomic():
            for subject in kind.subjects(proposal=held):
                Reservation.objects.create(subject=subject, proposal=held)
    except IntegrityError:
        raise _subject_taken() from None
    entry = submit(type=record_types.FROZEN.name, body=_as_recorded(held), at=at)
    return enter(
        held,
        "freeze",
        by=by,
        at=at,
        ends_at=at + adopted.rule.final,
        record_hash=entry.leaf_hash,
    )


def check_ready_to_freeze(proposal: Proposal, *, at: datetime) -> None:
    """Raises ``Refused`` with what is missing before the text as it stands can be voted on."""
    missing = _kept_rule(proposal).sponsors - _sponsors(proposal, at)
    if missing > 0:
        raise _too_few_sponsors(missing)
    kind = kinds.get(proposal.kind)
    kind.check(proposal=proposal)
    if Reservation.objects.filter(subject__in=kind.subjects(proposal=proposal)).exists():
        raise _subject_taken()


@transaction.atomic
def lapse(*, proposal: Proposal, by: Author, at: datetime) -> Proposal:
    """End what could not move on in time, because too few stood behind its text.

    Raises ``Refused``: "stage-passed", "too-early", "can-move-on".
    """
    held = hold_for("lapse", proposal)
    if held.lapses_at is None or at < held.lapses_at:
        raise _too_early()
    if _can_move_on(held, at):
        raise Refused("can-move-on", _("Enough sponsors stand behind this text: it moves on."))
    record_hash = ""
    if held.stage != stages.IDEA:
        entry = submit(type=record_types.LAPSED.name, body=_as_recorded(held), at=at)
        record_hash = entry.leaf_hash
    moved = enter(held, "lapse", by=by, at=at, ends_at=None, record_hash=record_hash)
    _tell_author(
        held,
        at=at,
        subject=_("Your proposal has lapsed: %(title)s"),
        body=_(
            "Too few sponsors stood behind the text of “%(title)s” in time, so it will not "
            "be voted on.\n\nWhat was said stays readable, and you can propose it again:\n%(url)s\n"
        ),
    )
    return moved


@transaction.atomic
def open_vote(*, proposal: Proposal, by: Author, at: datetime) -> Proposal:
    """Put a text that has stood frozen long enough to the vote.

    On the roll is whoever has standing both on the day discussion began and today. During the
    founding nobody needs more than that, and at least three must vote in favour.

    Raises ``Refused``: "stage-passed", "too-early".
    """
    held = hold_for("open_vote", proposal)
    _check_time_is_over(held, at)
    poll = _schedule(held, by=by, at=at)
    return enter(held, "open_vote", by=by, at=at, ends_at=poll.closes_at, poll=poll)


@transaction.atomic
def vote_again(*, proposal: Proposal, by: Author, at: datetime) -> Proposal:
    """Put the same frozen text to the vote anew, once its vote was cancelled while it was open.

    The roll is drawn up anew: whoever has standing on the day discussion began and today.
    Raises ``Refused``: "stage-passed", "vote-stands" for a vote that was not cancelled so.
    """
    held = hold_for("vote_again", proposal)
    cancelled = held.poll
    if cancelled is None or not cancelled.was_cancelled_open:
        raise Refused("vote-stands", _("The vote on this proposal was not cancelled."))
    CancelledVote.objects.create(poll=cancelled, proposal=held, at=at)
    poll = _schedule(held, by=by, at=at)
    held.poll, held.since, held.ends_at = poll, at, poll.closes_at
    Proposal.objects.filter(pk=held.pk).update(poll=poll, since=at, ends_at=poll.closes_at)
    Event.record("proposal.vote-again", subject=subject_of(held), by=by, at=at)
    return held


@transaction.atomic
def decide(*, proposal: Proposal, by: Author, at: datetime) -> Proposal:
    """Take over the result of a vote that has closed and, if it carried, carry it out.

    The outcome and its effect are one transaction: a term is adopted and published, or neither.
    Raises ``Refused``: "stage-passed", "vote-not-over", and what the effect refuses.
    """
    held = hold(proposal)
    poll = held.poll
    if held.stage != stages.VOTING or poll is None:
        raise _stage_passed()
    if poll.stage != poll_stages.CLOSED or poll.result is None:
        raise Refused("vote-not-over", _("The vote on this proposal has not closed yet."))
    outcome = poll.result["outcome"]
    poll_url = settings.PUBLIC_ORIGIN + reverse("poll", args=[poll.pk])
    entry = submit(
        type=record_types.DECIDED.name,
        body={
            **_as_recorded(held),
            "poll": poll_url,
            "outcome": outcome,
            "manifestSha256": poll.manifest_sha256,
            "resultSha256": poll.result_sha256,
        },
        at=at,
    )
    held.reservations.all().delete()
    moved = enter(
        held, _BY_OUTCOME[outcome], by=by, at=at, ends_at=None, record_hash=entry.leaf_hash
    )
    if moved.stage == stages.ADOPTED:
        kinds.get(held.kind).effect(
            proposal=moved,
            adoption={
                "poll": poll_url,
                "method": poll.result["method"],
                "eligible": poll.result["eligible"],
                "cast": poll.result["cast"],
                "result": {"counts": poll.result["counts"], "outcome": outcome},
                "manifestSha256": poll.manifest_sha256,
                "resultSha256": poll.result_sha256,
            },
            by=by,
            at=at,
        )
    _tell_author(
        held,
        at=at,
        subject=_("The members have voted on your proposal: %(title)s"),
        body=_(
            "The vote on “%(title)s” has closed. Its outcome, and what follows from it, is here:\n"
            "%(url)s\n"
        ),
    )
    return moved


def rule_in_force(kind: str, at: datetime) -> AdoptedRule:
    """The rule that a proposal of this kind begins under. Raises ``Refused`` ("no-rule")."""
    adopted = AdoptedRule.objects.for_kind(kind, at)
    if adopted is None:
        raise Refused(
            "no-rule", _("Nobody has set the rule yet by which this kind of proposal is decided.")
        )
    return adopted


def _as_recorded(proposal: Proposal) -> dict[str, Any]:
    return {
        "proposal": proposal.public_url,
        "kind": proposal.kind,
        "textSha256": proposal.wording.sha256,
    }


def _schedule(held: Proposal, *, by: Author, at: datetime) -> Poll:
    """A poll on the text as it is frozen, which opens at ``at``."""
    founding = founding_on(at.date())
    began = held.steps.get(stage=stages.DISCUSSION)
    rule = _kept_rule(held).rule
    return schedule_poll(
        title=held.wording.title,
        question_text=held.wording.summary,
        options=[
            Option(YES, _("Yes, adopt it"), held.wording.sha256),
            Option(NO, _("No, leave things as they are"), text_sha256("no")),
            Option(ABSTAIN, _("Abstain"), text_sha256("abstain")),
        ],
        rule=PollRule(
            method=YES_NO,
            quorum=format_fraction(rule.quorum),
            majority=format_fraction(rule.majority),
            founding_minimum=FOUNDING_MINIMUM if founding else None,
        ),
        opens_at=at,
        closes_at=at + rule.voting,
        roll_from=began.at.date(),
        cutoff=at.date(),
        min_days=0 if founding else rule.min_days,
        subject_url=held.get_absolute_url(),
        by=by,
        at=at,
        concerned=[held.author, *Person.objects.filter(supports__proposal=held)],
    )


def _kept_rule(proposal: Proposal) -> AdoptedRule:
    if proposal.rule is None:
        raise ValueError("a proposal keeps a rule from its discussion on: a constraint says so")
    return proposal.rule


def _sponsors(proposal: Proposal, at: datetime) -> int:
    return Support.objects.filter(proposal=proposal).confirmed(at.date()).count()


def _can_move_on(proposal: Proposal, at: datetime) -> bool:
    if proposal.stage == stages.IDEA:
        return _sponsors(proposal, at) >= rule_in_force(proposal.kind, at).sponsors
    try:
        check_ready_to_freeze(proposal, at=at)
    except Refused:
        return False
    return True


def _check_time_is_over(proposal: Proposal, at: datetime) -> None:
    if proposal.ends_at is None or at < proposal.ends_at:
        raise _too_early()


def _tell_author(proposal: Proposal, *, at: datetime, subject: str, body: str) -> None:
    words = {
        "title": proposal.wording.title,
        "url": settings.SITE_ORIGIN + proposal.get_absolute_url(),
    }
    queue_mail(
        person=proposal.author,
        kind="proposals",
        key=f"proposal:{proposal.pk}:{proposal.stage}",
        subject=subject % words,
        body=body % words,
        at=at,
    )


def _stage_passed() -> Refused:
    return Refused("stage-passed", _("This proposal is in another stage now. Please look again."))


def _too_early() -> Refused:
    return Refused("too-early", _("The time of this stage is not over yet."))


def _subject_taken() -> Refused:
    return Refused(
        "subject-taken",
        _("Another proposal about the same thing is being voted on; this one waits until then."),
    )


def _too_few_sponsors(missing: int) -> Refused:
    return Refused(
        "too-few-sponsors",
        ngettext(
            "%(missing)d more sponsor has to stand behind the text as it is now.",
            "%(missing)d more sponsors have to stand behind the text as it is now.",
            missing,
        )
        % {"missing": missing},
    )
