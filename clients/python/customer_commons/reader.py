"""Fetching terms and what verifies them."""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from customer_commons.cache import Cache, Kept, MemoryCache
from customer_commons.comparison import Vocabulary
from customer_commons.fetching import Answer, Fetch, WebFetch
from customer_commons.status import Linked, TermStatus, parts_of, verify_status
from customer_commons.verifier import (
    Checkpoint,
    Keys,
    NotVerified,
    VerifiedTerm,
    verify_checkpoint,
    verify_term,
)

SLUG = "[a-z0-9]+(?:-[a-z0-9]+)*"
VERSION = r"[0-9]+\.[0-9]+\.[0-9]+"


@dataclass(frozen=True)
class Listed:
    """A row of the index. It is not signed: what it says of a document is checked with that."""

    slug: str
    version: str
    sha256: str
    status: str
    title: Mapping[str, str]


@dataclass(frozen=True)
class Sources:
    """The exact bytes that a term was verified from: enough to verify it again, offline."""

    document: bytes
    proof: bytes
    did_document: bytes


def _now() -> datetime:
    return datetime.now(UTC)


class Client:
    """Reads one site, and believes nothing that does not verify.

    ``origin`` is where it is served ("https://commons.example"); ``identity`` the address that its
    documents name, if another. ``did_document`` is a ``did.json`` you trust already, instead of the
    one the site serves. ``cache`` keeps answers between calls (``MemoryCache`` unless given;
    ``FileCache(folder)`` keeps them between programs). ``fetch`` and ``now`` stand in for the web
    and the clock.
    """

    def __init__(
        self,
        origin: str,
        *,
        identity: str | None = None,
        did_document: bytes | None = None,
        cache: Cache | None = None,
        fetch: Fetch | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.origin = origin.rstrip("/")
        self.identity = (identity or origin).rstrip("/")
        self._did_document = did_document
        self._cache = MemoryCache() if cache is None else cache
        self._fetch = fetch or WebFetch()
        self._now = now
        self._keys: Keys | None = None

    # Keys and the record

    def keys(self) -> Keys:
        """The site's keys, checked to be those of its identity; asked for once."""
        if self._keys is None:
            document = _parsed(self.did_document(), "/.well-known/did.json")
            keys = Keys.from_did_document(document)
            expected = "did:web:" + quote(urlsplit(self.identity).netloc, safe=".-")
            if keys.did != expected:
                raise NotVerified(
                    "identity",
                    f"The keys are those of {keys.did}, not of {expected}. If this is a copy of "
                    f"that site, or the same site at another address, name it as identity.",
                )
            self._keys = keys
        return self._keys

    def did_document(self) -> bytes:
        """The bytes of the ``did.json`` that the keys come from: the one given, or the site's."""
        if self._did_document is None:
            self._did_document = self._get("/.well-known/did.json")
        return self._did_document

    def checkpoint(self) -> Checkpoint:
        """The record's newest checkpoint, verified."""
        return verify_checkpoint(self._text("/record/checkpoint"), self.keys())

    # Terms

    def terms(self) -> list[Listed]:
        """Every version of every term that the index lists, the newest of each term first."""
        index = _parsed(self._get("/terms/index.json"), "/terms/index.json")
        rows = index.get("terms") if isinstance(index, dict) else None
        if not isinstance(rows, list):
            raise NotVerified("document", "The index lists no terms.")
        return [_listed(row) for row in rows]

    def listed(self, slug: str, version: str = "latest") -> Listed:
        """The row of one version; of the newest where ``version`` is "latest"."""
        for row in self.terms():
            if row.slug == slug and version in (row.version, "latest"):
                return row
        raise NotVerified("document", f"The index lists no {slug} {version}.")

    def term(self, slug: str, version: str) -> VerifiedTerm:
        """One version of a term, checked in every way there is. Raises ``NotVerified``.

        Its ``status`` is the index's word. ``status()`` asks for the signed one.
        """
        return self.term_with_sources(slug, version)[0]

    def term_with_sources(self, slug: str, version: str) -> tuple[VerifiedTerm, Sources]:
        """As ``term``, with the bytes that were verified, for keeping."""
        if not re.fullmatch(SLUG, slug) or not re.fullmatch(VERSION, version):
            raise NotVerified("document", f"{slug} {version} is not how a term is named.")
        keys = self.keys()
        row = self.listed(slug, version)
        body = self._get(f"/terms/{slug}/{version}.json", row.sha256)
        if hashlib.sha256(body).hexdigest() != row.sha256:
            raise NotVerified("hash", "The document's hash is not the one that the index names.")
        proof = self._text(f"/terms/{slug}/{version}/proof.tlog-proof")
        term = verify_term(body, proof, keys)
        if term.document.get("id") != f"{self.identity}/terms/{slug}/{version}":
            raise NotVerified("document", f"The document is another: {term.document.get('id')}.")
        sources = Sources(body, proof.encode(), self.did_document())
        return replace(term, status=row.status or None), sources

    def status(self, term: VerifiedTerm) -> TermStatus:
        """What became of the term: its signed statement, fetched anew and verified.

        Each concern (``StatusExpired``, ``NotInForce``) is also issued as a Python warning, so that
        it cannot be overlooked. Raises ``NotVerified``.
        """
        found, _statement = self.status_with_source(term)
        for concern in found.concerns:
            warnings.warn(concern, stacklevel=2)
        return found

    def status_with_source(self, term: VerifiedTerm) -> tuple[TermStatus, bytes]:
        """As ``status``, with the statement's bytes, and without issuing warnings."""
        url = str(term.document["id"])
        statement = self._get(f"{self._path(url)}/status.json")
        found = verify_status(statement, self.keys(), term=url, sha256=term.sha256, now=self._now())
        return found, statement

    def parts(self, term: VerifiedTerm) -> dict[str, bytes]:
        """The policy and the texts, by name ("policy.jsonld", "plain.en"), each of its hash."""
        return {part.name: self.part(part) for part in parts_of(term.document)}

    def translations(self, status: TermStatus) -> dict[str, bytes]:
        """The translations that a verified status lists, by name ("plain.de"), each of its hash."""
        texts = [part for texts in status.translations.values() for part in texts]
        return {part.name: self.part(part) for part in texts}

    def part(self, part: Linked) -> bytes:
        """The bytes that a document or a status names by hash. Raises ``NotVerified``."""
        body = self._get(self._path(part.url), part.sha256)
        if hashlib.sha256(body).hexdigest() != part.sha256:
            raise NotVerified("hash", f"The hash of {part.name} is not the one that names it.")
        return body

    def vocabulary(self) -> Vocabulary:
        """The site's vocabulary of today, for comparing terms that use words newer than ours."""
        path = "/ns/terms/vocabulary.json"
        return Vocabulary.from_json(_parsed(self._get(path), path))

    # Fetching

    def _path(self, url: str) -> str:
        """Where, on this site, the thing is whose identifier is ``url``."""
        path = url.removeprefix(self.identity)
        if path == url or not re.fullmatch(rf"/terms/{SLUG}/{VERSION}(/[a-z]+\.[a-z]+)?", path):
            raise NotVerified("document", f"{url} is not an address of a term of {self.identity}.")
        return path

    def _get(self, path: str, sha256: str = "") -> bytes:
        """The bytes at ``path``, from the cache where they still hold.

        ``sha256`` is what they should be, if known: kept bytes that are others are forgotten, and
        asked for once more.
        """
        url = self.origin + path
        kept = self._cache.get(url)
        if kept and sha256 and hashlib.sha256(kept.body).hexdigest() != sha256:
            self._cache.drop(url)
            kept = None
        if kept and kept.immutable and sha256:
            return kept.body
        answer = self._fetch(url, kept.etag if kept else "")
        if answer.status == 304:
            if kept is None:
                raise NotVerified("fetch", f"{url} says that nothing changed, but we had nothing.")
            return kept.body
        self._keep(url, answer)
        return answer.body

    def _keep(self, url: str, answer: Answer) -> None:
        etag = answer.header("etag")
        said = {word.strip().lower() for word in answer.header("cache-control").split(",")}
        if etag and "no-store" not in said:
            self._cache.put(url, Kept(answer.body, etag, "immutable" in said))
        else:
            self._cache.drop(url)

    def _text(self, path: str) -> str:
        try:
            return self._get(path).decode()
        except UnicodeDecodeError as error:
            raise NotVerified("fetch", f"{path} is not text.") from error


def _parsed(body: bytes, path: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotVerified("fetch", f"{path} is not JSON.") from error


def _listed(row: Any) -> Listed:
    wanted = ("slug", "version", "sha256", "status")
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in wanted):
        raise NotVerified("document", "A row of the index cannot be read.")
    title = row.get("title")
    titles = title if isinstance(title, dict) else {}
    return Listed(
        **{name: row[name] for name in wanted},
        title={str(language): str(words) for language, words in titles.items()},
    )
