"""A published term as a developer's program meets it: bytes at addresses, and nothing else.

The record, its keys and its proofs are the site's own; the client is given their bytes alone.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser

from governance.record import actions, reads, registry, signing, sweeps
from governance.record.canonical import canonical_bytes
from governance.record.registry import (
    COUNT,
    SEMVER,
    SHA256,
    SLUG,
    URL,
    EntryType,
    closed,
    register,
)
from governance.terms import glossary
from tests.conftest import NOW

ORIGIN = "http://localhost:8000"
HERE = "/terms/no-stalking/1.0.0"

Site = dict[str, bytes]


def publish(document: dict[str, Any], *, entry: dict[str, Any] | None = None) -> Site:
    """Sign, record and lay out a term; ``entry`` changes what the record says of it."""
    body = canonical_bytes(signing.sign_document(document, at=NOW))
    digest = hashlib.sha256(body).hexdigest()
    said = {"slug": "no-stalking", "version": "1.0.0", "url": ORIGIN + HERE, "sha256": digest}
    pending = actions.submit(type="term.published", body={**said, **(entry or {})}, at=NOW)
    for number in range(5):
        actions.submit(type="test.counted", body={"number": number}, at=NOW)
    sweeps.sequence(NOW)
    proof = reads.proof_for(pending.leaf_hash)
    assert proof
    row: dict[str, Any] = {
        "slug": "no-stalking",
        "version": "1.0.0",
        "sha256": digest,
        "status": "active",
    }
    row["title"] = {"en": "No stalking"}
    browser = Browser()
    words = glossary.document(f"{ORIGIN}/ns/terms/v1#")
    return {
        "/.well-known/did.json": browser.get("/.well-known/did.json").content,
        "/record/checkpoint": browser.get("/record/checkpoint").content,
        "/terms/index.json": canonical_bytes({"terms": [row]}),
        "/ns/terms/vocabulary.json": canonical_bytes(words),
        f"{HERE}.json": body,
        f"{HERE}/proof.tlog-proof": proof.encode(),
        f"{HERE}/status.json": status_of(digest),
        **{f"{HERE}/{name}": part for name, part in PARTS.items()},
    }


def status_of(digest: str, **changes: Any) -> bytes:
    """A signed statement, of noon and good for a day, with a translation."""
    statement = {
        "@context": [f"{ORIGIN}/ns/terms/v1"],
        "id": f"{ORIGIN}{HERE}/status.json",
        "type": "TermStatus",
        "term": ORIGIN + HERE,
        "sha256": digest,
        "status": "active",
        "since": "2026-11-20T12:00:00Z",
        "latest": ORIGIN + HERE,
        "translations": {"de": {"title": "Nicht nachstellen", **linked("plain.de", "legal.de")}},
        "asOf": "2026-11-20T12:00:00Z",
        "expires": "2026-11-21T12:00:00Z",
    }
    written = {name: value for name, value in (statement | changes).items() if value is not None}
    return canonical_bytes(signing.sign_document(written, at=NOW))


PARTS = {
    "policy.jsonld": b'{"@type":"Offer"}',
    "plain.en": b"Do not follow me around.\n",
    "legal.en": b"1. The organisation does not follow the individual.\n",
    "plain.de": b"Verfolgen Sie mich nicht.\n",
    "legal.de": b"1. Die Organisation verfolgt die Person nicht.\n",
}


def linked(*names: str) -> dict[str, dict[str, str]]:
    """Parts as a document or a statement names them."""
    return {
        name.partition(".")[0]: {
            "url": f"{ORIGIN}{HERE}/{name}",
            "sha256": hashlib.sha256(PARTS[name]).hexdigest(),
        }
        for name in names
    }


@pytest.fixture
def document() -> dict[str, Any]:
    return {
        "@context": [f"{ORIGIN}/ns/terms/v1"],
        "id": ORIGIN + HERE,
        "type": "PublishedTerm",
        "slug": "no-stalking",
        "version": "1.0.0",
        "adoption": {"poll": f"{ORIGIN}/polls/1"},
        "rules": [{"kind": "prohibition", "party": "second", "action": "track"}],
        "text": {"en": linked("plain.en", "legal.en")},
        **linked("policy.jsonld"),
    }


@pytest.fixture(autouse=True)
def record_of_its_own(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    settings.PUBLIC_ROOT = tmp_path / "public"
    settings.KEYS_DIR = tmp_path / "keys"
    signing.make_keys(settings.KEYS_DIR)
    monkeypatch.setattr(registry, "_registry", {})
    fields = {"slug": SLUG, "version": SEMVER, "url": URL, "sha256": SHA256}
    register(EntryType("term.published", closed(fields), "Published."))
    register(EntryType("test.counted", closed({"number": COUNT}), "Counted."))


@pytest.fixture
def site(document: dict[str, Any]) -> Site:
    """The published term, by path."""
    return publish(document)


@pytest.fixture
def asked() -> list[tuple[str, int]]:
    """What ``served`` was asked for, and how it answered."""
    return []


@pytest.fixture
def served(site: Site, asked: list[tuple[str, int]]) -> Iterator[str]:
    """The address of a server, on another port than the documents name, that has ``site``.

    It answers with ETags, and calls the term and its parts immutable, as the site does.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = site.get(self.path)
            etag = f'"{hashlib.sha256(content or b"").hexdigest()}"'
            code = 404 if content is None else 200
            if content is not None and self.headers.get("If-None-Match") == etag:
                code, content = 304, b""
            asked.append((self.path, code))
            self.send_response(code)
            self.send_header("ETag", etag)
            stays = self.path.startswith(HERE) and not self.path.endswith(("status.json", "proof"))
            self.send_header("Cache-Control", "public, immutable" if stays else "no-cache")
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *arguments: Any) -> None:
            pass

    with serving(Handler) as address:
        yield address


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """The address of a server for as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
