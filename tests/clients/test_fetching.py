"""The way to the web, and what is kept of it: guarded, counted, shared, and never believed."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from customer_commons import Cache, Client, FileCache, Kept, MemoryCache, NotVerified, WebFetch

from tests.clients.conftest import HERE, ORIGIN, Site, serving
from tests.conftest import NOW

Asked = list[tuple[str, int]]


class Odd(BaseHTTPRequestHandler):
    """A server that does what no good one does."""

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/elsewhere":
                self._to(f"http://{self.headers['Host']}/plain".replace("127.0.0.1", "localhost"))
            case "/file":
                self._to("file:///etc/passwd")
            case "/port":
                self._to("http://127.0.0.1:1/plain")
            case "/near":
                self._to("/plain")
            case "/round":
                self._to("/round?")
            case "/large":
                self.send_response(200)
                self.end_headers()
                while True:
                    self.wfile.write(b"x" * 65536)
            case "/slow":
                self.send_response(200)
                self.end_headers()
                for _ in range(100):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.05)
            case "/short":
                self.send_response(200)
                self.send_header("Content-Length", "100")
                self.end_headers()
                self.wfile.write(b"x")
            case "/unchanged":
                self.send_response(304)
                self.end_headers()
            case "/noise":
                self.wfile.write(b"\x00\x01 not http at all\r\n\r\n")
            case _:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"plain")

    def _to(self, place: str) -> None:
        self.send_response(302)
        self.send_header("Location", place)
        self.end_headers()

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # the client hung up, as it should
            super().handle()

    def log_message(self, *arguments: Any) -> None:
        pass


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/elsewhere", "another site"),
        ("/port", "another site"),
        ("/file", "another site|cannot be fetched|answers 302"),
        ("/round", "answers 302|cannot be fetched"),
        ("/large", "larger than"),
        ("/slow", "took longer"),
        ("/short", "broke off"),
        ("/unchanged", "answers 304"),
        ("/noise", "cannot be fetched"),
    ],
)
def test_what_a_bad_server_does_ends_in_a_sentence(path: str, sentence: str) -> None:
    fetch = WebFetch(largest=200_000, seconds=1)
    begun = time.monotonic()
    with serving(Odd) as address, pytest.raises(NotVerified, match=sentence) as caught:
        fetch(address + path)
    assert caught.value.what == "fetch"
    assert time.monotonic() - begun < 10


def test_a_redirect_within_the_host_is_followed() -> None:
    with serving(Odd) as address:
        assert WebFetch()(f"{address}/near").body == b"plain"


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(NotVerified, match="cannot be fetched"):
            WebFetch(seconds=0.3)(f"http://127.0.0.1:{silent.getsockname()[1]}/")


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://localhost/x", "data:,x", "http:///x", "x", "http://127.0.0.1:1/"],
)
def test_only_the_web_is_fetched(url: str) -> None:
    with pytest.raises(NotVerified) as caught:
        WebFetch()(url)
    assert caught.value.what == "fetch"


# The cache


def look_twice(address: str, one: Cache, other: Cache) -> None:
    for cache in (one, other):
        client = Client(address, identity=ORIGIN, cache=cache, now=lambda: NOW)
        term = client.term("no-stalking", "1.0.0")
        client.parts(term)
        client.status(term)


def test_what_never_changes_is_asked_for_once_and_the_rest_by_its_etag(
    served: str, asked: Asked, tmp_path: Path
) -> None:
    memory = MemoryCache()
    for one, other in (
        (memory, memory),
        (FileCache(tmp_path / "kept"), FileCache(tmp_path / "kept")),
    ):
        asked.clear()
        look_twice(served, one, other)
        stays = [f"{HERE}.json", f"{HERE}/policy.jsonld", f"{HERE}/plain.en", f"{HERE}/legal.en"]
        for path in stays:
            assert [code for asked_for, code in asked if asked_for == path] == [200], path
        for path in ("/terms/index.json", "/.well-known/did.json", f"{HERE}/status.json"):
            assert [code for asked_for, code in asked if asked_for == path] == [200, 304], path


def test_without_a_cache_between_them_everything_is_fetched_again(
    served: str, asked: Asked
) -> None:
    look_twice(served, MemoryCache(), MemoryCache())
    assert {code for _, code in asked} == {200}


def test_what_changed_is_fetched_anew(served: str, asked: Asked, site: Site) -> None:
    client = Client(served, identity=ORIGIN)
    assert [row.slug for row in client.terms()] == ["no-stalking"]
    site["/terms/index.json"] = b'{"terms": []}'
    assert client.terms() == []
    assert [code for _, code in asked] == [200, 200]


def test_kept_bytes_that_are_wrong_are_forgotten_and_fetched_again(
    served: str, tmp_path: Path, site: Site
) -> None:
    cache = FileCache(tmp_path / "kept")
    cache.put(f"{served}{HERE}.json", Kept(b"poison", '"x"', immutable=True))
    client = Client(served, identity=ORIGIN, cache=cache)
    term = client.term("no-stalking", "1.0.0")
    kept = cache.get(f"{served}{HERE}.json")
    assert kept
    assert kept.body == site[f"{HERE}.json"]
    assert term.document["slug"] == "no-stalking"


def test_what_has_no_known_hash_is_always_asked_about(
    served: str, asked: Asked, site: Site
) -> None:
    """A server cannot make us keep its keys or its index for ever by calling them immutable."""
    cache = MemoryCache()
    url = f"{served}/terms/index.json"
    cache.put(url, Kept(b'{"terms": []}', '"old"', immutable=True))
    assert len(Client(served, identity=ORIGIN, cache=cache).terms()) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: b"",
        lambda data: b"[]\n",
        lambda data: data.replace(b"https://x.example/a", b"https://x.example/b"),
    ],
)
def test_a_damaged_file_counts_as_none(damage: Any, tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "kept")
    cache.put("https://x.example/a", Kept(b"body", '"e"', immutable=False))
    (file,) = (tmp_path / "kept").iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert cache.get("https://x.example/a") is None


def test_many_write_at_once_and_no_reader_sees_half(tmp_path: Path) -> None:
    url = "https://x.example/a"
    bodies = [bytes([number]) * 300_000 for number in range(8)]
    FileCache(tmp_path / "kept").put(url, Kept(bodies[0], "", immutable=False))
    seen: list[bytes | None] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            kept = FileCache(tmp_path / "kept").get(url)
            seen.append(kept.body if kept else None)

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            writes = [
                pool.submit(FileCache(tmp_path / "kept").put, url, Kept(body, "", immutable=False))
                for body in bodies
            ]
            for write in writes:
                write.result()
    over.set()
    reader.join()
    assert seen
    assert set(seen) <= set(bodies)
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_a_cache_is_counted_and_cleared(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "deep" / "folder")
    assert cache.count() == (0, 0)
    assert cache.get("https://x.example/a") is None
    cache.put("https://x.example/a", Kept(b"body", "", immutable=False))
    cache.drop("https://x.example/b")
    count, size = cache.count()
    assert (count, size > 4) == (1, True)
    assert cache.clear() == 1
    assert cache.get("https://x.example/a") is None


def test_what_is_kept_is_data_and_not_a_program(tmp_path: Path) -> None:
    cache = FileCache(tmp_path / "kept")
    cache.put("https://x.example/a", Kept(b"body", '"e"', immutable=True))
    (file,) = (tmp_path / "kept").iterdir()
    head, _, body = file.read_bytes().partition(b"\n")
    assert body == b"body"
    assert json.loads(head)["etag"] == '"e"'
