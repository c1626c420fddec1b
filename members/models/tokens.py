"""Tokens with which programs speak for people."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext

from members.models.people import Person
from members.scopes import SCOPES

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
