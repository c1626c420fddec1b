"""What all readers of ballot files share: lines, numbers, and the fault of a bad one. Pure.

A reader takes the lines of a file, as bytes, and holds in memory only the *different* ones: a
million ballots over six options are a few thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Lines = Iterable[bytes]


class BadFile(ValueError):
    """This file cannot be read. ``reason`` is a sentence without its dot.

    ``line`` counts from 1; None where lines say nothing, as in a file of JSON.
    """

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(reason if line is None else f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def text(line: bytes) -> str:
    """A line as text. Old files are Latin-1 where they are not UTF-8."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


class Reader:
    """Gives out lines one by one; ``number`` is that of the last, from 1."""

    def __init__(self, lines: Lines) -> None:
        self.number = 0
        self.lines = self._counted(lines)

    def _counted(self, lines: Lines) -> Iterator[bytes]:
        for number, line in enumerate(lines, 1):
            self.number = number
            # Some programs put a mark at the start of a file.
            yield line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line


def whole(written: str, line: int, what: str) -> int:
    """A whole number that is not negative. Raises ``BadFile``."""
    # ``isdecimal`` knows digits of every script; files are written in these.
    if not (written.isascii() and written.isdecimal()) or len(written) > 18:
        raise BadFile(line, f"{what} should be a whole number, and is {written!r}")
    return int(written)
