"""The sliding scale: which plans there are, what each costs in a year, and how much one may give.

Pure: ``parse`` reads the text of ``plans.toml``, where the amounts are.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum

from kernel.money import Money


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


def parse(text: str) -> tuple[PlanSpec, ...]:
    """The plans in a ``plans.toml``: a table for each interval, an amount for each level.

    Raises ``ValueError`` for an unknown interval or level, for an amount that is not a positive
    integer, and for a scale that is out of order.
    """
    plans: list[PlanSpec] = []
    for interval, amounts in tomllib.loads(text).items():
        for level, minor in amounts.items():
            if not isinstance(minor, int) or isinstance(minor, bool) or minor <= 0:
                raise ValueError(f"{interval}.{level} is not a positive integer: {minor!r}")
            plans.append(PlanSpec(Level(level), Interval(interval), minor))
    for interval in Interval:
        scale = {plan.level: plan.minor for plan in plans if plan.interval is interval}
        if list(scale) != list(Level) or sorted(scale.values()) != list(scale.values()):
            raise ValueError(f"{interval} must name {', '.join(Level)}, in rising order")
    return tuple(plans)


def yearly(amount: Money, interval: Interval) -> Money:
    """What a plan costs in a whole year."""
    return Money(amount.minor * interval.per_year, amount.currency)


def over_cap(*, paid: Money, cost: Money, cap_minor: int) -> bool:
    """Whether a year of ``cost`` on top of what was ``paid`` in the year past exceeds the cap."""
    return (paid + cost).minor > cap_minor
