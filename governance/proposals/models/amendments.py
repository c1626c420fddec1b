"""Other texts for a proposal, who stands behind them; and who has the problem behind it too."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Case, Count, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from governance.proposals import amendment_stages as states
from governance.proposals.models.proposals import Proposal, Wording
from members.models import Person


class AmendmentState(models.TextChoices):
    """Where an amendment stands, as people read it."""

    OPEN = states.OPEN, _("open")
    LEFT = states.LEFT, _("left to the vote")
    ACCEPTED = states.ACCEPTED, _("accepted")
    WITHDRAWN = states.WITHDRAWN, _("withdrawn")
    OPTION = states.OPTION, _("option of the vote")
    CLOSED = states.CLOSED, _("too few sponsors")


_MOST_SPONSORED = ("-sponsors", "number")


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def with_sponsors(self, day: date) -> Self:
        """Each with ``sponsors``: those in standing on ``day`` who stand behind it."""
        counted = (
            AmendmentSupport.objects.filter(
                amendment=OuterRef("pk"), person__in=Person.objects.in_standing(day)
            )
            .order_by()
            .values("amendment")
            .annotate(count=Count("pk"))
            .values("count")
        )
        return self.annotate(
            sponsors=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
        )

    def by_sponsors(self, day: date) -> Self:
        """As ``with_sponsors``: those that wait first, and of them those with most sponsors."""
        waits = Case(When(state__in=sorted(states.UNDECIDED), then=0), default=1)
        return self.with_sponsors(day).order_by(waits, *_MOST_SPONSORED)

    def with_talk(self) -> Self:
        """Each with ``said``: how many comments there are about it."""
        return self.annotate(said=Count("comments"))

    def undecided(self) -> Self:
        """Those that may still be accepted, or come to the vote."""
        return self.filter(state__in=sorted(states.UNDECIDED))

    def options(self) -> Self:
        """Those on the ballot, in its order."""
        return (
            self.filter(state=states.OPTION)
            .select_related("wording__revision__draft")
            .order_by("number")
        )


class Amendment(models.Model):
    """Another text for a proposal: ``wording``, written over ``base``, the text that stood then.

    ``reason`` says in one sentence why. Its text never changes: whoever wants another proposes
    another, which ``replaces`` it.
    """

    # What ``with_sponsors()`` adds.
    sponsors: int
    # What ``with_talk()`` adds.
    said: int

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="amendments")
    base = models.ForeignKey(Wording, on_delete=models.PROTECT, related_name="amended_by")
    wording = models.OneToOneField(Wording, on_delete=models.PROTECT, related_name="amendment")
    reason = models.CharField(max_length=240)
    state = models.CharField(max_length=9, choices=AmendmentState, default=AmendmentState.OPEN)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    # What the author said to it, where they said something.
    answer = models.CharField(max_length=500, blank=True)
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="amendment_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=list(states.STATES)), name="amendment_state"
            ),
            models.CheckConstraint(
                condition=Q(state=states.OPEN, settled_at=None)
                | (~Q(state=states.OPEN) & Q(settled_at__isnull=False)),
                name="amendment_settled_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"amendment {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("amendment", args=[self.proposal_id, self.number])


class AmendmentSupport(models.Model):
    """A person stands behind an amendment: behind exactly its text, which never changes."""

    amendment = models.ForeignKey(Amendment, on_delete=models.PROTECT, related_name="supports")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="amendment_supports")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["amendment", "person"], name="amendment_support_once_each"
            ),
        ]

    def __str__(self) -> str:
        return f"support for {self.amendment_id}"


class Echo(models.Model):
    """A member has the problem behind an idea too, whatever will be done about it."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="echoes")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="echoes")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "person"], name="echo_once_each"),
        ]

    def __str__(self) -> str:
        return f"echo of {self.proposal_id}"


class SearchWord(models.Model):
    """A word of a proposal's present text, by its stem, and how much it says about it."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="words")
    stem = models.CharField(max_length=40)
    weight = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stem", "proposal"], name="search_word_once"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="search_word_weighs"),
        ]

    def __str__(self) -> str:
        return self.stem
