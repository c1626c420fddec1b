"""What is said about a proposal: comments in threads, their history, and who finds them helpful."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.proposals import rates, stages
from governance.proposals.actions.following import note_mentions
from governance.proposals.actions.limits import check_rate
from governance.proposals.actions.words import check_not_hidden
from governance.proposals.models import (
    Amendment,
    Comment,
    CommentEdit,
    Event,
    Proposal,
    Reaction,
)
from governance.proposals.permissions import check_can_comment, check_can_edit
from governance.terms.tidy_text import says_something, tidy
from kernel.refusal import Refused
from members.models import Person, subject_of


@transaction.atomic
def comment(
    *,
    proposal: Proposal,
    body: str,
    stance: str = Comment.Stance.REMARK,
    parent: Comment | None = None,
    amendment: Amendment | None = None,
    by: Person,
    at: datetime,
) -> Comment:
    """Say something about a proposal (Markdown) until it is decided, or answer ``parent``.

    With ``amendment`` it is about that; an answer is about what ``parent`` is about. Raises
    ``Refused``: "not-in-standing", "discussion-over", "comment-empty", "idea-hidden", "too-many",
    "not-in-this-talk" for a parent or an amendment of another proposal, "comment-hidden" for a
    parent that is hidden, "reply-without-stance".
    """
    check_can_comment(by, at=at)
    body = _words(body)
    found = Proposal.objects.select_related("hidden_idea")
    open_ = found.filter(pk=proposal.pk, stage__in=stages.COMMENTS_OPEN).first()
    if open_ is None:
        raise Refused(
            "discussion-over", _("This proposal is finished, and so is the talk about it.")
        )
    check_not_hidden(open_)
    if amendment is not None and amendment.proposal_id != proposal.pk:
        raise Refused("not-in-this-talk", _("That amendment is to another proposal."))
    if parent is not None:
        _check_can_be_answered(parent, proposal, stance)
        amendment = parent.amendment
    said = Comment.objects.filter(author=by, at__gt=at - rates.longest("comment"))
    check_rate("comment", said.values_list("at", flat=True), at=at)
    posted = Comment.objects.create(
        proposal=proposal,
        amendment=amendment,
        thread_id=(parent.thread_id or parent.pk) if parent else None,
        parent=parent,
        author=by,
        stance=stance,
        body=body,
        at=at,
    )
    Event.record("comment.posted", subject=subject_of(posted), by=by, at=at)
    note_mentions(comment=posted, by=by, at=at)
    return posted


@transaction.atomic
def edit_comment(*, comment: Comment, body: str, by: Person, at: datetime) -> Comment:
    """Change what one said. What it said before stays, and everybody can read it.

    Raises ``Refused``: "not-the-author", "not-in-standing", "comment-hidden", "comment-empty",
    "comment-unchanged", "discussion-over".
    """
    held = (
        Comment.objects.select_for_update(of=("self",))
        .select_related("proposal")
        .get(pk=comment.pk)
    )
    check_can_edit(held, by, at=at)
    body = _words(body)
    _check_talk_goes_on(held)
    if body == held.body:
        raise Refused("comment-unchanged", _("This is what your comment already says."))
    number = held.edits.count() + 1
    CommentEdit.objects.create(comment=held, number=number, body=held.body, until=at)
    Comment.objects.filter(pk=held.pk).update(body=body, edited_at=at)
    held.body, held.edited_at = body, at
    Event.record("comment.edited", subject=subject_of(held), by=by, at=at, number=number)
    note_mentions(comment=held, by=by, at=at)
    return held


@transaction.atomic
def react(*, comment: Comment, by: Person, at: datetime) -> None:
    """Find a comment helpful while the talk goes on. Once each, and not one's own.

    Raises ``Refused``: "not-in-standing", "own-comment", "comment-hidden", "already-reacted",
    "discussion-over".
    """
    check_can_comment(by, at=at)
    _check_talk_goes_on(comment)
    if comment.author_id == by.pk:
        raise Refused("own-comment", _("This is your own comment."))
    if comment.hidden:
        raise _hidden()
    try:
        with transaction.atomic():
            Reaction.objects.create(comment=comment, person=by, at=at)
    except IntegrityError:
        raise Refused("already-reacted", _("You have said so already.")) from None


@transaction.atomic
def withdraw_reaction(*, comment: Comment, by: Person, at: datetime) -> None:
    """Take it back while the talk goes on. Raises ``Refused``: "not-reacted", "discussion-over"."""
    _check_talk_goes_on(comment)
    deleted, _by_model = Reaction.objects.filter(comment=comment, person=by).delete()
    if not deleted:
        raise Refused("not-reacted", _("You have not said that it helps."))


def _check_talk_goes_on(comment: Comment) -> None:
    if not Proposal.objects.filter(pk=comment.proposal_id, stage__in=stages.COMMENTS_OPEN).exists():
        raise Refused("discussion-over", _("The talk is over: what was said stays as it is."))


def _words(body: str) -> str:
    if not says_something(body):
        raise Refused("comment-empty", _("Please write something first."))
    return tidy(body)


def _check_can_be_answered(parent: Comment, proposal: Proposal, stance: str) -> None:
    if parent.proposal_id != proposal.pk:
        raise Refused("not-in-this-talk", _("That comment is about another proposal."))
    if parent.hidden:
        raise _hidden()
    if stance != Comment.Stance.REMARK:
        raise Refused(
            "reply-without-stance",
            _("An answer is a remark. Start a reason or a question of your own."),
        )


def _hidden() -> Refused:
    return Refused("comment-hidden", _("This comment is hidden."))
