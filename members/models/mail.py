"""The mail we owe people, what they chose about it, and how far their digests go."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from kernel.sweeps import Claimable
from members.models.people import Person


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def waiting(self) -> Self:
        """Mail still to be sent, oldest first."""
        return self.filter(sent_at=None).order_by("queued_at", "pk")


class OutgoingMail(Claimable):
    """Mail queued in the transaction that caused it, sent by a sweep after it commits.

    ``key`` is unique: the same notice queued twice is one mail. Once it is sent, what it said is
    in the mailbox it went to and no longer here.
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
