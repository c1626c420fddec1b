"""A body that a type of entry takes, made from its schema: what an entry of it looks like. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.record import registry

_AT = "2026-11-20T12:00:00Z"
_TEXTS: dict[str, str] = {
    registry.SLUG["pattern"]: "no-stalking",
    registry.PATH["pattern"]: "yes_no",
    registry.SHA256["pattern"]: "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069",
    registry.UUID["pattern"]: "6f3c2a52-9a7e-4d61-8f0e-2f1f6f0a9b11",
    registry.TIMESTAMP["pattern"]: _AT,
    registry.DATE["pattern"]: "2026-11-20",
    registry.DURATION["pattern"]: "P14D",
    registry.SEMVER["pattern"]: "1.0.0",
    registry.FRACTION["pattern"]: "2/3",
    registry.CURRENCY["pattern"]: "EUR",
    registry.LANGUAGE["pattern"]: "en",
    registry.MULTIBASE["pattern"]: "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQXJPt4swbTQ2Q",
}
# The least whole number that reads as one of many.
_NUMBER = 3


def sample(entry_type: registry.EntryType, origin: str) -> dict[str, Any]:
    """An entry of this type as a site at ``origin`` could write it, optional fields included."""
    body = _value(entry_type.schema, origin)
    return {"at": _AT, "type": entry_type.name, **body}


def _value(schema: Mapping[str, Any], origin: str) -> Any:
    if branches := schema.get("anyOf", schema.get("oneOf")):
        return _value(branches[-1], origin)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema["type"]
    if kind == "object":
        return {name: _value(inner, origin) for name, inner in schema["properties"].items()}
    if kind == "array":
        return [_value(schema["items"], origin)]
    if kind == "integer":
        return min(max(_NUMBER, schema["minimum"]), schema["maximum"])
    if kind == "string":
        return _TEXTS.get(schema["pattern"]) or f"{origin}/polls/{_TEXTS[registry.UUID['pattern']]}"
    return True if kind == "boolean" else None
