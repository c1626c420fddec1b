"""People, their standing, what they attested, the roles they hold, and the mail we owe them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Self, TypedDict

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Lower, TruncMonth
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kernel.sweeps import Claimable
from members import standing
from members.scopes import SCOPES


class PersonQuerySet(models.QuerySet["Person"]):
    def in_standing(self, day: date) -> Self:
        """People whose standing covers ``day``."""
        covered = StandingPeriod.objects.filter(starts_on__lte=day, ends_on__gt=day)
        return self.filter(pk__in=covered.values("person"), is_active=True)

    def holding(self, role: str, day: date) -> Self:
        """People who hold ``role`` on ``day``."""
        held = RoleGrant.objects.on(day).filter(role=role)
        return self.filter(pk__in=held.values("person"), is_active=True)


class PersonManager(BaseUserManager["Person"].from_queryset(PersonQuerySet)):  # type: ignore[misc]
    """What allauth and Django's sign-in ask of a user model's manager."""

    def create_user(self, email: str, **fields: Any) -> Person:
        # Lower case throughout: sign-in looks addresses up by that.
        person: Person = self.model(email=email.strip().lower(), **fields)
        person.set_unusable_password()
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, email: str | None) -> Person:
        person: Person = self.get(email__iexact=email)
        return person


class Person(AbstractBaseUser):
    """Somebody with an account. Nobody is a member by having one: standing makes a member."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(
        _("display name"),
        max_length=60,
        blank=True,
        help_text=_("What others see. A pseudonym is welcome."),
    )
    locale = models.CharField(max_length=10, default="en")
    remind_of_votes = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_unique"),
        ]

    def __str__(self) -> str:
        return self.display_name or str(_("A member"))

    def standing_on(self, day: date) -> standing.Standing | None:
        """The unbroken stretch of standing that covers ``day``, or None."""
        return standing.standing_on(self.standing_periods.as_periods(), day)

    def days_in_standing(self, day: date) -> int:
        """How many days in a row, ``day`` included, this person has had standing."""
        return standing.days_in_standing(self.standing_periods.as_periods(), day)

    def holds(self, role: str, day: date) -> bool:
        """Whether this person holds ``role`` on ``day``."""
        return self.role_grants.on(day).filter(role=role).exists()


@dataclass(frozen=True, slots=True)
class Program:
    """An author that is not a person: ``Program("sweep:members.mail")``, ``Program("demo")``."""

    name: str


Author = Person | Program


class AbstractEvent(models.Model):
    """One thing that was done, by whom and when. Each app has its own table, append-only."""

    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    program = models.CharField(max_length=60, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False, program="") | (Q(by__isnull=True) & ~Q(program="")),
                name="%(app_label)s_%(class)s_one_author",
            )
        ]
        indexes = [
            models.Index(fields=["subject", "at"], name="%(app_label)s_event_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"

    @classmethod
    def record(cls, verb: str, *, subject: str, by: Author, at: datetime, **details: Any) -> Self:
        """Write one event. ``subject`` names the thing ("proposal:<uuid>"), ``details`` is JSON."""
        author: dict[str, Any] = {"by": by} if isinstance(by, Person) else {"program": by.name}
        return cls._default_manager.create(
            verb=verb, subject=subject, at=at, details=details, **author
        )


class Event(AbstractEvent):
    """What was done to people, standing, roles and tokens."""


class JoinedInMonth(TypedDict):
    """How many people became members in the month that begins on ``month``."""

    month: date
    members: int


class StandingPeriodQuerySet(models.QuerySet["StandingPeriod"]):
    def joined_by_month(self, day: date) -> list[JoinedInMonth]:
        """How many people's first standing began in each month until ``day``, oldest first."""
        earlier = StandingPeriod.objects.filter(
            Q(starts_on__lt=OuterRef("starts_on"))
            | Q(starts_on=OuterRef("starts_on"), pk__lt=OuterRef("pk")),
            person=OuterRef("person"),
        )
        firsts = self.filter(~Exists(earlier), starts_on__lte=day)
        months = firsts.annotate(month=TruncMonth("starts_on")).values("month")
        return [
            JoinedInMonth(month=row["month"], members=row["members"])
            for row in months.annotate(members=Count("pk")).order_by("month")
        ]

    def as_periods(self) -> list[standing.Period]:
        return [
            standing.Period(starts_on, ends_on)
            for starts_on, ends_on in self.values_list("starts_on", "ends_on")
        ]


class StandingPeriod(models.Model):
    """Days on which a person is a member in standing: ``ends_on`` is the first day after them.

    ``source`` says what it came from ("dues:in_123", "gift:<uuid>") and is unique, so that
    recording twice changes nothing. Neither it nor ``kind`` is ever shown: rights are equal.
    """

    class Kind(models.TextChoices):
        DUES = "dues"
        WAIVER = "waiver"
        GIFT = "gift"
        GRACE = "grace"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="standing_periods")
    starts_on = models.DateField()
    ends_on = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind)
    source = models.CharField(max_length=120, unique=True)
    recorded_at = models.DateTimeField()

    objects = StandingPeriodQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="standing_period_has_days"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["dues", "waiver", "gift", "grace"]),
                name="standing_period_kind",
            ),
        ]
        indexes = [models.Index(fields=["starts_on", "ends_on"], name="standing_period_days")]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.ends_on}"


class Attestation(models.Model):
    """What somebody attested when joining, word for word, confirmed yearly."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attestations")
    version = models.CharField(max_length=20)
    text = models.TextField()
    attested_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"attestation {self.version}"


class HoldersOfRole(TypedDict):
    """How many people hold ``role``."""

    role: str
    holders: int


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def on(self, day: date) -> Self:
        """Grants in force on ``day``."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)

    def roles(self) -> list[str]:
        """The roles that are granted, each once."""
        return sorted(set(self.values_list("role", flat=True)))

    def holders_by_role(self) -> list[HoldersOfRole]:
        """How many people hold each role, those nobody holds included."""
        counted = self.values("role").annotate(holders=Count("person", distinct=True))
        held = dict(counted.values_list("role", "holders"))
        return [
            HoldersOfRole(role=role, holders=held.get(role, 0)) for role in RoleGrant.Role.values
        ]


class RoleGrant(models.Model):
    """A role held from one day until another, and what gave it: a poll, or the founding command."""

    class Role(models.TextChoices):
        STEWARD = "steward", _("steward")
        SCRUTINEER = "scrutineer", _("scrutineer")
        TREASURER = "treasurer", _("treasurer")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=12, choices=Role)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    basis = models.CharField(max_length=120)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["steward", "scrutineer", "treasurer"]), name="role_grant_role"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="role_grant_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "basis"], name="role_grant_once_per_basis"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} since {self.starts_on}"


# What every secret of a personal token begins with, so that a leaked one can be recognised.
TOKEN_PREFIX = "cc_"  # noqa: S105


class PersonalTokenQuerySet(models.QuerySet["PersonalToken"]):
    def live(self, at: datetime) -> Self:
        """Tokens that still open something at ``at``."""
        return self.filter(revoked_at=None, expires_at__gt=at)


class PersonalToken(models.Model):
    """A token for the API: only its SHA-256 is kept, and it opens no more than its scopes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = PersonalTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="personal_token_has_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def may(self) -> list[str]:
        """What it opens, in plain words."""
        return [gettext(SCOPES[name].label) for name in self.scopes if name in SCOPES]


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def waiting(self) -> Self:
        """Mail still to be sent, oldest first."""
        return self.filter(sent_at=None).order_by("queued_at", "pk")


class OutgoingMail(Claimable):
    """Mail queued in the transaction that caused it, sent by a sweep after it commits.

    ``key`` is unique: the same notice queued twice is one mail.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=160, unique=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["queued_at", "id"], condition=Q(sent_at=None), name="outgoing_mail_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


def subject_of(thing: models.Model) -> str:
    """How events name a row: ``person:<uuid>``."""
    return f"{thing._meta.model_name}:{thing.pk}"
