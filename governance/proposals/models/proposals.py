"""Proposals: their exact words, who stands behind them, and where they have come to."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from governance.proposals import stages
from governance.proposals.models.rules import AdoptedRule
from governance.proposals.search_words import SENTENCE, stems_in
from governance.terms.models import Draft, Revision
from governance.voting.models import Poll
from members.models import Person

_BEFORE_A_RULE = [stages.IDEA, stages.WITHDRAWN, stages.LAPSED]


_WITH_A_POLL = [stages.VOTING, stages.ADOPTED, stages.REJECTED, stages.NO_QUORUM]


_FINISHED = sorted(stages.FINISHED)


# Of what somebody types to find something, the first so many words count.
MOST_LOOKED_FOR = 12


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
        as many as were set when it was opened, or else as the rule in force says, anything else as
        many as the rule it keeps.
        """
        in_force = AdoptedRule.objects.filter(kind=OuterRef("kind"), effective_from__lte=at)
        now = Subquery(in_force.order_by("-effective_from").values("sponsors")[:1])
        return self.annotate(
            sponsors=_confirmed(at.date()),
            needed=Coalesce(F("sponsors_needed"), F("rule__sponsors"), now),
        )

    def sponsored(self, day: date, *, by_at_least: int) -> Self:
        """Those behind whose exact text at least so many in standing on ``day`` stand.

        Where a number was set when it was opened, it is that number.
        """
        needed = Coalesce(F("sponsors_needed"), Value(by_at_least))
        return self.annotate(sponsors=_confirmed(day)).filter(sponsors__gte=needed)

    def about(self, text: str) -> Self:
        """Those that say every word of ``text``, whatever its ending, or have it in their title."""
        saying = Q(wording__title__icontains=text)
        stems = stems_in(text)[:MOST_LOOKED_FOR]
        if stems:
            every = Proposal.objects.all()
            for stem in stems:
                every = every.filter(words__stem=stem)
            saying |= Q(pk__in=every.values("pk"))
        return self.filter(saying)

    def similar(self, text: str) -> Self:
        """Those that share words with ``text``, those that share most first."""
        alike = (
            Proposal.objects.filter(
                pk=OuterRef("pk"), words__stem__in=stems_in(text)[:MOST_LOOKED_FOR]
            )
            .order_by()
            .values("pk")
            .annotate(likeness=Sum("words__weight"))
            .values("likeness")
        )
        found = self.annotate(likeness=Subquery(alike, output_field=IntegerField()))
        # One little word in a long text makes nothing alike: one in the title does, or several.
        return found.filter(likeness__gte=SENTENCE).order_by("-likeness", "-opened_at", "pk")

    def shown(self) -> Self:
        """Without ideas that a steward hid, unless members resolved to show them again."""
        hidden = Q(hidden_idea__isnull=False, hidden_idea__restored_at=None)
        return self.exclude(hidden)

    def decided_since(self, since: datetime) -> Self:
        """Those whose vote was decided at ``since`` or later."""
        return self.filter(stage__in=stages.DECIDED, since__gte=since)

    def due(self, stage: str, at: datetime) -> Self:
        """Those in ``stage`` whose time there is over at ``at``, the longest waiting first."""
        return self.filter(stage=stage, ends_at__lte=at).order_by("ends_at", "pk")

    def to_show(self) -> Self:
        """With what a row or a page of a proposal needs, in the same query."""
        return self.select_related("wording", "author", "rule", "poll", "hidden_idea").defer(
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
    # Set when it is opened, where the rule's number is not the one: a petition's share of the
    # members, or nobody for what the program opens by itself.
    sponsors_needed = models.PositiveIntegerField(null=True)
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
    def hidden(self) -> bool:
        """Whether a steward hid it while it was an idea. No query after ``to_show()``."""
        hidden = getattr(self, "hidden_idea", None)
        return hidden is not None and hidden.restored_at is None

    @property
    def public_url(self) -> str:
        """The address the record and the manifest know it by."""
        return f"{settings.PUBLIC_ORIGIN}{self.get_absolute_url()}"


class Wording(models.Model):
    """The exact words of a proposal at one time: ``sha256`` is over them all. Append-only.

    ``summary`` is one sentence, ``problem`` the problem behind it. What is proposed is ``content``,
    as its kind keeps it, or the text of ``revision`` where it is a draft term; an idea may begin
    without either. The words of an amendment are a wording too: numbers count all of a proposal's.
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
    # Who wrote it: of the texts before this was noted, the proposal's author.
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="wordings")
    # The amendment whose words it took over, where it did.
    credit = models.ForeignKey(
        "proposals.Amendment", null=True, on_delete=models.PROTECT, related_name="taken_into"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="wording_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title}, text {self.number}"

    @property
    def says_what(self) -> bool:
        """Whether it has what members would adopt: an idea may begin without."""
        return self.revision_id is not None or bool(self.content)

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
