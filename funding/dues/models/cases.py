"""What waits for a steward, and what two of them decided together."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from funding.dues.case_kinds import KINDS, Kind
from funding.dues.models.payments import Payment
from kernel.sweeps import Claimable
from members.models import Person


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> Self:
        """Cases that wait for somebody, the oldest first."""
        return self.filter(closed_at=None).order_by("opened_at", "pk")

    def seen_by(self, person: Person) -> Self:
        """Cases that do not concern this person: nobody sees their own."""
        return self.exclude(people=person)

    def waiting(self) -> Self:
        """Cases about which a steward asked Stripe, and has no answer yet."""
        return self.filter(asked_at__isnull=False, answered_at=None).order_by("asked_at", "pk")


class Case(Claimable):
    """Something a program saw and may not decide. ``key`` names it, so that it is opened once.

    ``details`` hold numbers, dates and Stripe's ids, never a name. ``answer`` is what Stripe said
    when somebody last asked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=160, unique=True)
    # What to ask Stripe about; empty where there is nothing to ask.
    stripe_id = models.CharField(max_length=120, blank=True)
    people = models.ManyToManyField(Person, related_name="+")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="cases")
    details = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.JSONField(default=dict)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(KINDS)), name="dues_case_kind"),
            models.CheckConstraint(
                condition=Q(closed_at=None, way="") | (Q(closed_at__isnull=False) & ~Q(way="")),
                name="dues_case_closed_somehow",
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at"], condition=Q(closed_at=None), name="dues_case_open")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def shape(self) -> Kind:
        """Its kind: title, and what can be done."""
        return KINDS[self.kind]

    @property
    def title(self) -> str:
        return str(self.shape.title)

    @property
    def seen(self) -> str:
        """What was seen, in a sentence."""
        seen: str = str(self.shape.seen) % self.details
        return seen

    @property
    def way_taken(self) -> str:
        """What closed it, in words; Stripe's own word, where it closed by itself."""
        taken = next((way for way in self.shape.ways if way.name == self.way), None)
        return str(taken.label) if taken else self.way

    @property
    def is_being_asked(self) -> bool:
        """Whether Stripe has been asked, and has not answered yet."""
        return self.asked_at is not None and self.answered_at is None


class CardSeen(models.Model):
    """That a person paid by a card: the card only as a keyed hash, to see one card with many."""

    card_hash = models.BinaryField(max_length=32)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["card_hash", "person"], name="dues_card_seen_once")
        ]

    def __str__(self) -> str:
        return f"card of {self.person_id}"


class Ending(models.Model):
    """That somebody's membership is to end: proposed by one steward, confirmed by another.

    It can be lifted by a resolution that the members adopted.
    """

    PROPOSED, CONFIRMED, WITHDRAWN, LIFTED = "proposed", "confirmed", "withdrawn", "lifted"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="endings")
    state = models.CharField(max_length=10, default=PROPOSED)
    # Told to the member, word for word; never published.
    reason = models.TextField()
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    # The adopted resolution that lifted it.
    resolution = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "confirmed", "withdrawn", "lifted"]),
                name="dues_ending_state",
            ),
            models.CheckConstraint(
                condition=~Q(person=F("proposed_by"))
                & (Q(confirmed_by=None) | ~Q(person=F("confirmed_by"))),
                name="dues_ending_not_ones_own",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "lifted"])
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="dues_ending_confirmed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
                name="dues_ending_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="lifted", resolution__isnull=False)
                | (~Q(state="lifted") & Q(resolution=None)),
                name="dues_ending_lifted_by_resolution",
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=["proposed", "confirmed"]),
                name="dues_ending_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"ending {self.pk}: {self.state}"

    @property
    def in_words(self) -> str:
        """Where it stands."""
        return str(
            {
                self.PROPOSED: _("Waits for a second steward"),
                self.CONFIRMED: _("Ended by two stewards"),
                self.WITHDRAWN: _("Withdrawn: nothing happened"),
                self.LIFTED: _("Lifted by a resolution of the members"),
            }[self.state]
        )


class Reconciliation(models.Model):
    """One walk over what Stripe has: how far it came, and what it found."""

    at = models.DateTimeField(unique=True)
    # Everything that happened before this was looked at.
    seen_until = models.DateTimeField()
    events = models.PositiveIntegerField()
    missed_events = models.PositiveIntegerField()
    movements = models.PositiveIntegerField()
    unbooked = models.PositiveIntegerField()
    differences = models.PositiveIntegerField()
    # What Stripe said that it holds for us (unless money moved meanwhile), and what the books say.
    balance_minor = models.BigIntegerField(null=True)
    books_minor = models.BigIntegerField()

    def __str__(self) -> str:
        return f"reconciliation of {self.at}"
