"""One guarded way to the web: no other host, no endless answer, no endless wait."""

from __future__ import annotations

import http.client
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import IO, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from customer_commons.verifier import NotVerified

# More than any document, index or proof of ours has.
LARGEST = 16 * 1024 * 1024
SECONDS = 20.0
_AT_ONCE = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """What an address answered: 200 with a body, or 304 without one. Header names are small."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] | None = None

    def header(self, name: str) -> str:
        """The header of that name, or nothing."""
        return (self.headers or {}).get(name, "")


class Fetch(Protocol):
    """Takes an address, and the ETag of what one has already; raises ``NotVerified`` ("fetch")."""

    def __call__(self, url: str, etag: str = "") -> Answer: ...


class WebFetch:
    """Fetches over http and https, by the standard library alone.

    It follows redirects within one host only, and never from https to http. It reads ``largest``
    bytes and waits ``seconds`` at most, the whole answer counted.
    """

    def __init__(self, *, largest: int = LARGEST, seconds: float = SECONDS) -> None:
        self._largest = largest
        self._seconds = seconds
        # Nothing here opens files or FTP: those handlers are left out, not merely unused.
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPDefaultErrorHandler(),
            _SameHost(),
        ):
            self._opener.add_handler(handler)

    def __call__(self, url: str, etag: str = "") -> Answer:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise NotVerified("fetch", f"{url} is not an http or https address.")
        until = time.monotonic() + self._seconds
        try:
            request = urllib.request.Request(url, headers={"User-Agent": "customer-commons"})  # noqa: S310
            if etag:
                request.add_header("If-None-Match", etag)
            with self._opener.open(request, timeout=self._seconds) as response:
                body = self._read(response, url, until)
                return Answer(response.status, body, _headers(response.headers))
        except HTTPError as error:
            with error:
                if error.code == 304 and etag:
                    return Answer(304, headers=_headers(error.headers))
                raise NotVerified("fetch", f"{url} answers {error.code}.") from error
        except (URLError, OSError, http.client.HTTPException, ValueError) as error:
            raise NotVerified("fetch", f"{url} cannot be fetched: {error}.") from error

    def _read(self, response: http.client.HTTPResponse, url: str, until: float) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while chunk := response.read1(_AT_ONCE):
            size += len(chunk)
            if size > self._largest:
                raise NotVerified("fetch", f"{url} is larger than anything this site publishes.")
            if time.monotonic() > until:
                raise NotVerified("fetch", f"{url} took longer than {self._seconds:g} seconds.")
            chunks.append(chunk)
        if response.length:
            raise NotVerified("fetch", f"{url} broke off before its end.")
        return b"".join(chunks)


class _SameHost(urllib.request.HTTPRedirectHandler):
    max_redirections = 5

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if (new.scheme, new.netloc) != (old.scheme, old.netloc):
            fp.close()
            raise NotVerified(
                "fetch", f"{req.full_url} leads to another site, {newurl}, and is not followed."
            )
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following and req.has_header("If-none-match"):
            following.add_header("If-None-Match", req.get_header("If-none-match") or "")
        return following


def _headers(message: Message | None) -> dict[str, str]:
    return {name.lower(): value for name, value in (message.items() if message else ())}
