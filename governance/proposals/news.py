"""What the weekly digest and one's own page tell of proposals. A few queries for each section."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance.proposals import stages
from governance.proposals.models import Acceptance, Follow, Mention, Proposal, Step
from governance.voting.models import Poll
from members.digest import Line
from members.models import Person

# Of each section so many lines: a digest, not a flood.
MOST = 10


def mentions(person: Person, since: datetime, until: datetime) -> Iterable[Line]:
    """Who mentioned them, and where."""
    found = Mention.objects.to_show().filter(person=person, at__gte=since, at__lt=until)
    for mention in found[:MOST]:
        comment = mention.comment
        yield (
            _("%(name)s mentions you in the talk about “%(title)s”")
            % {"name": comment.author, "title": comment.proposal.wording.title},
            comment.get_absolute_url(),
        )


def followed(person: Person, since: datetime, until: datetime) -> Iterable[Line]:
    """How what they follow moved on, and how much was said about it by others."""
    mine = Follow.objects.proposals_of(person)
    moved = Step.objects.filter(proposal__in=mine, at__gte=since, at__lt=until)
    # Where a vote came from is seen from what follows; that an idea was opened, they know.
    for step in (
        moved.exclude(stage=stages.IDEA)
        .select_related("proposal__wording")
        .order_by("-at", "-pk")[:MOST]
    ):
        yield (
            str(_STEPS[step.stage]) % {"title": step.proposal.wording.title},
            step.proposal.get_absolute_url(),
        )
    said = Q(comments__at__gte=since, comments__at__lt=until, comments__hidden_at=None)
    talked = mine.annotate(said=Count("comments", filter=said & ~Q(comments__author=person)))
    for proposal in (
        talked.filter(said__gt=0).select_related("wording").order_by("-said", "-opened_at")[:MOST]
    ):
        yield (
            ngettext(
                "%(count)d new comment on “%(title)s”",
                "%(count)d new comments on “%(title)s”",
                proposal.said,
            )
            % {"count": proposal.said, "title": proposal.wording.title},
            f"{proposal.get_absolute_url()}#comments",
        )


def votes(person: Person, since: datetime, until: datetime) -> Iterable[Line]:
    """Votes that are open for them, whether or not they have voted: the digest does not know."""
    mine = Poll.objects.taking_ballots(until).filter(roll__person=person, opens_at__lt=until)
    for poll in mine.only("pk", "title", "closes_at").order_by("closes_at", "pk")[:MOST]:
        yield _("Open: “%(title)s”") % {"title": poll.title}, reverse("poll", args=[poll.pk])


def new_ideas(person: Person, since: datetime, until: datetime) -> Iterable[Line]:
    """What was proposed, by others."""
    opened = Proposal.objects.shown().filter(opened_at__gte=since, opened_at__lt=until)
    for proposal in (
        opened.exclude(author=person).select_related("wording").order_by("-opened_at", "pk")[:MOST]
    ):
        yield proposal.wording.title, proposal.get_absolute_url()


def accepted(person: Person, since: datetime, until: datetime) -> Iterable[Line]:
    """Organisations that began to accept a term."""
    began = Acceptance.objects.current().filter(since__gte=since, since__lt=until).to_show()
    for acceptance in began[:MOST]:
        yield (
            _("%(domain)s accepts “%(title)s”")
            % {
                "domain": acceptance.organisation.shown,
                "title": acceptance.version.revision.title,
            },
            acceptance.organisation.get_absolute_url(),
        )


_STEPS = {
    stages.DISCUSSION: gettext_lazy("“%(title)s” is being discussed"),
    stages.FINAL: gettext_lazy("The text of “%(title)s” is final"),
    stages.VOTING: gettext_lazy("The vote on “%(title)s” has opened"),
    stages.ADOPTED: gettext_lazy("Members adopted “%(title)s”"),
    stages.REJECTED: gettext_lazy("Members did not adopt “%(title)s”"),
    stages.NO_QUORUM: gettext_lazy("Too few voted on “%(title)s”"),
    stages.WITHDRAWN: gettext_lazy("“%(title)s” was withdrawn"),
    stages.LAPSED: gettext_lazy("“%(title)s” lapsed"),
}
