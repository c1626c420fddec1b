"""The types of entry that the public record takes, each with a closed schema.

An app registers its types in a module ``record_types.py``, which is read when Django starts::

    from django.utils.translation import gettext_lazy as _

    from governance.record.registry import SEMVER, SHA256, SLUG, EntryType, closed, register

    register(
        EntryType(
            name="term.published",
            schema=closed({"slug": SLUG, "version": SEMVER, "sha256": SHA256}),
            summary=_("Version %(version)s of the term “%(slug)s” was published."),
        )
    )

The schema describes the body alone; ``type`` and ``at`` are added to every entry. The summary is
one plain sentence that pages show for each entry; ``%(field)s`` stands for a required text or
number at the top of the body, and a percent sign is written ``%%``.

**No personal data, ever.** :func:`register` raises ``ValueError`` for a schema that is open to an
e-mail address or to free text, or has a property named for a person. What it accepts:

- *objects*: ``closed({...}, optional=("...",))``, that is ``properties``, ``required`` and
  ``additionalProperties: false``, at every level. Property names are camelCase and do not name a
  person (``email``, ``member``, ``voterId``, ``name``, ``author`` …); a *count* of ``members`` may.
- *arrays*: ``listed(SHA256)``, that is ``items`` with a schema of its own.
- *texts*: one of the constants below (``SLUG``, ``PATH``, ``SHA256``, ``UUID``, ``TIMESTAMP``,
  ``DATE``, ``DURATION``, ``SEMVER``, ``FRACTION``, ``URL``, ``CURRENCY``, ``LANGUAGE``,
  ``MULTIBASE``), ``one_of("yes", "no")`` or a ``const``. Text that people wrote enters by its hash.
  A URL must be under our own origin; ``actions.submit`` refuses any other.
- *numbers*: integers with ``minimum`` and ``maximum``: ``COUNT`` (zero and up), ``AMOUNT`` (minor
  units, either sign). Never a float: write a share as ``FRACTION``, ``"2/3"``.
- *booleans*, and ``null`` inside ``anyOf``. What may be missing is better left out.

A UUID may be a poll's or a proposal's, which are public. It is never a person's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Schema = dict[str, Any]

# RFC 8259 readers agree on integers up to here, and RFC 8785 writes no others.
LARGEST = 2**53 - 1

SLUG: Schema = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 80}
# Words joined by colons or dots: "income:dues", "yes_no".
PATH: Schema = {"type": "string", "pattern": "^[a-z0-9_-]+([:.][a-z0-9_-]+)*$", "maxLength": 120}
SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
UUID: Schema = {
    "type": "string",
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
}
TIMESTAMP: Schema = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
}
DATE: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
# ISO 8601: "P14D", "PT2M".
DURATION: Schema = {
    "type": "string",
    "pattern": "^P(?=[0-9T])([0-9]{1,4}[YMWD])*(T([0-9]{1,4}[HMS])+)?$",
    "maxLength": 40,
}
SEMVER: Schema = {
    "type": "string",
    "pattern": "^(0|[1-9][0-9]*)[.](0|[1-9][0-9]*)[.](0|[1-9][0-9]*)$",
    "maxLength": 40,
}
FRACTION: Schema = {"type": "string", "pattern": "^[0-9]{1,15}/[1-9][0-9]{0,14}$"}
URL: Schema = {
    "type": "string",
    "pattern": "^https?://[a-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]*)*(#[A-Za-z0-9-]+)?$",
    "maxLength": 300,
}
CURRENCY: Schema = {"type": "string", "pattern": "^[A-Z]{3}$"}
# A language tag (BCP 47): "en", "de-AT".
LANGUAGE: Schema = {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Z]{2})?$"}
# A public key as a Multikey (base58btc of an Ed25519 key).
MULTIBASE: Schema = {"type": "string", "pattern": "^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$"}
COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": LARGEST}
AMOUNT: Schema = {"type": "integer", "minimum": -LARGEST, "maximum": LARGEST}

_PATTERNS = frozenset(
    schema["pattern"]
    for schema in (
        *(SLUG, PATH, SHA256, UUID, TIMESTAMP, DATE, DURATION, SEMVER, FRACTION, URL),
        *(CURRENCY, LANGUAGE, MULTIBASE),
    )
)

_TYPE_NAME = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*")
_PROPERTY_NAME = re.compile(r"[a-z][A-Za-z0-9]*")
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")
# Words that name a person or a way to reach one. A plural may stand over a count, and nowhere else.
_PERSONAL = frozenset(
    {
        *("account", "address", "author", "birthday", "by", "email", "mail", "member", "name"),
        *("nickname", "owner", "person", "people", "phone", "sponsor", "steward", "user", "voter"),
    }
)
_RESERVED = frozenset({"type", "at"})

_EVERYWHERE = frozenset({"title", "description"})
_KEYWORDS = {
    "object": {"type", "properties", "required", "additionalProperties"},
    "array": {"type", "items", "minItems", "maxItems", "uniqueItems"},
    "string": {"type", "pattern", "minLength", "maxLength"},
    "integer": {"type", "minimum", "maximum"},
    "boolean": {"type"},
    "null": {"type"},
}


class UnknownType(LookupError):
    """No app registered an entry type of this name."""


class BodyInvalid(ValueError):
    """The body does not fit its type's schema: a fault in the program, not in somebody's input."""


@dataclass(frozen=True)
class EntryType:
    """A kind of entry: ``name`` ("term.published"), JSON Schema of the body, one plain sentence."""

    name: str
    schema: Schema
    summary: StrOrPromise

    def check(self, body: Mapping[str, Any]) -> None:
        """Raise ``BodyInvalid`` naming the first field that does not fit."""
        for error in self._validator.iter_errors(dict(body)):
            where = ".".join(str(part) for part in error.absolute_path) or "the body"
            raise BodyInvalid(f"{self.name}: {where}: {error.message}")

    def sentence(self, body: Mapping[str, Any]) -> str:
        """The summary with the body's fields in place."""
        return str(self.summary) % body

    def entry_schema(self) -> Schema:
        """JSON Schema of the whole entry, with ``type`` and ``at``."""
        return {
            **self.schema,
            "properties": {
                "type": {"const": self.name},
                "at": TIMESTAMP,
                **self.schema["properties"],
            },
            "required": ["type", "at", *self.schema.get("required", ())],
        }

    def document(self, origin: str) -> bytes:
        """The schema of the whole entry as it is published at its address under ``origin``."""
        document = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"{origin}/schemas/record/{self.name}.json",
            **self.entry_schema(),
        }
        return json.dumps(document, indent=2).encode()

    @cached_property
    def _validator(self) -> Draft202012Validator:
        return Draft202012Validator(self.schema)


def closed(properties: Mapping[str, Schema], optional: Collection[str] = ()) -> Schema:
    """The schema of an object with these properties, all required but ``optional``, no others."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def listed(items: Schema) -> Schema:
    """The schema of an array of ``items``."""
    return {"type": "array", "items": items}


def one_of(*values: str) -> Schema:
    """The schema of a text that is one of ``values``."""
    return {"enum": list(values)}


_registry: dict[str, EntryType] = {}


def register(entry_type: EntryType) -> EntryType:
    """Add a type. Raises ``ValueError`` for a name taken or ill formed, or an open schema."""
    name = entry_type.name
    if not _TYPE_NAME.fullmatch(name):
        raise ValueError(f"{name!r}: an entry type is named like term.published")
    if name in _registry:
        raise ValueError(f"two entry types are called {name}")
    if entry_type.schema.get("type") != "object":
        raise ValueError(f"{name}: the body is an object")
    if problems := [*_problems(entry_type.schema, "body", "")]:
        raise ValueError(f"{name}: " + "; ".join(problems))
    if taken := _RESERVED & entry_type.schema["properties"].keys():
        raise ValueError(f"{name}: every entry has {', '.join(sorted(taken))} of its own")
    _registry[name] = entry_type
    return entry_type


def entry_type(name: str) -> EntryType:
    """The type of this name. Raises ``UnknownType``."""
    try:
        return _registry[name]
    except KeyError:
        raise UnknownType(f"no entry type is called {name!r}") from None


def registered() -> tuple[EntryType, ...]:
    """Every type, by name."""
    return tuple(_registry[name] for name in sorted(_registry))


def _problems(schema: Any, where: str, named: str) -> Iterator[str]:
    """Why personal data or free text could pass through ``schema``, one sentence each."""
    if not isinstance(schema, dict):
        yield f"{where} is not a schema object"
        return
    if branches := schema.get("anyOf", schema.get("oneOf")):
        if schema.keys() - {"anyOf", "oneOf", *_EVERYWHERE} or not isinstance(branches, list):
            yield f"{where} mixes anyOf or oneOf with other keywords"
            return
        for number, branch in enumerate(branches):
            yield from _problems(branch, f"{where}|{number}", named)
        return
    if "const" in schema or "enum" in schema:
        if schema.keys() - {"const", "enum", "type", *_EVERYWHERE}:
            yield f"{where} mixes const or enum with other keywords"
        return
    kind = schema.get("type")
    if not isinstance(kind, str) or kind not in _KEYWORDS:
        yield f"{where} has the type {kind!r}, which is open or not exact"
        return
    if unknown := schema.keys() - _KEYWORDS[kind] - _EVERYWHERE:
        yield f"{where} uses {', '.join(sorted(unknown))}, which cannot be shown to be closed"
    if kind in {"string", "array"} and _names_a_person(named, plural=True):
        yield f"{where} is named for a person"
    if kind == "object":
        yield from _object_problems(schema, where)
    elif kind == "array":
        yield from _problems(schema.get("items"), f"{where}[]", named)
    elif kind == "string" and schema.get("pattern") not in _PATTERNS:
        yield f"{where} is a text without one of the registry's patterns"
    elif kind == "integer" and not {"minimum", "maximum"} <= schema.keys():
        yield f"{where} is an integer without minimum and maximum"


def _object_problems(schema: Schema, where: str) -> Iterator[str]:
    if schema.get("additionalProperties") is not False:
        yield f"{where} lets other properties in (additionalProperties is not false)"
    for name, inner in schema.get("properties", {}).items():
        inside = f"{where}.{name}"
        if not _PROPERTY_NAME.fullmatch(name):
            yield f"{inside} is not in camelCase"
        if _names_a_person(name, plural=False):
            yield f"{inside} is named for a person"
        yield from _problems(inner, inside, name)


def _names_a_person(name: str, *, plural: bool) -> bool:
    words = {word.lower() for word in _WORD.findall(name)}
    if plural:
        words |= {word.removesuffix("s") for word in words}
    return bool(words & _PERSONAL)
