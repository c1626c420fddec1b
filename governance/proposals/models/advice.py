"""What stands beside a final text: a lawyer's advice, and the interests people declared."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import models
from django.db.models import Q

from governance.proposals.models.proposals import Proposal
from governance.record.canonical import canonical_bytes
from members.models import Person


class AdvisoryNote(models.Model):
    """What a named lawyer says of the frozen text. It advises and stops nothing. Append-only."""

    proposal = models.OneToOneField(
        Proposal, primary_key=True, on_delete=models.PROTECT, related_name="advisory_note"
    )
    lawyer = models.CharField(max_length=120)
    admitted = models.CharField(max_length=200)
    interests = models.CharField(max_length=500)
    body = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    record_hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"advisory note on {self.proposal_id}"

    def as_json(self) -> dict[str, Any]:
        """What ``sha256`` is over, in canonical form (RFC 8785)."""
        return {
            "textSha256": self.text_sha256,
            "lawyer": self.lawyer,
            "admitted": self.admitted,
            "interests": self.interests,
            "body": self.body,
        }

    def digest(self) -> str:
        return hashlib.sha256(canonical_bytes(self.as_json())).hexdigest()


class Interest(models.Model):
    """What an author or sponsor says they stand to gain or lose; empty: nothing, they say."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="interests")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="interests")
    text = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()
    # Set when the vote opens: from then on it stays.
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "person"], name="interest_once_each"),
            models.CheckConstraint(
                condition=Q(frozen_at=None) | Q(frozen_at__gte=models.F("at")),
                name="interest_frozen_after_it_was_said",
            ),
        ]

    def __str__(self) -> str:
        return f"interest {self.pk}"
