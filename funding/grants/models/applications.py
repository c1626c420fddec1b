"""Applications: a draft that is saved as it is written, and versions that never change."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from funding.grants import application_stages as stages
from funding.grants import asking, award_stages
from funding.grants.asking import Ask
from funding.grants.models.interests import Interest, PayoutMark
from funding.grants.models.rounds import Reviewer, Round
from governance.terms.models import Term
from kernel.money import Money
from members.models import Person, RoleGrant

if TYPE_CHECKING:
    from funding.grants.models.awards import Award


def _sum(terms: Sequence[models.expressions.Combinable]) -> models.Func:
    """All of them, side by side: SQLite reads parentheses only so deep, one in the other."""
    return models.Func(
        Value(0),
        *terms,
        template="(%(expressions)s)",
        arg_joiner=" + ",
        output_field=models.IntegerField(),
    )


class ApplicationQuerySet(models.QuerySet["Application"]):
    def of(self, person: Person) -> Self:
        """What ``person`` applies for, or is on the team of."""
        team = TeamMember.objects.filter(application=OuterRef("pk")).filter(
            Q(person=person) | Q(email=person.email)
        )
        return self.filter(Q(applicant=person) | Exists(team))

    def without_award(self) -> Self:
        """Those that were chosen and are not promised their money yet, oldest decision first."""
        chosen = self.filter(stage=stages.AWARDED, award=None, version__isnull=False)
        decided = F("determination__determined_at").asc(nulls_last=True)
        return chosen.select_related("round", "version", "applicant").order_by(decided, "pk")

    def conflicting(self, person: Person) -> Self:
        """Those that ``person`` is conflicted about, whatever made them so.

        By the program itself: whoever applies (and so competes with every other application of the
        round), is on the team, was named by the applicant as related, or is paid into an account
        that somebody of theirs is paid into too. By their own word: an interest they declared.
        """
        team = TeamMember.objects.filter(application=OuterRef("pk"))
        related = Relation.objects.filter(application=OuterRef("pk"), person=person)
        declared = Interest.objects.filter(
            application=OuterRef("pk"), person=person, conflicted=True
        )
        competing = Application.objects.filter(applicant=person).exclude(stage=stages.WITHDRAWN)
        accounts = PayoutMark.objects.filter(person=person, erased_at=None).values("fingerprint")
        shared = PayoutMark.objects.filter(fingerprint__in=accounts)
        return self.filter(
            Q(applicant=person)
            | Q(round__in=competing.values("round"))
            | Exists(team.filter(Q(person=person) | Q(email=person.email)))
            | Exists(related)
            | Exists(declared)
            | Exists(shared.filter(person=OuterRef("applicant")))
            | Exists(team.filter(person__in=shared.values("person")))
        )

    def in_the_running(self) -> Self:
        """What was sent and not taken back."""
        return self.exclude(stage__in=[stages.DRAFT, stages.WITHDRAWN])

    def on_panel_of(self, person: Person, day: date) -> Self:
        """What was sent in the rounds that ``person`` looks after on ``day``, conflicts included.

        Stewards look after every round, reviewers after those they are named for. Scrutineers
        stand in for an application about which too few stewards are free of a conflict.
        """
        sent = self.filter(stage__in=stages.SENT).exclude(version=None)
        held = set(RoleGrant.objects.on(day).filter(person=person).values_list("role", flat=True))
        if RoleGrant.Role.STEWARD in held:
            return sent
        named = Reviewer.objects.filter(person=person, ended_at=None)
        mine = Q(round__in=named.values("round"))
        if RoleGrant.Role.SCRUTINEER in held:
            mine |= Q(pk__in=Application.objects.all().with_too_few_stewards(day).values("pk"))
        return sent.filter(mine)

    def with_too_few_stewards(self, day: date) -> Self:
        """Those about which fewer stewards are free than decide together."""
        stewards = Person.objects.holding(RoleGrant.Role.STEWARD, day)
        theirs = [Application.objects.conflicting(each).values("pk") for each in stewards]
        free = _sum([Case(When(pk__in=one, then=0), default=1) for one in theirs])
        return self.annotate(free_stewards=free).filter(free_stewards__lt=stages.DECIDE_TOGETHER)

    def decided_by(self, person: Person, day: date) -> Self:
        """Those about which ``person`` may decide on ``day``, as ``permissions`` says of one.

        What is open to a steward; to a scrutineer that of it for which too few stewards are free.
        """
        held = set(RoleGrant.objects.on(day).filter(person=person).values_list("role", flat=True))
        if not held & {RoleGrant.Role.STEWARD, RoleGrant.Role.SCRUTINEER}:
            return self.none()
        open_now = self.open_to(person, day)
        return open_now if RoleGrant.Role.STEWARD in held else open_now.with_too_few_stewards(day)

    def open_to(self, person: Person, day: date) -> Self:
        """What ``person`` may read for the panel on ``day``: everything goes through this.

        Of what they look after, each application about which they have said that they have no
        interest in it, and nothing else says that they have.
        """
        free = Interest.objects.filter(person=person, conflicted=False)
        conflicting = Application.objects.conflicting(person).values("pk")
        mine = self.on_panel_of(person, day).filter(pk__in=free.values("application"))
        return mine.exclude(pk__in=conflicting)

    def visible_to(self, person: Person, day: date) -> Self:
        """Whose words ``person`` may read on ``day``: their own, and what is open to them.

        What the panel says of an application is for :meth:`open_to` alone.
        """
        own = Application.objects.of(person).values("pk")
        read = Application.objects.all().open_to(person, day).values("pk")
        return self.filter(Q(pk__in=own) | Q(pk__in=read))

    def undeclared_by(self, person: Person, day: date) -> Self:
        """What ``person`` looks after and has not yet said anything about: whether they may read it

        What the program already knows to be a conflict needs no word of theirs.
        """
        said = Interest.objects.filter(person=person).values("application")
        return (
            self.on_panel_of(person, day)
            .exclude(stage=stages.WITHDRAWN)
            .exclude(pk__in=said)
            .exclude(pk__in=Application.objects.conflicting(person).values("pk"))
        )

    def public(self) -> Self:
        """What is named in public: shortlisted, or standing before members at its own wish."""
        return self.filter(named_at__isnull=False)

    def with_version(self) -> Self:
        return self.select_related("version", "round")


class Application(models.Model):
    """One project that asks for money from one round.

    ``version`` is what was sent last, ``named_at`` when its project was first named in public.
    """

    class Stage(models.TextChoices):
        DRAFT = stages.DRAFT, _("being written")
        SUBMITTED = stages.SUBMITTED, _("sent")
        SCREENING = stages.SCREENING, _("being checked")
        ASKED_MORE = stages.ASKED_MORE, _("something is missing")
        INELIGIBLE = stages.INELIGIBLE, _("not eligible")
        IN_REVIEW = stages.IN_REVIEW, _("being reviewed")
        DECLINED = stages.DECLINED, _("not shortlisted")
        SHORTLISTED = stages.SHORTLISTED, _("shortlisted")
        BALLOTED = stages.BALLOTED, _("on the ballot")
        AWARDED = stages.AWARDED, _("chosen")
        RESERVE = stages.RESERVE, _("next in line")
        NOT_CHOSEN = stages.NOT_CHOSEN, _("not chosen")
        WITHDRAWN = stages.WITHDRAWN, _("withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="applications")
    applicant = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="applications")
    stage = models.CharField(max_length=11, choices=Stage, default=Stage.DRAFT)
    version = models.OneToOneField(
        "ApplicationVersion", null=True, on_delete=models.PROTECT, related_name="current_of"
    )
    begun_at = models.DateTimeField()
    # By when the applicant answers what was asked.
    asked_until = models.DateTimeField(null=True)
    named_at = models.DateTimeField(null=True)
    # Members, and not the panel, put it on the ballot.
    sponsored = models.BooleanField(default=False)
    # That the day by which its applicant hears has slipped, and that they were told.
    told_late_at = models.DateTimeField(null=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=list(stages.STAGES)), name="grants_application_stage"
            ),
            models.CheckConstraint(
                condition=Q(version__isnull=False) | Q(stage__in=[stages.DRAFT, stages.WITHDRAWN]),
                name="grants_application_sent_has_version",
            ),
            models.CheckConstraint(
                condition=~Q(
                    stage__in=[
                        stages.SHORTLISTED,
                        stages.BALLOTED,
                        stages.AWARDED,
                        stages.RESERVE,
                        stages.NOT_CHOSEN,
                    ]
                )
                | Q(named_at__isnull=False),
                name="grants_application_on_ballot_is_named",
            ),
            models.CheckConstraint(
                condition=Q(stage=stages.ASKED_MORE, asked_until__isnull=False)
                | (~Q(stage=stages.ASKED_MORE) & Q(asked_until=None)),
                name="grants_application_asked_has_day",
            ),
        ]
        indexes = [models.Index(fields=["round", "stage"], name="grants_application_by_stage")]

    def __str__(self) -> str:
        return f"application {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("grant-application", args=[self.pk])

    @property
    def title(self) -> str:
        """What the project is called by what was sent last; empty before."""
        return self.version.title if self.version else ""

    @property
    def given(self) -> Award | None:
        """Its award, where it was given one that it took."""
        award: Award | None = getattr(self, "award", None)
        return award if award and award.stage in award_stages.GIVEN else None

    @property
    def ask(self) -> Money:
        """What it asks for. Only of what was sent."""
        if self.version is None:
            raise ValueError("a draft asks for nothing yet")
        return self.version.ask


class Draft(models.Model):
    """What an applicant is writing. ``number`` grows with each save, so that two tabs notice."""

    application = models.OneToOneField(
        Application, primary_key=True, on_delete=models.PROTECT, related_name="draft"
    )
    content = models.JSONField(default=dict)
    number = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"draft {self.pk}"


class ApplicationVersion(models.Model):
    """What was sent, word for word: the JSON that ``asking`` describes, without any name.

    It never changes; what names the team stands beside it and can be forgotten. Where an applicant
    leaves whose project was never named in public, the text is erased and its hash stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=600)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    ask_minor = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    sent_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    terms = models.ManyToManyField(Term, related_name="grant_applications")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"], name="grants_version_number_once"
            ),
            models.CheckConstraint(condition=Q(ask_minor__gte=1), name="grants_version_asks"),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(title="", summary=""),
                name="grants_version_erased_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def ask(self) -> Money:
        return Money(self.ask_minor, self.currency)

    @property
    def asked(self) -> Ask:
        """Its answers, budget lines and milestones."""
        return asking.read(self.content)


class TeamMemberQuerySet(models.QuerySet["TeamMember"]):
    def unlinked_of(self, person: Person) -> Self:
        """Rows that name ``person`` by their address alone."""
        return self.filter(email=person.email, person=None)


class TeamMember(models.Model):
    """Somebody who works on a project: an address and a name, which can both be forgotten.

    ``person`` is their account where they have one: it keeps them apart from deciding about the
    project even when they change their address.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="team")
    name = models.CharField(max_length=60, blank=True)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=80, blank=True)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="grant_teams"
    )

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "email"],
                condition=~Q(email=""),
                name="grants_team_address_once",
            ),
        ]

    def __str__(self) -> str:
        return f"team member {self.pk}"


class Relation(models.Model):
    """Somebody who looks after the round and whom the applicant or the team is close to."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="relations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grant_relations")
    what = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "person"], name="grants_relation_person_once"
            ),
        ]

    def __str__(self) -> str:
        return f"relation {self.pk}"


class Attachment(models.Model):
    """A file of an application: where it lies is its hash, encrypted, outside what is served."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=100)
    type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "sha256"],
                condition=Q(removed_at=None),
                name="grants_file_once",
            ),
            models.CheckConstraint(condition=Q(size__gte=1), name="grants_file_holds_something"),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(removed_at__gte=F("added_at")),
                name="grants_file_removed_after_added",
            ),
        ]

    def __str__(self) -> str:
        return self.name
