"""The documents outside of ``/api/v1/`` that programs fetch, as OpenAPI describes them.

They are no views of REST framework, so they are described here by hand and held to this by a test.
Most are bytes that never change; what they hold is in the schemas that they name themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from governance.terms import schema
from governance.terms.versions import PATTERN

# Their routes, and those of bytes that are asked for by place in the record: any origin reads them.
ROUTES = frozenset(
    {
        *("term-index", "term-by-hash", "term-latest", "term-latest-json", "term-version"),
        *("term-version-in", "term-part", "term-status", "term-proof", "term-schema"),
        *("term-context", "term-feed-atom", "term-feed-json"),
        *("term-context-document", "vocabulary-document"),
        *("vocabulary-changes-atom", "vocabulary-changes-json"),
        *("record-past-checkpoint", "record-consistency-proof"),
        *("record-checkpoint", "record-tile", "record-entry-bundle", "record-proof"),
        *("record-entry-bytes", "record-schema", "did"),
        *("poll-manifest", "poll-ballots", "poll-result", "poll-export"),
    }
)
# The part of the API that is the same for everybody.
API_ROUTES = frozenset({"api-terms", "api-term", "api-term-version"})

_HASH = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_TIME = {"type": "string", "format": "date-time"}
_TEXT = {"type": "string"}
_OBJECT = {"type": "object"}
_STATUS = {"enum": ["active", "superseded", "deprecated", "withdrawn"]}
_LOCAL = {"type": "string", "pattern": "^/"}
_FULL = {"type": "string", "pattern": "^https?://"}

_PARAMETERS: dict[str, tuple[str, dict[str, Any], str]] = {
    "slug": (
        "A term's short name.",
        {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 60},
        "no-stalking",
    ),
    "version": ("A version's number.", {"type": "string", "pattern": f"^{PATTERN}$"}, "1.0.0"),
    "language": ("A language.", {"type": "string", "pattern": "^[a-z]{2}$"}, "en"),
    "digest": ("The SHA-256 of published bytes.", _HASH, "0" * 64),
    "leaf_hash": ("The hash of an entry of the record.", _HASH, "0" * 64),
    "type": (
        "A type of entry.",
        {"type": "string", "pattern": r"^[a-z_]+(\.[a-z_]+)+$"},
        "term.published",
    ),
    "ending": (
        "A format: of OpenSTV, PrefLib or Pabulib.",
        {"enum": ["blt", "soi", "toi", "pb"]},
        "blt",
    ),
    "id": (
        "A poll.",
        {"type": "string", "format": "uuid"},
        "6f3c2a52-9a7e-4d61-8f0e-2f1f6f0a9b11",
    ),
}


def _object(properties: dict[str, Any], optional: Iterable[str] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def schemas() -> dict[str, Any]:
    """What stands in the documents."""
    document = schema.document_schema(settings.PUBLIC_ORIGIN)
    row = {
        "slug": _TEXT,
        "version": _TEXT,
        "url": _LOCAL,
        "document": _LOCAL,
        "sha256": _HASH,
        "status": _STATUS,
        "title": {"type": "object", "additionalProperties": _TEXT, "minProperties": 1},
        "issued": _TIME,
    }
    status = {
        "@context": {"type": "array", "items": _FULL},
        "id": _FULL,
        "type": {"const": "TermStatus"},
        "term": _FULL,
        "sha256": _HASH,
        "status": _STATUS,
        "since": _TIME,
        "successor": _FULL,
        "reason": _TEXT,
        "latest": _FULL,
        "record": _HASH,
        "asOf": _TIME,
        "expires": _TIME,
        "proof": _OBJECT,
    }
    return {
        "PublishedTerm": {name: document[name] for name in document if name[0] != "$"},
        "TermIndex": _object(
            {"terms": {"type": "array", "items": _object(row)}, "generated": _TIME}
        ),
        "TermStatus": _object(status, optional=("successor", "reason")),
        "JSONSchema": _object({"$schema": _FULL, "$id": _FULL, "type": _TEXT}),
        "JSONLDContext": _object({"@context": _OBJECT}),
        "Policy": _object({"@context": {}, "uid": _FULL}),
        "DIDDocument": _object(
            {"id": {"type": "string", "pattern": "^did:web:"}, "verificationMethod": {}}
        ),
        "RecordEntryContent": _object({"type": _TEXT}),
        "JSONFeed": _object(
            {
                "version": {"const": "https://jsonfeed.org/version/1.1"},
                "title": _TEXT,
                "home_page_url": _FULL,
                "feed_url": _FULL,
                "items": {"type": "array", "items": _object({"id": _TEXT, "url": _FULL})},
            }
        ),
    }


_VERSION = "/terms/{slug}/{version}"
_JSON, _LD, _PLAIN = "application/json", "application/ld+json", "text/plain; charset=utf-8"
_MARKDOWN, _HTML = "text/markdown; charset=utf-8", "text/html; charset=utf-8"
_SCHEMA = "application/schema+json"

# Where: the operation's name, what it is, the media types with their schemas (a name of
# ``schemas()``, or empty), and whether its bytes never change.
_DOCUMENTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "/terms/index.json": (
        "index",
        "Every version of every term, with its status.",
        {_JSON: "TermIndex"},
    ),
    _VERSION: (
        "term",
        "One version, in the format that is asked for; every format has its own address too.",
        {_JSON: "PublishedTerm", _LD: "PublishedTerm", _HTML: "", _MARKDOWN: "", _PLAIN: ""},
    ),
    f"{_VERSION}.json": ("term_json", "The signed document.", {_JSON: "PublishedTerm"}),
    f"{_VERSION}.jsonld": ("term_jsonld", "The same bytes, as JSON-LD.", {_LD: "PublishedTerm"}),
    f"{_VERSION}.md": ("term_markdown", "The term on one sheet, as Markdown.", {_MARKDOWN: ""}),
    f"{_VERSION}.txt": ("term_text", "The term on one sheet, as plain text.", {_PLAIN: ""}),
    f"{_VERSION}/policy.jsonld": ("policy", "Its rules as an ODRL policy.", {_LD: "Policy"}),
    f"{_VERSION}/plain.{{language}}": ("plain", "Its plain words.", {_PLAIN: ""}),
    f"{_VERSION}/legal.{{language}}": ("legal", "Its legal text.", {_PLAIN: ""}),
    f"{_VERSION}/status.json": (
        "status",
        "What became of it, signed; good until `expires`.",
        {_JSON: "TermStatus"},
    ),
    f"{_VERSION}/proof.tlog-proof": (
        "proof",
        "That the public record holds it (C2SP tlog-proof); verifies offline.",
        {_PLAIN: ""},
    ),
    "/terms/by-hash/sha256/{digest}": (
        "by_hash",
        "Published bytes by their hash.",
        {_JSON: "PublishedTerm", _LD: "", _MARKDOWN: "", _PLAIN: ""},
    ),
    "/schemas/term/v1.json": (
        "term_schema",
        "The JSON Schema of a term's document.",
        {_SCHEMA: "JSONSchema"},
    ),
    "/ns/terms/v1": (
        "context",
        "The JSON-LD context: what the words mean.",
        {_LD: "JSONLDContext"},
    ),
    "/record/checkpoint": (
        "checkpoint",
        "How large the public record is, signed (C2SP tlog-checkpoint).",
        {_PLAIN: ""},
    ),
    "/record/entry/{leaf_hash}.json": (
        "entry",
        "An entry of the record, byte for byte as it was hashed.",
        {_JSON: "RecordEntryContent"},
    ),
    "/schemas/record/{type}.json": (
        "entry_schema",
        "The JSON Schema of a type of entry.",
        {_SCHEMA: "JSONSchema"},
    ),
    "/.well-known/did.json": (
        "keys",
        "The keys that sign for us (did:web).",
        {"application/did+json": "DIDDocument"},
    ),
    "/polls/{id}/manifest.json": ("manifest", "What a poll froze when it opened.", {_JSON: ""}),
    "/polls/{id}/ballots.json": ("ballots", "Every ballot of a closed poll.", {_JSON: ""}),
    "/polls/{id}/ballots.{ending}": (
        "export",
        "The ballots that count of a closed poll, in the formats that its `exports` name.",
        {_PLAIN: ""},
    ),
    "/polls/{id}/result.json": ("result", "The result of a closed poll.", {_JSON: ""}),
}
# What answers 304 to whoever has it: all but what a log's reader asks for by place.
_WITHOUT_ETAG = ("/record/", "/.well-known/", "/schemas/record/", "/polls/")


def paths() -> dict[str, Any]:
    """Every document as an operation: no token is needed, and any origin may read it."""
    return {where: {"get": _operation(where, *about)} for where, about in _DOCUMENTS.items()}


def _operation(where: str, name: str, summary: str, kinds: dict[str, str]) -> dict[str, Any]:
    parameters = [_parameter(name) for name in _PARAMETERS if f"{{{name}}}" in where]
    tagged = not where.startswith(_WITHOUT_ETAG)
    answers: dict[str, Any] = {
        "200": {
            "description": "What was asked for.",
            "headers": _headers(tagged),
            "content": {
                kind: {"schema": _reference(known) if known else _any(kind)}
                for kind, known in kinds.items()
            },
        }
    }
    if tagged:
        answers["304"] = {"description": "You have it already.", "headers": _headers(tagged)}
    if parameters or where == "/record/checkpoint":
        answers["404"] = {
            "description": "There is no such document.",
            "content": {kind: {"schema": _TEXT} for kind in (_HTML, _PLAIN)},
        }
    if where == _VERSION:
        answers["406"] = {
            "description": "It cannot be had in any of the formats asked for; these there are.",
            "content": {_PLAIN: {"schema": _TEXT}},
        }
    return {
        "operationId": f"documents_{name}",
        "summary": summary,
        "tags": ["documents"],
        "security": [{}],
        **({"parameters": parameters} if parameters else {}),
        "responses": answers,
    }


def _parameter(name: str) -> dict[str, Any]:
    description, kind, example = _PARAMETERS[name]
    return {
        "in": "path",
        "name": name,
        "required": True,
        "description": description,
        "schema": kind,
        "example": example,
    }


def _headers(tagged: bool) -> dict[str, Any]:
    headers: dict[str, Any] = {
        "Access-Control-Allow-Origin": {"schema": {"const": "*"}, "required": True},
        "Cache-Control": {"schema": _TEXT, "required": True},
    }
    if tagged:
        tag = {"type": "string", "pattern": '^(W/)?"[0-9a-f]{64}"$'}
        headers["ETag"] = {"schema": tag, "required": True}
    return headers


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _any(kind: str) -> dict[str, str]:
    return _TEXT if kind.startswith("text/") else _OBJECT
