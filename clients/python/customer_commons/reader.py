"""Fetching terms and what verifies them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from customer_commons.verifier import (
    Checkpoint,
    Keys,
    NotVerified,
    VerifiedTerm,
    verify_checkpoint,
    verify_term,
)

# More than any document, index or proof of ours has.
_LARGEST = 16 * 1024 * 1024
_SECONDS = 20
_SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")


def fetch(url: str) -> bytes:
    """The bytes at an http or https address. Raises ``NotVerified`` ("fetch")."""
    if urlsplit(url).scheme not in {"http", "https"}:
        raise NotVerified("fetch", f"{url} is not an http or https address.")
    request = Request(url, headers={"User-Agent": "customer-commons"})  # noqa: S310
    try:
        with urlopen(request, timeout=_SECONDS) as response:  # noqa: S310
            content: bytes = response.read(_LARGEST + 1)
    except (URLError, OSError) as error:
        raise NotVerified("fetch", f"{url} cannot be fetched: {error}.") from error
    if len(content) > _LARGEST:
        raise NotVerified("fetch", f"{url} is larger than anything this site publishes.")
    return content


class Client:
    """Reads one site, and believes nothing that does not verify.

    ``origin`` is where it is served ("https://commons.example"); ``identity`` the address that its
    documents name, if another. ``did_document`` is a ``did.json`` you trust already, instead of the
    one the site serves. ``fetch`` takes an address and answers its bytes.
    """

    def __init__(
        self,
        origin: str,
        *,
        identity: str | None = None,
        did_document: dict[str, Any] | None = None,
        fetch: Callable[[str], bytes] = fetch,
    ) -> None:
        self.origin = origin.rstrip("/")
        self.identity = (identity or origin).rstrip("/")
        self._did_document = did_document
        self._fetch = fetch
        self._keys: Keys | None = None

    def keys(self) -> Keys:
        """The site's keys, checked to be those of its identity; fetched once."""
        if self._keys is None:
            document = self._did_document or self._json("/.well-known/did.json")
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

    def checkpoint(self) -> Checkpoint:
        """The record's newest checkpoint, verified."""
        return verify_checkpoint(self._text("/record/checkpoint"), self.keys())

    def term(self, slug: str, version: str) -> VerifiedTerm:
        """One version of a term, checked in every way there is. Raises ``NotVerified``."""
        if not _SLUG.fullmatch(slug) or not _VERSION.fullmatch(version):
            raise NotVerified("document", f"{slug} {version} is not how a term is named.")
        keys = self.keys()
        row = self._listed(slug, version)
        document = self._fetch(f"{self.origin}/terms/{slug}/{version}.json")
        if hashlib.sha256(document).hexdigest() != row.get("sha256"):
            raise NotVerified("hash", "The document's hash is not the one that the index names.")
        proof = self._text(f"/terms/{slug}/{version}/proof.tlog-proof")
        term = verify_term(document, proof, keys)
        if term.document.get("id") != f"{self.identity}/terms/{slug}/{version}":
            raise NotVerified("document", f"The document is another: {term.document.get('id')}.")
        status = row.get("status")
        return replace(term, status=status if isinstance(status, str) else None)

    def _listed(self, slug: str, version: str) -> dict[str, Any]:
        index = self._json("/terms/index.json")
        rows = index.get("terms") if isinstance(index, dict) else None
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and (row.get("slug"), row.get("version")) == (slug, version):
                return row
        raise NotVerified("document", f"The index lists no {slug} {version}.")

    def _text(self, path: str) -> str:
        try:
            return self._fetch(f"{self.origin}{path}").decode()
        except UnicodeDecodeError as error:
            raise NotVerified("fetch", f"{path} is not text.") from error

    def _json(self, path: str) -> Any:
        try:
            return json.loads(self._fetch(f"{self.origin}{path}"))
        except ValueError as error:
            raise NotVerified("fetch", f"{path} is not JSON.") from error
