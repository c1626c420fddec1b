"""Awards: what was promised to whom, the agreement, its milestones, and what showed them."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from funding.grants import award_stages, milestone_stages
from funding.grants.models.applications import Application
from funding.grants.models.funds import Fund
from kernel.money import Money
from members.models import Person, RoleGrant


class AwardQuerySet(models.QuerySet["Award"]):
    def given(self) -> Self:
        """What the public sees as given, the latest first."""
        return self.filter(stage__in=award_stages.GIVEN).order_by("-committed_at", "pk")

    def to_show(self) -> Self:
        """With what a row of a list says, in as many queries however long it is."""
        return self.select_related("application__version", "application__round", "fund")

    def not_accepted_by(self, side: str) -> Self:
        """Those whose last text this side has not accepted; with ``written_at``, when it was."""
        texts = AgreementVersion.objects.filter(award=OuterRef("pk")).order_by("-number")
        accepted = Acceptance.objects.filter(agreement=OuterRef("latest"), side=side)
        return self.annotate(
            latest=Subquery(texts.values("pk")[:1]),
            written_at=Subquery(texts.values("written_at")[:1]),
        ).filter(~Exists(accepted))

    def of(self, person: Person) -> Self:
        """What ``person`` applied for, or works on."""
        return self.filter(application__in=Application.objects.of(person).values("pk"))

    def visible_to(self, person: Person, day: date) -> Self:
        """Those whose inside ``person`` may read on ``day``: by the one rule of applications."""
        return self.filter(application__in=Application.objects.visible_to(person, day).values("pk"))


class Award(models.Model):
    """Money that is set aside for one project. Its amount never changes."""

    STAGES = [
        (award_stages.COMMITTED, _("the agreement is being written")),
        (award_stages.OFFERED, _("the agreement waits to be accepted")),
        (award_stages.AGREED, _("under way")),
        (award_stages.CLOSED, _("finished")),
        (award_stages.DECLINED, _("not taken")),
        (award_stages.TERMINATED, _("ended early")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="award")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="awards")
    minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    stage = models.CharField(max_length=10, choices=STAGES, default=award_stages.COMMITTED)
    committed_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = AwardQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=list(award_stages.STAGES)), name="grants_award_stage"
            ),
            models.CheckConstraint(condition=Q(minor__gt=0), name="grants_award_is_something"),
            models.CheckConstraint(
                condition=~Q(stage__in=[award_stages.AGREED, award_stages.CLOSED])
                | Q(agreed_at__isnull=False),
                name="grants_award_agreed_is_dated",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=award_stages.LIVE, ended_at=None)
                | (~Q(stage__in=award_stages.LIVE) & Q(ended_at__isnull=False)),
                name="grants_award_ended_is_dated",
            ),
        ]
        indexes = [models.Index(fields=["stage", "committed_at"], name="grants_award_by_stage")]

    def __str__(self) -> str:
        return f"award {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("grant-award", args=[self.pk])

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def title(self) -> str:
        """The project's name as it was voted on."""
        version = self.application.version
        return version.title if version else ""

    @property
    def reached_count(self) -> int:
        """How many milestones are reached; from what was prefetched."""
        return sum(milestone.is_reached for milestone in self.milestones.all())

    @property
    def agreement(self) -> AgreementVersion | None:
        """The text that counts: the last one."""
        return self.agreements.order_by("-number").first()


class AgreementVersion(models.Model):
    """One text of the agreement, word for word. It never changes; another text is another one."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="agreements")
    number = models.PositiveIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award", "number"], name="grants_agreement_once"),
            models.CheckConstraint(condition=~Q(text=""), name="grants_agreement_says_something"),
        ]

    def __str__(self) -> str:
        return f"agreement {self.number}"


class Acceptance(models.Model):
    """That one side accepted exactly this text."""

    class Side(models.TextChoices):
        PROJECT = "project", _("the project")
        COMMONS = "commons", _("Customer Commons")

    agreement = models.ForeignKey(
        AgreementVersion, on_delete=models.PROTECT, related_name="acceptances"
    )
    side = models.CharField(max_length=8, choices=Side)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "side"], name="grants_acceptance_once_a_side"
            ),
            # Nobody agrees with themselves.
            models.UniqueConstraint(fields=["agreement", "by"], name="grants_acceptance_by_two"),
            models.CheckConstraint(
                condition=Q(side__in=["project", "commons"]), name="grants_acceptance_side"
            ),
        ]

    def __str__(self) -> str:
        return f"acceptance by {self.side}"


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def in_order(self) -> Self:
        return self.order_by("award", "number")

    def overdue(self, day: date) -> Self:
        """What should have been shown by ``day``, of awards that are under way."""
        return self.filter(
            stage__in=milestone_stages.OPEN, award__stage=award_stages.AGREED, due_on__lt=day
        )

    def unfinished(self) -> Self:
        """What is still to be shown or to be paid: nothing is left to pay of an accepted zero."""
        done = Q(stage=milestone_stages.PAID) | Q(stage=milestone_stages.ACCEPTED, minor=0)
        return self.exclude(done)

    def payable_by(self, person: Person, day: date) -> Self:
        """Those whose payments ``person`` may prepare: an office, and no interest in them."""
        offices = (RoleGrant.Role.STEWARD, RoleGrant.Role.TREASURER)
        if not RoleGrant.objects.on(day).filter(person=person, role__in=offices).exists():
            return self.none()
        conflicting = Application.objects.conflicting(person).values("pk")
        return self.exclude(award__application__in=conflicting)

    def total(self) -> int:
        return int(self.aggregate(sum=Sum("minor"))["sum"] or 0)


class Milestone(models.Model):
    """A part of an award: what shows that it is reached, by when, and what is then paid.

    The ``final`` one is the report. What it pays was held back, and may be nothing. One that is
    paid ``on_award`` is accepted with the agreement.
    """

    STAGES = [
        (milestone_stages.PLANNED, _("planned")),
        (milestone_stages.SUBMITTED, _("shown, and being looked at")),
        (milestone_stages.SENT_BACK, _("something is missing")),
        (milestone_stages.ACCEPTED, _("reached")),
        (milestone_stages.PAID, _("reached and paid")),
        (milestone_stages.DROPPED, _("dropped")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="milestones")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    criteria = models.TextField()
    due_on = models.DateField()
    minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    on_award = models.BooleanField(default=False)
    final = models.BooleanField(default=False)
    stage = models.CharField(max_length=10, choices=STAGES, default=milestone_stages.PLANNED)
    # On which day its project was last reminded of it.
    reminded_on = models.DateField(null=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award", "number"], name="grants_milestone_once"),
            models.UniqueConstraint(
                fields=["award"], condition=Q(final=True), name="grants_milestone_one_is_final"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=list(milestone_stages.STAGES)), name="grants_milestone_stage"
            ),
            models.CheckConstraint(
                condition=Q(minor__gt=0) | ~Q(stage=milestone_stages.PAID),
                name="grants_milestone_paid_something",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def is_reached(self) -> bool:
        return self.stage in milestone_stages.REACHED


class Evidence(models.Model):
    """What a project shows for a milestone: a link or a file, with its SHA-256, and some words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="evidence")
    url = models.CharField(max_length=400, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_type = models.CharField(max_length=40, blank=True)
    file_size = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "evidence"
        constraints = [
            models.CheckConstraint(
                condition=Q(file_sha256="", file_type="", file_size=0) & ~Q(url="")
                | Q(url="", file_size__gte=1) & ~Q(file_sha256="") & ~Q(file_type=""),
                name="grants_evidence_is_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"evidence {self.pk}"


class Verdict(models.Model):
    """What somebody without a conflict said of what was shown, with reasons."""

    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="verdicts")
    accepted = models.BooleanField()
    reasons = models.TextField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reasons=""), name="grants_verdict_has_reasons"),
        ]

    def __str__(self) -> str:
        return f"verdict {self.pk}"


class Amendment(models.Model):
    """What a project asks to change in a milestone: by what it is shown, or by when.

    Two people without a conflict have to say yes; one is enough to say no.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="amendments")
    criteria = models.TextField()
    due_on = models.DateField()
    reason = models.TextField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    first_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["milestone"],
                condition=Q(decided_at=None),
                name="grants_amendment_one_open",
            ),
            models.CheckConstraint(
                condition=Q(first_by=None) | ~Q(first_by=F("asked_by")),
                name="grants_amendment_first_is_another",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | (~Q(decided_by=F("asked_by")) & (Q(first_by=None) | ~Q(decided_by=F("first_by"))))
                | Q(accepted=False),
                name="grants_amendment_two_people",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, accepted=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, accepted=False)
                | Q(
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    accepted=True,
                    first_by__isnull=False,
                ),
                name="grants_amendment_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"amendment {self.pk}"


class Termination(models.Model):
    """That an award is ended before its time: proposed by one, confirmed by another, with why."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="terminations")
    reason = models.TextField()
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["award"], condition=Q(withdrawn_at=None), name="grants_termination_one"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="grants_termination_two_people",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, withdrawn_at=None),
                name="grants_termination_confirmed_whole",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="grants_termination_has_reason"),
        ]

    def __str__(self) -> str:
        return f"termination of {self.award_id}"
