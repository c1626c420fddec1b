"""Seats in office: who was given a role, by which decision, for how long, and how it ended."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from governance.proposals.models.proposals import Proposal
from members.models import RoleGrant


class SeatQuerySet(models.QuerySet["Seat"]):
    def held(self, day: date) -> Self:
        """Seats that somebody sits in on ``day``, caretakers included."""
        return self.filter(grant__in=RoleGrant.objects.on(day))

    def of_role(self, role: str) -> Self:
        return self.filter(grant__role=role)

    def over(self, day: date) -> Self:
        """Seats whose term has ended by ``day``, or never had one: their holders are caretakers."""
        return self.filter(Q(term_ends_on=None) | Q(term_ends_on__lte=day))

    def to_show(self) -> Self:
        return self.select_related("grant__person", "election__wording", "recall__wording")


class Seat(models.Model):
    """One person's time in an office. ``election`` is None for whoever was appointed.

    When its term has ended its holder stays as a caretaker until somebody is seated; an appointment
    at the founding has no term, and is a caretaker's from its first day. What ends it is the end of
    the ``grant``; ``recall`` is the decision that did, where one did.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    grant = models.OneToOneField(RoleGrant, on_delete=models.PROTECT, related_name="seat")
    election = models.ForeignKey(
        Proposal, null=True, on_delete=models.PROTECT, related_name="seats"
    )
    term_ends_on = models.DateField(null=True)
    recall = models.OneToOneField(
        Proposal, null=True, on_delete=models.PROTECT, related_name="recalled_seat"
    )
    record_hash = models.CharField(max_length=64, blank=True)
    ended_record_hash = models.CharField(max_length=64, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(election=None) | ~Q(record_hash=""), name="seat_elected_on_record"
            ),
            models.CheckConstraint(
                condition=Q(recall=None) | ~Q(ended_record_hash=""), name="seat_recalled_on_record"
            ),
        ]

    def __str__(self) -> str:
        return f"seat {self.pk}"

    def is_caretaker(self, day: date) -> bool:
        """Whether the term is over and its holder keeps the seat until somebody is elected."""
        return self.term_ends_on is None or self.term_ends_on <= day
