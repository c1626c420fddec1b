"""The greedy rule: what most approve of first, for as long as the money lasts. Pure, exact.

What most participatory budgets use (``rule: greedy`` in Pabulib): projects in the order of their
votes, each funded if what is left of the budget pays for it and passed over if not. (With cost as
the measure of satisfaction, votes are satisfaction for each unit of money.) Of two with as many
votes the lot decides. Shown beside Equal Shares, so that everybody sees what the choice of the rule
does.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any

from governance.voting.tally.outcome import ELECTED, NO_QUORUM, NOBODY, Count, decimals
from governance.voting.tally.ties import LOT, Lot, Tie

METHOD = "greedy"
PLACES = 4


def count(
    votes: Mapping[str, int],
    costs: Mapping[str, Fraction],
    *,
    budget: Fraction,
    lot: Lot,
    cast: int,
    quorum: int = 0,
) -> Count:
    """Fund projects by ``votes``; a project without votes is not funded, nor anything under the
    quorum.

    ``rounds`` has one entry for each project, in the order they were looked at.
    """
    left = budget
    winners: list[str] = []
    ties: list[Tie] = []
    rounds: list[dict[str, Any]] = []
    by_votes = sorted(costs, key=lambda project: -votes.get(project, 0))
    for number, group in groupby(by_votes, key=lambda project: votes.get(project, 0)):
        level = lot.order(group)
        fitting = [project for project in level if costs[project] <= left]
        if number and len(fitting) > 1 and sum(costs[project] for project in fitting) > left:
            tied = tuple(sorted(fitting))
            ties.append(Tie("project", len(rounds) + 1, tied, LOT, tuple(fitting)))
        for project in level:
            funded = number > 0 and cast >= quorum and costs[project] <= left
            rounds.append(
                {
                    "project": project,
                    "votes": number,
                    "cost": decimals(costs[project], PLACES),
                    "left": decimals(left, PLACES),
                    "funded": funded,
                }
            )
            if funded:
                winners.append(project)
                left -= costs[project]
    return Count(
        method=METHOD,
        outcome=NO_QUORUM if cast < quorum else ELECTED if winners else NOBODY,
        winners=tuple(winners),
        rounds=rounds,
        ties=tuple(ties),
        figures={
            "cast": cast,
            "quorum": quorum,
            "budget": decimals(budget, PLACES),
            "spent": decimals(budget - left, PLACES),
            "left": decimals(left, PLACES),
        },
    )
