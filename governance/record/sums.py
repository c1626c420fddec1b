"""``SHA256SUMS``: the hash of every file of a copy, as ``sha256sum --check`` reads it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f\\]+)")


class SumsInvalid(ValueError):
    """Not a list of sums as :func:`text` writes it."""


def digest(content: bytes) -> str:
    """SHA-256 in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def text(sums: Mapping[str, str]) -> bytes:
    """The file that lists ``sums``, a hash for each path, in the order of the paths."""
    return "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)).encode()


def parse(content: bytes) -> dict[str, str]:
    """The sums in such a file, by path. Raises ``SumsInvalid`` for any other spelling of them."""
    sums = {}
    try:
        lines = content.decode().removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise SumsInvalid(f"byte {error.start + 1} is not UTF-8") from None
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if not match:
            raise SumsInvalid(f"line {number} is not a hash, two spaces and a path")
        sums[match[2]] = match[1]
    if text(sums) != content:
        raise SumsInvalid("its lines are not in order, each once and each ended")
    return sums
