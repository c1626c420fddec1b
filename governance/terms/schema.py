"""The JSON Schema of published documents, and the JSON-LD context that says what their words mean.

Both are generated from the vocabulary. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.terms import versions
from governance.terms.vocabulary import POINTS, PREFIXES, Vocabulary, iri

_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_URL = {"type": "string", "format": "uri", "pattern": "^https?://"}
_COUNT = {"type": "integer", "minimum": 0}
_TIME = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}
_LINKED = {
    "type": "object",
    "properties": {"url": _URL, "sha256": _SHA256},
    "required": ["url", "sha256"],
    "additionalProperties": False,
}


# The properties that the points of a rule are, outside.
_PROPERTIES = {
    "kind": "cc:kind",
    "party": "cc:party",
    "action": "odrl:action",
    "purpose": "dpv:hasPurpose",
    "data": "dpv:hasPersonalData",
    "recipient": "dpv:hasRecipient",
    "storage": "cc:storage",
}


def document_schema(origin: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of ``/terms/{slug}/{version}.json``; its own id is under ``origin``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{origin}/schemas/term/v1.json",
        "title": "A published term",
        "type": "object",
        "properties": {
            "@context": {"type": "array", "items": _URL, "minItems": 1},
            "id": _URL,
            "type": {"const": "PublishedTerm"},
            "slug": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 60},
            "version": {"type": "string", "pattern": f"^{versions.PATTERN}$"},
            "issued": _TIME,
            "replaces": _URL,
            "license": _URL,
            "parties": {
                "type": "object",
                "properties": {
                    "first": {"const": "individual"},
                    "second": {"const": "organisation"},
                },
                "required": ["first", "second"],
                "additionalProperties": False,
            },
            "aliases": {"type": "array", "items": _URL, "uniqueItems": True},
            "title": _by_language({"type": "string", "minLength": 1}),
            "text": _by_language(
                {
                    "type": "object",
                    "properties": {"plain": _LINKED, "legal": _LINKED},
                    "required": ["plain", "legal"],
                    "additionalProperties": False,
                }
            ),
            "authoritativeLanguage": {"type": "string", "pattern": "^[a-z]{2}$"},
            "rules": {"type": "array", "minItems": 1, "items": _rule()},
            "policy": _LINKED,
            "adoption": {
                "type": "object",
                "properties": {
                    "poll": _URL,
                    "method": {"type": "string", "minLength": 1},
                    "eligible": _COUNT,
                    "cast": _COUNT,
                    "result": {"type": "object"},
                    "manifestSha256": _SHA256,
                    "resultSha256": _SHA256,
                },
                "required": [
                    "poll",
                    "method",
                    "eligible",
                    "cast",
                    "result",
                    "manifestSha256",
                    "resultSha256",
                ],
                "additionalProperties": False,
            },
            "proof": {
                "type": "object",
                "properties": {
                    "@context": {"type": "array", "items": _URL},
                    "type": {"const": "DataIntegrityProof"},
                    "cryptosuite": {"const": "eddsa-jcs-2022"},
                    "created": _TIME,
                    "verificationMethod": {"type": "string", "pattern": "^did:web:"},
                    "proofPurpose": {"const": "assertionMethod"},
                    "proofValue": {"type": "string", "pattern": "^z"},
                },
                "required": [
                    "type",
                    "cryptosuite",
                    "created",
                    "verificationMethod",
                    "proofPurpose",
                    "proofValue",
                ],
                "additionalProperties": False,
            },
        },
        "required": [
            "@context",
            "id",
            "type",
            "slug",
            "version",
            "issued",
            "license",
            "parties",
            "title",
            "text",
            "authoritativeLanguage",
            "rules",
            "policy",
            "adoption",
            "proof",
        ],
        "additionalProperties": False,
    }


def _by_language(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "propertyNames": {"pattern": "^[a-z]{2}$"},
        "additionalProperties": dict(schema),
        "minProperties": 1,
    }


def _rule() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            **{name: {"enum": list(words)} for name, words in POINTS.items()},
            "retention": {"type": "string", "pattern": "^P(0|[1-9][0-9]{0,4})D$"},
        },
        "required": ["kind", "party", "action"],
        "additionalProperties": False,
    }


def context(namespace: str) -> dict[str, Any]:
    """The JSON-LD 1.1 context of published documents: which identifier each word stands for.

    A code is resolved by the property it stands under (a scoped context), so that the same code may
    be a purpose and something else.
    """
    return {
        "@context": {
            "@version": 1.1,
            "@protected": True,
            "cc": namespace,
            "dct": "http://purl.org/dc/terms/",
            "schema": "http://schema.org/",
            "sec": "https://w3id.org/security#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            **PREFIXES,
            "id": "@id",
            "type": "@type",
            "PublishedTerm": "cc:PublishedTerm",
            "TermStatus": "cc:TermStatus",
            "slug": "cc:slug",
            "version": "schema:version",
            "issued": {"@id": "dct:issued", "@type": "xsd:dateTime"},
            "replaces": {"@id": "dct:replaces", "@type": "@id"},
            "license": {"@id": "dct:license", "@type": "@id"},
            "aliases": {"@id": "schema:sameAs", "@type": "@id", "@container": "@set"},
            "title": {"@id": "dct:title", "@container": "@language"},
            "parties": {"@id": "cc:parties", "@type": "@json"},
            "text": {"@id": "cc:text", "@type": "@json"},
            "authoritativeLanguage": "cc:authoritativeLanguage",
            "rules": {
                "@id": "cc:rule",
                "@container": "@list",
                "@context": {
                    name: _coded(_PROPERTIES[name], words, namespace)
                    for name, words in POINTS.items()
                }
                | {"retention": {"@id": "cc:retention", "@type": "xsd:duration"}},
            },
            "policy": {"@id": "odrl:hasPolicy", "@type": "@json"},
            "adoption": {"@id": "cc:adoption", "@type": "@json"},
            "proof": {"@id": "sec:proof", "@type": "@json"},
            "term": {"@id": "cc:term", "@type": "@id"},
            "sha256": "cc:sha256",
            "status": "cc:status",
            "since": {"@id": "cc:since", "@type": "xsd:dateTime"},
            "successor": {"@id": "dct:isReplacedBy", "@type": "@id"},
            "reason": "cc:reason",
            "translations": {"@id": "cc:translations", "@type": "@json"},
            "latest": {"@id": "cc:latest", "@type": "@id"},
            "record": "cc:record",
            "asOf": {"@id": "cc:asOf", "@type": "xsd:dateTime"},
            "expires": {"@id": "cc:expires", "@type": "xsd:dateTime"},
        }
    }


def _coded(term: str, words: Vocabulary, namespace: str) -> dict[str, Any]:
    return {
        "@id": term,
        "@type": "@vocab",
        "@context": {code: iri(word, namespace) for code, word in words.items()},
    }
