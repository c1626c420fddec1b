"""Published terms as the API lists them. What is signed is fetched from the addresses they name."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.terms.models import Version
from governance.terms.rulebook import CELLS, matrix, sentence

Row = dict[str, str]


class VersionSerializer(serializers.ModelSerializer[Version]):
    """One version, what it says in short, and where its document is."""

    slug = serializers.CharField(source="term_id")
    title = serializers.CharField(source="revision.title")
    status = serializers.ChoiceField(["active", "superseded", "deprecated", "withdrawn"])
    url = serializers.SerializerMethodField(help_text="Its address: a page, or the document.")
    document = serializers.SerializerMethodField(help_text="The signed document.")

    class Meta:
        model = Version
        fields = ("slug", "version", "title", "status", "issued", "sha256", "url", "document")

    @extend_schema_field(OpenApiTypes.URI_REF)
    def get_url(self, version: Version) -> str:
        return reverse("term-version", args=[version.term_id, version.version])

    @extend_schema_field(OpenApiTypes.URI_REF)
    def get_document(self, version: Version) -> str:
        return f"{self.get_url(version)}.json"


class RuleSerializer(serializers.Serializer[Row]):
    """A rule: codes of the vocabulary, empty where it leaves a point open, and its sentence."""

    kind = serializers.CharField()
    party = serializers.CharField()
    action = serializers.CharField()
    purpose = serializers.CharField()
    data = serializers.CharField()  # type: ignore[assignment] # a field takes the attribute's place
    recipient = serializers.CharField()
    retention = serializers.CharField()
    storage = serializers.CharField()
    sentence = serializers.CharField()


class MatrixSerializer(serializers.Serializer[Row]):
    """What the rules say at a glance: must, yes, no, or optional (left open)."""

    def get_fields(self) -> dict[str, Any]:
        return {name: serializers.CharField() for name in (*CELLS, "contributed_for")}


class TermSerializer(VersionSerializer):
    """The newest version of a term, with its words, its rules and its earlier versions."""

    plain = serializers.CharField(source="revision.plain")
    legal = serializers.CharField(source="revision.legal")
    rules = serializers.SerializerMethodField()
    matrix = serializers.SerializerMethodField()
    adoption = serializers.JSONField(help_text="Who decided it: the poll and its numbers.")
    versions = serializers.SerializerMethodField()

    class Meta(VersionSerializer.Meta):
        fields = (  # type: ignore[assignment] # longer than the row's
            *VersionSerializer.Meta.fields,
            "plain",
            "legal",
            "rules",
            "matrix",
            "adoption",
            "versions",
        )

    @extend_schema_field(RuleSerializer(many=True))
    def get_rules(self, version: Version) -> list[Row]:
        return [
            {**rule.as_dict(), "sentence": sentence(rule)}
            for rule in version.revision.content.rules
        ]

    @extend_schema_field(MatrixSerializer)
    def get_matrix(self, version: Version) -> Row:
        return matrix(version.revision.content.rules)

    @extend_schema_field(VersionSerializer(many=True))
    def get_versions(self, version: Version) -> list[Row]:
        all_of_it = (
            Version.objects.with_status()
            .filter(term=version.term_id)
            .select_related("revision")
            .defer("document")
            .newest_first()
        )
        return [dict(row) for row in VersionSerializer(all_of_it, many=True).data]
