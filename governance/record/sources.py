"""Where a copy of the record is read from: a folder, or over HTTP. No Django, and no database."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterator
from http.client import HTTPException, HTTPMessage
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

# The longest bundle there can be is 256 entries of 65,535 bytes and their lengths.
LONGEST = 32 * 2**20
TIMEOUT = 30
# How much of a long file is held at once.
PIECE = 2**18
_TRIES = 3
_GONE = (404, 410)
_TRY_AGAIN = (429, 500, 502, 503, 504)


class Unreadable(Exception):
    """A file may be there, and cannot be read: what was tried, and why not."""


class Folder:
    """A copy in a folder, laid out as its URLs. What is not inside the folder is not there."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def read(self, path: str) -> bytes | None:
        """The file at ``path``, or None. Raises ``Unreadable``."""
        if not _is_plain(path):
            return None
        target = self.root / path
        try:
            if not target.is_file() or not target.resolve().is_relative_to(self.root):
                return None
            if target.stat().st_size > LONGEST:
                raise Unreadable(f"{target} is longer than anything a record has")
            return target.read_bytes()
        except (OSError, ValueError) as error:
            raise Unreadable(f"{target} cannot be read: {error}") from error

    def pieces(self, path: str, longest: int) -> Iterator[bytes]:
        """A file that may be long, piece by piece. Raises ``Unreadable``, if it is missing too."""
        try:
            with (self.root / path).open("rb") as file:
                yield from _limited(iter(lambda: file.read(PIECE), b""), longest, path)
        except (OSError, ValueError) as error:
            raise Unreadable(f"{self.root / path} cannot be read: {error}") from error

    def names(self) -> Iterator[str]:
        """The path of every file, in order."""
        return _walk(self.root, "")


class Site:
    """A copy over HTTP: the site itself, or a mirror of it."""

    def __init__(self, address: str) -> None:
        """``address`` is the folder above ``record/``. Raises ``ValueError`` for no http(s) URL."""
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{address} is not an http or https address")
        if parts.query or parts.fragment or parts.username or parts.password:
            raise ValueError(f"{address} has more than a host and a path")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.address = address.rstrip("/")
        self._opener = build_opener(_SameOrigin(self.origin))

    def read(self, path: str) -> bytes | None:
        """The file at ``path``, or None where there is none. Raises ``Unreadable``."""
        if not _is_plain(path):
            return None
        url = f"{self.address}/{quote(path)}"
        for attempt in range(1, _TRIES + 1):
            try:
                return self._fetch(url)
            except HTTPError as error:
                error.close()
                if error.code in _GONE:
                    return None
                if error.code not in _TRY_AGAIN or attempt == _TRIES:
                    raise Unreadable(f"{url} answers {error.code}") from error
            except (URLError, HTTPException, OSError, zlib.error) as error:
                if attempt == _TRIES:
                    raise Unreadable(f"{url} cannot be fetched: {error}") from error
            time.sleep(attempt)
        return None

    def pieces(self, path: str, longest: int) -> Iterator[bytes]:
        """A file that may be long, piece by piece. Raises ``Unreadable``, if it is missing too."""
        url = f"{self.address}/{quote(path)}"
        request = Request(url, headers={"Accept-Encoding": "gzip, identity"})  # noqa: S310 - __init__ allows http and https alone
        try:
            with self._opener.open(request, timeout=TIMEOUT) as response:
                coding = response.headers.get("Content-Encoding", "identity")
                if coding not in ("gzip", "identity"):
                    raise Unreadable(f"{url} is packed as {coding}")
                pieces = iter(lambda: response.read(PIECE), b"")
                yield from _limited(_unpacked(pieces) if coding == "gzip" else pieces, longest, url)
        except HTTPError as error:
            error.close()
            raise Unreadable(f"{url} answers {error.code}") from error
        except (URLError, HTTPException, OSError, zlib.error) as error:
            raise Unreadable(f"{url} cannot be fetched: {error}") from error

    def names(self) -> None:
        """Nothing: a site cannot be listed."""
        return None

    def _fetch(self, url: str) -> bytes:
        request = Request(url, headers={"Accept-Encoding": "gzip, identity"})  # noqa: S310 - __init__ allows http and https alone
        with self._opener.open(request, timeout=TIMEOUT) as response:
            content: bytes = response.read(LONGEST + 1)
            coding = response.headers.get("Content-Encoding", "identity")
        if coding == "gzip":
            unpacking = zlib.decompressobj(wbits=31)
            content = unpacking.decompress(content, LONGEST + 1)
            if not unpacking.eof and len(content) <= LONGEST:
                raise Unreadable(f"{url} is cut short")
        elif coding != "identity":
            raise Unreadable(f"{url} is packed as {coding}")
        if len(content) > LONGEST:
            raise Unreadable(f"{url} is longer than anything a record has")
        return content


class _SameOrigin(HTTPRedirectHandler):
    """Redirects within the site are followed, and no others."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        parts = urlsplit(newurl)
        if f"{parts.scheme}://{parts.netloc}" != self._origin:
            raise Unreadable(f"{req.full_url} leads elsewhere, to {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _limited(pieces: Iterator[bytes], longest: int, name: str) -> Iterator[bytes]:
    read = 0
    for piece in pieces:
        read += len(piece)
        if read > longest:
            raise Unreadable(f"{name} is longer than {longest:,} bytes")
        yield piece


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What was packed, a piece at a time, however well it was packed."""
    unpacking = zlib.decompressobj(wbits=31)
    for piece in pieces:
        waiting = piece
        while waiting:
            if unpacked := unpacking.decompress(waiting, PIECE):
                yield unpacked
            waiting = unpacking.unconsumed_tail
    if not unpacking.eof:
        raise Unreadable("it is cut short")


def _walk(folder: Path, above: str) -> Iterator[str]:
    """Every file under ``folder``, by its path, in the order of the paths."""
    # A folder sorts where its files do: "a.p/1" comes before "a/1", as in the list of sums.
    found = sorted(os.scandir(folder), key=lambda one: f"{one.name}/" * one.is_dir() or one.name)
    for one in found:
        if one.is_dir(follow_symlinks=False):
            yield from _walk(Path(one.path), f"{above}{one.name}/")
        else:
            yield f"{above}{one.name}"


def _is_plain(path: str) -> bool:
    """Whether a path stays below where it begins."""
    parts = PurePosixPath(path)
    return (
        bool(parts.parts)
        and not parts.is_absolute()
        and ".." not in parts.parts
        and (parts.as_posix() == path and "\x00" not in path)
    )
