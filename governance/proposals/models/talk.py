"""What is said about a proposal, what members think of it, and what stewards hid."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from governance.proposals.models.amendments import Amendment
from governance.proposals.models.drafting import CoAuthor
from governance.proposals.models.proposals import Proposal
from members.models import Person


def _count(rows: models.QuerySet[models.Model], by: str) -> Coalesce:
    counted = rows.order_by().values(by).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


class CommentQuerySet(models.QuerySet["Comment"]):
    def about(self, proposal: Proposal, amendment: Amendment | None = None) -> Self:
        """The talk about ``proposal`` itself, or that about one of its amendments."""
        return self.filter(proposal=proposal, amendment=amendment)

    def roots(self) -> Self:
        """Those that begin a thread."""
        return self.filter(thread=None)

    def to_show(self, viewer: Person | None) -> Self:
        """With what a page shows of each: how many agree, whether ``viewer`` does, who wrote it."""
        shown = self.select_related("author", "hidden_by", "amendment").annotate(
            agree=_count(Reaction.objects.filter(comment=OuterRef("pk")), "comment")
        )
        if viewer is None:
            return shown.annotate(i_agree=Value(False))
        mine = Reaction.objects.filter(comment=OuterRef("pk"), person=viewer)
        return shown.annotate(i_agree=Exists(mine))

    def with_replies(self) -> Self:
        """Each with how many answers its thread has, and whether one is by whom it is put to."""
        replies = _count(Comment.objects.filter(thread=OuterRef("pk")), "thread")
        return self.annotate(reply_count=replies, answered=_answered())

    def unanswered(self) -> Self:
        """Questions that nobody who wrote what they are about has answered in their thread."""
        asked = self.roots().filter(stance=Comment.Stance.QUESTION, hidden_at=None)
        return asked.exclude(_answered())


def _answered() -> Exists:
    """Whether somebody who wrote what a thread is about, proposal or amendment, answered in it."""
    writes = CoAuthor.objects.filter(manuscript__proposal=OuterRef("proposal"))
    by_an_author = Q(author=F("proposal__author")) | Q(
        Exists(writes.filter(person=OuterRef("author")))
    )
    by_who_amends = Q(author=F("amendment__author"))
    answers = Comment.objects.filter(Q(by_an_author, amendment=None) | by_who_amends)
    return Exists(answers.filter(thread=OuterRef("pk")))


class Comment(models.Model):
    """What somebody said about a proposal; ``thread`` is the comment that began the talk.

    Where it is about an ``amendment`` it stands beside that, and so do its answers.

    Its words may change, and what they were stays in its history. It may be hidden, by somebody
    else and for a reason, and shown again when members resolve so. It is never deleted.
    """

    class Stance(models.TextChoices):
        REMARK = "remark", _("Remark")
        FOR = "for", _("Reason for it")
        AGAINST = "against", _("Reason against it")
        QUESTION = "question", _("Question to the author")

    # What ``to_show()`` adds.
    agree: int
    i_agree: bool

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="comments")
    amendment = models.ForeignKey(
        Amendment, null=True, on_delete=models.PROTECT, related_name="comments"
    )
    thread = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replies")
    # Whom it answers: the thread's first comment, or another reply.
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="answers")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="comments")
    stance = models.CharField(max_length=8, choices=Stance, default=Stance.REMARK)
    body = models.TextField()
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)
    hidden_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="comments_hidden"
    )
    hidden_reason = models.CharField(max_length=300, blank=True)
    record_hash = models.CharField(max_length=64, blank=True)
    restored_at = models.DateTimeField(null=True)
    restored_by = models.ForeignKey(
        Proposal, null=True, on_delete=models.PROTECT, related_name="comments_restored"
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hidden_at=None, hidden_by=None, hidden_reason="", record_hash="")
                | (
                    Q(hidden_at__isnull=False, hidden_by__isnull=False)
                    & ~Q(hidden_reason="")
                    & ~Q(record_hash="")
                ),
                name="comment_hidden_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(hidden_by=None) | ~Q(hidden_by=F("author")),
                name="comment_not_hidden_by_its_author",
            ),
            models.CheckConstraint(
                condition=Q(restored_at=None, restored_by=None)
                | Q(restored_at__isnull=False, restored_by__isnull=False, hidden_at__isnull=False),
                name="comment_restored_by_a_decision",
            ),
            models.CheckConstraint(
                condition=Q(thread=None, parent=None)
                | Q(thread__isnull=False, parent__isnull=False, stance="remark"),
                name="comment_in_a_thread",
            ),
            models.CheckConstraint(
                condition=Q(stance__in=["remark", "for", "against", "question"]),
                name="comment_stance",
            ),
        ]
        indexes = [
            models.Index(fields=["proposal", "at", "id"], name="comment_in_order"),
            models.Index(fields=["thread", "at", "id"], name="comment_in_thread"),
            models.Index(fields=["author", "at"], name="comment_of_author"),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"

    def get_absolute_url(self) -> str:
        """Where it stands in its thread, on the page of that."""
        page = reverse("comment", args=[self.proposal_id, self.pk])
        return f"{page}#comment-{self.pk}"

    @property
    def hidden(self) -> bool:
        return self.hidden_at is not None and self.restored_at is None


class CommentEdit(models.Model):
    """What a comment said before it was changed, and until when. Append-only."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="edits")
    number = models.PositiveIntegerField()
    body = models.TextField()
    until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "number"], name="comment_edit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id}, words {self.number}"


class Reaction(models.Model):
    """A member finds that a comment helps. There is one reaction, and nobody has two."""

    comment = models.ForeignKey(Comment, on_delete=models.PROTECT, related_name="reactions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reactions")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "person"], name="reaction_once_each"),
        ]

    def __str__(self) -> str:
        return f"reaction to {self.comment_id}"


class HiddenIdea(models.Model):
    """An idea that a steward hid before it was discussed, and why. Its words are kept."""

    proposal = models.OneToOneField(
        Proposal, primary_key=True, on_delete=models.PROTECT, related_name="hidden_idea"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="ideas_hidden")
    reason = models.CharField(max_length=300)
    record_hash = models.CharField(max_length=64)
    restored_at = models.DateTimeField(null=True)
    restored_by = models.ForeignKey(
        Proposal, null=True, on_delete=models.PROTECT, related_name="ideas_restored"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="idea_hidden_with_a_reason"),
            models.CheckConstraint(
                condition=Q(restored_at=None, restored_by=None)
                | Q(restored_at__isnull=False, restored_by__isnull=False),
                name="idea_restored_by_a_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"hidden idea {self.pk}"


class FlagQuerySet(models.QuerySet["Flag"]):
    def waiting(self) -> Self:
        """Those nobody has decided, with what is flagged, the oldest first."""
        return (
            self.filter(settled_at=None)
            .select_related("proposal__wording", "comment__author", "comment__proposal", "person")
            .order_by("at", "pk")
        )


class Flag(models.Model):
    """A member asks the stewards to look at a comment, or at an idea where ``comment`` is None."""

    class Reason(models.TextChoices):
        UNKIND = "unkind", _("It attacks somebody")
        PRIVATE = "private", _("It tells what is private")
        SPAM = "spam", _("It advertises, or repeats itself")
        UNLAWFUL = "unlawful", _("It may be against the law")
        OTHER = "other", _("Something else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="flags")
    comment = models.ForeignKey(Comment, null=True, on_delete=models.PROTECT, related_name="flags")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="flags")
    reason = models.CharField(max_length=8, choices=Reason)
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="flags_settled"
    )
    outcome = models.CharField(max_length=6, blank=True)

    objects = FlagQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "person"],
                condition=Q(comment__isnull=False),
                name="flag_comment_once_each",
            ),
            models.UniqueConstraint(
                fields=["proposal", "person"],
                condition=Q(comment__isnull=True),
                name="flag_idea_once_each",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None, outcome="")
                | Q(
                    settled_at__isnull=False,
                    settled_by__isnull=False,
                    outcome__in=["hidden", "kept"],
                ),
                name="flag_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["unkind", "private", "spam", "unlawful", "other"]),
                name="flag_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["settled_at", "at"], name="flag_waiting"),
            models.Index(fields=["person", "at"], name="flag_of_person"),
        ]

    def __str__(self) -> str:
        return f"flag {self.pk}"
