"""What one set of rules says that another does not, and which of the two is stricter. Pure.

A set of rules answers, for every act there can be: ``no`` (a prohibition speaks of it, and wins),
``must`` (a duty), ``yes`` (a permission), or ``open`` (no rule speaks of it). Two sets mean the
same if they answer alike everywhere, however they are written.

Acts are told apart by the codes of the vocabulary. A code stands for all that is a case of it, and
an empty point for anything at all. ``retention`` on an act is how long at most the data is kept;
on a duty it is the time by which it must be done, so that a duty to delete within 7 days holds
whatever a duty to delete within 30 days asks. A duty to delete and a ban on keeping are two things,
as they are in law: neither is read into the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum
from itertools import product

from governance.terms.rulebook import Rule, days
from governance.terms.vocabulary import ACTIONS, CHOICES, PARTIES, Vocabulary, covers

# An act by its codes, in the order of an Axis each; the bits of a mask are the rules of both sets.
Codes = tuple[str, ...]
_FURTHER = ("purpose", "data", "recipient", "storage")


class Relation(StrEnum):
    """Of one set of rules to another; "stricter" is the one that protects the individual more."""

    SAME = "same"
    STRICTER = "stricter"
    LOOSER = "looser"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Difference:
    """Acts on which two sets of rules do not say the same, as many as that can be said of at once.

    It is about all of ``act`` (whose kind is empty) except what is also in one of ``but``. ``one``
    and ``other`` are what the two sets say: "no", "yes", "must" or "open".
    """

    act: Rule
    one: str
    other: str
    but: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """``relation`` is that of the first set to the second.

    Stricter: wherever the two differ, the first forbids what the second does not, or demands what
    the second does not, or leaves open what the second permits. What the individual may do counts
    as a demand, since the organisation must let them.
    """

    relation: Relation
    differences: tuple[Difference, ...]


def compare(one: Iterable[Rule], other: Iterable[Rule]) -> Comparison:
    """How the first set of well-formed rules stands to the second, and on what they differ."""
    ours, theirs = tuple(one), tuple(other)
    differences = tuple(
        difference
        for party in PARTIES
        for family in _families()
        for difference in _differences(
            party,
            family,
            [rule for rule in ours if rule.party == party and rule.action in family],
            [rule for rule in theirs if rule.party == party and rule.action in family],
        )
    )
    return Comparison(_relation(differences), differences)


def identity(rules: Iterable[Rule]) -> str:
    """A digest (hex SHA-256) of what the rules mean: equal for sets that compare as the same."""
    meaning = [
        [astuple(found.act), found.one, [astuple(rule) for rule in found.but]]
        for found in compare(rules, ()).differences
    ]
    return hashlib.sha256(json.dumps(meaning).encode()).hexdigest()


# Which is stricter

_STRICTER = frozenset({("no", "open"), ("no", "yes"), ("open", "yes")})
_DEMANDS_MORE = frozenset({("must", "open"), ("must", "yes")})


def _relation(differences: Iterable[Difference]) -> Relation:
    ways = {_way(found) for found in differences}
    if not ways:
        return Relation.SAME
    return ways.pop() if len(ways) == 1 else Relation.DIFFERENT


def _way(found: Difference) -> Relation:
    pair, back = (found.one, found.other), (found.other, found.one)
    if pair in _DEMANDS_MORE or back in _DEMANDS_MORE:
        return Relation.STRICTER if pair in _DEMANDS_MORE else Relation.LOOSER
    if found.act.party == "first":
        pair, back = back, pair
    if pair in _STRICTER:
        return Relation.STRICTER
    return Relation.LOOSER if back in _STRICTER else Relation.DIFFERENT


# Where they differ


@dataclass(frozen=True, slots=True)
class Axis:
    """One point of an act: its codes with the rules that speak of each (bits of a mask), and what
    each code covers. A code here is that code alone, apart from its narrower ones. Broader first.
    """

    masks: Mapping[str, int]
    below: Mapping[str, tuple[str, ...]]


def _families() -> Iterator[frozenset[str]]:
    """Actions that rules can speak of together: those under one broadest action."""
    for top, action in ACTIONS.items():
        if not action.broader:
            yield frozenset(code for code in ACTIONS if covers(ACTIONS, top, code))


def _differences(
    party: str, family: frozenset[str], ours: Sequence[Rule], theirs: Sequence[Rule]
) -> Iterator[Difference]:
    rules = (*ours, *theirs)
    if not rules:
        return
    axes = _axes(family, rules)
    apart: dict[tuple[str, str], set[Codes]] = {}
    first = (1 << len(ours)) - 1
    kinds = {
        kind: sum(1 << bit for bit, rule in enumerate(rules) if rule.kind == kind)
        for kind in ("prohibition", "duty", "permission")
    }
    # Broader acts come before those they cover, whatever the point.
    acts = list(product(*(axis.masks for axis in axes)))
    for codes in acts:
        mask = -1
        for axis, code in zip(axes, codes, strict=True):
            mask &= axis.masks[code]
        pair = _answer(mask & first, kinds), _answer(mask & ~first, kinds)
        if pair[0] != pair[1]:
            apart.setdefault(pair, set()).add(codes)
    for (one, other), all_of_it in sorted(apart.items()):
        rest = set(all_of_it)
        for codes in acts:
            if codes in rest:
                but, covered = _extent(axes, codes, all_of_it)
                rest -= covered
                yield Difference(
                    _act(party, codes), one, other, tuple(_act(party, each) for each in but)
                )


def _answer(mask: int, kinds: Mapping[str, int]) -> str:
    if mask & kinds["prohibition"]:
        return "no"
    if mask & kinds["duty"]:
        return "must"
    return "yes" if mask & kinds["permission"] else "open"


def _extent(axes: Sequence[Axis], top: Codes, wanted: set[Codes]) -> tuple[list[Codes], set[Codes]]:
    """What of the acts under ``top`` has to be excepted so that the rest is wanted, and that rest.

    Exceptions are as broad as they can be.
    """
    but: list[Codes] = []
    excepted: set[Codes] = set()
    covered: set[Codes] = set()
    for codes in _under(axes, top):
        if codes not in wanted and codes not in excepted:
            but.append(codes)
            excepted.update(_under(axes, codes))
        elif codes not in excepted:
            covered.add(codes)
    return but, covered


def _under(axes: Sequence[Axis], codes: Codes) -> Iterator[Codes]:
    return product(*(axis.below[code] for axis, code in zip(axes, codes, strict=True)))


def _act(party: str, codes: Codes) -> Rule:
    action, retention, *further = codes
    return Rule("", party, action, retention=retention, **dict(zip(_FURTHER, further, strict=True)))


# The points of acts


def _axes(family: frozenset[str], rules: Sequence[Rule]) -> list[Axis]:
    actions = {code: word for code, word in ACTIONS.items() if code in family}
    duties = any(rule.kind == "duty" for rule in rules)
    return [
        _axis_of_words("action", actions, rules),
        (_axis_of_deadlines if duties else _axis_of_days)(rules),
        *(_axis_of_words(name, CHOICES[name], rules) for name in _FURTHER),
    ]


def _axis_of_words(name: str, words: Vocabulary, rules: Sequence[Rule]) -> Axis:
    broad_first = sorted(words, key=lambda code: (_depth(words, code), code))
    return _axis(
        broad_first if name == "action" else ["", *broad_first],
        rules,
        speaks=lambda rule, code: covers(words, getattr(rule, name), code),
        broader=lambda broad, code: covers(words, broad, code),
    )


def _depth(words: Vocabulary, code: str) -> int:
    return sum(covers(words, above, code) for above in words)


def _axis_of_days(rules: Sequence[Rule]) -> Axis:
    """For how long data is kept: "P30D" is up to thirty days, and "" whatever is longer still."""
    limits = sorted({days(rule.retention) for rule in rules if rule.retention}, reverse=True)

    def speaks(rule: Rule, code: str) -> bool:
        if not rule.retention:
            return True
        within = bool(code) and days(code) <= days(rule.retention)
        return within != (rule.kind == "prohibition")

    def broader(broad: str, code: str) -> bool:
        return not broad or (bool(code) and days(code) <= days(broad))

    return _axis(["", *(f"P{limit}D" for limit in limits)], rules, speaks, broader)


def _axis_of_deadlines(rules: Sequence[Rule]) -> Axis:
    """By when something must be done: "P7D" is within seven days, which is also within thirty."""
    limits = sorted({days(rule.retention) for rule in rules if rule.retention})

    def speaks(rule: Rule, code: str) -> bool:
        return not code or (bool(rule.retention) and days(rule.retention) <= days(code))

    def broader(broad: str, code: str) -> bool:
        return not code or (bool(broad) and days(broad) <= days(code))

    return _axis([*(f"P{limit}D" for limit in limits), ""], rules, speaks, broader)


def _axis(
    codes: Sequence[str],
    rules: Sequence[Rule],
    speaks: Callable[[Rule, str], bool],
    broader: Callable[[str, str], bool],
) -> Axis:
    """``codes``, broader first, without those of which the rules say what they say of a broader."""
    masks: dict[str, int] = {}
    for code in codes:
        mask = sum(1 << bit for bit, rule in enumerate(rules) if speaks(rule, code))
        if not any(masks[above] == mask and broader(above, code) for above in masks):
            masks[code] = mask
    return Axis(masks, {top: tuple(code for code in masks if broader(top, code)) for top in masks})
