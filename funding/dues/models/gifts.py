"""Memberships that somebody gives to somebody else."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from funding.dues import gift_stages
from funding.dues.models.payments import OneOff
from funding.dues.models.plans import Plan
from kernel.sweeps import Claimable
from members.models import Person


class GiftQuerySet(models.QuerySet["Gift"]):
    def of(self, person: Person) -> Self:
        """What ``person`` has given, the latest first."""
        given = self.filter(one_off__person=person).exclude(state=gift_stages.PREPARED)
        return given.select_related("plan", "one_off").order_by("-offered_at")

    def untold(self) -> Self:
        """Offers whose recipient has not been written to yet."""
        return self.filter(state=gift_stages.OFFERED, told_at=None).order_by("offered_at")

    def lapsed(self, at: datetime) -> Self:
        """Offers that have ended and that nobody accepted."""
        return self.filter(state=gift_stages.OFFERED, ends_at__lte=at).order_by("ends_at")


class Gift(Claimable):
    """One month or year of a plan for whoever reads mail at ``email``.

    The address is kept while the offer stands and, once accepted, for the giver to see; it goes
    with either of them.
    """

    RETURN = "return"
    POT = "pot"
    OTHERWISE = [
        (RETURN, _("give the money back to me")),
        (POT, _("put the money into the pay-it-forward pot")),
    ]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    one_off = models.OneToOneField(OneOff, on_delete=models.PROTECT, related_name="gift")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(blank=True)
    message = models.CharField(max_length=300, blank=True)
    otherwise = models.CharField(max_length=6, choices=OTHERWISE)
    state = models.CharField(max_length=10, default=gift_stages.PREPARED)
    offered_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    recipient = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="gifts_accepted"
    )
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    settled_at = models.DateTimeField(null=True)

    objects = GiftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(gift_stages.STAGES)), name="dues_gift_state"
            ),
            models.CheckConstraint(
                condition=Q(otherwise__in=["return", "pot"]), name="dues_gift_otherwise"
            ),
            models.CheckConstraint(
                condition=Q(state=gift_stages.PREPARED, offered_at=None)
                | Q(offered_at__isnull=False, ends_at__gt=F("offered_at")),
                name="dues_gift_offer_has_end",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=gift_stages.ACCEPTED,
                    recipient__isnull=False,
                    ends_on__gt=F("starts_on"),
                    settled_at__isnull=False,
                )
                | Q(~Q(state=gift_stages.ACCEPTED), recipient=None, starts_on=None, ends_on=None),
                name="dues_gift_accepted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"gift: {self.state}"

    @property
    def is_offered(self) -> bool:
        return self.state == gift_stages.OFFERED

    @property
    def status(self) -> str:
        """What has become of it, in words."""
        return str(
            {
                gift_stages.PREPARED: _("not paid"),
                gift_stages.OFFERED: _("waits to be accepted"),
                gift_stages.ACCEPTED: _("accepted"),
                gift_stages.RETURNED: _("not accepted, money returned"),
                gift_stages.PASSED_ON: _("not accepted, given to the pot"),
            }[self.state]
        )
