"""What somebody said of their own interest in an application, and what the program knows of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from members.models import Person


class Interest(models.Model):
    """What somebody who looks after a round said of one application, before they could open it.

    Who once said that they have an interest stays out; who finds one later says so and is out from
    then on. ``why`` is for the stewards, and is never published.
    """

    application = models.ForeignKey(
        "Application", on_delete=models.PROTECT, related_name="interests"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grant_interests")
    conflicted = models.BooleanField()
    why = models.CharField(max_length=400, blank=True)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "person"], name="grants_interest_once"),
            models.CheckConstraint(
                condition=Q(conflicted=True) | Q(why=""), name="grants_interest_why_of_one"
            ),
        ]

    def __str__(self) -> str:
        return f"interest {self.pk}"


class PayoutMark(models.Model):
    """That somebody is paid into an account: a keyed fingerprint of it (``kernel.sealed``).

    Two people with the same mark share the account, and decide nothing about each other's. It is
    empty once its person has left.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="payout_marks")
    fingerprint = models.CharField(max_length=64)
    marked_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "fingerprint"],
                condition=Q(erased_at=None),
                name="grants_payout_mark_once",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) & ~Q(fingerprint="")
                | Q(erased_at__isnull=False, fingerprint=""),
                name="grants_payout_mark_erased_is_empty",
            ),
        ]
        indexes = [models.Index(fields=["fingerprint"], name="grants_payout_mark_shared")]

    def __str__(self) -> str:
        return f"payout mark {self.pk}"
