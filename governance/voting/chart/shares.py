"""A result of Equal Shares: who paid for what, and what was not funded. Pure.

Amounts are in minor units; parts of one are cut off, as the result cuts them off further down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from governance.voting.chart.colours import WIDTH, colour, is_dark, key
from kernel.money import Money


@dataclass(frozen=True, slots=True)
class Funded:
    """A project that is funded: so many supporters paid ``payment``, the others all they had.

    ``length`` is that of its cost, on one scale with every other project's; ``last_start`` and
    ``last_length`` are where in it the money of these lies.
    """

    key: str
    label: str
    cost: Money
    supporters: int
    payment: Money
    in_full: int
    gave_all: int
    from_them: Money
    length: int
    last_start: int
    last_length: int


@dataclass(frozen=True, slots=True)
class NotFunded:
    """A project that is not: what its supporters had left, and what they lacked.

    ``length`` is that of its cost, ``left_length`` that of what they had left.
    """

    key: str
    label: str
    cost: Money
    supporters: int
    had_left: Money
    lacked: Money
    length: int
    left_length: int


@dataclass(frozen=True, slots=True)
class Part:
    """A project's part of the budget, in a row that is as long as the budget."""

    key: str
    label: str
    cost: Money
    colour: str
    start: int
    length: int
    dark: bool
    words: str

    @property
    def middle(self) -> int:
        return self.start + self.length // 2


@dataclass(frozen=True, slots=True)
class Raise:
    """What a raise of every share brought; the last of all may have cost more than there is."""

    percent: int
    share: Money
    spent: Money
    projects: int
    overspends: bool


@dataclass(frozen=True, slots=True)
class Greedy:
    """What the greedy rule would have done: what it adds to the outcome and what it takes away."""

    spent: Money
    left: Money
    parts: tuple[Part, ...]
    adds: tuple[str, ...]
    drops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """All that a page shows of the count."""

    budget: Money
    spent: Money
    left: Money
    share: Money
    raised_by: int
    raised_share: Money
    parts: tuple[Part, ...]
    funded: tuple[Funded, ...]
    not_funded: tuple[NotFunded, ...]
    set_aside: tuple[str, ...]
    raises: tuple[Raise, ...]
    greedy: Greedy

    @property
    def stopped_short(self) -> bool:
        """Whether one more raise would have cost more than the budget."""
        return any(one.overspends for one in self.raises)


def shares(
    result: Mapping[str, Any],
    labels: Mapping[str, str],
    costs: Mapping[str, int],
    currency: str,
) -> Shares:
    """What to draw of a result of ``equal_shares``; ``costs`` are in minor units too."""
    keys = {option: key(at) for at, option in enumerate(costs)}
    colours = {option: colour(at) for at, option in enumerate(costs)}

    def money(amount: str) -> Money:
        return Money(int(amount.partition(".")[0]), currency)

    def named(option: str) -> str:
        return labels.get(option, option)

    def parts(winners: Sequence[str]) -> tuple[Part, ...]:
        found = []
        budget, passed = Fraction(result["budget"]), 0
        for one in winners:
            start = round(WIDTH * passed / budget)
            passed += costs[one]
            length = round(WIDTH * passed / budget) - start
            fits = (len(named(one)) + 1) * 15 <= length
            found.append(
                Part(
                    key=keys[one],
                    label=named(one),
                    cost=Money(costs[one], currency),
                    colour=colours[one],
                    start=start,
                    length=length,
                    dark=is_dark(colours[one]),
                    words=named(one) if fits else keys[one] if length >= 30 else "",
                )
            )
        return tuple(found)

    dearest = max(costs.values())

    def scaled(amount: str) -> int:
        return round(WIDTH * Fraction(amount) / dearest)

    def funded(row: Mapping[str, Any]) -> Funded:
        length, last = scaled(row["cost"]), scaled(row["fromThem"])
        return Funded(
            key=keys[row["project"]],
            label=named(row["project"]),
            cost=money(row["cost"]),
            supporters=row["supporters"],
            payment=money(row["payment"]),
            in_full=row["paidInFull"],
            gave_all=row["paidAllTheyHad"],
            from_them=money(row["fromThem"]),
            length=length,
            last_start=length - last,
            last_length=last,
        )

    def not_funded(row: Mapping[str, Any]) -> NotFunded:
        cost, left = money(row["cost"]), money(row["supportersHadLeft"])
        return NotFunded(
            key=keys[row["project"]],
            label=named(row["project"]),
            cost=cost,
            supporters=row["supporters"],
            had_left=left,
            lacked=cost - left,
            length=scaled(row["cost"]),
            left_length=scaled(row["supportersHadLeft"]),
        )

    winners, beside = result["winners"], result["greedy"]
    return Shares(
        budget=money(result["budget"]),
        spent=money(result["spent"]),
        left=money(result["left"]),
        share=money(result["share"]),
        raised_by=result.get("raisedBy", 0),
        raised_share=money(result.get("raisedShare", result["share"])),
        parts=parts(winners),
        funded=tuple(funded(row) for row in result["rounds"]),
        not_funded=tuple(not_funded(row) for row in result["notFunded"]),
        set_aside=tuple(named(one) for one in result["setAside"]),
        raises=tuple(
            Raise(
                percent=row["percent"],
                share=money(row["share"]),
                spent=money(row["spent"]),
                projects=len(row["projects"]),
                overspends=row["overspends"],
            )
            for row in result["raises"]
        ),
        greedy=Greedy(
            spent=money(beside["spent"]),
            left=money(result["budget"]) - money(beside["spent"]),
            parts=parts(beside["winners"]),
            adds=tuple(named(one) for one in beside["winners"] if one not in winners),
            drops=tuple(named(one) for one in winners if one not in beside["winners"]),
        ),
    )
