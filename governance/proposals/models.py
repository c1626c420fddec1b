"""Proposals: their exact words, who stands behind them, what is said, and the rules that decide."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from governance.proposals import stages
from governance.proposals.decision_rules import (
    FOUNDING_ENDS_AT,
    DecisionRule,
    format_duration,
    format_fraction,
    is_founding,
    parse_duration,
    parse_fraction,
)
from governance.terms.models import Draft, Revision
from governance.voting.models import Poll
from members.models import AbstractEvent, Person

_BEFORE_A_RULE = [stages.IDEA, stages.WITHDRAWN, stages.LAPSED]
_WITH_A_POLL = [stages.VOTING, stages.ADOPTED, stages.REJECTED, stages.NO_QUORUM]
_FINISHED = sorted(stages.FINISHED)


class Stage(models.TextChoices):
    """The stages of a proposal, as people read them."""

    IDEA = stages.IDEA, _("idea")
    DISCUSSION = stages.DISCUSSION, _("discussion")
    FINAL = stages.FINAL, _("final text")
    VOTING = stages.VOTING, _("vote")
    ADOPTED = stages.ADOPTED, _("adopted")
    REJECTED = stages.REJECTED, _("rejected")
    NO_QUORUM = stages.NO_QUORUM, _("no quorum")
    WITHDRAWN = stages.WITHDRAWN, _("withdrawn")
    LAPSED = stages.LAPSED, _("lapsed")


def founding_on(day: date) -> bool:
    """Whether so few members have standing on ``day`` that the founding still lasts. One query."""
    return is_founding(Person.objects.in_standing(day)[:FOUNDING_ENDS_AT].count())


class AdoptedRuleQuerySet(models.QuerySet["AdoptedRule"]):
    def in_force(self, at: datetime) -> Self:
        """The rule of each kind that new decisions follow at ``at``."""
        newest = AdoptedRule.objects.filter(kind=OuterRef("kind"), effective_from__lte=at)
        return self.filter(pk=Subquery(newest.order_by("-effective_from").values("pk")[:1]))

    def for_kind(self, kind: str, at: datetime) -> AdoptedRule | None:
        """The rule of one kind in force at ``at``, or None where none was adopted."""
        return self.filter(kind=kind, effective_from__lte=at).order_by("-effective_from").first()


class AdoptedRule(models.Model):
    """The decision rule of a kind from one moment on, and what adopted it. Append-only.

    ``basis`` is "founding" or the address of the poll. The latest one that has taken effect is in
    force for whatever begins; what runs keeps the rule it began with.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    sponsors = models.PositiveIntegerField()
    idea_lapses_after = models.CharField(max_length=40)
    discussion = models.CharField(max_length=40)
    final = models.CharField(max_length=40)
    voting = models.CharField(max_length=40)
    quorum = models.CharField(max_length=9)
    majority = models.CharField(max_length=9)
    min_days = models.PositiveIntegerField()
    sponsor_min_days = models.PositiveIntegerField()
    effective_from = models.DateTimeField()
    basis = models.CharField(max_length=200)
    record_hash = models.CharField(max_length=64)

    objects = AdoptedRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "effective_from"], name="adopted_rule_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(sponsors__gte=1), name="adopted_rule_needs_sponsors"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} since {self.effective_from:%Y-%m-%d}"

    @staticmethod
    def columns(rule: DecisionRule) -> dict[str, Any]:
        """What the columns hold for ``rule``."""
        return {
            "kind": rule.kind,
            "sponsors": rule.sponsors,
            "idea_lapses_after": format_duration(rule.idea_lapses_after),
            "discussion": format_duration(rule.discussion),
            "final": format_duration(rule.final),
            "voting": format_duration(rule.voting),
            "quorum": format_fraction(rule.quorum),
            "majority": format_fraction(rule.majority),
            "min_days": rule.min_days,
            "sponsor_min_days": rule.sponsor_min_days,
        }

    @property
    def rule(self) -> DecisionRule:
        return DecisionRule(
            kind=self.kind,
            sponsors=self.sponsors,
            idea_lapses_after=parse_duration(self.idea_lapses_after),
            discussion=parse_duration(self.discussion),
            final=parse_duration(self.final),
            voting=parse_duration(self.voting),
            quorum=parse_fraction(self.quorum),
            majority=parse_fraction(self.majority),
            min_days=self.min_days,
            sponsor_min_days=self.sponsor_min_days,
        )


def _confirmed(day: date) -> Coalesce:
    counted = (
        Support.objects.filter(
            proposal=OuterRef("pk"),
            text_sha256=OuterRef("wording__sha256"),
            person__in=Person.objects.in_standing(day),
        )
        .order_by()
        .values("proposal")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def with_sponsors(self, at: datetime) -> Self:
        """Each with ``sponsors`` and ``needed``: how many there are, and how many there must be.

        A sponsor counts who stands behind the exact text and has standing at ``at``. An idea needs
        as many as the rule in force says, anything else as many as the rule it keeps.
        """
        in_force = AdoptedRule.objects.filter(kind=OuterRef("kind"), effective_from__lte=at)
        now = Subquery(in_force.order_by("-effective_from").values("sponsors")[:1])
        return self.annotate(
            sponsors=_confirmed(at.date()), needed=Coalesce(F("rule__sponsors"), now)
        )

    def sponsored(self, day: date, *, by_at_least: int) -> Self:
        """Those behind whose exact text at least so many in standing on ``day`` stand."""
        return self.annotate(sponsors=_confirmed(day)).filter(sponsors__gte=by_at_least)

    def about(self, text: str) -> Self:
        """Those whose title or problem has ``text`` in it, whatever its case."""
        return self.filter(
            Q(wording__title__icontains=text)
            | Q(wording__summary__icontains=text)
            | Q(wording__problem__icontains=text)
        )

    def due(self, stage: str, at: datetime) -> Self:
        """Those in ``stage`` whose time there is over at ``at``, the longest waiting first."""
        return self.filter(stage=stage, ends_at__lte=at).order_by("ends_at", "pk")

    def to_show(self) -> Self:
        """With what a row or a page of a proposal needs, in the same query."""
        return self.select_related("wording", "author", "rule", "poll").defer(
            "poll__manifest", "poll__private_keys", "poll__seed", "poll__question_text"
        )


class Proposal(models.Model):
    """Something members are asked to decide. Its words are ``wording``, the latest of its wordings.

    ``since`` is when it entered its stage; ``ends_at`` when its time there is over: an idea lapses,
    a discussion or a final text may move on, a vote closes. What is finished waits for nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="proposals")
    stage = models.CharField(max_length=10, choices=Stage)
    # Points at a row that points back: the constraint is checked at commit, when both are there.
    wording = models.OneToOneField("Wording", on_delete=models.PROTECT, related_name="+")
    draft = models.OneToOneField(
        Draft, null=True, on_delete=models.PROTECT, related_name="proposal"
    )
    rule = models.ForeignKey(
        AdoptedRule, null=True, on_delete=models.PROTECT, related_name="proposals"
    )
    poll = models.OneToOneField(Poll, null=True, on_delete=models.PROTECT, related_name="proposal")
    opened_at = models.DateTimeField()
    since = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=list(stages.STAGES)), name="proposal_stage"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=_BEFORE_A_RULE) | Q(rule__isnull=False),
                name="proposal_keeps_its_rule",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=_WITH_A_POLL, poll__isnull=False)
                | (~Q(stage__in=_WITH_A_POLL) & Q(poll__isnull=True)),
                name="proposal_is_voted_on_in_its_poll",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=_FINISHED, ends_at__isnull=True)
                | (~Q(stage__in=_FINISHED) & Q(ends_at__isnull=False)),
                name="proposal_waits_until_finished",
            ),
        ]
        indexes = [
            models.Index(fields=["stage", "ends_at"], name="proposal_due"),
            models.Index(fields=["-opened_at", "id"], name="proposal_newest"),
        ]

    def __str__(self) -> str:
        return self.wording.title

    def get_absolute_url(self) -> str:
        return reverse("proposal", args=[self.pk])

    @property
    def lapses_at(self) -> datetime | None:
        """When it lapses for want of sponsors: None from the final text on.

        A discussion waits, after its own time, as long for confirmations as an idea for sponsors.
        """
        if self.stage == stages.DISCUSSION and self.ends_at and self.rule:
            return self.ends_at + self.rule.rule.idea_lapses_after
        return self.ends_at if self.stage == stages.IDEA else None

    @property
    def public_url(self) -> str:
        """The address the record and the manifest know it by."""
        return f"{settings.PUBLIC_ORIGIN}{self.get_absolute_url()}"


class Wording(models.Model):
    """The exact words of a proposal at one time: ``sha256`` is over them all. Append-only.

    ``summary`` is one sentence, ``problem`` the problem behind it. What is proposed is ``content``,
    as its kind keeps it, or the text of ``revision`` where it is a draft term.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="wordings")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=240)
    problem = models.TextField()
    content = models.JSONField(default=dict)
    revision = models.ForeignKey(
        Revision, null=True, on_delete=models.PROTECT, related_name="wordings"
    )
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="wording_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, text {self.number}"

    def as_json(self) -> dict[str, Any]:
        """What ``sha256`` is over, in canonical form (RFC 8785)."""
        return {
            "title": self.title,
            "summary": self.summary,
            "problem": self.problem,
            "content": asdict(self.revision.content) if self.revision else self.content,
        }


class Step(models.Model):
    """A proposal entered a stage, and the record entry that says so. Append-only.

    Ideas are not in the public record: what enough members stand behind is.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="steps")
    stage = models.CharField(max_length=10, choices=Stage)
    at = models.DateTimeField()
    record_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "stage"], name="step_once_per_stage"),
        ]

    def __str__(self) -> str:
        return self.stage


class CancelledVote(models.Model):
    """A vote on a proposal that was cancelled while it was open; the same text is voted on again.

    Append-only.
    """

    poll = models.OneToOneField(
        Poll, primary_key=True, on_delete=models.PROTECT, related_name="cancelled_vote"
    )
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="cancelled_votes")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"cancelled vote {self.pk}"


class Reservation(models.Model):
    """What a frozen proposal would change ("term:no-stalking"), kept for it until it is decided.

    Of several proposals about one subject only one at a time is frozen and voted on, so that each
    that is adopted can be carried out.
    """

    subject = models.CharField(max_length=120, primary_key=True)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="reservations")

    def __str__(self) -> str:
        return self.subject


class SupportQuerySet(models.QuerySet["Support"]):
    def confirmed(self, day: date) -> Self:
        """Support that counts: for the text as it stands, by people in standing on ``day``."""
        return self.filter(
            text_sha256=F("proposal__wording__sha256"),
            person__in=Person.objects.in_standing(day),
        )


class Support(models.Model):
    """A person stands behind exactly one text of a proposal. It counts while that text stands."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="supports")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="supports")
    text_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    objects = SupportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "person"], name="support_once_each"),
        ]

    def __str__(self) -> str:
        return f"support for {self.proposal_id}"


class Comment(models.Model):
    """What somebody said about a proposal. It may be hidden; it is never changed or deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="comments")
    body = models.TextField()
    at = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True)
    hidden_by = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="comments_hidden"
    )
    hidden_reason = models.CharField(max_length=300, blank=True)
    record_hash = models.CharField(max_length=64, blank=True)

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
        ]
        indexes = [models.Index(fields=["proposal", "at", "id"], name="comment_in_order")]

    def __str__(self) -> str:
        return f"comment {self.pk}"

    def get_absolute_url(self) -> str:
        return f"{reverse('proposal', args=[self.proposal_id])}#comment-{self.pk}"


class Event(AbstractEvent):
    """What was done to proposals, support, comments and rules."""
