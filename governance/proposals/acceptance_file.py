"""``/.well-known/customer-commons.json``: how an organisation says which terms it accepts. Pure.

The format is described in ``docs/acceptance.md``; its schema is published. A reader passes over
what it does not know, so that version 1 can grow.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

MEDIA_TYPES = frozenset({"application/json"})
LARGEST = 65_536
MOST_TERMS = 200
_DEEPEST = 20

_URL = {"type": "string", "format": "uri", "pattern": "^https?://[^\\s]+$", "maxLength": 500}


def document_schema(origin: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of the file; its own id is under ``origin``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{origin}/schemas/customer-commons/v1.json",
        "title": "The terms of customers that an organisation accepts",
        "type": "object",
        "properties": {
            "$schema": _URL,
            "format": {
                "const": "customer-commons/1",
                "description": "This format, in its first version.",
            },
            "organisation": {
                "type": "object",
                "properties": {
                    "name": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 120,
                        "pattern": "\\S",
                        "description": "What the organisation is called.",
                    },
                    "contact": {
                        "type": "string",
                        "pattern": "^(https://|mailto:)\\S+$",
                        "maxLength": 300,
                        "description": "Where customers ask about it. We do not keep it.",
                    },
                },
                "required": ["name"],
            },
            "accepts": {
                "type": "array",
                "maxItems": MOST_TERMS,
                "items": {
                    "type": "object",
                    "properties": {
                        "term": {
                            **_URL,
                            "description": "The address of one version of a term.",
                        },
                        "sha256": {
                            "type": "string",
                            "pattern": "^[0-9a-f]{64}$",
                            "description": "SHA-256 of the document at that address.",
                        },
                    },
                    "required": ["term", "sha256"],
                },
            },
        },
        "required": ["format", "organisation", "accepts"],
    }


@dataclass(frozen=True, slots=True)
class Named:
    """A version of a term that a file names: its address, and the hash of its document."""

    term: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What an organisation says: its name, and what it accepts, each address once."""

    name: str
    accepts: tuple[Named, ...]


class NoStatement(ValueError):
    """The bytes are no such file: ``where`` says at which place they are not, or is empty."""

    def __init__(self, where: str = "") -> None:
        super().__init__(where)
        self.where = where


_VALIDATOR = Draft202012Validator(document_schema("https://schema.invalid"))


def read(body: bytes) -> Statement:
    """What the file says. Raises ``NoStatement``."""
    try:
        said: Any = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise NoStatement from None
    if _depth(said) > _DEEPEST:
        raise NoStatement
    faults = sorted(_place(error) for error in _VALIDATOR.iter_errors(said))
    if faults:
        raise NoStatement(faults[0])
    named = {one["term"]: Named(one["term"], one["sha256"]) for one in said["accepts"]}
    return Statement(name=_one_line(said["organisation"]["name"]), accepts=tuple(named.values()))


def example(name: str, terms: Mapping[str, str]) -> str:
    """A file that accepts ``terms`` (addresses with hashes), as one would write it."""
    said = {
        "format": "customer-commons/1",
        "organisation": {"name": name},
        "accepts": [{"term": term, "sha256": digest} for term, digest in terms.items()],
    }
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def _place(error: ValidationError) -> str:
    """Where a part does not fit, or is missing: "accepts.0.sha256"."""
    place = [str(part) for part in error.absolute_path]
    if error.validator == "required":
        asked: Any = error.validator_value
        given: Any = error.instance
        place += [str(name) for name in asked if name not in given][:1]
    return ".".join(place)


def _one_line(name: str) -> str:
    """``name`` without what nobody sees, which could turn the line around it."""
    return " ".join("".join(letter for letter in name if letter.isprintable()).split()) or "?"


def _depth(said: Any) -> int:
    """How deep lists and objects stand inside each other, without recursion."""
    deepest, level = 0, [said]
    while level and deepest <= _DEEPEST:
        below: list[Any] = []
        for one in level:
            below += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        level = below
        deepest += 1
    return deepest
