"""What nginx serves while Django is dead is what Django serves: bytes and headers."""

from __future__ import annotations

import gzip
import io
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import UnixStreamServer
from threading import Thread

import pytest
from django.core.management import call_command
from django.test import Client

from tests.deploy.nginx import NGINX, rendered

# Of what both answer with; the rest is the web server's own (Date, Server, Accept-Ranges …).
COMPARED = (
    *("Content-Type", "Content-Length", "Cache-Control", "ETag", "Link"),
    *("Access-Control-Allow-Origin", "Access-Control-Expose-Headers"),
    *("X-Content-Type-Options", "Referrer-Policy"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def compared(self) -> dict[str, str | None]:
        return {name: self.headers.get(name) for name in COMPARED}


@dataclass(frozen=True, slots=True)
class Served:
    """nginx, and no Django behind it."""

    port: int
    root: Path
    log: Path

    def get(self, path: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body or None, headers=named)
        response = connection.getresponse()
        answer = Answer(response.status, dict(response.headers), response.read())
        connection.close()
        return answer


@pytest.fixture
def nginx(tree: Path, tmp_path: Path) -> Iterator[Served]:
    """The deployed configuration over ``tree``, as whoever runs the tests, on a free port."""
    if NGINX is None:
        if os.environ.get("CI"):
            pytest.fail("nginx is not installed, and CI requires it")
        pytest.skip("nginx is not installed here")
    call_command("publish", stdout=io.StringIO())
    static = tmp_path / "var/static"
    static.mkdir(parents=True)
    (static / "site.0123456789ab.css").write_text("body { margin: 0 }\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(rendered(tree, tmp_path, port), encoding="utf-8")
    process = subprocess.Popen([NGINX, "-p", str(tmp_path), "-c", str(configuration)])
    try:
        _wait_for(process, port)
        yield Served(port, tree, tmp_path / "access.log")
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(100):
        assert process.poll() is None, "nginx did not start"
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("nginx did not listen within five seconds")


def published(root: Path) -> list[str]:
    return sorted(
        f"/{path.relative_to(root).as_posix()}" for path in root.rglob("*") if path.is_file()
    )


def test_every_published_file_is_served_as_django_serves_it(nginx: Served, client: Client) -> None:
    paths = published(nginx.root)
    kinds = {re.sub(r"^.*/|^[^.]*(?=\.)", "", path) for path in paths}
    assert kinds > {"1.0.0.json", "policy.jsonld", "checkpoint", "did.json", "ballots.json"}
    for path in paths:
        response = client.get(path)
        django = Answer(response.status_code, response.headers, response.content)
        answer = nginx.get(path)
        assert answer.status == django.status == 200, path
        assert answer.body == django.body, path
        expected = django.compared()
        expected["Content-Length"] = str(len(django.body))
        if path.startswith(("/record/", "/.well-known/")):
            # There are too many of them for the map of tags: nginx answers by their times.
            expected["ETag"] = None
            since = answer.headers["Last-Modified"]
            assert nginx.get(path, If_Modified_Since=since).status == 304, path
        assert answer.compared() == expected, path
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_types_are_these(nginx: Served) -> None:
    types = {
        re.sub(r"/[0-9a-f-]{36}/|/\d.*|/[a-z-]+/1\.0\.0", "/…", path): nginx.get(path).headers[
            "Content-Type"
        ]
        for path in published(nginx.root)
    }
    assert types == {
        "/.well-known/did.json": "application/did+json",
        "/polls/…ballots.json": "application/json",
        "/polls/…ballots.soi": "text/plain; charset=utf-8",
        "/polls/…manifest.json": "application/json",
        "/polls/…result.json": "application/json",
        "/record/checkpoint": "text/plain; charset=utf-8",
        "/record/tile/…": "application/octet-stream",
        "/record/tile/entries/…": "application/octet-stream",
        "/terms/….json": "application/json",
        "/terms/….jsonld": "application/ld+json",
        "/terms/….md": "text/markdown; charset=utf-8",
        "/terms/….ttl": "text/turtle; charset=utf-8",
        "/terms/….txt": "text/plain; charset=utf-8",
        "/terms/…/legal.en": "text/plain; charset=utf-8",
        "/terms/…/plain.en": "text/plain; charset=utf-8",
        "/terms/…/policy.jsonld": "application/ld+json",
        "/terms/…/policy.ttl": "text/turtle; charset=utf-8",
    }


def test_whoever_has_the_bytes_is_told_so(nginx: Served, client: Client) -> None:
    [path] = [path for path in published(nginx.root) if path.endswith("1.0.0.json")]
    tag = nginx.get(path).headers["ETag"]
    for sent in (tag, f"W/{tag}"):
        answer = nginx.get(path, If_None_Match=sent)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["ETag"] == tag
        django = client.get(path, headers={"If-None-Match": sent})
        assert django.status_code == 304
    for other in ('"' + "0" * 64 + '"', "none", "", '""'):
        assert nginx.get(path, If_None_Match=other).status == 200
    # No tag to compare with: neither a file of the record nor one the map does not know.
    assert nginx.get("/record/checkpoint", If_None_Match="").status == 200


def test_text_is_compressed_and_its_tag_is_weak_then(nginx: Served) -> None:
    [path] = [path for path in published(nginx.root) if path.endswith("1.0.0.json")]
    plain, packed = nginx.get(path), nginx.get(path, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] == f"W/{plain.headers['ETag']}"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_what_needs_django_is_not_answered_without_it(nginx: Served) -> None:
    [path] = [path for path in published(nginx.root) if path.endswith("1.0.0.json")]
    bare = path.removesuffix(".json")
    for dynamic in ("/", "/me/", "/terms/", bare, f"{bare}/status.json", "/record/", "/healthz"):
        assert nginx.get(dynamic).status == 502, dynamic


def test_django_is_told_who_asks_by_nginx_alone(nginx: Served) -> None:
    seen: list[dict[str, str]] = []

    class Django(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(dict(self.headers))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: this is not the log under test."""

    with UnixStreamServer(str(nginx.log.with_name("django.sock")), Django) as django:
        answering = Thread(target=django.handle_request)
        answering.start()
        answer = nginx.get(
            "/terms/",
            Host="commons.example.org",
            X_Forwarded_For="10.1.2.3",
            X_Forwarded_Proto="https",
        )
        answering.join(timeout=5)

    assert answer.status == 204
    assert "Access-Control-Allow-Origin" not in answer.headers
    [headers] = seen
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == "http"
    assert headers["Host"] == "commons.example.org"


def test_what_is_not_published_yet_is_not_served(nginx: Served) -> None:
    (nginx.root / "record/.0123456789abcdef.tmp").write_bytes(b"half of a")
    assert nginx.get("/record/.0123456789abcdef.tmp").status == 404
    assert nginx.get("/record/../../var/headers.map").status in (400, 502)


def test_static_files_are_served(nginx: Served) -> None:
    answer = nginx.get("/static/site.0123456789ab.css")
    assert (answer.status, answer.body) == (200, b"body { margin: 0 }\n")
    assert answer.headers["Content-Type"] == "text/css"
    assert answer.headers["Cache-Control"] == "public, max-age=315360000, immutable"


def test_more_than_a_megabyte_is_not_taken(nginx: Served) -> None:
    answer = nginx.get("/ideas/", method="POST", body=b"", Content_Length=str(2**20 + 1))
    assert answer.status == 413


def test_the_log_holds_no_address_no_query_and_no_time_of_a_ballot(nginx: Served) -> None:
    poll = "/api/v1/polls/6f3c2a52-9a7e-4d61-8f0e-2f1f6f0a9b11"
    nginx.get("/record/checkpoint?who=somebody", User_Agent="a browser", X_Forwarded_For="10.1.2.3")
    nginx.get(f"{poll}/cast", method="POST", body=b"{}")
    nginx.get(f"{poll}/issue", method="POST", body=b"{}")
    nginx.get(f"{poll}/")
    for _ in range(100):
        lines = nginx.log.read_text().splitlines()
        if len(lines) >= 2:
            break
        time.sleep(0.05)
    assert [line.split()[1:4] for line in lines] == [
        ["GET", "/record/checkpoint", "200"],
        ["GET", f"{poll}/", "502"],
    ]
    errors = nginx.log.with_name("error.log").read_text()
    for trace in ("127.0.0.1", "10.1.2.3", "somebody", "browser"):
        assert trace not in "".join(lines) + errors
