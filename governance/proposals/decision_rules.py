"""Decision rules: what a kind of proposal needs to be decided. Pure: no Django, no clock, no files.

A rule names the sponsors an idea needs, how long each stage lasts, the quorum and majority of the
vote, and how long one must have had standing to sponsor and to vote. Durations are ISO 8601 without
years and months, whose length depends on the calendar.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from math import ceil
from typing import Any

# Until this many members have standing, the community is being founded: waiting times (days in
# standing) do not apply, and a vote needs at least FOUNDING_MINIMUM votes in favour, however small
# the share that its quorum asks for.
FOUNDING_ENDS_AT = 25
FOUNDING_MINIMUM = 3

# The kind whose rule says how rules change. Whatever it says, changing one takes this majority, and
# at least the quorum and the majority that are being changed; it takes effect so long afterwards.
CHANGE_RULE = "change_rule"
CHANGE_MAJORITY = Fraction(2, 3)
CHANGE_TAKES_EFFECT_AFTER = timedelta(days=14)

_DURATION = re.compile(
    r"P(?=[0-9T])(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.ASCII,
)
_LONGEST = timedelta(days=3660)
_FRACTION = re.compile(r"(?P<p>\d{1,4})/(?P<q>\d{1,4})", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """``"P14D"``, ``"P2W"``, ``"P1DT12H"`` or ``"PT30S"`` as a time span.

    Raises ``ValueError`` for anything else: years, months, fractions, signs, nothing at all, or
    more than ten years.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a duration such as P14D or PT2M")
    parts = {unit: int(number) for unit, number in match.groupdict(default="0").items()}
    try:
        span = timedelta(**parts)
    except OverflowError:
        span = timedelta.max
    if span > _LONGEST:
        raise ValueError(f"{text!r} is longer than ten years")
    return span


def format_duration(span: timedelta) -> str:
    """A time span of whole seconds as ISO 8601, each unit at most once: ``P14D``, ``PT2M``.

    Raises ``ValueError`` for a negative span or a part of a second.
    """
    if span < timedelta(0) or span.microseconds:
        raise ValueError(f"{span} is not a duration of whole seconds")
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{span.days}D" if span.days else ""
    time = "".join(
        f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count
    )
    if not days and not time:
        return "PT0S"
    return "P" + days + (f"T{time}" if time else "")


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """How one kind of proposal is decided.

    ``quorum`` is the share of the roll that must vote in favour; ``majority`` the share of the
    votes for and against. ``min_days`` are the days in standing a voter needs at the cut-off,
    ``sponsor_min_days`` those a sponsor needs. ``petition``, where set, is the share of the members
    who must sign before there is a discussion, though never fewer than ``sponsors``.
    """

    kind: str
    sponsors: int
    idea_lapses_after: timedelta
    discussion: timedelta
    final: timedelta
    voting: timedelta
    quorum: Fraction
    majority: Fraction
    min_days: int
    sponsor_min_days: int
    petition: Fraction | None = None

    def signatures(self, members: int) -> int:
        """How many must stand behind an idea in a community of so many members."""
        return max(self.sponsors, ceil((self.petition or 0) * members))

    def demanding(self, *, quorum: Fraction, majority: Fraction) -> DecisionRule:
        """This rule with at least this quorum and this majority."""
        return replace(self, quorum=max(self.quorum, quorum), majority=max(self.majority, majority))

    def as_json(self) -> dict[str, Any]:
        """The rule as the public record holds it: durations and fractions as text."""
        return {
            "kind": self.kind,
            "sponsors": self.sponsors,
            "ideaLapsesAfter": format_duration(self.idea_lapses_after),
            "discussion": format_duration(self.discussion),
            "final": format_duration(self.final),
            "voting": format_duration(self.voting),
            "quorum": format_fraction(self.quorum),
            "majority": format_fraction(self.majority),
            "minDays": self.min_days,
            "sponsorsMinDays": self.sponsor_min_days,
            **({"petition": format_fraction(self.petition)} if self.petition else {}),
        }


class BadRules(ValueError):
    """A rules file cannot be used. ``problems`` names each place and what would work there."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def parse_rules(text: str) -> tuple[DecisionRule, ...]:
    """The rules of a TOML file with one table for each kind, in the file's order.

    Raises ``BadRules`` with every problem found: what is missing, unknown or out of range.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRules([f"not TOML: {error}"]) from None
    if not tables:
        raise BadRules(["there are no rules: write a table [kind] for each kind of proposal"])
    rules: list[DecisionRule] = []
    problems: list[str] = []
    for kind, table in tables.items():
        if not isinstance(table, dict):
            problems.append(f"{kind}: expected a table [{kind}]")
            continue
        try:
            rules.append(read_rule(kind, table))
        except BadRule as error:
            problems += [f"{kind}.{name}: {problem}" for name, problem in error.problems.items()]
    if problems:
        raise BadRules(problems)
    return tuple(rules)


class BadRule(ValueError):
    """A rule cannot be used. ``problems`` says of each field what would work there."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems.items()))
        self.problems = problems


def read_rule(kind: str, table: Mapping[str, object]) -> DecisionRule:
    """The rule of a kind from its fields as text and numbers. Raises ``BadRule`` naming them."""
    values: dict[str, Any] = {}
    readers = _READERS | _OPTIONAL
    problems = {
        name: f"unknown; known are {', '.join(readers)}"
        for name in sorted(table.keys() - readers.keys())
    }
    for name, read in readers.items():
        if name not in table:
            if name in _READERS:
                problems[name] = "missing"
            continue
        try:
            values[name] = read(table[name])
        except ValueError as error:
            problems[name] = str(error)
    if kind == CHANGE_RULE and values.get("majority", CHANGE_MAJORITY) < CHANGE_MAJORITY:
        problems["majority"] = f"rules change by at least {format_fraction(CHANGE_MAJORITY)}"
    if problems:
        raise BadRule(problems)
    return DecisionRule(kind=kind, **values)


def as_table(rule: DecisionRule) -> dict[str, Any]:
    """What :func:`read_rule` reads the rule from."""
    return {
        "sponsors": rule.sponsors,
        "idea_lapses_after": format_duration(rule.idea_lapses_after),
        "discussion": format_duration(rule.discussion),
        "final": format_duration(rule.final),
        "voting": format_duration(rule.voting),
        "quorum": format_fraction(rule.quorum),
        "majority": format_fraction(rule.majority),
        "min_days": rule.min_days,
        "sponsor_min_days": rule.sponsor_min_days,
        **({"petition": format_fraction(rule.petition)} if rule.petition else {}),
    }


def parse_fraction(text: str) -> Fraction:
    """``"1/10"`` as a fraction of at most one. Raises ``ValueError`` for anything else."""
    match = _FRACTION.fullmatch(text)
    if match is None or int(match["q"]) == 0:
        raise ValueError(f"{text!r} is not a fraction such as 1/10")
    fraction = Fraction(int(match["p"]), int(match["q"]))
    if not 0 < fraction <= 1:
        raise ValueError(f"{text!r} is not above nothing and at most 1/1")
    return fraction


def format_fraction(fraction: Fraction) -> str:
    """``"p/q"`` in lowest terms, also for the whole: ``"1/1"``."""
    return f"{fraction.numerator}/{fraction.denominator}"


def is_founding(members_in_standing: int) -> bool:
    """Whether the founding still lasts with this many members in standing."""
    return members_in_standing < FOUNDING_ENDS_AT


def _count(at_least: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not at_least <= value <= 3660:
            raise ValueError(f"expected a whole number from {at_least} to 3660, not {value!r}")
        return value

    return read


def _span(value: object) -> timedelta:
    if not isinstance(value, str):
        raise ValueError(f'expected a duration such as "P14D", not {value!r}')
    span = parse_duration(value)
    if not span:
        raise ValueError("a duration of nothing leaves nobody time to act")
    return span


def _share(value: object) -> Fraction:
    if not isinstance(value, str):
        raise ValueError(f'expected a fraction such as "1/10", not {value!r}')
    return parse_fraction(value)


def _majority(value: object) -> Fraction:
    share = _share(value)
    if not Fraction(1, 2) <= share < 1:
        raise ValueError(f"{value!r} is not from 1/2 up to, and below, the whole")
    return share


_READERS: dict[str, Callable[[object], Any]] = {
    "sponsors": _count(1),
    "idea_lapses_after": _span,
    "discussion": _span,
    "final": _span,
    "voting": _span,
    "quorum": _share,
    "majority": _majority,
    "min_days": _count(0),
    "sponsor_min_days": _count(0),
}
_OPTIONAL: dict[str, Callable[[object], Any]] = {"petition": _share}
