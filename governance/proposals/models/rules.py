"""The rules that decide, from when on, and what was done to anything here."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from governance.proposals.decision_rules import (
    FOUNDING_ENDS_AT,
    DecisionRule,
    format_duration,
    format_fraction,
    is_founding,
    parse_duration,
    parse_fraction,
)
from members.models import AbstractEvent, Person


def founding_on(day: date) -> bool:
    """Whether so few members have standing on ``day`` that the founding still lasts. One query."""
    return is_founding(Person.objects.in_standing(day)[:FOUNDING_ENDS_AT].count())


class AdoptedRuleQuerySet(models.QuerySet["AdoptedRule"]):
    def in_force(self, at: datetime) -> Self:
        """The rule of each kind that new decisions follow at ``at``."""
        newest = AdoptedRule.objects.filter(kind=OuterRef("kind"), effective_from__lte=at)
        return self.filter(pk=Subquery(newest.order_by("-effective_from").values("pk")[:1]))

    def for_kind(self, kind: str, at: datetime) -> AdoptedRule | None:
        """The rule of one kind in force at ``at``, or None where none was adopted."""
        return self.filter(kind=kind, effective_from__lte=at).order_by("-effective_from").first()


class AdoptedRule(models.Model):
    """The decision rule of a kind from one moment on, and what adopted it. Append-only.

    ``basis`` is "founding" or the address of the poll. The latest one that has taken effect is in
    force for whatever begins; what runs keeps the rule it began with.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    sponsors = models.PositiveIntegerField()
    idea_lapses_after = models.CharField(max_length=40)
    discussion = models.CharField(max_length=40)
    final = models.CharField(max_length=40)
    voting = models.CharField(max_length=40)
    quorum = models.CharField(max_length=9)
    majority = models.CharField(max_length=9)
    min_days = models.PositiveIntegerField()
    sponsor_min_days = models.PositiveIntegerField()
    petition = models.CharField(max_length=9, blank=True, default="")
    effective_from = models.DateTimeField()
    basis = models.CharField(max_length=200)
    record_hash = models.CharField(max_length=64)

    objects = AdoptedRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "effective_from"], name="adopted_rule_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(sponsors__gte=1), name="adopted_rule_needs_sponsors"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} since {self.effective_from:%Y-%m-%d}"

    @staticmethod
    def columns(rule: DecisionRule) -> dict[str, Any]:
        """What the columns hold for ``rule``."""
        return {
            "kind": rule.kind,
            "sponsors": rule.sponsors,
            "idea_lapses_after": format_duration(rule.idea_lapses_after),
            "discussion": format_duration(rule.discussion),
            "final": format_duration(rule.final),
            "voting": format_duration(rule.voting),
            "quorum": format_fraction(rule.quorum),
            "majority": format_fraction(rule.majority),
            "min_days": rule.min_days,
            "sponsor_min_days": rule.sponsor_min_days,
            "petition": format_fraction(rule.petition) if rule.petition else "",
        }

    @property
    def rule(self) -> DecisionRule:
        return DecisionRule(
            kind=self.kind,
            sponsors=self.sponsors,
            idea_lapses_after=parse_duration(self.idea_lapses_after),
            discussion=parse_duration(self.discussion),
            final=parse_duration(self.final),
            voting=parse_duration(self.voting),
            quorum=parse_fraction(self.quorum),
            majority=parse_fraction(self.majority),
            min_days=self.min_days,
            sponsor_min_days=self.sponsor_min_days,
            petition=parse_fraction(self.petition) if self.petition else None,
        )


class Event(AbstractEvent):
    """What was done to proposals, support, comments and rules."""
