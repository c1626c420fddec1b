"""Everything about a person in one document, and the schema of that document."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from members import leaving
from members.models import Person

FORMAT = "customer-commons/person/1"


def everything(person: Person, at: datetime) -> dict[str, Any]:
    """What every part holds about ``person``, as JSON values."""
    return {
        "format": FORMAT,
        "schema": schema_url(),
        "made_at": at.isoformat(),
        "parts": {part.name: part.export(person) for part in leaving.parts()},
    }


def schema() -> dict[str, Any]:
    """The JSON Schema of what :func:`everything` answers."""
    parts = {part.name: {"title": str(part.label), **part.schema} for part in leaving.parts()}
    properties: dict[str, Any] = {
        "format": {"const": FORMAT},
        "schema": {"const": schema_url()},
        "made_at": {"type": "string", "format": "date-time"},
        "parts": {
            "type": "object",
            "properties": parts,
            "required": sorted(parts),
            "additionalProperties": False,
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_url(),
        "title": "Everything that is held about one person",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def schema_url() -> str:
    return f"{settings.PUBLIC_ORIGIN}{reverse('export-schema')}"
