"""What awaits a member: texts to confirm, nominations to answer, votes, interests to declare.

And what they follow that still goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.proposals import stages
from governance.proposals.models import Follow, Nomination, Proposal, Support
from governance.voting.models import Poll
from members.awaiting import Followed, Waiting
from members.models import Person

# The page of what one follows has the rest.
FOLLOWED_SHOWN = 6


def proposals_waiting(person: Person, at: datetime) -> Iterable[Waiting]:
    """Four questions, each one query."""
    yield from _votes(person, at)
    yield from _nominations(person)
    yield from _to_confirm(person)
    yield from _to_declare(person)


def proposals_followed(person: Person) -> Iterable[Followed]:
    """The proposals they follow that are not finished, those that moved last first. One query."""
    going_on = Follow.objects.proposals_of(person).exclude(stage__in=sorted(stages.FINISHED))
    for proposal in going_on.select_related("wording").order_by("-since", "pk")[:FOLLOWED_SHOWN]:
        yield Followed(
            proposal.wording.title, proposal.get_stage_display(), proposal.get_absolute_url()
        )


def _votes(person: Person, at: datetime) -> Iterable[Waiting]:
    for poll in Poll.objects.taking_ballots(at).awaiting(person).defer("manifest", "question_text"):
        yield Waiting(
            _("Vote on “%(title)s”") % {"title": poll.title},
            reverse("poll", args=[poll.pk]),
            poll.closes_at,
        )


def _nominations(person: Person) -> Iterable[Waiting]:
    asked = Nomination.objects.waiting_for(person).filter(proposal__stage=stages.DISCUSSION)
    for nomination in asked.select_related("proposal__wording"):
        yield Waiting(
            _("Say whether you stand: “%(title)s”") % {"title": nomination.proposal.wording.title},
            nomination.proposal.get_absolute_url() + "#candidates",
            nomination.proposal.ends_at,
        )


def _to_confirm(person: Person) -> Iterable[Waiting]:
    older = Support.objects.filter(person=person).exclude(
        text_sha256=F("proposal__wording__sha256")
    )
    changed = Proposal.objects.filter(
        pk__in=older.values("proposal"), stage__in=sorted(stages.TEXT_OPEN)
    )
    for proposal in changed.select_related("wording"):
        yield Waiting(
            _("Read the new text of “%(title)s” and confirm it, or take your name back")
            % {"title": proposal.wording.title},
            proposal.get_absolute_url(),
            proposal.ends_at,
        )


def _to_declare(person: Person) -> Iterable[Waiting]:
    mine = Proposal.objects.filter(
        Q(author=person) | Q(supports__person=person), stage=stages.FINAL
    ).exclude(interests__person=person)
    for proposal in mine.exclude(sponsors_needed=0).select_related("wording").distinct():
        yield Waiting(
            _("Declare your interests in “%(title)s”") % {"title": proposal.wording.title},
            proposal.get_absolute_url() + "#interests",
            proposal.ends_at,
        )
