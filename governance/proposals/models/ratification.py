"""Decisions of the founding: they hold for now, and lapse unless members ratify them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.proposals import provisional_stages
from governance.proposals.models.proposals import Proposal


class ProvisionalQuerySet(models.QuerySet["Provisional"]):
    def waiting(self) -> Self:
        """Those for whose ratification no proposal is on its way."""
        return self.filter(stage=provisional_stages.PROVISIONAL, ratification=None)


class Provisional(models.Model):
    """That a decision was taken while the founding lasted, and what has become of it since.

    ``ratification`` is the proposal that asks whether it stays. ``record_hash`` is of the entry on
    its present stage.
    """

    class Stage(models.TextChoices):
        PROVISIONAL = provisional_stages.PROVISIONAL, _("provisional")
        RATIFIED = provisional_stages.RATIFIED, _("ratified")
        LAPSED = provisional_stages.LAPSED, _("lapsed")

    decision = models.OneToOneField(
        Proposal, primary_key=True, on_delete=models.PROTECT, related_name="provisional"
    )
    stage = models.CharField(max_length=11, choices=Stage)
    ratification = models.OneToOneField(
        Proposal, null=True, on_delete=models.PROTECT, related_name="ratifies"
    )
    decided_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    record_hash = models.CharField(max_length=64)

    objects = ProvisionalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=list(provisional_stages.STAGES)), name="provisional_stage"
            ),
            models.CheckConstraint(
                condition=Q(stage=provisional_stages.PROVISIONAL, settled_at__isnull=True)
                | (
                    ~Q(stage=provisional_stages.PROVISIONAL)
                    & Q(settled_at__isnull=False, ratification__isnull=False)
                ),
                name="provisional_settled_by_a_vote",
            ),
        ]

    def __str__(self) -> str:
        return f"provisional {self.pk}"
