"""How a proposal moves from stage to stage. Whoever asks, only what the table allows happens.

Each move holds the proposal's row, looks the move up in the table, and enters the new stage with a
conditional update in the same transaction as everything that follows from it: two workers, or two
people, cannot both make it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.proposals import kinds, record_types, stages
from governance.proposals.actions.options import (
    amendment_of_option,
    as_amended,
    competing_options,
    settle_amendments,
)
from governance.proposals.actions.provisional import note_provisional, settle_ratification
from governance.proposals.decision_rules import FOUNDING_MINIMUM, DecisionRule, format_fraction
from governance.proposals.models import (
    AdoptedRule,
    CancelledVote,
    Event,
    Interest,
    Proposal,
    Reopening,
    Reservation,
    Step,
    Support,
    founding_on,
)
from governance.proposals.permissions import concerned_in
from governance.record.actions import submit
from governance.voting import stages as poll_stages
from governance.voting.actions import schedule_poll
from governance.voting.models import Poll
from governance.voting.rule import SCHULZE, STV, YES_NO, Option, PollRule, text_sha256
from kernel.refusal import Refused
from members.actions import queue_mail
from members.models import Author, Person, subject_of

# Nominations are opened anew so often; after that an election waits, and lapses.
MOST_REOPENINGS = 3
# The options of a choice among texts: the proposal's own, and leaving things as they are.
OWN_TEXT, AS_IT_IS = "text", "as-it-is"

# What each outcome of a poll, whatever its method, does to its proposal.
_BY_OUTCOME = {
    "adopted": "adopt",
    "elected": "adopt",
    "rejected": "reject",
    "default": "reject",
    "nobody": "reject",
    "no_quorum": "miss_quorum",
}
_OUTCOMES = {"adopt": "adopted", "reject": "rejected", "miss_quorum": "no_quorum"}


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
    missing = sponsors_needed(held, adopted) - sponsors
    if missing > 0:
        raise _too_few_sponsors(missing)
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
    settle_amendments(proposal=held, by=by, at=at)
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
    missing = sponsors_needed(proposal, _kept_rule(proposal)) - _sponsors(proposal, at)
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
    Interest.objects.filter(proposal=held, frozen_at=None).update(frozen_at=at)
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
    poll_url = url_of_poll(poll)
    adopted = _as_adopted(held, poll.result)
    entry = submit(
        type=record_types.DECIDED.name,
        body={
            **_as_recorded(held),
            "poll": poll_url,
            "outcome": _OUTCOMES[_BY_OUTCOME[outcome]],
            "manifestSha256": poll.manifest_sha256,
            "resultSha256": poll.result_sha256,
            **({"adoptedTextSha256": adopted.wording.sha256} if adopted else {}),
        },
        at=at,
    )
    held.reservations.all().delete()
    moved = enter(
        held, _BY_OUTCOME[outcome], by=by, at=at, ends_at=None, record_hash=entry.leaf_hash
    )
    if adopted is not None:
        shown = [name for name in ("counts", "winners") if name in poll.result]
        kinds.get(held.kind).effect(
            proposal=adopted,
            adoption={
                "poll": poll_url,
                "method": poll.result["method"],
                "eligible": poll.result["eligible"],
                "cast": poll.result["cast"],
                "result": {**{name: poll.result[name] for name in shown}, "outcome": outcome},
                "manifestSha256": poll.manifest_sha256,
                "resultSha256": poll.result_sha256,
            },
            by=by,
            at=at,
        )
    if poll.founding_minimum is not None and moved.stage == stages.ADOPTED:
        note_provisional(proposal=moved, by=by, at=at)
    settle_ratification(ratification=moved, by=by, at=at)
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


@transaction.atomic
def reopen_nominations(*, proposal: Proposal, by: Author, at: datetime) -> Proposal:
    """Let nominations go on as long again, where too few stand when they should have closed.

    Raises ``Refused``: "stage-passed", "too-early", "not-an-election", "enough-candidates",
    "reopened-enough" after three times.
    """
    held = hold_for("reopen_nominations", proposal)
    adopted = _kept_rule(held)
    _check_time_is_over(held, at)
    if not kinds.get(held.kind).elects:
        raise Refused("not-an-election", _("Nobody stands in this: it is no election."))
    candidates, seats = held.nominations.standing().count(), int(held.wording.content["seats"])
    if candidates >= seats:
        raise Refused("enough-candidates", _("Enough members stand: the election goes on."))
    before = held.reopenings.count()
    if before >= MOST_REOPENINGS:
        raise Refused(
            "reopened-enough",
            _("Nominations were opened anew three times. It lapses unless enough members stand."),
        )
    entry = submit(
        type=record_types.NOMINATIONS_REOPENED.name,
        body={"proposal": held.public_url, "candidates": candidates, "seats": seats},
        at=at,
    )
    source_ends_at, ends_at = held.ends_at, at + adopted.rule.discussion
    again = Proposal.objects.filter(pk=held.pk, stage=held.stage, ends_at=source_ends_at)
    if not again.update(ends_at=ends_at):
        raise _stage_passed()
    Reopening.objects.create(
        proposal=held,
        number=before + 1,
        candidates=candidates,
        at=at,
        record_hash=entry.leaf_hash,
    )
    Event.record("proposal.nominations-reopened", subject=subject_of(held), by=by, at=at)
    held.ends_at = ends_at
    return held


def deciding_rule(proposal: Proposal) -> DecisionRule:
    """The rule it keeps, with what this very text asks for besides. From its discussion on."""
    rule = _kept_rule(proposal).rule
    return kinds.get(proposal.kind).demand(proposal=proposal, rule=rule)


def sponsors_needed(proposal: Proposal, adopted: AdoptedRule) -> int:
    """How many must stand behind it: as was set when it was opened, or as its rule says."""
    fixed = proposal.sponsors_needed
    return adopted.sponsors if fixed is None else fixed


def signatures_at_opening(adopted: AdoptedRule, at: datetime) -> int | None:
    """How many sponsors a petition opened now will need; None where the rule's number is."""
    if not adopted.petition:
        return None
    return adopted.rule.signatures(Person.objects.in_standing(at.date()).count())


def url_of_poll(poll: Poll) -> str:
    """The address that the record knows a poll by."""
    return f"{settings.PUBLIC_ORIGIN}{reverse('poll', args=[poll.pk])}"


def plan_of(proposal: Proposal) -> kinds.PollPlan:
    """What will be on the ballot: the kind's question, or a choice among competing texts."""
    plan = kinds.get(proposal.kind).poll(proposal=proposal)
    competing = competing_options(proposal)
    if not competing or plan.method != YES_NO:
        return plan
    return kinds.PollPlan(
        method=SCHULZE,
        options=[
            Option(OWN_TEXT, _("The proposal's own text"), proposal.wording.sha256),
            *competing,
            Option(AS_IT_IS, _("None of them: leave it as it is"), text_sha256(AS_IT_IS)),
        ],
        default=AS_IT_IS,
    )


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
    rule = deciding_rule(held)
    plan = plan_of(held)
    return schedule_poll(
        title=held.wording.title,
        question_text=held.wording.summary,
        options=plan.options,
        rule=PollRule(
            method=plan.method,
            quorum=format_fraction(rule.quorum),
            majority="" if plan.method == STV else format_fraction(rule.majority),
            founding_minimum=FOUNDING_MINIMUM if founding else None,
            seats=plan.seats,
            default=plan.default,
        ),
        opens_at=at,
        closes_at=at + rule.voting,
        roll_from=began.at.date(),
        cutoff=at.date(),
        min_days=0 if founding else rule.min_days,
        subject_url=held.get_absolute_url(),
        by=by,
        at=at,
        concerned=concerned_in(held),
    )


def _as_adopted(held: Proposal, result: Mapping[str, Any]) -> Proposal | None:
    """The proposal with the words that members adopted, or None where they adopted none."""
    if _BY_OUTCOME[result["outcome"]] != "adopt":
        return None
    winners = result.get("winners", [])
    if result["method"] != SCHULZE or winners[0] == OWN_TEXT:
        return held
    amendment = amendment_of_option(held, winners[0])
    return held if amendment is None else as_amended(held, amendment)


def _kept_rule(proposal: Proposal) -> AdoptedRule:
    if proposal.rule is None:
        raise ValueError("a proposal keeps a rule from its discussion on: a constraint says so")
    return proposal.rule


def _sponsors(proposal: Proposal, at: datetime) -> int:
    return Support.objects.filter(proposal=proposal).confirmed(at.date()).count()


def _can_move_on(proposal: Proposal, at: datetime) -> bool:
    if proposal.stage == stages.IDEA:
        needed = sponsors_needed(proposal, rule_in_force(proposal.kind, at))
        return _sponsors(proposal, at) >= needed
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
