"""Drafts that are still written, and what was published: terms, versions, and their status."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from governance.terms import languages, renditions, stages
from governance.terms.comparison import identity
from governance.terms.document import AUTHORITATIVE, Bytes, path
from governance.terms.rulebook import DraftContent, Rule
from governance.terms.versions import SemVer
from members.models import AbstractEvent, Person


class Draft(models.Model):
    """A term being written. Its text is its latest revision; frozen, it takes no further one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="term_drafts")
    created_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"draft {self.pk}"

    @property
    def frozen(self) -> bool:
        return self.frozen_at is not None

    @property
    def latest_revision(self) -> Revision:
        """The text as it stands. One query, or none where ``revisions`` were prefetched."""
        return max(self.revisions.all(), key=lambda revision: revision.number)


class RevisionQuerySet(models.QuerySet["Revision"]):
    def latest_of_each(self) -> Self:
        """The latest revision of every draft."""
        newest = Revision.objects.filter(draft=OuterRef("draft")).order_by("-number")
        return self.filter(pk=Subquery(newest.values("pk")[:1]))


class Revision(models.Model):
    """One exact text of a draft: ``sha256`` is over its canonical content. Append-only."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    slug = models.SlugField(max_length=60)
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    plain = models.TextField()
    legal = models.TextField()
    rules = models.JSONField()
    aliases = models.JSONField(default=list)
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = RevisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draft", "number"], name="revision_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.version}, revision {self.number}"

    @property
    def content(self) -> DraftContent:
        return DraftContent(
            slug=self.slug,
            version=self.version,
            title=self.title,
            plain=self.plain,
            legal=self.legal,
            rules=tuple(Rule(**rule) for rule in self.rules),
            aliases=tuple(self.aliases),
        )


class TermQuerySet(models.QuerySet["Term"]):
    def with_rules_of_another(self, content: DraftContent) -> Self:
        """Active terms of another name whose rules mean what those of ``content`` mean."""
        return self.filter(rules_in_force=identity(content.rules)).exclude(pk=content.slug)


class Term(models.Model):
    """A published term: a slug and its versions. ``latest`` and ``rules_in_force`` are pointers.

    ``rules_in_force`` is the identity of what the rules mean while the term is active, and unique:
    no two active terms mean the same under different names.
    """

    slug = models.SlugField(primary_key=True, max_length=60)
    latest = models.OneToOneField(
        "Version", null=True, on_delete=models.PROTECT, related_name="latest_of"
    )
    rules_in_force = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unique

    objects = TermQuerySet.as_manager()

    def __str__(self) -> str:
        return self.slug


class VersionQuerySet(models.QuerySet["Version"]):
    def with_status(self) -> Self:
        """Each version with its ``status``: its latest status row's."""
        newest = Status.objects.filter(version=OuterRef("pk")).order_by("-pk")
        return self.annotate(status=Subquery(newest.values("status")[:1]))

    def with_history(self) -> Self:
        """With its status, ``since`` when and for what ``reason``, and what took its place.

        ``outdated_since`` is when it was first no longer in force, or None.
        """
        newest = Status.objects.filter(version=OuterRef("pk")).order_by("-pk")
        first = newest.exclude(status=Status.Name.ACTIVE).order_by("pk")
        return self.annotate(
            status=Subquery(newest.values("status")[:1]),
            since=Subquery(newest.values("at")[:1]),
            reason=Subquery(newest.values("reason")[:1]),
            status_record=Subquery(newest.values("record_hash")[:1]),
            successor_slug=Subquery(newest.values("successor__term_id")[:1]),
            successor_version=Subquery(newest.values("successor__version")[:1]),
            outdated_since=Subquery(first.values("at")[:1]),
        )

    def to_show(self) -> Self:
        """With history, text and neighbours: what a page of one version needs."""
        return self.with_history().select_related("revision", "replaces", "replaced_by", "term")

    def incomplete(self) -> Self:
        """Versions that lack a rendition which is made of every version now."""
        made = Count("renditions", filter=Q(renditions__name__in=renditions.NAMES))
        return self.annotate(made=made).filter(made__lt=len(renditions.NAMES))

    def called(self, slug: str, version: str = "") -> Self:
        """One version of a term by its number, or its newest."""
        of_term = self.filter(term=slug)
        return of_term.filter(version=version) if version else of_term.newest()

    def newest(self) -> Self:
        """The newest version of each term."""
        return self.filter(latest_of__isnull=False)

    def newest_first(self) -> Self:
        """In the order of their numbers, the highest first; terms by slug."""
        return self.order_by("term_id", "-major", "-minor", "-patch")


class Version(models.Model):
    """One published version: ``document`` is its bytes for ever. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="versions")
    version = models.CharField(max_length=20)
    major = models.PositiveIntegerField()
    minor = models.PositiveIntegerField()
    patch = models.PositiveIntegerField()
    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="published")
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    document = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)
    adoption = models.JSONField()
    issued = models.DateTimeField()
    record_hash = models.CharField(max_length=64)

    status: str  # where ``with_status`` or ``with_history`` was asked
    since: datetime  # and these where ``with_history`` was asked
    reason: str
    status_record: str
    successor_slug: str | None
    successor_version: str | None
    outdated_since: datetime | None

    objects = VersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "version"], name="version_once_per_term"),
            models.CheckConstraint(
                condition=Q(replaces=None) | ~Q(replaces=F("pk")), name="version_replaces_another"
            ),
        ]
        indexes = [
            models.Index(fields=["term", "major", "minor", "patch"], name="version_in_order"),
            models.Index(fields=["-issued", "id"], name="version_by_issue"),
        ]

    def __str__(self) -> str:
        return f"{self.term_id} {self.version}"

    @property
    def number(self) -> SemVer:
        return SemVer(self.major, self.minor, self.patch)

    @property
    def successor(self) -> tuple[str, str] | None:
        """Slug and number of the version to use in its place: the one named, or the next."""
        if self.successor_slug and self.successor_version:
            return self.successor_slug, self.successor_version
        after: Version | None = getattr(self, "replaced_by", None)
        return (after.term_id, after.version) if after else None

    def public_files(self) -> Iterator[tuple[str, bytes]]:
        """What is published of it as files, by path. One query, or none where prefetched."""
        here = f"terms/{self.term_id}/{self.version}"
        for suffix in ("json", "jsonld"):
            yield f"{here}.{suffix}", bytes(self.document)
        for rendition in self.renditions.all():
            yield path(here, rendition.name), bytes(rendition.body)


class RenditionQuerySet(models.QuerySet["Rendition"]):
    def to_serve(self) -> Self:
        """Each with ``outdated_since``: when its version was first no longer in force, or None."""
        out = Status.objects.filter(version=OuterRef("version")).exclude(status=Status.Name.ACTIVE)
        return self.annotate(outdated_since=Subquery(out.order_by("pk").values("at")[:1]))


class Rendition(models.Model):
    """Bytes derived from a version and served as they are ("policy.jsonld"). Append-only."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="renditions")
    name = models.CharField(max_length=40)
    media_type = models.CharField(max_length=80)
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64, db_index=True)

    outdated_since: datetime | None  # where asked ``to_serve``

    objects = RenditionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="rendition_once_per_version"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, version: Version, part: Bytes) -> Self:
        """A row, not saved yet, for bytes that were made of ``version``."""
        return cls(
            version=version,
            name=part.name,
            media_type=part.media_type,
            body=part.body,
            sha256=part.sha256,
        )


class Translation(models.Model):
    """A version's texts in another language, which its document does not name. Append-only."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="translations")
    language = models.CharField(max_length=2)
    title = models.CharField(max_length=120)
    plain = models.OneToOneField(Rendition, on_delete=models.PROTECT, related_name="+")
    legal = models.OneToOneField(Rendition, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    record_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "language"], name="translation_once_per_language"
            ),
            models.CheckConstraint(
                condition=~Q(language__in=["", AUTHORITATIVE]), name="translation_not_the_original"
            ),
            models.CheckConstraint(condition=~Q(plain=F("legal")), name="translation_of_two_texts"),
        ]
        indexes = [models.Index(fields=["-at"], name="translation_by_time")]

    def __str__(self) -> str:
        return f"{self.language}: {self.title}"

    @property
    def own_name(self) -> str:
        """What speakers of its language call it."""
        return languages.own_name(self.language)

    @property
    def direction(self) -> str:
        """Which way its language is written: "ltr" or "rtl"."""
        return languages.direction(self.language)


class PublishedRule(models.Model):
    """A rule of a published version as columns, so that lists can be searched. Append-only."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="rules")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    party = models.CharField(max_length=8)
    action = models.CharField(max_length=40)
    purpose = models.CharField(max_length=40, blank=True)
    data = models.CharField(max_length=40, blank=True)
    recipient = models.CharField(max_length=40, blank=True)
    retention = models.CharField(max_length=12, blank=True)
    storage = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="rule_once_per_position"),
            models.CheckConstraint(
                condition=Q(kind__in=["permission", "prohibition", "duty"]), name="rule_kind"
            ),
            models.CheckConstraint(
                condition=Q(party__in=["first", "second", "third"]), name="rule_party"
            ),
        ]
        indexes = [models.Index(fields=["action", "kind", "purpose"], name="rule_by_action")]

    def __str__(self) -> str:
        return f"{self.party} {self.kind} {self.action}"

    @property
    def rule(self) -> Rule:
        return Rule(
            kind=self.kind,
            party=self.party,
            action=self.action,
            purpose=self.purpose,
            data=self.data,
            recipient=self.recipient,
            retention=self.retention,
            storage=self.storage,
        )


class Status(models.Model):
    """What became of a version, and when. Append-only: the latest row is its status."""

    class Name(models.TextChoices):
        ACTIVE = stages.ACTIVE, _("active")
        SUPERSEDED = stages.SUPERSEDED, _("superseded")
        DEPRECATED = stages.DEPRECATED, _("deprecated")
        WITHDRAWN = stages.WITHDRAWN, _("withdrawn")

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="statuses")
    status = models.CharField(max_length=12, choices=Name)
    successor = models.ForeignKey(
        Version, null=True, on_delete=models.PROTECT, related_name="succeeds"
    )
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    record_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["active", "superseded", "deprecated", "withdrawn"]),
                name="status_name",
            ),
            models.CheckConstraint(
                condition=~Q(status="superseded") | Q(successor__isnull=False),
                name="status_superseded_by_one",
            ),
            # No move leads back, so of two who make the same one at once, one is refused here.
            models.UniqueConstraint(fields=["version", "status"], name="status_once_per_version"),
            models.CheckConstraint(
                condition=Q(status__in=["deprecated", "withdrawn"], reason__gt="")
                | Q(status__in=["active", "superseded"], reason=""),
                name="status_decided_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status="active") | Q(successor=None), name="status_active_has_none"
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("version")),
                name="status_succeeded_by_another",
            ),
        ]
        indexes = [models.Index(fields=["-at"], name="status_by_time")]

    def __str__(self) -> str:
        return self.status


class Event(AbstractEvent):
    """What was done to drafts and terms."""
