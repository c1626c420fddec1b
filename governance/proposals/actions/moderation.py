"""Flags by members, hiding by stewards with a public reason, and showing again by resolution."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.proposals import rates, record_types, stages
from governance.proposals.actions import moves
from governance.proposals.actions.limits import check_rate
from governance.proposals.models import Comment, Event, Flag, FlagQuerySet, HiddenIdea, Proposal
from governance.proposals.permissions import (
    check_can_comment,
    check_can_hide,
    check_can_hide_idea,
    check_can_settle,
)
from governance.record.actions import submit
from governance.terms.tidy_text import says_something, tidy_line
from kernel.refusal import Refused
from members.models import Author, Person, subject_of


@transaction.atomic
def flag(
    *,
    proposal: Proposal,
    comment: Comment | None = None,
    reason: str,
    words: str = "",
    by: Person,
    at: datetime,
) -> Flag:
    """Ask the stewards to look at a comment, or at the idea itself. Only they see who asked.

    Raises ``Refused``: "not-in-standing", "own-words", "past-idea", "hidden-already", "too-many",
    "already-flagged".
    """
    check_can_comment(by, at=at)
    author = comment.author_id if comment else proposal.author_id
    if author == by.pk:
        raise Refused("own-words", _("You wrote this yourself. You can change it."))
    if comment is None and proposal.stage != stages.IDEA:
        raise _past_idea()
    if comment.hidden if comment else proposal.hidden:
        raise Refused("hidden-already", _("This is hidden already."))
    flagged = Flag.objects.filter(person=by, at__gt=at - rates.longest("flag"))
    check_rate("flag", flagged.values_list("at", flat=True), at=at)
    try:
        with transaction.atomic():
            raised = Flag.objects.create(
                proposal=proposal,
                comment=comment,
                person=by,
                reason=reason,
                words=tidy_line(words),
                at=at,
            )
    except IntegrityError:
        raise Refused(
            "already-flagged", _("You have asked already. A steward will look at it.")
        ) from None
    Event.record("flag.raised", subject=subject_of(raised), by=by, at=at)
    return raised


@transaction.atomic
def hide_comment(*, comment: Comment, reason: str, by: Person, at: datetime) -> Comment:
    """Hide a comment, with a reason everybody can read. It is kept, and the record says so.

    Raises ``Refused``: "not-a-steward", "own-cause", "reason-missing", "already-hidden".
    """
    check_can_hide(comment, by, at=at)
    reason = _public(reason)
    entry = submit(
        type=record_types.COMMENT_HIDDEN.name,
        body={"proposal": comment.proposal.public_url, "comment": str(comment.pk)},
        at=at,
    )
    hidden = {
        "hidden_at": at,
        "hidden_by": by,
        "hidden_reason": reason,
        "record_hash": entry.leaf_hash,
    }
    if not Comment.objects.filter(pk=comment.pk, hidden_at=None).update(**hidden):
        raise Refused("already-hidden", _("This comment was hidden before: that is decided."))
    for name, value in hidden.items():
        setattr(comment, name, value)
    _settle(Flag.objects.filter(comment=comment), "hidden", by, at)
    Event.record("comment.hidden", subject=subject_of(comment), by=by, at=at)
    return comment


@transaction.atomic
def hide_idea(*, proposal: Proposal, reason: str, by: Person, at: datetime) -> HiddenIdea:
    """Hide an idea, with a reason everybody can read. What is discussed can no longer be hidden.

    Raises ``Refused``: "not-a-steward", "own-cause", "past-idea", "reason-missing",
    "already-hidden".
    """
    check_can_hide_idea(proposal, by, at=at)
    held = moves.hold(proposal)
    if held.stage != stages.IDEA:
        raise _past_idea()
    reason = _public(reason)
    entry = submit(type=record_types.IDEA_HIDDEN.name, body={"proposal": held.public_url}, at=at)
    try:
        with transaction.atomic():
            hidden = HiddenIdea.objects.create(
                proposal=held, at=at, by=by, reason=reason, record_hash=entry.leaf_hash
            )
    except IntegrityError:
        raise Refused(
            "already-hidden", _("This idea was hidden before: that is decided.")
        ) from None
    _settle(Flag.objects.filter(proposal=held, comment=None), "hidden", by, at)
    Event.record("proposal.hidden", subject=subject_of(held), by=by, at=at)
    return hidden


@transaction.atomic
def keep(*, flag: Flag, by: Person, at: datetime) -> Flag:
    """Decide that what was flagged stays where it is, for every flag of it.

    Raises ``Refused``: "not-a-steward", "own-cause", "already-settled".
    """
    check_can_settle(flag, by, at=at)
    same = Flag.objects.filter(proposal=flag.proposal, comment=flag.comment)
    if not _settle(same, "kept", by, at):
        raise Refused("already-settled", _("Another steward has decided on this flag."))
    Event.record("flag.kept", subject=subject_of(flag), by=by, at=at)
    flag.refresh_from_db()
    return flag


def check_can_be_restored(what: str) -> Comment | HiddenIdea:
    """What is hidden under this id, of a comment or an idea.

    Raises ``Refused`` ("not-hidden") where nothing is.
    """
    known = UUID(what)
    comment = Comment.objects.filter(pk=known, hidden_at__isnull=False, restored_at=None).first()
    idea = HiddenIdea.objects.filter(pk=known, restored_at=None).first()
    found = comment or idea
    if found is None:
        raise Refused("not-hidden", _("Nothing is hidden under this address, or not any more."))
    return found


@transaction.atomic
def restore(*, what: str, resolution: Proposal, by: Author, at: datetime) -> None:
    """Show again what was hidden, because members adopted ``resolution``. Again changes nothing."""
    try:
        found = check_can_be_restored(what)
    except Refused:
        return
    type(found).objects.filter(pk=found.pk, restored_at=None).update(
        restored_at=at, restored_by=resolution
    )
    submit(
        type=record_types.SHOWN_AGAIN.name,
        body={"hidden": str(found.pk), "resolution": resolution.public_url},
        at=at,
    )
    Event.record("moderation.restored", subject=subject_of(found), by=by, at=at)


def _settle(flags: FlagQuerySet, outcome: str, by: Person, at: datetime) -> int:
    waiting = flags.filter(settled_at=None)
    return waiting.update(settled_at=at, settled_by=by, outcome=outcome)


def _public(reason: str) -> str:
    if not says_something(reason):
        raise Refused("reason-missing", _("Please give the reason that everybody will read."))
    return tidy_line(reason)


def _past_idea() -> Refused:
    return Refused(
        "past-idea",
        _("Others stand behind this proposal: it is discussed and voted on, and not hidden."),
    )
