"""What follows an adopted term: who proffers it, who is asked to accept it, and who does."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, Self, TypedDict

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse

from governance.proposals.domain_names import LONGEST, shown
from governance.terms.models import Term, Version
from kernel.sweeps import Claimable
from members.models import Person


class ProfferQuerySet(models.QuerySet["Proffer"]):
    def counted(self, day: date) -> Self:
        """Those by people in standing on ``day``: no others count."""
        return self.filter(person__in=Person.objects.in_standing(day))


class Proffer(models.Model):
    """A member declares that they proffer a term. Only how many do is ever shown."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="proffers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="proffers")
    at = models.DateTimeField()

    objects = ProfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "person"], name="proffer_once_each"),
        ]

    def __str__(self) -> str:
        return f"proffer of {self.term_id}"


class Asked(TypedDict):
    """How many members ask whoever has ``domain``."""

    domain: str
    asking: int


class AskQuerySet(models.QuerySet["Ask"]):
    def by_domain(self, day: date, *, at_least: int) -> models.QuerySet[Ask, Asked]:
        """Domains with how many in standing ask them (``asking``), those most asked first.

        Those that fewer than ``at_least`` ask are left out.
        """
        counted = self.filter(person__in=Person.objects.in_standing(day))
        domains: Any = counted.order_by().values("domain").annotate(asking=Count("pk"))
        found: models.QuerySet[Ask, Asked] = domains.filter(asking__gte=at_least)
        return found.order_by("-asking", "domain")


class Ask(models.Model):
    """A member asks whoever has a domain to accept a term. Only how many do is ever shown."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="asks")
    domain = models.CharField(max_length=LONGEST)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="asks")
    at = models.DateTimeField()

    objects = AskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "domain", "person"], name="ask_once_each"),
            models.CheckConstraint(condition=~Q(domain=""), name="ask_of_a_domain"),
        ]
        indexes = [models.Index(fields=["person", "at"], name="ask_of_person")]

    def __str__(self) -> str:
        return f"{self.domain} is asked for {self.term_id}"


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def due(self, at: datetime) -> Self:
        """Those to be looked at, the longest waiting first."""
        return self.filter(next_look_at__lte=at).order_by("next_look_at", "pk")

    def accepting(self) -> Self:
        """Those that accept something now."""
        now = Acceptance.objects.filter(organisation=OuterRef("pk"), until=None)
        return self.filter(Exists(now))


class Organisation(Claimable):
    """A domain at which an organisation says what it accepts, in one ``form``.

    ``next_look_at`` is when we look next, None where we no longer do. ``failing_since`` is when
    looking first failed, since it last did not; ``problem`` is the code of what was wrong and
    ``problem_words`` a sentence of it, in English.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    domain = models.CharField(max_length=LONGEST)
    form = models.CharField(max_length=20)
    name = models.CharField(max_length=120, blank=True)
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(
        Person, null=True, on_delete=models.SET_NULL, related_name="organisations_submitted"
    )
    next_look_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=40, blank=True)
    problem_words = models.CharField(max_length=300, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["domain", "form"], name="organisation_once_per_form"),
            models.CheckConstraint(condition=~Q(domain=""), name="organisation_has_a_domain"),
            models.CheckConstraint(
                condition=Q(failing_since=None, failures=0)
                | Q(failing_since__isnull=False, failures__gte=1),
                name="organisation_fails_since",
            ),
        ]
        indexes = [
            models.Index(fields=["next_look_at"], name="organisation_due"),
            models.Index(fields=["submitted_by", "submitted_at"], name="organisation_submitted"),
        ]

    def __str__(self) -> str:
        return self.domain

    def get_absolute_url(self) -> str:
        return reverse("organisation", args=[self.domain])

    @property
    def shown(self) -> str:
        """The domain as people write it."""
        return shown(self.domain)


class AcceptanceQuerySet(models.QuerySet["Acceptance"]):
    def current(self) -> Self:
        return self.filter(until=None)

    def to_show(self) -> Self:
        """With the organisation and the version, without its bytes; what lasts longest first."""
        shown_with = self.select_related("organisation", "version__revision")
        return shown_with.defer("version__document").order_by("since", "pk")


class Acceptance(models.Model):
    """An organisation accepts one version of a term, from ``since`` on ``until`` it no longer did.

    ``statement_sha256`` is of the bytes in which it said so. What has ended stays, as history;
    accepting the same again is a new row.
    """

    class Ending(models.TextChoices):
        GONE = "gone"
        CHANGED = "changed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="acceptances"
    )
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="acceptances")
    form = models.CharField(max_length=20)
    statement_sha256 = models.CharField(max_length=64)
    since = models.DateTimeField()
    record_hash = models.CharField(max_length=64)
    until = models.DateTimeField(null=True)
    ending = models.CharField(max_length=8, blank=True, choices=Ending)
    record_hash_ended = models.CharField(max_length=64, blank=True)

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "version"],
                condition=Q(until=None),
                name="acceptance_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(until=None, ending="", record_hash_ended="")
                | (
                    Q(until__isnull=False, until__gte=F("since"))
                    & Q(ending__in=["gone", "changed"])
                    & ~Q(record_hash_ended="")
                ),
                name="acceptance_ended_whole",
            ),
        ]
        indexes = [models.Index(fields=["version", "until"], name="acceptance_of_version")]

    def __str__(self) -> str:
        return f"acceptance {self.pk}"
