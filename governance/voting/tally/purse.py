"""One run of Equal Shares: every voter with the same share, projects bought from it. Pure, exact.

Voters who hold the same money are one *class*, and money is an integer over a denominator that all
classes share, so that nothing is ever rounded. A project's price can only rise while money is
spent, so a price seen earlier is a lower bound, and few projects have to be looked at again each
time.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from operator import itemgetter

from governance.voting.tally.ballots import Approvals


class Electorate:
    """Who supports what: voters with the same approval stand together as one group.

    ``weights`` is how many voters each group has, ``voters`` all of them; ``supporters`` are the
    groups behind each project, and ``votes`` the voters in these. A project that nobody approves of
    is in neither.
    """

    def __init__(self, ballots: Approvals, projects: Iterable[str]) -> None:
        self.weights = list(ballots.values())
        self.voters = sum(self.weights)
        supporters: dict[str, list[int]] = {project: [] for project in projects}
        for group, approval in enumerate(ballots):
            for project in approval:
                supporters[project].append(group)
        self.supporters = {project: groups for project, groups in supporters.items() if groups}
        self.votes = {
            project: sum(self.weights[group] for group in groups)
            for project, groups in self.supporters.items()
        }
        # Single voters are looked up and counted in one step each; the others one by one. The first
        # is there twice, so that a single one gives a tuple too.
        self._single: dict[str, Callable[[Sequence[int]], tuple[int, ...]]] = {}
        self._several: dict[str, list[int]] = {}
        for project, groups in self.supporters.items():
            single = [group for group in groups if self.weights[group] == 1]
            if single:
                self._single[project] = itemgetter(*single, single[0])
            self._several[project] = [group for group in groups if self.weights[group] > 1]

    def by_class(self, project: str, of_group: Sequence[int]) -> dict[int, int]:
        """How many supporters of ``project`` are in each class, given the class of each group."""
        single = self._single.get(project)
        voters = Counter(single(of_group)[:-1]) if single else Counter()
        weights = self.weights
        for group in self._several[project]:
            voters[of_group[group]] += weights[group]
        return voters


@dataclass(frozen=True, slots=True)
class Purchase:
    """A project that was bought.

    ``price`` is what a supporter pays for each unit of its cost; ``payment`` is what those paid who
    could pay it in full, ``in_full`` how many they are, and ``from_others`` what the other
    supporters gave together: all that they had left. ``tied`` are those that had the same price.
    """

    project: str
    price: Fraction
    payment: Fraction
    in_full: int
    from_others: Fraction
    tied: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What was bought, in order; what it cost; what everybody has left."""

    purchases: tuple[Purchase, ...]
    cost: int
    purse: Purse

    @property
    def capped(self) -> bool:
        """Whether anybody paid less than an equal part, because they had no more."""
        return any(one.from_others for one in self.purchases)


# Decides between projects of one price: all of them in, the one to buy out.
Untie = Callable[[Sequence[str]], str]
# Called before each purchase and, with None, at the end: the purse as it is, what is bought.
Watch = Callable[["Purse", "str | None"], None]


class Purse:
    """What everybody has left: the class of each group of voters, and the money of each class."""

    def __init__(self, electorate: Electorate, share: int) -> None:
        self.electorate = electorate
        self.of_group = [0] * len(electorate.weights)
        self.money = [share]
        # All money is in parts of this.
        self.parts = 1

    def behind(self, project: str) -> dict[int, int]:
        """How many supporters of ``project`` are in each class."""
        return self.electorate.by_class(project, self.of_group)

    def levy(self, cost: int, behind: Mapping[int, int]) -> tuple[int, int] | None:
        """What each supporter pays, ``(amount, how many pay it in full)``: amount ÷ how many.

        Those who have less give all they have. None where all together have too little.
        """
        money = self.money
        rest = cost * self.parts
        if sum(money[number] * voters for number, voters in behind.items()) < rest:
            return None
        paying = sum(behind.values())
        for number in sorted(behind, key=money.__getitem__):
            if money[number] * paying >= rest:
                break
            rest -= money[number] * behind[number]
            paying -= behind[number]
        return rest, paying

    def pay(self, project: str, rest: int, paying: int, behind: Mapping[int, int]) -> None:
        """Take ``rest ÷ paying`` from every supporter, or what they have."""
        finer = paying // gcd(rest, paying)
        payment = rest * finer // paying
        self.parts *= finer
        if finer > 1:
            self.money = [amount * finer for amount in self.money]
        money = self.money
        moved: dict[int, int] = {}
        broke = -1
        for number in behind:
            amount = money[number] - payment
            if amount > 0:
                moved[number] = len(money)
                money.append(amount)
            else:
                if broke < 0:
                    broke = len(money)
                    money.append(0)
                moved[number] = broke
        of_group = self.of_group
        for group in self.electorate.supporters[project]:
            of_group[group] = moved[of_group[group]]
        self._forget_empty(set(of_group))

    def _forget_empty(self, used: set[int]) -> None:
        """Renumber the classes once most of them have nobody in them."""
        if len(self.money) < 64 or 2 * len(used) > len(self.money):
            return
        kept = sorted(used)
        place = {number: at for at, number in enumerate(kept)}
        self.money = [self.money[number] for number in kept]
        self.of_group = [place[number] for number in self.of_group]

    def left(self, project: str) -> Fraction:
        """What the supporters of ``project`` have between them."""
        if project not in self.electorate.supporters:
            return Fraction(0)
        money = self.money
        total = sum(money[number] * voters for number, voters in self.behind(project).items())
        return Fraction(total, self.parts)


def run(
    electorate: Electorate,
    costs: Mapping[str, int],
    share: int,
    untie: Untie,
    watch: Watch | None = None,
) -> Run:
    """Buy projects until no supporters can afford another, the cheapest to them first."""
    purse = Purse(electorate, share)
    # The last price seen for each project: it cannot have fallen since.
    waiting = [
        (Fraction(1, electorate.votes[project]), project) for project in electorate.supporters
    ]
    heapq.heapify(waiting)
    purchases = []
    spent = 0
    while waiting:
        seen: list[tuple[Fraction, str]] = []
        offers: dict[str, tuple[int, int, dict[int, int]]] = {}
        best: Fraction | None = None
        while waiting and (best is None or waiting[0][0] <= best):
            _bound, project = heapq.heappop(waiting)
            behind = purse.behind(project)
            levy = purse.levy(costs[project], behind)
            if levy is None:
                # Money only gets less: this one is out.
                continue
            rest, paying = levy
            price = Fraction(rest, paying * purse.parts * costs[project])
            seen.append((price, project))
            offers[project] = rest, paying, behind
            if best is None or price < best:
                best = price
        if best is None:
            break
        tied = tuple(sorted(project for price, project in seen if price == best))
        project = untie(tied) if len(tied) > 1 else tied[0]
        if watch is not None:
            watch(purse, project)
        for entry in seen:
            if entry[1] != project:
                heapq.heappush(waiting, entry)
        rest, paying, behind = offers[project]
        payment = Fraction(rest, paying * purse.parts)
        purse.pay(project, rest, paying, behind)
        purchases.append(
            Purchase(
                project=project,
                price=best,
                payment=payment,
                in_full=paying,
                from_others=costs[project] - payment * paying,
                tied=tied,
            )
        )
        spent += costs[project]
    if watch is not None:
        watch(purse, None)
    return Run(tuple(purchases), spent, purse)
