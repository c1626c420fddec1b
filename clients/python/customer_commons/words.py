"""What a comparison found, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customer_commons.comparison import Difference, Relation, Vocabulary

_RELATIONS = {
    Relation.SAME: "{one} and {other} say the same.",
    Relation.STRICTER: "{one} is stricter than {other}.",
    Relation.LOOSER: "{one} is looser than {other}.",
    Relation.DIFFERENT: "{one} and {other} differ, and neither is stricter.",
}
_SAYINGS = {
    "no": "{name} forbids it",
    "must": "{name} demands it",
    "yes": "{name} permits it",
    "open": "{name} leaves it open",
}
_POINTS = {
    "purpose": "for: {}",
    "data": "with: {}",
    "recipient": "to: {}",
    "storage": "kept: {}",
}


def names(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, str]:
    """What to call two documents: their slugs, with the versions where the slugs are the same."""
    pair = [str(document.get("slug") or "a term") for document in (one, other)]
    if pair[0] == pair[1]:
        pair = [
            f"{slug} {document.get('version')}"
            for slug, document in zip(pair, (one, other), strict=True)
        ]
    return (pair[0], pair[1])


def relation(found: Relation, one: str, other: str) -> str:
    """The relation of two terms in a sentence."""
    return _RELATIONS[found].format(one=one, other=other)


def difference(found: Difference, one: str, other: str, vocabulary: Vocabulary) -> str:
    """A difference in a sentence: "The organisation: build a profile of you (profiling). …"."""

    def label(point: str, code: str) -> str:
        return vocabulary.labels[point][code]

    act = f"{label('party', found.act['party'])}: {label('action', found.act['action'])}"
    details = []
    for point, words in _POINTS.items():
        if code := found.act.get(point):
            details.append(words.format(label(point, code)))
    if found.days:
        details.append(_days(found))
    for point, codes in found.apart_from.items():
        details.append("apart from " + ", ".join(label(point, code) for code in codes))
    if details:
        act += "; " + "; ".join(details)
    sayings = [
        _SAYINGS[said].format(name=name) for said, name in ((found.one, one), (found.other, other))
    ]
    return f"{act[0].upper()}{act[1:]}. {', '.join(sayings)}."


def _days(found: Difference) -> str:
    first, last = found.days or (0, None)
    if found.act["action"] == "delete":
        return f"within {first} days" if last is not None else "some day"
    if last is None:
        return f"for longer than {first - 1} days" if first else "for any time"
    return f"for {first} to {last} days" if first else f"for up to {last} days"
