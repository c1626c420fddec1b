"""The guarded fetch: what it reads, and everything that it refuses."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from kernel import outbound
from kernel.outbound import OutboundRefused, fetch, is_public

JSON = {"application/json"}
PUBLIC = "93.184.215.14"
Answer = bytes | Callable[[socket.socket], None]


def response(
    body: bytes = b"{}", *, status: str = "200 OK", kind: str = "application/json", more: str = ""
) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def redirect(to: str, status: int = 302) -> bytes:
    return response(b"", status=f"{status} Elsewhere", more=f"Location: {to}\r\n")


class Site:
    """A server on this machine that answers what is written down by path."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        site = self
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.names: list[str | None] = []

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request.settimeout(5)
                with suppress(OSError):
                    site.answer(self.request if tls is None else site.secure(tls, self.request))

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request: object, client: object) -> None:
                """A connection that the fetch cut is none."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def secure(self, tls: ssl.SSLContext, plain: socket.socket) -> socket.socket:
        def note(_connection: object, name: str | None, _context: object) -> None:
            self.names.append(name)

        tls.sni_callback = note
        return tls.wrap_socket(plain, server_side=True)

    def answer(self, connection: socket.socket) -> None:
        asked = b""
        while b"\r\n\r\n" not in asked:
            part = connection.recv(4096)
            if not part:
                return
            asked += part
        self.asked.append(asked.decode())
        path = asked.split(b" ", 2)[1].decode()
        answer = self.answers.get(path, response(b"", status="404 Not Found"))
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)
        connection.close()

    def url(self, path: str = "/file") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    settings.OUTBOUND_TO_LOOPBACK = True
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


def refusal(url: str, *, resolve: outbound.Resolve | None = None, **more: object) -> str:
    with pytest.raises(OutboundRefused) as refused:
        fetch(url, media_types=JSON, resolve=resolve, **{"seconds": 5, **more})  # type: ignore[arg-type]
    assert str(refused.value)
    return refused.value.code


def answers(*addresses: str) -> outbound.Resolve:
    return lambda host, port: addresses


@contextmanager
def no_connection() -> Iterator[None]:
    """Nothing is connected to while this lasts."""

    def fail(*what: object, **more: object) -> socket.socket:
        raise AssertionError(f"connected to {what}")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(socket, "create_connection", fail)
        yield


# What is read


def test_a_file_is_read_as_it_is(site: Site) -> None:
    site.answers["/file?a=1"] = response(b'{"a": 1}', kind="Application/JSON; charset=utf-8")
    fetched = fetch(site.url("/file?a=1"), media_types=JSON)
    assert (fetched.body, fetched.media_type) == (b'{"a": 1}', "application/json")
    assert fetched.url == site.url("/file?a=1")


def test_nothing_is_told_but_what_we_want(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    site.answers["/file"] = redirect("/other").replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b\r\n\r\n")
    site.answers["/other"] = response()
    fetch(site.url(), media_types=JSON)
    [_first, second] = site.asked
    names = [line.partition(":")[0] for line in second.splitlines()[1:] if line]
    assert names == ["Host", "Accept", "Accept-Encoding", "User-Agent", "Connection"]
    assert f"Host: 127.0.0.1:{site.port}" in second
    assert "Accept-Encoding: identity" in second


def test_chunks_are_put_together(site: Site) -> None:
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    site.answers["/file"] = head + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
    assert fetch(site.url(), media_types=JSON).body == b"{}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(site: Site, status: int) -> None:
    site.answers["/file"] = redirect("/a", status)
    site.answers["/a"] = response(b"[]")
    fetched = fetch(site.url(), media_types=JSON)
    assert (fetched.body, fetched.url) == (b"[]", site.url("/a"))


# Addresses that are not fetched at all


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "outbound-scheme"),
        ("example.org/file", "outbound-scheme"),
        ("http://example.org/", "outbound-scheme"),
        ("ftp://example.org/", "outbound-scheme"),
        ("file:///etc/passwd", "outbound-scheme"),
        ("gopher://example.org/", "outbound-scheme"),
        ("https://ada@example.org/", "outbound-userinfo"),
        ("https://ada:secret@example.org/", "outbound-userinfo"),
        ("https://@example.org/", "outbound-userinfo"),
        ("https://example.org:8443/", "outbound-port"),
        ("https://example.org:22/", "outbound-port"),
        ("https://example.org:80/", "outbound-port"),
        ("https://example.org:99999/", "outbound-address"),
        ("https://example.org:x/", "outbound-address"),
        ("https:///file", "outbound-address"),
        ("https://exa mple.org/", "outbound-address"),
        ("https://example.org/\r\nHost: evil", "outbound-address"),
        ("https://example.org\\@evil.example/", "outbound-address"),
        ("https://[::1/", "outbound-address"),
        ("https://example.org/ä", "outbound-address"),
        ("https://-.example/", "outbound-address"),
        ("https://" + "a" * 64 + ".example/", "outbound-address"),
        ("https://example.org/" + "a" * 2000, "outbound-address"),
        ("https://[::1]/", "outbound-address"),
        ("https://127.0.0.1/", "outbound-host"),
        ("https://127.1/", "outbound-host"),
        ("https://0x7f.1/", "outbound-host"),
        ("https://2130706433/", "outbound-host"),
        ("https://localhost/", "outbound-host"),
        ("https://intranet/", "outbound-host"),
        ("https://１２７.０.０.１/", "outbound-host"),
    ],
)
def test_an_address_of_another_form_is_refused_before_anything_is_asked(
    url: str, code: str
) -> None:
    def fail(host: str, port: int) -> Sequence[str]:
        raise AssertionError("looked up")

    with no_connection():
        assert refusal(url, resolve=fail) == code


PRIVATE = [
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("0.0.0.0", "0.1.2.3", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7"),  # noqa: S104
    *("203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
    *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1"),
    *("::ffff:127.0.0.1", "::ffff:93.184.215.14", "::127.0.0.1", "2002:7f00:1::", "2002:5db8::1"),
    *("64:ff9b::7f00:1", "64:ff9b:1::1", "2001::1", "2001:db8::1", "100::1", "4000::1"),
    "not an address",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
@pytest.mark.parametrize("beside", [(), (PUBLIC,)])
def test_a_name_that_stands_for_us_is_refused(address: str, beside: tuple[str, ...]) -> None:
    with no_connection():
        for order in ((*beside, address), (address, *beside)):
            assert refusal("https://example.org/", resolve=answers(*order)) == "outbound-private"


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700::1111", "2a00:1450:4001::200e"])
def test_what_everybody_can_have_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses())
def test_no_address_within_another_and_none_of_our_own_is_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if not is_public(address):
        return
    assert address.is_global
    assert not address.is_private
    assert not address.is_multicast
    assert not address.is_reserved
    if isinstance(address, ipaddress.IPv6Address):
        assert address.ipv4_mapped is None
        assert address.sixtofour is None
        assert address.teredo is None


def test_a_name_that_nobody_has_is_said_to_be_unknown() -> None:
    def gone(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror

    assert refusal("https://example.org/", resolve=gone) == "outbound-unknown"
    assert refusal("https://example.org/", resolve=answers()) == "outbound-unknown"


def test_a_look_up_that_takes_too_long_is_not_waited_for() -> None:
    def slow(host: str, port: int) -> Sequence[str]:
        time.sleep(1)
        return [PUBLIC]

    with no_connection():
        assert refusal("https://example.org/", resolve=slow, seconds=0.05) == "outbound-too-slow"


def test_a_name_is_looked_up_once_and_connected_to_as_it_was_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rebinding: whoever answers otherwise the second time is not asked a second time."""
    looked_up: list[tuple[str, int]] = []
    connected: list[tuple[str, int]] = []

    def rebinds(host: str, port: int) -> Sequence[str]:
        looked_up.append((host, port))
        return [PUBLIC] if len(looked_up) == 1 else ["127.0.0.1"]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    assert refusal("https://example.org/", resolve=rebinds) == "outbound-unreachable"
    assert looked_up == [("example.org", 443)]
    assert connected == [(PUBLIC, 443)]


@pytest.mark.parametrize(
    ("name", "ascii_name"),
    [
        ("BÜCHER.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("example.org.", "example.org"),
    ],
)
def test_a_name_in_any_script_is_looked_up_as_browsers_do(name: str, ascii_name: str) -> None:
    asked: list[str] = []

    def note(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return []

    assert refusal(f"https://{name}/", resolve=note) == "outbound-unknown"
    assert asked == [ascii_name]


# Redirects that lead where nobody may go


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("http://10.0.0.1/", "outbound-host"),
        ("http://metadata.example/", "outbound-private"),
        ("https://metadata.example/", "outbound-private"),
        ("http://public.example/", "outbound-private"),
        ("file:///etc/passwd", "outbound-scheme"),
        ("https://ada@example.org/", "outbound-userinfo"),
        ("//metadata.example/", "outbound-private"),
    ],
)
def test_each_redirect_is_judged_anew(site: Site, to: str, code: str) -> None:
    def names(host: str, port: int) -> Sequence[str]:
        known = {"127.0.0.1": "127.0.0.1", "metadata.example": "169.254.169.254"}
        return [known.get(host, PUBLIC)]

    site.answers["/file"] = redirect(to)
    assert refusal(site.url(), resolve=names) == code
    assert len(site.asked) == 1


def test_a_redirect_to_ourselves_is_refused_on_a_real_site(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.answers["/file"] = redirect("https://us.example/")
    target = outbound._judged(site.url())
    settings.OUTBOUND_TO_LOOPBACK = False
    monkeypatch.setattr(outbound, "_judged", _first(target, outbound._judged))
    known = {"127.0.0.1": ["127.0.0.1"], "us.example": ["127.0.0.1"]}
    monkeypatch.setattr(outbound, "_may_connect", _first(True, outbound._may_connect))
    code = refusal("https://example.org/", resolve=lambda host, port: known[host])
    assert code == "outbound-private"
    assert len(site.asked) == 1


def _first(answer: Any, then: Callable[..., Any]) -> Callable[..., Any]:
    given = [answer]
    return lambda *what: given.pop() if given else then(*what)


def test_whoever_leads_on_and_on_is_followed_three_times(site: Site) -> None:
    site.answers["/file"] = redirect("/1")
    for hop in range(1, 4):
        site.answers[f"/{hop}"] = redirect(f"/{hop + 1}")
    assert refusal(site.url()) == "outbound-redirects"
    assert len(site.asked) == 4
    site.answers["/3"] = response()
    assert fetch(site.url(), media_types=JSON).url == site.url("/3")


# Answers that are not read


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (response(b"{}", kind="text/html"), "outbound-type"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "outbound-type"),
        (response(b"", status="404 Not Found"), "outbound-status"),
        (response(b"{}", status="206 Partial Content"), "outbound-status"),
        (response(b"{}", status="401 No", more="WWW-Authenticate: Basic\r\n"), "outbound-status"),
        (response(b"x" * 65_537), "outbound-too-large"),
        (response(gzip.compress(b"{}"), more="Content-Encoding: gzip\r\n"), "outbound-encoding"),
        (redirect("").replace(b"Location: \r\n", b""), "outbound-unreachable"),
        (b"", "outbound-unreachable"),
        (b"220 mail.example ESMTP\r\n", "outbound-unreachable"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n", "outbound-unreachable"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n", "outbound-unreachable"),
        (response(b"{}").replace(b"Length: 2", b"Length: 3"), "outbound-unreachable"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
         b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "outbound-unreachable"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_as_it_must_be_is_refused(
    site: Site, answer: bytes, code: str
) -> None:
    site.answers["/file"] = answer
    assert refusal(site.url()) == code


def test_a_file_that_never_ends_is_read_no_further_than_its_limit(site: Site) -> None:
    sent = 0

    def pour(connection: socket.socket) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while sent < 50_000_000:
            sent += connection.send(b"x" * 65_536)

    site.answers["/file"] = pour
    assert refusal(site.url(), limit=1000) == "outbound-too-large"
    assert sent < 50_000_000


def _drip(*parts: bytes) -> Callable[[socket.socket], None]:
    def drip(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
        for _time in range(200):
            time.sleep(0.02)
            connection.sendall(b"a")

    return drip


@pytest.mark.parametrize(
    "answer",
    [
        _drip(),
        _drip(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        _drip(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"),
        lambda connection: time.sleep(3),
    ],
    ids=["status", "header", "body", "silence"],
)
def test_a_server_that_drips_is_cut_at_the_deadline(site: Site, answer: Answer) -> None:
    site.answers["/file"] = answer
    began = time.monotonic()
    assert refusal(site.url(), seconds=0.3) == "outbound-too-slow"
    assert time.monotonic() - began < 1.5


def test_a_site_that_is_not_there_is_said_to_be_unreachable(settings: Settings) -> None:
    settings.OUTBOUND_TO_LOOPBACK = True
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert refusal(f"http://127.0.0.1:{port}/") == "outbound-unreachable"


# TLS


def certificate(folder: Path, name: str) -> Path:
    """A key and a certificate for ``name`` that it signed itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def secure(settings: Settings, tmp_path: Path) -> Iterator[tuple[Site, Path]]:
    settings.OUTBOUND_TO_LOOPBACK = True
    file = certificate(tmp_path, "shop.example")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(file)
    made = Site(tls)
    yield made, file
    made.server.shutdown()
    made.server.server_close()


def trust(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setattr(outbound, "_tls", lambda: ssl.create_default_context(cafile=str(file)))


def test_the_address_is_pinned_and_the_name_is_in_tls_and_in_host(
    secure: tuple[Site, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, file = secure
    trust(monkeypatch, file)
    site.answers["/file"] = response(b'{"shop": true}')
    url = f"https://shop.example:{site.port}/file"
    fetched = fetch(url, media_types=JSON, resolve=answers("127.0.0.1"))
    assert (fetched.body, fetched.url) == (b'{"shop": true}', url)
    assert site.names == ["shop.example"]
    assert f"Host: shop.example:{site.port}\r\n" in site.asked[0]


@pytest.mark.parametrize("name", ["shop.example", "other.example"])
def test_a_certificate_of_nobody_or_of_another_name_is_refused(
    name: str, secure: tuple[Site, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, file = secure
    if name == "other.example":
        trust(monkeypatch, file)
    code = refusal(f"https://{name}:{site.port}/", resolve=answers("127.0.0.1"))
    assert code == "outbound-certificate"
    assert site.asked == []


def test_a_handshake_that_does_not_end_is_cut_at_the_deadline(site: Site) -> None:
    began = time.monotonic()
    url = f"https://shop.example:{site.port}/"
    assert refusal(url, resolve=answers("127.0.0.1"), seconds=0.3) == "outbound-too-slow"
    assert time.monotonic() - began < 1.5


def test_without_the_setting_this_machine_is_not_reached() -> None:
    with no_connection():
        assert refusal("http://127.0.0.1:8000/") == "outbound-scheme"
        assert refusal("https://us.example/", resolve=answers("127.0.0.1")) == "outbound-private"
