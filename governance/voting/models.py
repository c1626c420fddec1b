"""Polls, their rolls, and ballots that no column joins to a member."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.voting import stages
from governance.voting.faults import FAULTS
from governance.voting.manifest import Manifest, read
from governance.voting.option_names import Named, names_of
from governance.voting.rule import EQUAL_SHARES, METHODS, Option, PollRule, text_sha256
from kernel.sweeps import Claimable
from members.models import AbstractEvent, Person

# For so long after the close somebody on the roll can object.
OBJECTIONS_FOR = timedelta(days=14)


class Event(AbstractEvent):
    """What was done to polls. Taking and casting a ballot leave no event, here or anywhere."""


class PollQuerySet(models.QuerySet["Poll"]):
    def due_to_open(self, at: datetime) -> Self:
        return self.filter(stage=stages.SCHEDULED, opens_at__lte=at)

    def due_to_close(self, at: datetime) -> Self:
        """Polls whose window has ended and those whose closing was interrupted."""
        return self.filter(Q(stage=stages.OPEN, closes_at__lte=at) | Q(stage=stages.CLOSING))

    def due_to_remind(self, at: datetime) -> Self:
        """Open polls whose voters were not reminded yet, and are to be at ``at``."""
        waiting = self.taking_ballots(at).filter(upkeep__reminded=False)
        due = [poll.pk for poll in waiting if poll.reminds_at <= at]
        return self.filter(pk__in=due)

    def due_to_clear(self) -> Self:
        """Polls that were cancelled while open, and whose keys and ballots are still to go."""
        unfinished = NamedFault.objects.filter(confirmed_at__isnull=False, record_hash="")
        return self.filter(stage=stages.CANCELLED, pk__in=unfinished.values("poll"))

    def taking_ballots(self, at: datetime) -> Self:
        """Polls that take ballots at ``at``: open by their row *and* within their window."""
        return self.filter(stage=stages.OPEN, closes_at__gt=at)

    def objections_over(self, at: datetime) -> Self:
        """Polls whose time for objections has ended, and whose objections are not yet counted."""
        return self.filter(
            stage=stages.CLOSED, closed_at__lte=at - OBJECTIONS_FOR, objection_count__isnull=True
        )

    def with_objections(self) -> Self:
        """Each poll with ``objections_so_far``: how many there are."""
        of_poll = Objection.objects.filter(entry__poll=OuterRef("pk")).order_by()
        counted = of_poll.values("entry__poll").annotate(number=Count("pk")).values("number")
        return self.annotate(objections_so_far=Coalesce(Subquery(counted), 0))

    def to_list(self) -> Self:
        """Open ones first, by when they close; then what is coming; then what is over."""
        order = [stages.OPEN, stages.CLOSING, stages.SCHEDULED, stages.CLOSED, stages.CANCELLED]
        coming = Case(When(stage__in=order[:3], then=F("closes_at")))
        return self.annotate(
            place=Case(*[When(stage=stage, then=rank) for rank, stage in enumerate(order)])
        ).order_by("place", coming.asc(nulls_last=True), "-closes_at", "pk")

    def awaiting(self, person: Person) -> Self:
        """Polls on whose roll ``person`` is and for which they have not taken a ballot."""
        mine = RollEntry.objects.filter(person=person, issue_mark__isnull=True)
        return self.filter(pk__in=mine.values("poll"))

    def seen_by(self, person: Person) -> Self:
        """Each poll with ``on_roll`` and ``took_ballot``: what ``person`` alone is shown."""
        mine = RollEntry.objects.filter(poll=OuterRef("pk"), person=person)
        return self.annotate(
            on_roll=Exists(mine), took_ballot=Exists(mine.filter(issue_mark__isnull=False))
        )


class Poll(models.Model):
    """One question put to the members. Once it has opened, what it asks and how never changes.

    ``result`` is None until the poll has closed, then the JSON that ``tally`` describes.
    ``manifest``, its hash and ``record_hash_opened`` are set when it opens. ``private_keys`` are
    the issuer's and the receipts' keys under a key that is a file of its own; ``seed`` is sealed.
    Both keys and file are gone once it has closed.
    """

    class Stage(models.TextChoices):
        SCHEDULED = stages.SCHEDULED, _("scheduled")
        OPEN = stages.OPEN, _("open")
        CLOSING = stages.CLOSING, _("being counted")
        CLOSED = stages.CLOSED, _("closed")
        CANCELLED = stages.CANCELLED, _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.SCHEDULED)
    title = models.CharField(max_length=200)
    question_text = models.TextField()
    options = models.JSONField()
    method = models.CharField(max_length=20)
    quorum = models.CharField(max_length=20)
    majority = models.CharField(max_length=20, blank=True)
    founding_minimum = models.PositiveIntegerField(null=True)
    seats = models.PositiveSmallIntegerField(default=1)
    default_option = models.CharField(max_length=40, blank=True)
    budget = models.PositiveBigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    roll_from = models.DateField()
    cutoff = models.DateField()
    min_days = models.PositiveIntegerField()
    subject_url = models.CharField(max_length=200)
    scheduled_at = models.DateTimeField()

    manifest = models.JSONField(null=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    roll_size = models.PositiveIntegerField(null=True)
    record_hash_opened = models.CharField(max_length=64, blank=True)
    private_keys = models.BinaryField(null=True)
    seed = models.BinaryField(null=True)

    closed_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    bundle_sha256 = models.CharField(max_length=64, blank=True)
    record_hash_result = models.CharField(max_length=64, blank=True)

    objects = PollQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=list(stages.STAGES)), name="voting_poll_stage"
            ),
            models.CheckConstraint(condition=Q(method__in=METHODS), name="voting_poll_method"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="voting_poll_seats"),
            models.CheckConstraint(
                condition=Q(method=EQUAL_SHARES, budget__gte=1) & ~Q(currency="")
                | ~Q(method=EQUAL_SHARES) & Q(budget=None, currency=""),
                name="voting_poll_budget_where_money_is_divided",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="voting_poll_window"
            ),
            models.CheckConstraint(
                condition=Q(cutoff__gte=F("roll_from")), name="voting_poll_roll_days"
            ),
            models.CheckConstraint(
                condition=Q(
                    stage__in=[stages.SCHEDULED, stages.CANCELLED],
                    manifest__isnull=True,
                    manifest_sha256="",
                    record_hash_opened="",
                    roll_size__isnull=True,
                    private_keys__isnull=True,
                    seed__isnull=True,
                )
                | Q(
                    stage__in=[stages.OPEN, stages.CLOSING, stages.CLOSED, stages.CANCELLED],
                    manifest__isnull=False,
                    roll_size__isnull=False,
                    seed__isnull=False,
                )
                & ~Q(manifest_sha256="")
                & ~Q(record_hash_opened=""),
                name="voting_poll_opened_whole",
            ),
            models.CheckConstraint(
                condition=~Q(stage=stages.CANCELLED) | Q(private_keys__isnull=True),
                name="voting_poll_cancelled_without_keys",
            ),
            models.CheckConstraint(
                condition=Q(
                    result__isnull=True,
                    closed_at__isnull=True,
                    result_sha256="",
                    bundle_sha256="",
                    record_hash_result="",
                )
                & ~Q(stage=stages.CLOSED)
                | Q(
                    stage=stages.CLOSED,
                    result__isnull=False,
                    closed_at__isnull=False,
                    private_keys__isnull=True,
                )
                & ~Q(result_sha256="")
                & ~Q(bundle_sha256="")
                & ~Q(record_hash_result=""),
                name="voting_poll_closed_whole",
            ),
        ]
        indexes = [models.Index(fields=["stage", "closes_at"], name="voting_poll_by_stage")]

    def __str__(self) -> str:
        return self.title

    @property
    def rule(self) -> PollRule:
        return PollRule(
            method=self.method,
            quorum=self.quorum,
            majority=self.majority,
            founding_minimum=self.founding_minimum,
            seats=self.seats,
            default=self.default_option,
            budget=self.budget,
            currency=self.currency,
        )

    @property
    def frozen(self) -> Manifest:
        """The manifest, ready to verify with. Raises ``ManifestInvalid`` before the opening."""
        return read(self.manifest or {})

    @property
    def has_persons(self) -> bool:
        """Whether an option stands for a person, whose name is kept elsewhere."""
        return not all(option["label"] for option in self.options)

    @cached_property
    def names(self) -> dict[str, Named]:
        """The persons among the options. One query where there are any; see ``name_persons``."""
        return names_of([self])[self.pk] if self.has_persons else {}

    @cached_property
    def named_options(self) -> list[dict[str, Any]]:
        """``options`` as people read them: with the names of persons that were not erased."""
        erased = Named(gettext("somebody whose name was erased"))
        return [
            option if option["label"] else option | {"label": named.label, "text": named.text}
            for option in self.options
            for named in [self.names.get(option["id"], erased)]
        ]

    @property
    def choices(self) -> list[Option]:
        """The options as they stand on the ballot, in order."""
        return [
            Option(
                id=option["id"],
                label=option["label"],
                text_sha256=option["textSha256"],
                text=option.get("text", ""),
                cost=option.get("cost"),
            )
            for option in self.named_options
        ]

    @property
    def reminds_at(self) -> datetime:
        """When voters are reminded: half-way through the window or a day before its end, the later.

        The same moment for everybody, so that it tells nothing about anybody.
        """
        half = self.opens_at + (self.closes_at - self.opens_at) / 2
        return max(half, self.closes_at - timedelta(days=1))

    @property
    def was_cancelled_open(self) -> bool:
        """Whether it was cancelled for a fault, and not called off before it opened."""
        return self.stage == stages.CANCELLED and bool(self.manifest_sha256)

    @property
    def objections_until(self) -> datetime | None:
        """When the time for objections ends; None before the close."""
        return None if self.closed_at is None else self.closed_at + OBJECTIONS_FOR

    def takes_ballots(self, at: datetime) -> bool:
        return self.stage == stages.OPEN and at < self.closes_at


class Concern(models.Model):
    """That a poll is about somebody's own cause (they proposed it, or stand): shown to nobody."""

    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="concerns")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["poll", "person"], name="voting_concern_once")
        ]

    def __str__(self) -> str:
        return f"concern {self.pk}"


class NamedFaultQuerySet(models.QuerySet["NamedFault"]):
    def confirmed(self) -> Self:
        """Those that cancelled their poll."""
        return self.filter(confirmed_at__isnull=False)


class NamedFault(models.Model):
    """A fault that a scrutineer named in an open poll; once another confirms it, it is cancelled.

    ``fault`` is one of :data:`governance.voting.faults.FAULTS`. ``record_hash`` is empty until the
    poll's keys and waiting ballots are gone and the record says so.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="named_faults")
    fault = models.CharField(max_length=20)
    sentence = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    record_hash = models.CharField(max_length=64, blank=True)

    objects = NamedFaultQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(fault__in=list(FAULTS)), name="voting_named_fault_fault"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True, record_hash="")
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="voting_named_fault_confirmed_whole",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="voting_named_fault_by_two",
            ),
            models.UniqueConstraint(
                fields=["poll", "proposed_by"], name="voting_named_fault_once_per_person"
            ),
            models.UniqueConstraint(
                fields=["poll"],
                condition=Q(confirmed_at__isnull=False),
                name="voting_named_fault_once_per_poll",
            ),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def fault_in_words(self) -> str:
        return gettext(FAULTS[self.fault])

    @property
    def sentence_sha256(self) -> str:
        """How the public record names the sentence."""
        return text_sha256(self.sentence)


class RollEntry(models.Model):
    """One person on one poll's roll, with the random salt that hides them in its Merkle tree.

    Entries are written in the order of their salted hashes, so that their numbers tell nothing.
    """

    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="roll")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    salt = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["poll", "person"], name="voting_roll_once_per_person")
        ]

    def __str__(self) -> str:
        return f"roll entry {self.pk}"


class IssueMark(models.Model):
    """That the person of a roll entry took their ballot: one mark for each entry, by its key.

    It holds no time. ``fingerprint`` recognises the message that was signed, so that a retry is
    answered and another message refused; it is erased at the close. The message was blinded: it is
    as likely to belong to any token of the poll as to any other.
    """

    entry = models.OneToOneField(
        RollEntry, primary_key=True, on_delete=models.PROTECT, related_name="issue_mark"
    )
    fingerprint = models.BinaryField(max_length=32, null=True)

    def __str__(self) -> str:
        return f"issue mark {self.pk}"


class Objection(models.Model):
    """That somebody on the roll says the count of who took a ballot, or of ballots, is wrong.

    One for each roll entry. It says nothing of a choice, and holds no ballot's hash.
    """

    class Kind(models.TextChoices):
        TOOK_NONE = "took-none", _("I took no ballot, and you say that I did.")
        TOOK_ONE = "took-one", _("I took a ballot, and you say that I did not.")
        RECEIPT_MISSING = (
            "receipt-missing",
            _("I have a receipt, and its hash is not among the published ballots."),
        )

    entry = models.OneToOneField(
        RollEntry, primary_key=True, on_delete=models.PROTECT, related_name="objection"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["took-none", "took-one", "receipt-missing"]),
                name="voting_objection_kind",
            )
        ]

    def __str__(self) -> str:
        return f"objection {self.pk}"


class ObjectionCount(models.Model):
    """How many objections there were to a poll when the time for them ended, by kind."""

    poll = models.OneToOneField(
        Poll, primary_key=True, on_delete=models.PROTECT, related_name="objection_count"
    )
    counts = models.JSONField()
    record_hash = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"objections to {self.pk}"


class StoredBallot(models.Model):
    """What is held of a ballot: its own bytes and their hash. No member, no time, no origin."""

    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="+")
    token = models.CharField(max_length=88)
    sequence = models.PositiveSmallIntegerField()
    hash = models.CharField(max_length=64)
    body = models.TextField()
    proof = models.CharField(max_length=88)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["poll", "token", "sequence"], name="%(app_label)s_%(class)s_sequence_once"
            ),
            models.CheckConstraint(
                condition=Q(sequence__gte=1, sequence__lte=99),
                name="%(app_label)s_%(class)s_sequence",
            ),
        ]

    def __str__(self) -> str:
        return self.hash


class Intake(StoredBallot):
    """Ballots received and not yet committed to the public record, under a random key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)


class Ballot(StoredBallot):
    """Ballots whose hash is in the public record: append-only, written in hash order."""

    hash = models.CharField(max_length=64, primary_key=True)


class Commitment(models.Model):
    """One batch of ballot hashes written to the public record."""

    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="commitments")
    record_hash = models.CharField(max_length=64, unique=True)
    ballots = models.PositiveIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.record_hash


class Upkeep(Claimable):
    """What a sweep claims while it works on a poll.

    Not the poll's own row: casting holds shared locks on that, which a claim would have to skip.
    """

    poll = models.OneToOneField(
        Poll, primary_key=True, on_delete=models.PROTECT, related_name="upkeep"
    )
    # One fact about the poll: who was reminded is written nowhere.
    reminded = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"upkeep of {self.pk}"
