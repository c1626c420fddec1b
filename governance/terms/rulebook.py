"""What a rule is, and what rules mean together. Pure."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: codes of the vocabulary; an empty code leaves that point open."""

    kind: str
    party: str
    action: str
    purpose: str = ""
    data: str = ""
    recipient: str = ""
    retention: str = ""
    storage: str = ""

    def as_dict(self) -> dict[str, str]:
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class DraftContent:
    """All that an author writes: what becomes a published version, apart from who decided it."""

    slug: str
    version: str
    title: str
    plain: str
    legal: str
    rules: tuple[Rule, ...]
    aliases: tuple[str, ...] = ()
