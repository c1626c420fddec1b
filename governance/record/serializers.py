"""Entries as the API shows them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance.record.models import Entry


class EntrySerializer(serializers.ModelSerializer[Entry]):
    """An entry's place, its hash, its content, and where its page and its proof are."""

    entry = serializers.SerializerMethodField(help_text="The entry itself, as it was hashed.")
    url = serializers.SerializerMethodField(help_text="Its page; add .json for its exact bytes.")
    proof = serializers.SerializerMethodField(help_text="Its proof, which verifies offline.")

    class Meta:
        model = Entry
        fields = ("index", "type", "at", "leaf_hash", "entry", "url", "proof")

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_entry(self, entry: Entry) -> dict[str, Any]:
        return entry.content

    @extend_schema_field(OpenApiTypes.URI_REF)
    def get_url(self, entry: Entry) -> str:
        return reverse("record-entry", args=[entry.leaf_hash])

    @extend_schema_field(OpenApiTypes.URI_REF)
    def get_proof(self, entry: Entry) -> str:
        return f"{reverse('record-proof')}?hash={entry.leaf_hash}"
