"""How far shares can be raised before an outcome of Equal Shares can change. Pure, exact.

Where few support something dear, a hundred thousand raises of 1 % may pass before they can pay for
it. While everybody pays an equal part of all that is bought, a larger share changes neither what is
paid nor the order: only somebody's growing rest can, by buying one project more. When that can be
is worked out here, project by project and purchase by purchase.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil

from governance.voting.tally.purse import Electorate, Purse, Run, run


def next_change(
    electorate: Electorate, costs: Mapping[str, int], step: int, raised: int, standing: Run
) -> int:
    """The next raise, in per cent, at which the outcome may differ from ``standing``.

    ``standing`` is the outcome at ``raised``. Between the two the outcome is the same; at what is
    returned it may be another. Where somebody paid less than an equal part that is the next raise.
    """
    if standing.capped:
        return raised + 1
    bought = [one.project for one in standing.purchases]
    others = [project for project in electorate.supporters if project not in bought]
    needed: list[Fraction] = []

    def watch(purse: Purse, about_to_buy: str | None) -> None:
        for project in others:
            more = _more_needed(purse, costs[project], project, about_to_buy)
            if more is not None:
                needed.append(more)

    run(
        electorate,
        {project: costs[project] for project in electorate.supporters},
        step * (100 + raised),
        # Ties fall as they fell.
        lambda tied: next(one for one in bought if one in tied),
        watch,
    )
    return raised + max(1, ceil(min(needed) / step)) if needed else raised + 1


def _more_needed(purse: Purse, cost: int, project: str, before: str | None) -> Fraction | None:
    """How much more everybody must have for ``project`` to be bought instead of ``before``.

    Its supporters may then pay no more for a unit of cost than those of ``before`` do, which is one
    by the number of these; at the end (None) any price will do. None where no share is enough.
    """
    electorate = purse.electorate
    supporters = electorate.votes[project]
    target = Fraction(cost * purse.parts)
    limit = None if before is None else target / electorate.votes[before]
    if limit is not None and limit * supporters < target:
        return None
    behind = purse.behind(project)
    # From the richest down: those who would reach the limit pay it, the others all they have.
    rest = sum(purse.money[number] * voters for number, voters in behind.items())
    paid, below = Fraction(0), supporters
    for number in sorted(behind, key=purse.money.__getitem__, reverse=True):
        more = (target - paid - rest) / below
        if limit is None or purse.money[number] + more <= limit:
            return max(Fraction(0), more) / purse.parts
        paid += limit * behind[number]
        rest -= purse.money[number] * behind[number]
        below -= behind[number]
        if not below:
            # All of them at the limit pay exactly enough, when the poorest reach it.
            return max(Fraction(0), limit - purse.money[number]) / purse.parts
    return None
