"""The Method of Equal Shares, as used in Wieliczka, Świecie and Assen. Pure, exact.

Peters and Skowron 2020; Peters, Pierczyński and Skowron 2021; https://equalshares.net. Every voter
has an equal share of the budget. A project is bought with its supporters' shares, each paying as
much, and those with less what they have. Satisfaction is the *cost* of what one approved of and
gets, so that the project comes first whose supporters pay least for each unit of cost. Between two
of one price the cheaper comes first, then the one with more votes, then the lot decides.

**Completion:** what is bought with the first shares seldom uses up the budget. So the count is made
again with every share raised by 1 % of the *first* share, and again, until the next raise would
cost more than the budget; the count before that stands. It does **not** stop before, at the first
outcome to which nothing could be added, and nothing is filled in afterwards: what is left stays in
the fund. A project that costs more than the whole budget is set aside before the count.

Every ballot cast has a share, one that approves of nothing too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from governance.voting.tally import greedy
from governance.voting.tally.approval import votes_of
from governance.voting.tally.ballots import Approvals
from governance.voting.tally.outcome import ELECTED, NO_QUORUM, NOBODY, Count, decimals
from governance.voting.tally.purse import Electorate, Run, run
from governance.voting.tally.raises import next_change
from governance.voting.tally.ties import LOT, Lot, Tie

METHOD = "equal_shares"
PLACES = greedy.PLACES
# How many raises bring the same before it is worth working out how long that will last.
PATIENCE = 8

# Told after each count: by how many per cent shares are raised, and what that costs of the budget.
Progress = Callable[[int, Fraction], None]


def count(
    ballots: Approvals,
    costs: Mapping[str, Fraction],
    *,
    budget: Fraction,
    lot: Lot,
    quorum: int = 0,
    progress: Progress | None = None,
) -> Count:
    """Divide ``budget`` among projects; with fewer than ``quorum`` ballots cast, none of it.

    ``rounds`` are the purchases of the count that stands, in order. ``figures`` tell of the raises,
    of each project not funded (how much its supporters had left), and what the greedy rule gives.
    Raises ``ValueError`` for a cost that is not above zero, or a budget below it.
    """
    if budget < 0 or any(cost <= 0 for cost in costs.values()):
        raise ValueError("every project costs something, and a budget is not below nothing")
    cast = sum(ballots.values())
    votes = votes_of(ballots, list(costs))
    beside = greedy.count(votes, costs, budget=budget, lot=lot, cast=cast, quorum=quorum)
    figures: dict[str, Any] = {
        "cast": cast,
        "abstained": ballots.get(frozenset(), 0),
        "quorum": quorum,
        "budget": decimals(budget, PLACES),
        "spent": decimals(0, PLACES),
        "left": decimals(budget, PLACES),
        "share": decimals(budget / cast if cast else 0, PLACES),
        "raises": [],
        "notFunded": [
            _not_funded(project, cost, votes, decimals(0, PLACES))
            for project, cost in costs.items()
            if cost <= budget
        ],
        "setAside": [project for project, cost in costs.items() if cost > budget],
        "greedy": {
            "winners": list(beside.winners),
            "spent": beside.figures["spent"],
            "ties": [tie.as_json() for tie in beside.ties],
        },
    }
    admitted = {project: cost for project, cost in costs.items() if cost <= budget}
    if cast < quorum or not any(votes[project] for project in admitted):
        outcome = NO_QUORUM if cast < quorum else NOBODY
        return Count(method=METHOD, outcome=outcome, winners=(), rounds=[], figures=figures)
    scale = lcm(budget.denominator, *(cost.denominator for cost in admitted.values()))
    if len(admitted) < len(costs):
        ballots = _within(ballots, admitted)
    electorate = Electorate(ballots, admitted)
    # Money in units in which the first share and one per cent of it are whole.
    unit = scale * 100 * electorate.voters
    whole = {project: int(cost * unit) for project, cost in admitted.items()}
    counting = _Counting(electorate, whole, admitted, votes, int(budget * scale), unit, lot)
    standing = counting.complete(progress)
    bought = [one.project for one in standing.purchases]
    spent = Fraction(standing.cost, unit)
    figures |= {
        "spent": decimals(spent, PLACES),
        "left": decimals(budget - spent, PLACES),
        "raises": counting.raises,
        "raisedBy": counting.raised,
        "raisedShare": decimals(budget * (100 + counting.raised) / (100 * cast), PLACES),
        "notFunded": counting.not_funded(standing),
    }
    return Count(
        method=METHOD,
        outcome=ELECTED if bought else NOBODY,
        winners=tuple(bought),
        rounds=counting.rounds(standing),
        ties=tuple(counting.ties(standing)),
        figures=figures,
    )


def _not_funded(
    project: str, cost: Fraction, votes: Mapping[str, int], left: str
) -> dict[str, Any]:
    return {
        "project": project,
        "cost": decimals(cost, PLACES),
        "supporters": votes[project],
        "supportersHadLeft": left,
    }


def _within(ballots: Approvals, admitted: Mapping[str, Fraction]) -> Approvals:
    """The ballots without the projects that were set aside."""
    merged: dict[frozenset[str], int] = {}
    for approval, cast in ballots.items():
        kept = frozenset(project for project in approval if project in admitted)
        merged[kept] = merged.get(kept, 0) + cast
    return merged


class _Counting:
    """The counts with ever larger shares, and what is to be told of the last that stands."""

    def __init__(
        self,
        electorate: Electorate,
        whole: Mapping[str, int],
        costs: Mapping[str, Fraction],
        votes: Mapping[str, int],
        step: int,
        unit: int,
        lot: Lot,
    ) -> None:
        self.electorate = electorate
        self.whole = whole
        self.costs = costs
        self.votes = votes
        # One per cent of the first share; the budget in the same unit.
        self.step = step
        self.budget = step * 100 * electorate.voters
        self.unit = unit
        self.lot = lot
        self.raised = 0
        self.raises: list[dict[str, Any]] = []

    def complete(self, progress: Progress | None) -> Run:
        """Raise every share by 1 % of the first, until the next raise would overspend."""
        standing = self._run(0)
        same, patience = 0, PATIENCE
        self._note(standing)
        while len(standing.purchases) < len(self.electorate.supporters):
            raised = self.raised + 1
            if same >= patience:
                raised = next_change(self.electorate, self.whole, self.step, self.raised, standing)
                # Working that out costs as much as some counts: wait longer if it did not help.
                patience = PATIENCE if raised - self.raised > PATIENCE else 2 * patience
                same = 0
            following = self._run(raised)
            if progress is not None:
                progress(raised, Fraction(following.cost, self.budget))
            if following.cost > self.budget:
                self.raises.append(self._raise(raised, following) | {"overspends": True})
                # Raises that were passed over bring what the one before them brought.
                self.raised = raised - 1
                break
            unchanged = [one.project for one in following.purchases] == [
                one.project for one in standing.purchases
            ]
            same = same + 1 if unchanged else 0
            standing, self.raised = following, raised
            if not unchanged:
                self._note(standing)
        return standing

    def _run(self, raised: int) -> Run:
        return run(self.electorate, self.whole, self.step * (100 + raised), self._untie)

    def _untie(self, tied: Sequence[str]) -> str:
        return self._ranked(tied)[0]

    def _ranked(self, tied: Sequence[str]) -> list[str]:
        return sorted(
            tied,
            key=lambda project: (
                self.whole[project],
                -self.votes[project],
                self.lot.number(project),
            ),
        )

    def _note(self, found: Run) -> None:
        self.raises.append(self._raise(self.raised, found) | {"overspends": False})

    def _raise(self, raised: int, found: Run) -> dict[str, Any]:
        """One line of the story of the raises: those that changed nothing are not told."""
        return {
            "percent": raised,
            "share": self._amount(Fraction(self.step * (100 + raised))),
            "spent": self._amount(Fraction(found.cost)),
            "projects": [one.project for one in found.purchases],
        }

    def _amount(self, money: Fraction) -> str:
        return decimals(money / self.unit, PLACES)

    def rounds(self, standing: Run) -> list[dict[str, Any]]:
        """Each purchase: who paid, and how much."""
        return [
            {
                "step": step,
                "project": one.project,
                "cost": decimals(self.costs[one.project], PLACES),
                "supporters": self.votes[one.project],
                # The votes that count: as many supporters as could pay in full would do.
                "effectiveVotes": decimals(1 / one.price, PLACES),
                "payment": self._amount(one.payment),
                "paidInFull": one.in_full,
                "paidAllTheyHad": self.votes[one.project] - one.in_full,
                "fromThem": self._amount(one.from_others),
            }
            for step, one in enumerate(standing.purchases, 1)
        ]

    def ties(self, standing: Run) -> list[Tie]:
        found = []
        for step, one in enumerate(standing.purchases, 1):
            if len(one.tied) < 2:
                continue
            order = self._ranked(one.tied)
            first, second = order[:2]
            how = LOT
            if self.whole[first] != self.whole[second]:
                how = "cost"
            elif self.votes[first] != self.votes[second]:
                how = "votes"
            found.append(Tie("project", step, one.tied, how, tuple(order)))
        return found

    def not_funded(self, standing: Run) -> list[dict[str, Any]]:
        """The reserve list: whose supporters' money came nearest to the cost first."""
        bought = {one.project for one in standing.purchases}
        rest = [project for project in self.costs if project not in bought]
        left = {project: standing.purse.left(project) for project in rest}
        rest.sort(
            key=lambda project: (
                -left[project] / self.whole[project],
                -self.votes[project],
                self.lot.number(project),
            )
        )
        return [
            _not_funded(project, self.costs[project], self.votes, self._amount(left[project]))
            for project in rest
        ]
