"""What a rule is, and what an author writes around rules. Pure."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

_RETENTION = re.compile(r"P(0|[1-9][0-9]{0,4})D")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: codes of the vocabulary; an empty code leaves that point open.

    ``retention`` is an ISO 8601 duration in whole days ("P30D"). On a permission or a duty it is
    how long at most; on a prohibition of keeping it is how long beyond which.
    """

    kind: str
    party: str
    action: str
    purpose: str = ""
    data: str = ""
    recipient: str = ""
    retention: str = ""
    storage: str = ""

    def as_dict(self) -> dict[str, str]:
        """Every point by name, empty ones too."""
        return dataclasses.asdict(self)

    def stated(self) -> dict[str, str]:
        """The points that are not open, as the published document writes them."""
        return {name: code for name, code in self.as_dict().items() if code}


@dataclass(frozen=True, slots=True)
class DraftContent:
    """All that an author writes: what becomes a published version, apart from who decided it.

    ``plain`` and ``legal`` are CommonMark. ``aliases`` are outside IRIs of the same term.
    """

    slug: str
    version: str
    title: str
    plain: str
    legal: str
    rules: tuple[Rule, ...]
    aliases: tuple[str, ...] = ()


def is_retention(text: str) -> bool:
    """Whether it is a duration in whole days, as rules write it."""
    return bool(_RETENTION.fullmatch(text))


def days(retention: str) -> int:
    """``"P30D"`` is 30. Raises ``ValueError`` for what is not a whole number of days."""
    found = _RETENTION.fullmatch(retention)
    if not found:
        raise ValueError(f"not a duration in days: {retention!r}")
    return int(found[1])
