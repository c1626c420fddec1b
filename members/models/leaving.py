"""Those who asked to leave, and the codes that confirm it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q

from kernel.sweeps import Claimable
from members.models.people import Person


class LeavingCode(models.Model):
    """A code that was mailed to whoever wants to leave: only its fingerprint is kept."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="leaving_code")
    fingerprint = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("sent_at")), name="leaving_code_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"code until {self.expires_at}"


class LeavingQuerySet(models.QuerySet["Leaving"]):
    def unfinished(self) -> Self:
        """Those whose identity is still to be erased, whoever asked first is first."""
        return self.filter(finished_at=None).order_by("asked_at", "pk")


class Leaving(Claimable):
    """Somebody asked to leave; finished once every part has forgotten who they were."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="leaving")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = LeavingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("asked_at")),
                name="leaving_finished_after_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"asked {self.asked_at}"
