"""Links with which somebody invites a friend."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.urls import reverse

from members.models.people import Person


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def live(self) -> Self:
        """Links that still invite."""
        return self.filter(revoked_at=None, person__is_active=True)

    def made_by(self, person: Person) -> OwnInvitations:
        """The link ``person`` has now, and how many came by any they have had."""
        mine = self.filter(person=person)
        link = mine.live().first()
        joined = mine.aggregate(joined=Sum("joined", default=0))["joined"]
        return OwnInvitations(link, joined)


class Invitation(models.Model):
    """A link with which somebody invites: one at a time, and nobody is noted who came by it.

    ``joined`` counts them, for whoever made the link alone; ``named`` is whether they agreed that
    those who open it read their name.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="invitations")
    named = models.BooleanField()
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    joined = models.PositiveIntegerField(default=0)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(revoked_at=None), name="invitation_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"invitation of {self.made_at:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class OwnInvitations:
    """What somebody is told of their invitations: the link, if there is one, and a number."""

    invitation: Invitation | None
    joined: int

    @property
    def url(self) -> str:
        """The address to send to a friend; empty where there is no link."""
        if self.invitation is None:
            return ""
        return f"{settings.SITE_ORIGIN}{reverse('invited', args=[self.invitation.pk])}"
