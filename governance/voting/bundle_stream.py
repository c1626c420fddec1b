"""Read a file of ballots piece by piece, so that its size is no matter. Pure: bytes in.

The entries of ``ballots`` come out one after another; everything else of the document is kept. ::

    reading = BundleStream(chunks)
    for entry in reading.entries(): …
    reading.head     # {"type": …, "poll": …, "issued": …, …}
    reading.sha256   # of the file's bytes
"""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

_SPACE = " \t\n\r"
# An entry has about 1,500 characters. One that goes on for longer than this is none.
_LONGEST = 1_000_000


class BundleUnreadable(ValueError):
    """This is not one JSON object: the message says why."""


class BundleStream:
    """A file of ballots that is read once, from its beginning to its end."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._hash = hashlib.sha256()
        self._decoder = json.JSONDecoder(parse_constant=_no_constant)
        self._text, self._at, self._ended = "", 0, False
        self.bytes_read = 0
        self.has_list = False
        self.head: dict[str, Any] = {}

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was read, in hex."""
        return self._hash.hexdigest()

    def entries(self) -> Iterator[Any]:
        """Each entry of ``ballots``. Raises ``BundleUnreadable``."""
        self._expect("{")
        if self._peek() == "}":
            self._at += 1
        else:
            while True:
                name = self._value()
                if not isinstance(name, str) or name in self.head:
                    raise BundleUnreadable("a name is missing or there twice")
                self._expect(":")
                if name == "ballots" and self._peek() == "[":
                    if self.has_list:
                        raise BundleUnreadable("a name is there twice")
                    self.has_list = True
                    yield from self._list()
                else:
                    self.head[name] = self._value()
                if self._one_of(",}") == "}":
                    break
        if self._peek():
            raise BundleUnreadable("something stands after its end")

    def _list(self) -> Iterator[Any]:
        self._expect("[")
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            yield self._value()
            if self._one_of(",]") == "]":
                return

    def _value(self) -> Any:
        """The JSON value that begins here."""
        self._peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError:
                raise BundleUnreadable("it is nested too deep") from None
            except ValueError as error:
                if self._ended or len(self._text) - self._at > _LONGEST:
                    raise BundleUnreadable(f"it is not JSON: {error}") from None
                self._more()
                continue
            # A number may go on in the next piece.
            if end < len(self._text) or self._ended:
                self._at = end
                return value
            self._more()

    def _expect(self, character: str) -> None:
        self._one_of(character)

    def _one_of(self, characters: str) -> str:
        found = self._peek()
        if not found or found not in characters:
            raise BundleUnreadable(f"{' or '.join(characters)} is missing")
        self._at += 1
        return found

    def _peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if self._ended:
                return ""
            self._more()

    def _more(self) -> None:
        chunk = next(self._chunks, b"")
        self._ended = not chunk
        self._hash.update(chunk)
        self.bytes_read += len(chunk)
        try:
            more = self._utf8.decode(chunk, final=self._ended)
        except UnicodeDecodeError:
            raise BundleUnreadable("it is not UTF-8") from None
        self._text = self._text[self._at :] + more
        self._at = 0


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
