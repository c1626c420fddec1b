"""What is said about a proposal, and hiding what must not stand there."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from governance.proposals import record_types, stages
from governance.proposals.models import Comment, Event, Proposal
from governance.proposals.permissions import check_can_comment, check_can_hide
from governance.record.actions import submit
from kernel.refusal import Refused
from members.models import Person, subject_of


@transaction.atomic
def comment(*, proposal: Proposal, body: str, by: Person, at: datetime) -> Comment:
    """Say something about a proposal (Markdown) until it is decided.

    Raises ``Refused``: "not-in-standing", "discussion-over", "comment-empty".
    """
    check_can_comment(by, at=at)
    if not body.strip():
        raise Refused("comment-empty", _("Please write something first."))
    if not Proposal.objects.filter(pk=proposal.pk, stage__in=stages.COMMENTS_OPEN).exists():
        raise Refused(
            "discussion-over", _("This proposal is finished, and so is the talk about it.")
        )
    said = Comment.objects.create(proposal=proposal, author=by, body=body.strip(), at=at)
    Event.record("comment.posted", subject=subject_of(said), by=by, at=at)
    return said


@transaction.atomic
def hide_comment(*, comment: Comment, reason: str, by: Person, at: datetime) -> Comment:
    """Hide a comment, with a reason everybody can read. It is kept, and the record says so.

    Raises ``Refused``: "not-a-steward", "own-cause", "reason-missing", "already-hidden".
    """
    check_can_hide(comment, by, at=at)
    reason = " ".join(reason.split())
    if not reason:
        raise Refused("reason-missing", _("Please give the reason that everybody will read."))
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
        raise Refused("already-hidden", _("This comment is hidden already."))
    for name, value in hidden.items():
        setattr(comment, name, value)
    Event.record("comment.hidden", subject=subject_of(comment), by=by, at=at)
    return comment
