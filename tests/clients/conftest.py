"""A published term as a developer's program meets it: bytes at addresses, and nothing else.

The record, its keys and its proofs are the site's own; the client is given their bytes alone.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
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
    row = {"slug": "no-stalking", "version": "1.0.0", "sha256": digest, "status": "active"}
    browser = Browser()
    return {
        "/.well-known/did.json": browser.get("/.well-known/did.json").content,
        "/record/checkpoint": browser.get("/record/checkpoint").content,
        "/terms/index.json": canonical_bytes({"terms": [row]}),
        f"{HERE}.json": body,
        f"{HERE}/proof.tlog-proof": proof.encode(),
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
def served(site: Site) -> Iterator[str]:
    """The address of a server, on another port than the documents name, that has ``site``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = site.get(self.path)
            self.send_response(404 if content is None else 200)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
