"""The canonical document of one version, and what is linked to it by hash. Pure.

``unsigned`` builds the document of which everything else is a rendition; once it is signed
(``governance.record.signing``) its bytes are the RFC 8785 form of the signed document, and its name
is the SHA-256 of those bytes. Nothing here depends on the language of a reader or on the time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from governance.record.canonical import canonical_bytes
from governance.terms import odrl
from governance.terms.rulebook import DraftContent
from governance.terms.schema import document_schema

LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
# The language that terms are written and adopted in. Others are translations.
AUTHORITATIVE = "en"
TEXT = "text/plain; charset=utf-8"
JSON = "application/json"
JSON_LD = "application/ld+json"


@dataclass(frozen=True, slots=True)
class Bytes:
    """Something published: its name after the version ("policy.jsonld"), its type, its bytes."""

    name: str
    media_type: str
    body: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.body)


@dataclass(frozen=True, slots=True)
class Site:
    """Where identifiers begin: ``origin`` has no slash at its end."""

    origin: str

    @property
    def namespace(self) -> str:
        return f"{self.origin}/ns/terms/v1#"

    def term(self, slug: str, version: str) -> str:
        """The identifier of one version of a term."""
        return f"{self.origin}/terms/{slug}/{version}"


def sha256(body: bytes) -> str:
    """SHA-256 in hex, as documents and addresses write it."""
    return hashlib.sha256(body).hexdigest()


def parts(content: DraftContent, site: Site) -> tuple[Bytes, ...]:
    """What the document links to by hash: the policy and the two texts."""
    here = site.term(content.slug, content.version)
    policy = odrl.policy(
        content.rules,
        uid=f"{here}/policy.jsonld",
        source=here,
        namespace=site.namespace,
        licence=LICENCE,
    )
    return (
        Bytes("policy.jsonld", JSON_LD, canonical_bytes(policy)),
        *texts(content, AUTHORITATIVE),
    )


def texts(content: DraftContent, language: str) -> tuple[Bytes, Bytes]:
    """The plain words and the legal text, as they are published in ``language``."""
    return (
        Bytes(f"plain.{language}", TEXT, _text(content.plain)),
        Bytes(f"legal.{language}", TEXT, _text(content.legal)),
    )


def unsigned(
    content: DraftContent,
    *,
    site: Site,
    issued: str = "",
    replaces: str = "",
    adoption: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The document before its proof; a preview has no ``issued`` and no ``adoption`` yet.

    ``issued`` is a time as ``governance.record.canonical.timestamp`` writes it, ``replaces`` the
    number of the version before.
    """
    here = site.term(content.slug, content.version)
    digests = {part.name: part.sha256 for part in parts(content, site)}
    document: dict[str, Any] = {
        "@context": [site.namespace.removesuffix("#")],
        "id": here,
        "type": "PublishedTerm",
        "slug": content.slug,
        "version": content.version,
        "issued": issued,
        "replaces": site.term(content.slug, replaces) if replaces else "",
        "license": LICENCE,
        "parties": {"first": "individual", "second": "organisation"},
        "aliases": list(content.aliases),
        "title": {AUTHORITATIVE: content.title},
        "text": {
            AUTHORITATIVE: {
                text.partition(".")[0]: {"url": f"{here}/{text}", "sha256": digests[text]}
                for text in (f"plain.{AUTHORITATIVE}", f"legal.{AUTHORITATIVE}")
            }
        },
        "authoritativeLanguage": AUTHORITATIVE,
        "rules": [rule.stated() for rule in content.rules],
        "policy": {"url": f"{here}/policy.jsonld", "sha256": digests["policy.jsonld"]},
        "adoption": dict(adoption or {}),
    }
    return {name: value for name, value in document.items() if value not in ("", [], {})}


def check(document: Mapping[str, Any]) -> None:
    """Raise ``ValueError`` naming the first point where a signed document breaks its schema."""
    for error in _validator().iter_errors(dict(document)):
        where = ".".join(str(part) for part in error.absolute_path) or "the document"
        raise ValueError(f"{where}: {error.message}")


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(document_schema("https://example.org"))


@dataclass(frozen=True, slots=True)
class Translated:
    """A translation as the status document lists it: its title, and the hashes of its texts."""

    title: str
    plain: str
    legal: str
    since: str
    record_hash: str


def status(
    *,
    site: Site,
    slug: str,
    version: str,
    digest: str,
    name: str,
    since: str,
    successor: tuple[str, str] | None,
    reason: str,
    latest: str,
    translations: Mapping[str, Translated],
    record_hash: str,
    as_of: str,
    expires: str,
) -> dict[str, Any]:
    """The statement, before its proof, of what became of a version; what is empty is left out.

    ``successor`` is a slug and the number of a version, ``latest`` a number; ``translations`` are
    by language; the times are written as timestamps.
    """
    here = site.term(slug, version)
    statement = {
        "@context": [site.namespace.removesuffix("#")],
        "id": f"{here}/status.json",
        "type": "TermStatus",
        "term": here,
        "sha256": digest,
        "status": name,
        "since": since,
        "successor": site.term(*successor) if successor else "",
        "reason": reason,
        "latest": site.term(slug, latest) if latest else "",
        "translations": {
            language: {
                "title": one.title,
                "plain": {"url": f"{here}/plain.{language}", "sha256": one.plain},
                "legal": {"url": f"{here}/legal.{language}", "sha256": one.legal},
                "since": one.since,
                "record": one.record_hash,
            }
            for language, one in translations.items()
        },
        "record": record_hash,
        "asOf": as_of,
        "expires": expires,
    }
    return {key: value for key, value in statement.items() if value}


def path(here: str, name: str) -> str:
    """Where a rendition stands: beside the version ("1.0.0.txt") or under it ("1.0.0/plain.en")."""
    return f"{here}/{name}" if "." in name else f"{here}.{name}"


def _text(text: str) -> bytes:
    """A text as it is published: UTF-8, line feeds, one at the end."""
    return (text.replace("\r\n", "\n").strip() + "\n").encode()


def revision_digest(content: DraftContent) -> str:
    """SHA-256 (hex) of all that an author wrote, in canonical form: it names one exact text."""
    return sha256(
        canonical_bytes(
            {
                "slug": content.slug,
                "version": content.version,
                "title": content.title,
                "plain": content.plain,
                "legal": content.legal,
                "rules": [rule.stated() for rule in content.rules],
                "aliases": list(content.aliases),
            }
        )
    )
