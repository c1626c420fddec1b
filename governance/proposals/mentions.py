"""Who is mentioned in a text: "@" and the display name of somebody in the talk. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# One comment calls no more people than this.
MOST = 10


def mentioned(text: str, names: Iterable[str]) -> set[str]:
    """Those of ``names`` that ``text`` mentions, whatever the case; of two that fit, the longer.

    "@Ann Lee" mentions Ann Lee and not Ann; "@Anna" mentions no Ann; "x@ann" is no mention.
    """
    by_folded: dict[str, list[str]] = {}
    for name in names:
        if name:
            by_folded.setdefault(_folded(name), []).append(name)
    if not by_folded:
        return set()
    longest_first = sorted(by_folded, key=len, reverse=True)
    pattern = re.compile(r"(?<![\w@])@(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")
    found: dict[str, None] = dict.fromkeys(pattern.findall(_folded(text)))
    return {name for folded in list(found)[:MOST] for name in by_folded[folded]}


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
