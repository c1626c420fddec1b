"""Which of several formats a reader prefers (RFC 9110, section 12.5.1). Pure.

What nobody can make sense of in an ``Accept`` header is passed over, as if it were not there: a
reader who says something odd is still answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_RANGE = re.compile(rf"\s*({_NAME})/({_NAME})\s*((?:;.*)?)", re.DOTALL)
# Between two ranges, but not inside the quotes of a parameter.
_PART = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_WEIGHT = re.compile(r";\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.IGNORECASE)
# No reader that means it sends more.
_LONGEST = 4_000


def preferred(accept: str, offers: Sequence[str]) -> str | None:
    """The one of ``offers`` that a reader with this ``Accept`` header wants most, or None.

    Where the reader has no preference it is the first of ``offers``, and so it is for a header that
    is empty or says nothing that can be read. Parameters but ``q`` make no difference.
    """
    ranges = _ranges(accept)
    if not ranges:
        return offers[0]
    weight, _place, found = max(
        (_weight(ranges, offer), -place, offer) for place, offer in enumerate(offers)
    )
    return found if weight > 0 else None


def _ranges(accept: str) -> dict[tuple[str, str], float]:
    """The weight of each range that can be read. Of one that is named twice, the higher."""
    found: dict[tuple[str, str], float] = {}
    for part in _PART.findall(accept[:_LONGEST]):
        match = _RANGE.fullmatch(part.rstrip())
        if match is None or (match[1] == "*" and match[2] != "*"):
            continue
        name = (match[1].lower(), match[2].lower())
        weight = _WEIGHT.search(match[3])
        found[name] = max(found.get(name, 0.0), float(weight[1]) if weight else 1.0)
    return found


def _weight(ranges: dict[tuple[str, str], float], offer: str) -> float:
    """What the range that fits ``offer`` most exactly says of it; nothing, where none fits."""
    kind, _slash, subtype = offer.partition("/")
    for name in ((kind, subtype), (kind, "*"), ("*", "*")):
        if name in ranges:
            return ranges[name]
    return 0.0
