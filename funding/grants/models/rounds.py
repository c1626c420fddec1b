"""Grant rounds: what members decided to give money for, by which criteria, and who reviews."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from funding.grants import application_stages, rubric
from funding.grants import round_stages as stages
from funding.grants.rubric import Criterion
from governance.voting.models import Poll
from kernel.money import Money
from members.models import Person


class RoundQuerySet(models.QuerySet["Round"]):
    def to_list(self) -> Self:
        """What takes applications first, then what is coming and going on, then what is over."""
        order = [
            stages.OPEN,
            stages.VOTING,
            stages.ANNOUNCED,
            stages.REVIEWING,
            stages.DECIDING,
            stages.DECIDED,
        ]
        place = models.Case(
            *[models.When(stage=stage, then=rank) for rank, stage in enumerate(order)]
        )
        return self.annotate(place=place).order_by("place", "-closes_at", "pk")

    def due_to_open(self, at: datetime) -> Self:
        return self.filter(stage=stages.ANNOUNCED, opens_at__lte=at)

    def due_to_end_call(self, at: datetime) -> Self:
        return self.filter(stage=stages.OPEN, closes_at__lte=at)

    def with_line(self) -> Self:
        """Decided rounds in which somebody is next in line, the oldest first."""
        in_line = Q(applications__stage=application_stages.RESERVE)
        return self.filter(in_line, stage=stages.DECIDED).distinct().order_by("adopted_at", "pk")

    def with_named(self) -> Self:
        """Each round with ``named``: how many of its projects are named in public."""
        named = Count("applications", filter=Q(applications__named_at__isnull=False))
        return self.annotate(named=named)


class Round(models.Model):
    """A call for projects. What it asks and how it is judged never changes once it is open.

    ``basis`` is the address of the proposal that members adopted. ``criteria`` is the JSON that
    ``rubric`` describes. A small round asks five questions and has one milestone.
    """

    class Form(models.TextChoices):
        SMALL = "small", _("small: five questions, one milestone")
        LARGE = "large", _("large: team, budget, milestones and files")

    class Stage(models.TextChoices):
        ANNOUNCED = stages.ANNOUNCED, _("announced")
        OPEN = stages.OPEN, _("takes applications")
        REVIEWING = stages.REVIEWING, _("applications are read")
        VOTING = stages.VOTING, _("members choose")
        DECIDING = stages.DECIDING, _("being decided")
        DECIDED = stages.DECIDED, _("decided")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=120)
    purpose = models.TextField()
    form = models.CharField(max_length=5, choices=Form)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.ANNOUNCED)
    budget_minor = models.PositiveBigIntegerField()
    smallest_minor = models.PositiveBigIntegerField()
    largest_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    criteria = models.JSONField()
    # How many of a hundred parts of an award wait for the final report.
    hold_back = models.PositiveSmallIntegerField(default=0)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    # By when each applicant hears whether they are shortlisted.
    hear_by = models.DateTimeField()
    vote_days = models.PositiveSmallIntegerField()
    vote_quorum = models.CharField(max_length=20)
    # So many members can put an eligible application on the ballot that was not shortlisted.
    sponsors_needed = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=200, unique=True)
    adopted_at = models.DateTimeField()
    # The poll that counts; one that was cancelled for a fault is no longer it.
    poll = models.OneToOneField(Poll, null=True, on_delete=models.PROTECT, related_name="round")
    decided_at = models.DateTimeField(null=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(form__in=["small", "large"]), name="grants_round_form"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=list(stages.STAGES)), name="grants_round_stage"
            ),
            models.CheckConstraint(
                condition=Q(
                    smallest_minor__gte=1,
                    smallest_minor__lte=F("largest_minor"),
                    largest_minor__lte=F("budget_minor"),
                ),
                name="grants_round_amounts_in_order",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at"), hear_by__gt=F("closes_at")),
                name="grants_round_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(hold_back__lte=50), name="grants_round_holds_half_back_at_most"
            ),
            models.CheckConstraint(
                condition=Q(vote_days__gte=1, sponsors_needed__gte=1),
                name="grants_round_vote_lasts",
            ),
            models.CheckConstraint(
                condition=Q(poll__isnull=False)
                | Q(
                    stage__in=[stages.ANNOUNCED, stages.OPEN, stages.REVIEWING, stages.DECIDED],
                ),
                name="grants_round_voting_has_poll",
            ),
            models.CheckConstraint(
                condition=Q(stage=stages.DECIDED, decided_at__isnull=False)
                | (~Q(stage=stages.DECIDED) & Q(decided_at=None)),
                name="grants_round_decided_is_dated",
            ),
        ]
        indexes = [models.Index(fields=["stage", "closes_at"], name="grants_round_by_stage")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("grant-round", args=[self.pk])

    @property
    def budget(self) -> Money:
        return Money(self.budget_minor, self.currency)

    @property
    def smallest(self) -> Money:
        return Money(self.smallest_minor, self.currency)

    @property
    def largest(self) -> Money:
        return Money(self.largest_minor, self.currency)

    @property
    def is_small(self) -> bool:
        return self.form == self.Form.SMALL

    @property
    def rubric(self) -> tuple[Criterion, ...]:
        """The criteria, with their weights and what each score means."""
        return rubric.read(self.criteria)

    def takes_applications(self, at: datetime) -> bool:
        """Whether it is open by its row *and* within its dates."""
        return self.stage == stages.OPEN and self.opens_at <= at < self.closes_at


class Reviewer(models.Model):
    """Somebody who reads and scores the applications of a round: named in public."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="reviewers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grant_reviewing")
    named_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    # From when they no longer review.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "person"], name="grants_reviewer_once"),
            models.CheckConstraint(
                condition=~Q(person=F("named_by")), name="grants_reviewer_named_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"reviewer {self.pk}"
