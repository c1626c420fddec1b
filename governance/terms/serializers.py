"""Published terms as the API lists them. What is signed is fetched from the addresses they name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.terms.document import JSON, JSON_LD, path
from governance.terms.models import Status, Version
from governance.terms.rulebook import CELLS, Rule, matrix, sentence
from governance.terms.vocabulary import POINTS

Row = dict[str, Any]

ANSWERS = ("must", "yes", "no", "optional")
_RETENTION = r"^(P(0|[1-9][0-9]{0,4})D)?$"


def _digest(**more: Any) -> serializers.RegexField:
    return serializers.RegexField("^[0-9a-f]{64}$", **more)


def _path(**more: Any) -> serializers.RegexField:
    return serializers.RegexField("^/", **more)


class VersionSerializer(serializers.Serializer[Any]):
    """One version, what it says in short, and where its document is.

    The fields are declared for the description. A row is written by hand from :attr:`COLUMNS`: the
    list is what programs ask for most, and REST framework's fields are most of its cost.
    """

    # What ``Version.objects.values()`` is asked for.
    COLUMNS = ("term_id", "version", "revision__title", "status", "issued", "sha256")

    slug = serializers.CharField()
    version = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(Status.Name.choices)
    issued = serializers.DateTimeField()
    sha256 = _digest(help_text="Of the signed document.")
    url = _path(help_text="Its address: a page, or the document.")
    document = _path(help_text="The signed document.")

    def to_representation(self, instance: Mapping[str, Any]) -> Row:
        slug, version = instance["term_id"], instance["version"]
        here = f"{self._terms}{slug}/{version}"
        return {
            "slug": slug,
            "version": version,
            "title": instance["revision__title"],
            "status": instance["status"],
            "issued": moment(instance["issued"]),
            "sha256": instance["sha256"],
            "url": here,
            "document": f"{here}.json",
        }

    @cached_property
    def _terms(self) -> str:
        return reverse("term-list")


class RuleSerializer(serializers.Serializer[Rule]):
    """A rule: codes of the vocabulary, empty where it leaves a point open, and its sentence."""

    kind = serializers.ChoiceField(list(POINTS["kind"]))
    party = serializers.ChoiceField(list(POINTS["party"]))
    action = serializers.ChoiceField(list(POINTS["action"]))
    purpose = serializers.ChoiceField(["", *POINTS["purpose"]])
    data = serializers.ChoiceField(["", *POINTS["data"]])  # type: ignore[assignment] # a field takes the attribute's place
    recipient = serializers.ChoiceField(["", *POINTS["recipient"]])
    retention = serializers.RegexField(_RETENTION, help_text="Whole days: P30D is 30.")
    storage = serializers.ChoiceField(["", *POINTS["storage"]])
    sentence = serializers.CharField(help_text="The rule in plain words, in English.")


class MatrixSerializer(serializers.Serializer[Row]):
    """What the rules say at a glance: must, yes, no, or optional (left open)."""

    def get_fields(self) -> dict[str, Any]:
        cells = {name: serializers.ChoiceField(ANSWERS) for name in CELLS}
        return {**cells, "contributed_for": serializers.CharField(help_text="Purposes, or empty.")}


class FileSerializer(serializers.Serializer[Row]):
    """Published bytes, which never change: where they are, what they are, and their SHA-256."""

    url = _path()
    media_type = serializers.CharField()
    sha256 = _digest()


class StatusSerializer(serializers.Serializer[Row]):
    """What became of a version at some time, and the entry of the record that says so."""

    status = serializers.ChoiceField(Status.Name.choices)
    at = serializers.DateTimeField()
    reason = serializers.CharField(help_text="Empty where none was given.")
    successor = serializers.CharField(allow_null=True, help_text="The version that replaced it.")
    record = _digest()


class TermSerializer(serializers.Serializer[Version]):
    """One version whole: its words, its rules, what became of it, and its neighbours."""

    slug = serializers.CharField(source="term_id")
    version = serializers.CharField()
    title = serializers.CharField(source="revision.title")
    status = serializers.ChoiceField(Status.Name.choices)
    issued = serializers.SerializerMethodField()
    sha256 = _digest(help_text="Of the signed document.")
    url = serializers.SerializerMethodField(help_text="Its address: a page, or the document.")
    document = serializers.SerializerMethodField(help_text="The signed document.")
    plain = serializers.CharField(source="revision.plain")
    legal = serializers.CharField(source="revision.legal")
    rules = serializers.SerializerMethodField()
    matrix = serializers.SerializerMethodField()
    aliases = serializers.ListField(
        source="revision.aliases",
        child=serializers.CharField(),
        help_text="Outside identifiers of the same term.",
    )
    adoption = serializers.DictField(help_text="Who decided it: the poll and its numbers.")
    record = _digest(source="record_hash", help_text="Its entry in the public record.")
    replaces = serializers.SerializerMethodField(help_text="The version before it.")
    replaced_by = serializers.SerializerMethodField(help_text="The version after it.")
    statuses = serializers.SerializerMethodField(help_text="What became of it, the latest first.")
    files = serializers.SerializerMethodField(help_text="Every format and part of it.")
    status_document = serializers.SerializerMethodField(help_text="Its status, signed.")
    proof = serializers.SerializerMethodField(help_text="That the record holds it, offline.")
    versions = serializers.SerializerMethodField(help_text="All of this term, the newest first.")

    @extend_schema_field(serializers.DateTimeField())
    def get_issued(self, version: Version) -> str:
        return moment(version.issued)

    @extend_schema_field(_path())
    def get_url(self, version: Version) -> str:
        return reverse("term-version", args=[version.term_id, version.version])

    @extend_schema_field(_path())
    def get_document(self, version: Version) -> str:
        return f"{self.get_url(version)}.json"

    @extend_schema_field(RuleSerializer(many=True))
    def get_rules(self, version: Version) -> list[Row]:
        return [
            {**rule.as_dict(), "sentence": sentence(rule)}
            for rule in version.revision.content.rules
        ]

    @extend_schema_field(MatrixSerializer)
    def get_matrix(self, version: Version) -> Row:
        return dict(matrix(version.revision.content.rules))

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_replaces(self, version: Version) -> str | None:
        return version.replaces.version if version.replaces else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_replaced_by(self, version: Version) -> str | None:
        after: Version | None = getattr(version, "replaced_by", None)
        return after.version if after else None

    @extend_schema_field(StatusSerializer(many=True))
    def get_statuses(self, version: Version) -> list[Row]:
        return [
            {
                "status": one.status,
                "at": moment(one.at),
                "reason": one.reason,
                "successor": one.successor.version if one.successor else None,
                "record": one.record_hash,
            }
            for one in version.statuses.select_related("successor").order_by("-pk")
        ]

    @extend_schema_field(FileSerializer(many=True))
    def get_files(self, version: Version) -> list[Row]:
        here = self.get_url(version)
        parts = version.renditions.order_by("name").values_list("name", "media_type", "sha256")
        return [
            {"url": f"{here}.json", "media_type": JSON, "sha256": version.sha256},
            {"url": f"{here}.jsonld", "media_type": JSON_LD, "sha256": version.sha256},
            *(
                {"url": path(here, name), "media_type": kind, "sha256": digest}
                for name, kind, digest in parts
            ),
        ]

    @extend_schema_field(_path())
    def get_status_document(self, version: Version) -> str:
        return reverse("term-status", args=[version.term_id, version.version])

    @extend_schema_field(_path())
    def get_proof(self, version: Version) -> str:
        return reverse("term-proof", args=[version.term_id, version.version])

    @extend_schema_field(VersionSerializer(many=True))
    def get_versions(self, version: Version) -> list[Row]:
        rows = Version.objects.with_status().filter(term=version.term_id).newest_first()
        return list(VersionSerializer(rows.values(*VersionSerializer.COLUMNS), many=True).data)


def moment(at: datetime) -> str:
    """A time as the whole API writes it: ISO 8601 in UTC, with a Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
