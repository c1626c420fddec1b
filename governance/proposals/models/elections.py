"""Who stands for an office, and when nominations were opened anew."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.proposals import nomination_stages
from governance.proposals.models.proposals import Proposal
from governance.record.canonical import canonical_bytes
from members.models import Person


class NominationQuerySet(models.QuerySet["Nomination"]):
    def standing(self) -> Self:
        """Those who stand, in the order in which they will be on the ballot."""
        return self.filter(stage=nomination_stages.STANDING).order_by("place", "id")

    def waiting_for(self, person: Person) -> Self:
        """Nominations that ``person`` has been asked about and has not answered."""
        return self.filter(nominee=person, stage=nomination_stages.ASKED)


class Nomination(models.Model):
    """That somebody was asked to stand in an election, or stands.

    ``place`` is drawn when they are asked, so that the order on the ballot tells nothing. When the
    nominations close ``name`` and ``salt`` are set, and ``sha256`` over them and what the candidate
    wrote: that hash alone goes into the manifest. Name, words and salt can be erased; it stays.
    """

    class Stage(models.TextChoices):
        ASKED = nomination_stages.ASKED, _("asked")
        STANDING = nomination_stages.STANDING, _("stands")
        DECLINED = nomination_stages.DECLINED, _("declined")
        WITHDRAWN = nomination_stages.WITHDRAWN, _("stepped back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="nominations")
    nominee = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="nominations")
    nominated_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=10, choices=Stage)
    statement = models.TextField(blank=True)
    interests = models.TextField(blank=True)
    place = models.CharField(max_length=32)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=60, blank=True)
    salt = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    erased_at = models.DateTimeField(null=True)

    objects = NominationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "nominee"], name="nomination_once_each"),
            models.CheckConstraint(
                condition=Q(stage__in=list(nomination_stages.STAGES)), name="nomination_stage"
            ),
            models.CheckConstraint(
                condition=Q(sha256="") | Q(stage=nomination_stages.STANDING),
                name="nomination_frozen_where_it_stands",
            ),
            models.CheckConstraint(
                condition=~Q(stage=nomination_stages.STANDING)
                | (~Q(statement="") & ~Q(interests=""))
                | Q(erased_at__isnull=False),
                name="nomination_stands_with_its_words",
            ),
        ]
        indexes = [models.Index(fields=["proposal", "stage", "place"], name="nomination_in_order")]

    def __str__(self) -> str:
        return f"nomination {self.pk}"

    @property
    def option(self) -> str:
        """Its id on the ballot: tells nothing about anybody."""
        return f"c-{self.place[:12]}"

    def as_json(self) -> dict[str, Any]:
        """What ``sha256`` is over, in canonical form (RFC 8785), once nominations have closed."""
        return {
            "option": self.option,
            "name": self.name,
            "statement": self.statement,
            "interests": self.interests,
            "salt": self.salt,
        }

    def digest(self) -> str:
        return hashlib.sha256(canonical_bytes(self.as_json())).hexdigest()


class Reopening(models.Model):
    """That too few stood when nominations should have closed, so that they go on. Append-only."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="reopenings")
    number = models.PositiveSmallIntegerField()
    candidates = models.PositiveIntegerField()
    at = models.DateTimeField()
    record_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="reopening_number_once"),
        ]

    def __str__(self) -> str:
        return f"reopening {self.number} of {self.proposal_id}"
