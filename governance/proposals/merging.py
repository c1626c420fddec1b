"""Putting what somebody changed in one text onto a text that others changed meanwhile. Pure.

What comes out is a proposal to whoever changed it, who reads it before it is anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diff_match_patch import diff_match_patch


def merge(
    base: Mapping[str, Any], mine: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any]:
    """What ``mine`` changes in ``base``, changed in ``now``: part by part.

    Where both changed the same words, or the same list of rules, mine stand.
    """
    return {name: _part(base.get(name), text, now.get(name)) for name, text in mine.items()}


def _part(base: Any, mine: Any, now: Any) -> Any:
    if mine == base:
        return now
    if now in (base, mine) or not all(isinstance(text, str) for text in (base, mine, now)):
        return mine
    compare = diff_match_patch()
    merged, applied = compare.patch_apply(compare.patch_make(base, mine), now)
    return merged if all(applied) else mine
