"""The sliding scale: which plans there are, what each costs in a year, and how much one may give.

Pure: ``parse`` reads the text of ``plans.toml``, where the amounts are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kernel.money import Money

# What one person may give in any 365 days, in minor units: no member outweighs the others.
CAP_MINOR = 60_000
# Less than this cannot be charged.
LEAST_MINOR = 50
MOST_WAIVERS = 1_000_000


class Level(StrEnum):
    """Where on the scale: what one pays is one's own choice, and buys the same rights."""

    CONCESSION = "concession"
    STANDARD = "standard"
    SOLIDARITY = "solidarity"


class Interval(StrEnum):
    MONTH = "month"
    YEAR = "year"

    @property
    def per_year(self) -> int:
        return 12 if self is Interval.MONTH else 1


@dataclass(frozen=True, slots=True)
class PlanSpec:
    """One line of the scale. ``minor`` is what one interval costs, in minor units."""

    level: Level
    interval: Interval
    minor: int


@dataclass(frozen=True, slots=True)
class ScaleSpec:
    """Everything that members decide about dues: what each plan costs, how many waivers a year."""

    plans: tuple[PlanSpec, ...]
    waivers_each_year: int

    def cost(self, level: Level, interval: Interval) -> int:
        """What a plan costs, in minor units."""
        return next(p.minor for p in self.plans if (p.level, p.interval) == (level, interval))

    def as_content(self) -> dict[str, Any]:
        """What :func:`read` takes, as JSON values."""
        amounts = {
            str(interval): {str(level): self.cost(level, interval) for level in Level}
            for interval in Interval
        }
        return {**amounts, "waivers": {"each_year": self.waivers_each_year}}


def parse(text: str) -> ScaleSpec:
    """The scale in a ``plans.toml``. Raises ``ValueError`` as :func:`read` does."""
    return read(tomllib.loads(text))


def read(content: Mapping[str, Any]) -> ScaleSpec:
    """A scale from plain values: a table for each interval, an amount for each level, the waivers.

    Raises ``ValueError`` for an unknown interval or level, for an amount that is not an integer or
    that nobody could pay in one charge or within the yearly cap, for a scale that is out of order,
    and for a count of waivers that is none.
    """
    each_year = _integer("waivers.each_year", _table(content, "waivers").get("each_year"))
    if not 0 <= each_year <= MOST_WAIVERS:
        raise ValueError(f"waivers.each_year is not between 0 and {MOST_WAIVERS}")
    plans: list[PlanSpec] = []
    for interval in Interval:
        table = _table(content, interval)
        if set(table) != set(Level):
            raise ValueError(f"{interval} must name {', '.join(Level)}")
        amounts = [_integer(f"{interval}.{level}", table[level]) for level in Level]
        if amounts[0] < LEAST_MINOR or amounts[-1] > CAP_MINOR // interval.per_year:
            raise ValueError(f"{interval} names too little, or more than one may give in a year")
        if sorted(amounts) != amounts:
            raise ValueError(f"{interval} must rise from {' to '.join(Level)}")
        plans += [PlanSpec(*spec) for spec in zip(Level, [interval] * 3, amounts, strict=True)]
    if unknown := set(content) - {"waivers", *Interval}:
        raise ValueError(f"nobody knows {', '.join(sorted(unknown))}")
    return ScaleSpec(tuple(plans), each_year)


def _table(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = content.get(name)
    if not isinstance(table, Mapping):
        raise ValueError(f"there must be a table called {name}")
    return table


def _integer(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name} is not an integer: {value!r}")
    return value


def yearly(amount: Money, interval: Interval) -> Money:
    """What a plan costs in a whole year."""
    return Money(amount.minor * interval.per_year, amount.currency)


def over_cap(*, paid: Money, cost: Money, cap_minor: int) -> bool:
    """Whether a year of ``cost`` on top of what was ``paid`` in the year past exceeds the cap."""
    return (paid + cost).minor > cap_minor
