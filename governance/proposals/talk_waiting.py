"""What awaits those who write: questions, amendments to decide on, and offers to write together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.proposals import amendment_stages, stages
from governance.proposals.models import Amendment, CoAuthorInvitation, Comment
from members.awaiting import Waiting
from members.models import Person

# Of each sort so many; the pages they lead to show the rest.
MOST = 10


def talk_waiting(person: Person, at: datetime) -> Iterable[Waiting]:
    """Three questions, each one query."""
    yield from _questions(person)
    yield from _amendments(person)
    yield from _invitations(person, at)


def _mine(person: Person, path: str = "proposal__") -> Q:
    written = Q(**{f"{path}author": person})
    return written | Q(**{f"{path}manuscript__co_authors__person": person})


def _questions(person: Person) -> Iterable[Waiting]:
    to_me = Q(_mine(person), amendment=None) | Q(amendment__author=person)
    asked = Comment.objects.unanswered().filter(
        to_me, proposal__stage__in=sorted(stages.COMMENTS_OPEN)
    )
    asked = asked.exclude(author=person).select_related("proposal__wording")
    for comment in asked.distinct().order_by("at", "pk")[:MOST]:
        yield Waiting(
            _("Answer a question about “%(title)s”") % {"title": comment.proposal.wording.title},
            comment.get_absolute_url(),
        )


def _amendments(person: Person) -> Iterable[Waiting]:
    open_ = Amendment.objects.filter(
        _mine(person), state=amendment_stages.OPEN, proposal__stage=stages.DISCUSSION
    ).select_related("proposal__wording")
    for amendment in open_.distinct().order_by("at", "pk")[:MOST]:
        yield Waiting(
            _("Say what you think of amendment %(number)d to “%(title)s”")
            % {"number": amendment.number, "title": amendment.proposal.wording.title},
            amendment.get_absolute_url(),
            amendment.proposal.ends_at,
        )


def _invitations(person: Person, at: datetime) -> Iterable[Waiting]:
    invited = CoAuthorInvitation.objects.open(at).filter(person=person).select_related("by")
    for invitation in invited.order_by("at", "pk")[:MOST]:
        yield Waiting(
            _("%(name)s asks you to write a proposal together") % {"name": invitation.by},
            reverse("draft-list"),
            invitation.ends_at,
        )
