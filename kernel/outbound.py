"""The one guarded fetch: whatever this site reads from an address that somebody gave it.

An address that a stranger chooses may point into our own network. So a name is looked up once, the
answer is judged, and the connection goes to the very address that was judged, with the name in TLS
and in ``Host``; every redirect begins again from there. One file of a known type and size is read
within one time limit, without cookies, credentials, proxies or compression.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import idna
from django.conf import settings
from django.utils.translation import gettext as _

from kernel.refusal import Refused

MOST_REDIRECTS = 3
_LONGEST_ADDRESS = 2000
_REDIRECTS = {301, 302, 303, 307, 308}
_CHUNK = 16_384

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

# What ``ipaddress`` calls global and is not, or hides an IPv4 address that nobody judged.
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carriers' own (CGNAT)
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "::/96",  # IPv4-compatible, ::1 and :: among them
        "::ffff:0:0/96",  # IPv4-mapped
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",  # Teredo and other protocols
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fec0::/10",
    )
)


class OutboundRefused(Refused):
    """Something about the address or its answer is not as it must be: the sentence says what."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was read: its bytes, its media type, and the address after redirects."""

    url: str
    media_type: str
    body: bytes


def fetch(
    url: str,
    *,
    media_types: Collection[str],
    limit: int = 65_536,
    seconds: float = 10,
    resolve: Resolve | None = None,
) -> Fetched:
    """Read the file at ``url``: one of ``media_types``, at most ``limit`` bytes, in ``seconds``.

    The whole of it, redirects and name look-ups included, takes no longer. ``resolve`` answers the
    addresses of a name and a port. Raises ``OutboundRefused`` with a sentence for whoever gave the
    address. Call it outside any transaction.
    """
    deadline = time.monotonic() + seconds
    for _hop in range(MOST_REDIRECTS + 1):
        target = _judged(url)
        addresses = _look_up(target, resolve or _resolve, deadline)
        answer = _read(target, addresses, media_types, limit, deadline)
        if isinstance(answer, Fetched):
            return answer
        url = urljoin(url, answer)
    raise OutboundRefused(
        "outbound-redirects",
        _("This address leads on and on. Please give the one where the file is."),
    )


def is_public(address: IPAddress) -> bool:
    """Whether ``address`` is one that anybody on the internet could have: none of ours."""
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    return not any(address in never for never in _NEVER if never.version == address.version)


@dataclass(frozen=True, slots=True)
class _Target:
    """An address taken apart and found well formed: ``host`` in ASCII."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        usual = 443 if self.scheme == "https" else 80
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == usual else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def _judged(url: str) -> _Target:
    """``url`` taken apart. Raises ``OutboundRefused`` for a form that we do not fetch."""
    if len(url) > _LONGEST_ADDRESS or any(ord(letter) <= 32 or letter == "\\" for letter in url):
        raise _malformed()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _malformed() from None
    usual = {"https": 443, "http": 80}.get(parts.scheme, 0)
    to_ourselves = bool(settings.OUTBOUND_TO_LOOPBACK)
    if not (parts.scheme == "https" or (parts.scheme == "http" and to_ourselves)):
        raise OutboundRefused(
            "outbound-scheme", _("Please give an address that begins with https://.")
        )
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise OutboundRefused(
            "outbound-userinfo", _("Please leave the name or password out of the address.")
        )
    if port not in (None, usual) and not to_ourselves:
        raise OutboundRefused("outbound-port", _("Please give an address without a port number."))
    return _Target(parts.scheme, _host(parts), usual if port is None else port, _path(parts))


def _host(parts: SplitResult) -> str:
    """The host's name in ASCII. Raises ``OutboundRefused`` for none, and for a bare number."""
    name = (parts.hostname or "").rstrip(".")
    if not name:
        raise _malformed()
    if settings.OUTBOUND_TO_LOOPBACK and name in ("localhost", "127.0.0.1", "::1"):
        return name
    try:
        host = idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        raise _malformed() from None
    # Names on the internet have a dot and end in letters: 127.1, 0x7f.1 and 2130706433 do not.
    *_labels, last = host.split(".")
    if not _labels or not (last.isalpha() or last.startswith("xn--")):
        raise OutboundRefused(
            "outbound-host", _("Please give an address with a name, such as example.org.")
        )
    return host


def _path(parts: SplitResult) -> str:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise _malformed()
    return path


def _malformed() -> OutboundRefused:
    return OutboundRefused(
        "outbound-address", _("This is not an address that we can read. Please check it.")
    )


def _resolve(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_what, sockaddr in found]


def _look_up(target: _Target, resolve: Resolve, deadline: float) -> list[str]:
    """The addresses of ``target``, looked up once. All of them must be public."""
    found: list[str] = []

    def ask() -> None:
        with suppress(OSError, UnicodeError):
            found.extend(resolve(target.host, target.port))

    # The system's look-up knows no time limit, so it is waited for and then left to itself.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(max(deadline - time.monotonic(), 0))
    if asking.is_alive():
        raise _too_slow()
    if not found:
        raise OutboundRefused(
            "outbound-unknown", _("There is no site with this name. Please check the address.")
        )
    if not all(_may_connect(target, address) for address in found):
        raise OutboundRefused(
            "outbound-private",
            _("This address is not on the public internet, so we do not read it."),
        )
    return list(dict.fromkeys(found))


def _may_connect(target: _Target, text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if address.is_loopback and settings.OUTBOUND_TO_LOOPBACK:
        return True
    # Only this machine is spoken to without TLS.
    return target.scheme == "https" and is_public(address)


class _Pinned(http.client.HTTPConnection):
    """A connection over a socket that is already there; it opens none by itself."""

    def __init__(self, target: _Target, opened: socket.socket) -> None:
        super().__init__(target.host, target.port)
        self.sock = opened
        self.auto_open = 0


class _Watchdog:
    """Cuts a socket at the deadline, whatever it is doing: a server can drip for ever."""

    def __init__(self, deadline: float) -> None:
        self.barked = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(max(deadline - time.monotonic(), 0), self._bark)
        self._timer.daemon = True

    def __enter__(self) -> _Watchdog:
        self._timer.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._timer.cancel()
        if self._socket is not None:
            self._socket.close()

    def watch(self, opened: socket.socket) -> None:
        self._socket = opened
        if self.barked:
            self._bark()

    def _bark(self) -> None:
        self.barked = True
        if self._socket is not None:
            with suppress(OSError):
                # Past TLS, which would wait for the other side.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _read(
    target: _Target,
    addresses: Sequence[str],
    media_types: Collection[str],
    limit: int,
    deadline: float,
) -> Fetched | str:
    """The file at ``target``, or where it sends us."""
    with _Watchdog(deadline) as watchdog:
        try:
            opened = _open(target, addresses, deadline, watchdog)
            connection = _Pinned(target, opened)
            connection.putrequest("GET", target.path, skip_host=True, skip_accept_encoding=True)
            for name, value in _headers(target, media_types):
                connection.putheader(name, value)
            connection.endheaders()
            with connection.getresponse() as response:
                if watchdog.barked:
                    raise TimeoutError  # before half a header is taken for a whole one
                answer = _judge_answer(target, response, media_types, limit)
                if isinstance(answer, str):
                    return answer
                body = _body(response, limit)
        except ssl.SSLCertVerificationError:
            raise OutboundRefused(
                "outbound-certificate",
                _("This site's certificate is not valid for its name, so we do not read it."),
            ) from None
        except (OSError, http.client.HTTPException, ValueError) as problem:
            if watchdog.barked or isinstance(problem, TimeoutError):
                raise _too_slow() from None
            raise OutboundRefused(
                "outbound-unreachable",
                _("This site did not answer as sites do. Please try again later."),
            ) from None
        if watchdog.barked:
            raise _too_slow()
    return Fetched(url=target.url, media_type=answer.media_type, body=body)


def _open(
    target: _Target, addresses: Sequence[str], deadline: float, watchdog: _Watchdog
) -> socket.socket:
    """A socket to the first of ``addresses`` that answers. Raises what the last one raised."""
    problem: OSError = OSError("no address")
    for address in addresses:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            plain = socket.create_connection((address, target.port), timeout=left)
        except OSError as refused:
            problem = refused
            continue
        watchdog.watch(plain)
        if target.scheme == "http":
            return plain
        secure = _tls().wrap_socket(
            plain, server_hostname=target.host, do_handshake_on_connect=False
        )
        watchdog.watch(secure)
        secure.do_handshake()
        return secure
    raise problem


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _headers(target: _Target, media_types: Collection[str]) -> list[tuple[str, str]]:
    return [
        ("Host", target.authority),
        ("Accept", ", ".join(sorted(media_types))),
        ("Accept-Encoding", "identity"),
        ("User-Agent", f"CustomerCommons/1 (+{settings.PUBLIC_ORIGIN})"),
        ("Connection", "close"),
    ]


@dataclass(frozen=True, slots=True)
class _Good:
    media_type: str


def _judge_answer(
    target: _Target,
    response: http.client.HTTPResponse,
    media_types: Collection[str],
    limit: int,
) -> _Good | str:
    """What the answer's head says: good to be read, or the address it sends us to."""
    if response.status in _REDIRECTS:
        location = response.getheader("Location")
        if not location:
            raise http.client.HTTPException("a redirect to nowhere")
        return urljoin(target.url, location)
    if response.status != http.client.OK:
        raise OutboundRefused(
            "outbound-status",
            _("This site has no file there: it answered %(status)d.") % {"status": response.status},
        )
    if response.getheader("Content-Encoding", "identity").strip().lower() != "identity":
        raise OutboundRefused(
            "outbound-encoding",
            _("This site compresses the file although we asked it not to."),
        )
    media_type = response.getheader("Content-Type", "").partition(";")[0].strip().lower()
    if media_type not in media_types:
        raise OutboundRefused(
            "outbound-type",
            _("The file is not of the right type. It should be %(types)s.")
            % {"types": ", ".join(sorted(media_types))},
        )
    if response.length is not None and response.length > limit:
        raise _too_large(limit)
    return _Good(media_type)


def _body(response: http.client.HTTPResponse, limit: int) -> bytes:
    """At most ``limit`` bytes. Raises ``OutboundRefused`` for more, and where some are missing."""
    promised = response.length
    body = bytearray()
    while chunk := response.read(min(_CHUNK, limit + 1 - len(body))):
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    if promised is not None and len(body) != promised:
        raise http.client.IncompleteRead(bytes(body), promised - len(body))
    return bytes(body)


def _too_large(limit: int) -> OutboundRefused:
    return OutboundRefused(
        "outbound-too-large",
        _("The file is larger than %(limit)d bytes.") % {"limit": limit},
    )


def _too_slow() -> OutboundRefused:
    return OutboundRefused(
        "outbound-too-slow", _("This site took too long to answer. Please try again later.")
    )
