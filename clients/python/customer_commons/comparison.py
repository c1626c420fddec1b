"""Comparing what two terms say, by their published rules. Offline; shares nothing with the site.

An *act* is something a party does: an action, and where it matters the purpose, the data, the
recipient, the storage and the days. A term says one of four things about an act:

- ``"no"``: a prohibition speaks of it. It wins over any permission.
- ``"must"``: a duty speaks of it.
- ``"yes"``: a permission speaks of it.
- ``"open"``: none of its rules does.

A rule speaks of an act if each of its points is open or is the act's, or broader: what is said of
marketing is said of advertising too. Days: a permission for "P30D" speaks of keeping for up to 30
days, a prohibition of more than 30; a duty within "P30D" is fulfilled within 30, and so it also
demands what a duty within "P60D" does.

One term is *stricter* than another if it differs, and about every act it says the same or something
stricter. Stricter is "no" than "open" and "yes", "open" than "yes", and "must" than "open" and
"yes"; for the individual's own acts it is the other way round: what you may do, the organisation
must let you do. "no" and "must" are not to be compared: terms that differ so are merely
*different*.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from importlib import resources
from itertools import product
from typing import Any, Literal

from customer_commons.verifier import NotVerified

Saying = Literal["no", "must", "yes", "open"]
Rule = Mapping[str, str]

_CODED = ("party", "action", "purpose", "data", "recipient", "storage")
_POINTS = {"kind", *_CODED, "retention"}
_KINDS: dict[str, Saying] = {"prohibition": "no", "duty": "must", "permission": "yes"}
_STRICTER = {("no", "open"), ("no", "yes"), ("open", "yes"), ("must", "open"), ("must", "yes")}
# Days: "for ever" is more than any number that can be written.
_FOR_EVER = 100_000


class Relation(StrEnum):
    """How the first of two terms stands to the second."""

    SAME = "same"
    STRICTER = "stricter"
    LOOSER = "looser"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Difference:
    """An act about which the two do not say the same, as broad as that is true.

    ``act`` has the points that narrow it, by name; ``apart_from`` the narrower codes for which it
    is not true. ``days`` is (from, to) where days matter, ``to`` None for any number above.
    """

    act: Mapping[str, str]
    apart_from: Mapping[str, tuple[str, ...]]
    days: tuple[int, int | None] | None
    one: Saying
    other: Saying


@dataclass(frozen=True)
class Comparison:
    """What the comparison of a first term with a second found."""

    relation: Relation
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Vocabulary:
    """The codes of each point of a rule, with those that are directly broader; and their labels."""

    version: str
    broader: Mapping[str, Mapping[str, tuple[str, ...]]]
    labels: Mapping[str, Mapping[str, str]]

    @classmethod
    def from_json(cls, document: Any) -> Vocabulary:
        """From the site's ``/ns/terms/vocabulary.json``, parsed. Raises ``NotVerified``."""
        try:
            points = {
                point: {word["code"]: (tuple(word["broader"]), word["label"]) for word in words}
                for point, words in document["points"].items()
            }
            version = str(document["version"])
        except (KeyError, TypeError, AttributeError) as error:
            raise NotVerified("vocabulary", f"The vocabulary cannot be read: {error!r}.") from error
        for words in points.values():
            for above, _label in words.values():
                if missing := [code for code in above if code not in words]:
                    raise NotVerified("vocabulary", f"The vocabulary lacks {missing[0]!r}.")
        broader = {
            point: {code: above for code, (above, _label) in words.items()}
            for point, words in points.items()
        }
        labels = {
            point: {code: label for code, (_above, label) in words.items()}
            for point, words in points.items()
        }
        return cls(version, broader, labels)

    @classmethod
    def bundled(cls) -> Vocabulary:
        """The vocabulary that this program was published with."""
        file = resources.files("customer_commons") / "vocabulary.json"
        return cls.from_json(json.loads(file.read_text("utf-8")))

    def above(self, point: str, code: str) -> frozenset[str]:
        """``code`` and all that is broader. Raises ``NotVerified`` if it is not known."""
        found: set[str] = set()
        todo = [code]
        while todo:
            one = todo.pop()
            if one not in self.broader.get(point, {}):
                raise NotVerified(
                    "vocabulary",
                    f"{one!r} is no {point} of vocabulary {self.version}. "
                    "The term may be newer: compare with the site's vocabulary.",
                )
            if one not in found:
                found.add(one)
                todo += self.broader[point][one]
        return frozenset(found)


def compare(
    one: Iterable[Rule], other: Iterable[Rule], vocabulary: Vocabulary | None = None
) -> Comparison:
    """Compare two sets of rules, as ``document["rules"]`` has them.

    Raises ``NotVerified`` ("vocabulary") for a code that the vocabulary does not have.
    """
    space = _Space(
        tuple(dict(rule) for rule in one),
        tuple(dict(rule) for rule in other),
        vocabulary or Vocabulary.bundled(),
    )
    differences = space.differences()
    ways = {_way(found) for found in differences}
    if len(ways) > 1:
        return Comparison(Relation.DIFFERENT, differences)
    return Comparison(ways.pop() if ways else Relation.SAME, differences)


def _way(found: Difference) -> Relation:
    pair, back = (found.one, found.other), (found.other, found.one)
    if found.act["party"] == "first" and "must" not in pair:
        # What the individual may do, the organisation must let them do.
        pair, back = back, pair
    if pair in _STRICTER:
        return Relation.STRICTER
    return Relation.LOOSER if back in _STRICTER else Relation.DIFFERENT


@dataclass(frozen=True)
class _Part:
    """A part of an axis: a choice apart from narrower ones, and the cells that makes."""

    choice: Any
    apart_from: tuple[str, ...]
    cells: frozenset[int]


@dataclass(frozen=True)
class _Axis:
    """One point of rules. A cell is all things of which the same rules speak, as far as it goes."""

    # The broader before the narrower: each with the cells it reaches into, the cell that it is in
    # itself, and what is narrower.
    reach: Mapping[Any, frozenset[int]]
    own: Mapping[Any, int]
    below: Mapping[Any, tuple[str, ...]]
    # Of each cell the rules, as bits, that speak of it.
    rules: tuple[int, ...]

    def broadest(self, place: int, good: frozenset[int]) -> _Part:
        """The broadest choice around a cell that, apart from some codes, reaches only good ones."""
        for choice, reach in self.reach.items():
            if self.own[choice] not in good:
                continue
            apart: list[str] = []
            for code in self.below[choice]:
                if self.own[code] not in good and not any(code in self.below[a] for a in apart):
                    apart.append(code)
            cells = reach.difference(*(self.reach[code] for code in apart))
            if place in cells and cells <= good:
                return _Part(choice, tuple(apart), cells)
        raise AssertionError("every cell is reached by a choice of its own")


@dataclass(frozen=True)
class _Space:
    one: tuple[Rule, ...]
    other: tuple[Rule, ...]
    vocabulary: Vocabulary
    _memo: dict[tuple[int, ...], tuple[Saying, Saying]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rule in self.rules:
            known = {"kind", "party", "action"} <= set(rule) <= _POINTS
            if not known or rule["kind"] not in _KINDS:
                raise NotVerified("vocabulary", f"{dict(rule)} is not a rule this program knows.")

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        return (*self.one, *self.other)

    def differences(self) -> tuple[Difference, ...]:
        found: list[Difference] = []
        told: set[tuple[int, ...]] = set()
        for cell in product(*(range(len(axis.rules)) for axis in self.axes)):
            one, other = self.said(cell)
            if one != other and cell not in told:
                parts = self.broadest(cell)
                told |= set(product(*(part.cells for part in parts)))
                found.append(_difference(parts, one, other))
        return tuple(found)

    def said(self, cell: tuple[int, ...]) -> tuple[Saying, Saying]:
        """What the two say about the acts of one cell."""
        if cell not in self._memo:
            speak = -1
            for axis, place in zip(self.axes, cell, strict=True):
                speak &= axis.rules[place]
            of_one = [rule for bit, rule in enumerate(self.one) if speak >> bit & 1]
            speak >>= len(self.one)
            of_other = [rule for bit, rule in enumerate(self.other) if speak >> bit & 1]
            self._memo[cell] = (_saying(of_one), _saying(of_other))
        return self._memo[cell]

    def broadest(self, cell: tuple[int, ...]) -> list[_Part]:
        """A part of each axis around the cell, as broad as the two say the same of all of it."""
        said = self.said(cell)
        parts = [_Part("", (), frozenset({place})) for place in cell]
        for number, axis in enumerate(self.axes):

            def holds(place: int, number: int = number) -> bool:
                around = [part.cells for part in parts]
                around[number] = frozenset({place})
                return all(self.said(each) == said for each in product(*around))

            good = frozenset(place for place in range(len(axis.rules)) if holds(place))
            parts[number] = axis.broadest(cell[number], good)
        return parts

    @cached_property
    def axes(self) -> tuple[_Axis, ...]:
        return (*(self._coded(name) for name in _CODED), self._days())

    def _coded(self, name: str) -> _Axis:
        """Things that the same rules speak of are one cell: so few cells stand for all things."""
        named = [rule.get(name, "") for rule in self.rules]
        for code in filter(None, named):
            self.vocabulary.above(name, code)
        things = {code: self.vocabulary.above(name, code) for code in self.vocabulary.broader[name]}
        # What no code of the vocabulary names is a thing too, but who acts and how is always named.
        if name not in ("party", "action"):
            things[""] = frozenset()
        bits_of = {
            thing: sum(1 << bit for bit, code in enumerate(named) if not code or code in above)
            for thing, above in things.items()
        }
        cells: dict[int, list[str]] = {}
        for thing, bits in bits_of.items():
            cells.setdefault(bits, []).append(thing)
        order = sorted(things, key=lambda code: (code != "", len(things[code]), code))
        reach = {
            code: frozenset(
                place
                for place, members in enumerate(cells.values())
                if code == "" or any(code in things[member] for member in members)
            )
            for code in order
        }
        places = list(cells)
        return _Axis(
            reach,
            {code: places.index(bits_of[code]) for code in order},
            {
                code: tuple(
                    other
                    for other in order
                    if other != code and (not code or code in things[other])
                )
                for code in order
            },
            tuple(places),
        )

    def _days(self) -> _Axis:
        spans = [_span(rule) for rule in self.rules]
        starts = sorted({0} | {first for first, _ in spans} | {last + 1 for _, last in spans})
        starts = [start for start in starts if start <= _FOR_EVER]
        ends = [*(start - 1 for start in starts[1:]), _FOR_EVER]
        cells = list(zip(starts, ends, strict=True))
        choices = [(first, last) for first in starts for last in ends if first <= last]
        choices.sort(key=lambda span: (span[0] - span[1], span))
        return _Axis(
            {
                span: frozenset(place for place, cell in enumerate(cells) if _within(cell, span))
                for span in choices
            },
            {span: starts.index(span[0]) for span in choices},
            dict.fromkeys(choices, ()),
            tuple(
                sum(1 << bit for bit, span in enumerate(spans) if _within(cell, span))
                for cell in cells
            ),
        )


def _difference(parts: list[_Part], one: Saying, other: Saying) -> Difference:
    named = dict(zip(_CODED, parts, strict=False))
    first, last = parts[-1].choice
    return Difference(
        act={name: part.choice for name, part in named.items() if part.choice},
        apart_from={name: part.apart_from for name, part in named.items() if part.apart_from},
        days=None
        if (first, last) == (0, _FOR_EVER)
        else (first, None if last == _FOR_EVER else last),
        one=one,
        other=other,
    )


def _within(cell: tuple[int, int], span: tuple[int, int]) -> bool:
    return span[0] <= cell[0] and cell[1] <= span[1]


def _saying(rules: Iterable[Rule]) -> Saying:
    said = {_KINDS[rule["kind"]] for rule in rules}
    for strongest in ("no", "must", "yes"):
        if strongest in said:
            return strongest
    return "open"


def _span(rule: Rule) -> tuple[int, int]:
    """The days, from and to, of which a rule speaks."""
    retention = rule.get("retention", "")
    if not retention:
        # Deletion without a time limit is demanded for some day.
        some_day = rule["kind"] == "duty" and rule.get("action") == "delete"
        return (_FOR_EVER if some_day else 0, _FOR_EVER)
    number = retention.removeprefix("P").removesuffix("D")
    if f"P{number}D" != retention or not number.isdecimal() or len(number) > 5:
        raise NotVerified("vocabulary", f"{retention!r} is not a number of days.")
    if rule["kind"] == "prohibition":
        return (int(number) + 1, _FOR_EVER)
    return (int(number), _FOR_EVER) if rule["kind"] == "duty" else (0, int(number))
