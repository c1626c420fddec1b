"""Semantic versions as terms use them: three numbers and nothing after (semver.org 2.0.0). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

# Six digits bound a number, so that every version fits the columns it is ordered by.
PATTERN = r"(?:0|[1-9][0-9]{0,5})\.(?:0|[1-9][0-9]{0,5})\.(?:0|[1-9][0-9]{0,5})"
_WHOLE = re.compile(PATTERN)
# A term, and perhaps one of its versions.
NAMED = rf"([a-z0-9]+(?:-[a-z0-9]+)*)(?:/({PATTERN}))?"
_NAME = re.compile(NAMED)

Step = Literal["major", "minor", "patch"]


@dataclass(frozen=True, slots=True, order=True)
class SemVer:
    """``1.4.0``: orders as semantic versions do, number by number."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def next(self, step: Step) -> SemVer:
        """The version after this one: what follows the raised number starts at nought again."""
        if step == "major":
            return SemVer(self.major + 1, 0, 0)
        if step == "minor":
            return SemVer(self.major, self.minor + 1, 0)
        return SemVer(self.major, self.minor, self.patch + 1)


def parse(text: str) -> SemVer:
    """The version ``text`` writes. Raises ``ValueError`` for anything but three plain numbers."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"not a version: {text!r}")
    major, minor, patch = (int(number) for number in text.split("."))
    return SemVer(major, minor, patch)


def parse_name(text: str) -> tuple[str, str]:
    """A term and perhaps a version of it: "no-stalking/1.0.0", or "no-stalking" and no version.

    Raises ``ValueError`` for anything else.
    """
    found = _NAME.fullmatch(text.strip())
    if not found:
        raise ValueError(f"not the name of a term or a version: {text!r}")
    return found[1], found[2] or ""
