"""Writing before anybody else reads it: working texts, who writes them, and what they were."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse

from governance.proposals.models.proposals import Proposal
from members.models import Person


class ManuscriptQuerySet(models.QuerySet["Manuscript"]):
    def of(self, person: Person) -> Self:
        """Those that ``person`` writes, alone or with others, the latest saved first."""
        mine = Q(author=person) | Q(co_authors__person=person)
        return self.filter(mine, discarded_at=None).distinct().order_by("-saved_at", "pk")

    def to_publish(self, person: Person) -> Self:
        """Those of ``person`` that have words nobody else can read yet."""
        return self.of(person).filter(published_number__lt=models.F("number"))


class Manuscript(models.Model):
    """A text somebody works on, as the form has it, finished or not.

    ``data`` is what stood in the form's fields at save ``number``; ``published_number`` the save
    that was published last. Once it is published, ``proposal`` is what it became, and it holds the
    proposal's next text.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="manuscripts")
    proposal = models.OneToOneField(
        Proposal, null=True, on_delete=models.PROTECT, related_name="manuscript"
    )
    data = models.JSONField(default=dict)
    number = models.PositiveIntegerField(default=0)
    published_number = models.PositiveIntegerField(default=0)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    discarded_at = models.DateTimeField(null=True)

    objects = ManuscriptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(published_number__lte=models.F("number")),
                name="manuscript_published_what_was_saved",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"draft {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("draft", args=[self.pk])

    @property
    def title(self) -> str:
        """What it is called so far, or nothing."""
        named = self.data.get("title") or self.data.get("term-title") or self.data.get("summary")
        return str(named or "")


class ManuscriptSave(models.Model):
    """What a manuscript was at one save, and who wrote it.

    What one person saves within a short time is one row. ``aside``: it was saved from a page that
    had not seen the save before it, so it is kept here and is not the manuscript's text.
    """

    manuscript = models.ForeignKey(Manuscript, on_delete=models.PROTECT, related_name="saves")
    number = models.PositiveIntegerField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    at = models.DateTimeField()
    data = models.JSONField()
    aside = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["manuscript", "number"], name="manuscript_save_once"),
        ]

    def __str__(self) -> str:
        return f"{self.manuscript_id}, save {self.number}"


class CoAuthor(models.Model):
    """Somebody who writes a manuscript with its author, because both said so."""

    manuscript = models.ForeignKey(Manuscript, on_delete=models.PROTECT, related_name="co_authors")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="co_authored")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["manuscript", "person"], name="co_author_once_each"),
        ]

    def __str__(self) -> str:
        return f"co-author of {self.manuscript_id}"


class CoAuthorInvitationQuerySet(models.QuerySet["CoAuthorInvitation"]):
    def open(self, at: datetime) -> Self:
        """Those that can still be accepted."""
        return self.filter(answered_at=None, ends_at__gt=at, manuscript__discarded_at=None)


class CoAuthorInvitation(models.Model):
    """An offer to write together: to ``person``, or to whoever comes with its link.

    Of the link only the hash is kept. ``answered_by`` is who said yes or no.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    manuscript = models.ForeignKey(Manuscript, on_delete=models.PROTECT, related_name="invitations")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="invitations_to_write"
    )
    token_sha256 = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    ends_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    accepted = models.BooleanField(null=True)

    objects = CoAuthorInvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, accepted=None)
                | Q(
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                    accepted__isnull=False,
                ),
                name="invitation_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"
