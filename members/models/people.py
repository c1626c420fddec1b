"""People, what is done to them, their standing, what they attested, and the roles they hold."""

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
from django.utils.translation import gettext_lazy as _

from members import mail_kinds, standing

# What the address of somebody who has left ends with: no mail is ever delivered there (RFC 2606).
NOBODYS_ADDRESS = "@left.invalid"


class PersonQuerySet(models.QuerySet["Person"]):
    def in_standing(self, day: date) -> Self:
        """People whose standing covers ``day``."""
        covered = StandingPeriod.objects.filter(starts_on__lte=day, ends_on__gt=day)
        return self.filter(pk__in=covered.values("person"), is_active=True)

    def holding(self, role: str, day: date) -> Self:
        """People who hold ``role`` on ``day``."""
        held = RoleGrant.objects.on(day).filter(role=role)
        return self.filter(pk__in=held.values("person"), is_active=True)

    def to_digest(self, until: datetime) -> Self:
        """People whom no digest has told of the days before ``until``."""
        untold = Q(digested_to=None) | Q(digested_to__lt=until)
        return self.filter(untold, is_active=True, joined_at__lt=until)

    def wanting(self, kind: str) -> Self:
        """People who want mail of this ``kind``, by their choice or for want of one."""
        declared = mail_kinds.get(kind)
        if not declared.optional:
            return self
        otherwise = MailChoice.objects.filter(kind=kind, wanted=not declared.wanted)
        people = otherwise.values("person")
        return self.exclude(pk__in=people) if declared.wanted else self.filter(pk__in=people)


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
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    # Since when nothing here names anybody: the row stays for what points at it.
    left_at = models.DateTimeField(null=True, editable=False)
    # Until when the weekly digest has told them what is new.
    digested_to = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_unique"),
            models.CheckConstraint(
                condition=Q(left_at=None)
                | Q(display_name="", is_active=False, email__endswith=NOBODYS_ADDRESS),
                name="person_left_is_nameless",
            ),
        ]
        indexes = [
            models.Index(
                fields=["digested_to"], condition=Q(is_active=True), name="person_digested_to"
            ),
        ]

    def __str__(self) -> str:
        if self.left_at:
            return str(_("Somebody who has left"))
        return self.display_name or str(_("A member"))

    def standing_on(self, day: date) -> standing.Standing | None:
        """The unbroken stretch of standing that covers ``day``, or None."""
        return standing.standing_on(self.standing_periods.as_periods(), day)

    def days_in_standing(self, day: date) -> int:
        """How many days in a row, ``day`` included, this person has had standing."""
        return standing.days_in_standing(self.standing_periods.as_periods(), day)

    def wants(self, kind: str) -> bool:
        """Whether this person wants mail of this ``kind``."""
        declared = mail_kinds.get(kind)
        chosen = self.mail_choices.filter(kind=kind).values_list("wanted", flat=True).first()
        return declared.wanted if chosen is None or not declared.optional else bool(chosen)

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


class MailChoice(models.Model):
    """What somebody chose about one kind of mail that is optional."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="mail_choices")
    kind = models.CharField(max_length=40)
    wanted = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="mail_choice_once_per_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.wanted}"


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
    """A role held from one day until another, and what gave it: a poll, or the founding command.

    ``basis`` names it ("poll:<uuid>", "founding"); ``ended_by`` names what ended the role before
    its time ("poll:<uuid>" for a recall, "resigned").
    """

    class Role(models.TextChoices):
        STEWARD = "steward", _("steward")
        SCRUTINEER = "scrutineer", _("scrutineer")
        TREASURER = "treasurer", _("treasurer")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=12, choices=Role)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    basis = models.CharField(max_length=120)
    ended_by = models.CharField(max_length=120, blank=True)

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
            models.CheckConstraint(condition=~Q(basis=""), name="role_grant_has_basis"),
            models.CheckConstraint(
                condition=Q(ended_by="") | Q(ends_on__isnull=False), name="role_grant_ended_has_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} since {self.starts_on}"


def subject_of(thing: models.Model) -> str:
    """How events name a row: ``person:<uuid>``."""
    return f"{thing._meta.model_name}:{thing.pk}"
