"""What was found about an application: screenings, reviews, what was said, and judgements."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from funding.grants import application_stages as stages
from funding.grants.models.applications import Application
from funding.grants.models.rounds import Reviewer
from members.models import Person


class Finding(models.Model):
    """One answer of the panel to an application, with its reasons: append-only.

    ``name`` is the move of ``application_stages`` that it made. The reasons of who is shortlisted
    are public; all others are for the applicant alone.
    """

    class Name(models.TextChoices):
        ASK_MORE = "ask_more", _("asked for something")
        FIND_ELIGIBLE = "find_eligible", _("found eligible")
        FIND_INELIGIBLE = "find_ineligible", _("found not eligible")
        SHORTLIST = "shortlist", _("shortlisted")
        DECLINE = "decline", _("not shortlisted")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="findings")
    name = models.CharField(max_length=20, choices=Name)
    reasons = models.TextField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    name__in=[
                        "ask_more",
                        "find_eligible",
                        "find_ineligible",
                        "shortlist",
                        "decline",
                    ]
                ),
                name="grants_finding_name",
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="grants_finding_has_reasons"),
        ]
        indexes = [models.Index(fields=["application", "at"], name="grants_finding_in_time")]

    def __str__(self) -> str:
        return f"{self.name} of {self.application_id}"


class ReviewQuerySet(models.QuerySet["Review"]):
    def shown_to(self, person: Person, application: Application, day: date) -> Self:
        """The reviews of ``application`` that ``person`` may read on ``day``.

        To who reviews it, their own, and all once that is in; to others on the panel all of them.
        """
        reviews = self.filter(application=application)
        named = Reviewer.objects.filter(
            round=application.round_id, person=person, ended_at=None
        ).exists()
        blind = named and not reviews.filter(reviewer=person).exists()
        panel = Application.objects.filter(pk=application.pk).open_to(person, day)
        if blind or not panel.exists():
            return reviews.none()
        return reviews.order_by("at", "pk")


class Review(models.Model):
    """What one reviewer thinks of one application: a score for each criterion. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grant_reviews")
    # Criterion by name to a whole number from 1 to 5.
    scores = models.JSONField()
    comment = models.TextField()
    at = models.DateTimeField()

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="grants_review_once"),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"


class Remark(models.Model):
    """Something said in the panel's discussion of an application."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="remarks")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="grants_remark_says")]

    def __str__(self) -> str:
        return f"remark {self.pk}"


class Correction(models.Model):
    """The one correction of fact that an applicant may make of a reason they were given."""

    application = models.OneToOneField(
        Application, primary_key=True, on_delete=models.PROTECT, related_name="correction"
    )
    # The stage that the applicant was told of: ineligible or declined.
    of = models.CharField(max_length=11)
    text = models.TextField()
    at = models.DateTimeField()
    upheld = models.BooleanField(null=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(of__in=[stages.INELIGIBLE, stages.DECLINED]),
                name="grants_correction_of_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(upheld=None, answer="", answered_by=None, answered_at=None)
                | Q(upheld__isnull=False, answered_by__isnull=False, answered_at__isnull=False)
                & ~Q(answer=""),
                name="grants_correction_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"


class Sponsorship(models.Model):
    """That a member wants an application on the ballot that was not shortlisted."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="sponsorships"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grant_sponsorships")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "person"], name="grants_sponsorship_once"
            ),
        ]

    def __str__(self) -> str:
        return f"sponsorship {self.pk}"


class Determination(models.Model):
    """What the members' vote decided of one application, once a quorum has confirmed it.

    ``reasons`` are public, and made from the count: who paid for it, or why it was not chosen.
    ``rank`` is its place among those next in line.
    """

    application = models.OneToOneField(
        Application, primary_key=True, on_delete=models.PROTECT, related_name="determination"
    )
    outcome = models.CharField(max_length=11)
    rank = models.PositiveIntegerField(null=True)
    reasons = models.TextField()
    result_sha256 = models.CharField(max_length=64)
    read_at = models.DateTimeField()
    determined_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=[stages.AWARDED, stages.RESERVE, stages.NOT_CHOSEN]),
                name="grants_determination_outcome",
            ),
            models.CheckConstraint(
                condition=Q(outcome=stages.RESERVE, rank__gte=1)
                | (~Q(outcome=stages.RESERVE) & Q(rank=None)),
                name="grants_determination_rank_of_reserve",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.pk}"


class Confirmation(models.Model):
    """That somebody without a conflict checked what the vote decided of an application."""

    determination = models.ForeignKey(
        Determination, on_delete=models.PROTECT, related_name="confirmations"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["determination", "person"], name="grants_confirmation_once"
            ),
        ]

    def __str__(self) -> str:
        return f"confirmation {self.pk}"
