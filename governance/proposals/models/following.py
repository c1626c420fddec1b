"""Being kept in touch: who follows what, who was mentioned, and what everybody is told of a vote.

Whoever wrote, sponsors, amends or discusses a proposal follows it without having said so, until
they say otherwise; so the table holds only what people chose.
"""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from governance.proposals.models.amendments import Amendment
from governance.proposals.models.drafting import CoAuthor
from governance.proposals.models.proposals import Proposal, Support
from governance.proposals.models.talk import Comment
from governance.voting.models import Poll
from kernel.sweeps import Claimable
from members.models import Person, PersonQuerySet


class FollowQuerySet(models.QuerySet["Follow"]):
    def proposals_of(self, person: Person) -> models.QuerySet[Proposal]:
        """The proposals that ``person`` follows, by their choice or because they take part."""
        chosen = self.filter(person=person)
        parts = (
            Q(author=person)
            | Q(pk__in=Support.objects.filter(person=person).values("proposal"))
            | Q(pk__in=Amendment.objects.filter(author=person).values("proposal"))
            | Q(pk__in=Comment.objects.filter(author=person).values("proposal"))
            | Q(pk__in=CoAuthor.objects.filter(person=person).values("manuscript__proposal"))
        )
        on = Q(pk__in=chosen.filter(on=True).values("proposal"))
        found = Proposal.objects.shown().filter(parts | on)
        return found.exclude(pk__in=chosen.filter(on=False).values("proposal"))

    def taking_part(self, proposal: Proposal) -> PersonQuerySet:
        """The people who wrote, sponsor, amend or discuss ``proposal``."""
        found: PersonQuerySet = Person.objects.filter(_parts_in(proposal), is_active=True)
        return found

    def followers_of(self, proposal: Proposal) -> PersonQuerySet:
        """The people who follow ``proposal``, by their choice or because they take part."""
        chosen = self.filter(proposal=proposal, person=OuterRef("pk"))
        involved = _parts_in(proposal) | Q(Exists(chosen.filter(on=True)))
        found: PersonQuerySet = Person.objects.filter(involved, is_active=True)
        return found.exclude(Exists(chosen.filter(on=False)))


def _parts_in(proposal: Proposal) -> Q:
    writes = CoAuthor.objects.filter(manuscript__proposal=proposal)
    return (
        Q(pk=proposal.author_id)
        | Q(pk__in=proposal.supports.values("person"))
        | Q(pk__in=proposal.amendments.values("author"))
        | Q(pk__in=proposal.comments.values("author"))
        | Q(pk__in=writes.values("person"))
    )


class Follow(models.Model):
    """Somebody chose to follow a proposal, or chose not to."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="follows")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="follows")
    on = models.BooleanField()
    at = models.DateTimeField()

    objects = FollowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "person"], name="follow_once_each"),
        ]

    def __str__(self) -> str:
        return f"follow of {self.proposal_id}"


class MentionQuerySet(models.QuerySet["Mention"]):
    def to_show(self) -> Self:
        """Those in comments that can be read, with what a row shows; the latest first."""
        readable = Q(comment__hidden_at=None) | Q(comment__restored_at__isnull=False)
        shown = self.filter(readable).select_related(
            "comment__author", "comment__proposal__wording"
        )
        return shown.order_by("-at", "-pk")


class Mention(models.Model):
    """A comment names somebody who takes part in the talk."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="mentions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mentions")
    at = models.DateTimeField()

    objects = MentionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "person"], name="mention_once_each"),
        ]
        indexes = [models.Index(fields=["person", "-at"], name="mention_of_person")]

    def __str__(self) -> str:
        return f"mention in {self.comment_id}"


class VoteNews(Claimable):
    """That a vote opened or was decided, to be told to those who want to hear it.

    ``told_to`` is how far down their list, by key, the mails have been queued.
    """

    class What(models.TextChoices):
        OPENED = "opened"
        RESULT = "result"

    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="vote_news")
    what = models.CharField(max_length=6, choices=What)
    at = models.DateTimeField()
    told_to = models.UUIDField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["poll", "what"], name="vote_news_once"),
            models.CheckConstraint(
                condition=Q(what__in=["opened", "result"]), name="vote_news_what"
            ),
        ]
        indexes = [models.Index(fields=["told_at", "at"], name="vote_news_waiting")]

    def __str__(self) -> str:
        return f"{self.what}: {self.poll_id}"
