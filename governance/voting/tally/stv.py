"""The single transferable vote as Scottish local elections count it. Pure, exact.

The Scottish Local Government Elections Order 2007 (SSI 2007/42), schedule 1, rules 45 to 52: the
Droop quota; surpluses passed on from *all* papers of the candidate, weighted by what each was worth
when it came (weighted inclusive Gregory); transfer values with **five decimals, the rest ignored**,
so that a little is lost at each surplus; largest surplus first; nobody excluded while a surplus
waits; ties by the most recent stage at which those tied were not equal, then by lot; when as many
are left as there are places, they are elected and nothing more is passed on. With one seat this is
the instant run-off.

A paper counts as far as its preferences are consecutive (article 2, "next available preference"):
at options ranked equal it ends, and a paper that begins with a tie is not valid. Votes are integers
in units of a hundred-thousandth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from governance.voting.tally.ballots import Rankings
from governance.voting.tally.outcome import ELECTED, NO_QUORUM, NOBODY, Count, decimals
from governance.voting.tally.ties import LOT, Lot, Tie

METHOD = "stv"
PLACES = 5
UNIT = 10**PLACES
EARLIER_STAGE = "earlier stage"

# The preferences still ahead, and what each such paper is worth now.
Pile = dict[tuple[tuple[str, ...], int], int]


def count(
    ballots: Rankings,
    options: Sequence[str],
    *,
    lot: Lot,
    seats: int = 1,
    quorum: int = 0,
) -> Count:
    """Elect ``seats`` of ``options``; with fewer than ``quorum`` ballots cast, nobody.

    Each round is a stage: what was done, every total after it, and who it elected or excluded.
    Candidates' totals, what could not be transferred and what was lost to cut-off decimals always
    add up to the valid papers.
    """
    papers: Counter[tuple[str, ...]] = Counter()
    known = set(options)
    for ranking, cast in ballots.items():
        papers[_preferences(ranking, known)] += cast
    cast = sum(ballots.values())
    invalid = papers.pop((), 0)
    valid = cast - invalid
    figures = {
        "cast": cast,
        "valid": valid,
        "invalid": invalid,
        "seats": seats,
        "quorum": quorum,
        "quota": valid // (seats + 1) + 1,
    }
    if cast < quorum or not valid:
        outcome = NO_QUORUM if cast < quorum else NOBODY
        return Count(method=METHOD, outcome=outcome, winners=(), rounds=[], figures=figures)
    election = _Election(papers, options, seats, lot)
    election.run()
    return Count(
        method=METHOD,
        outcome=ELECTED,
        winners=tuple(election.elected),
        rounds=election.rounds,
        ties=tuple(election.ties),
        figures=figures,
    )


def _preferences(ranking: tuple[tuple[str, ...], ...], known: set[str]) -> tuple[str, ...]:
    """The consecutive preferences at the head of a ranking."""
    preferences = []
    for group in ranking:
        level = [option for option in group if option in known]
        if len(level) > 1:
            break
        preferences += level
    return tuple(preferences)


class _Election:
    """One count, stage by stage."""

    def __init__(
        self, papers: Counter[tuple[str, ...]], options: Sequence[str], seats: int, lot: Lot
    ) -> None:
        self.seats = seats
        self.lot = lot
        self.quota = (papers.total() // (seats + 1) + 1) * UNIT
        self.continuing = list(options)
        self.elected: list[str] = []
        self.surpluses: list[str] = []
        self.votes = dict.fromkeys(options, 0)
        self.piles: dict[str, Pile] = {option: {} for option in options}
        self.not_transferable = 0
        self.lost = 0
        # Every candidate's votes at the end of each stage, to break ties by.
        self.history: list[dict[str, int]] = []
        self.rounds: list[dict[str, Any]] = []
        self.ties: list[Tie] = []
        self.papers = papers

    @property
    def vacancies(self) -> int:
        return self.seats - len(self.elected)

    def run(self) -> None:
        """Rule 45, then surpluses and exclusions until every place is filled."""
        for preferences, number in self.papers.items():
            self._credit(preferences[0], preferences[1:], UNIT, number)
        self._end_stage("first", None, {}, {})
        while self.vacancies and self.continuing:
            if self.surpluses:
                self._transfer_surplus()
            else:
                self._exclude()

    def _credit(self, to: str, rest: tuple[str, ...], value: int, papers: int) -> None:
        pile = self.piles[to]
        pile[rest, value] = pile.get((rest, value), 0) + papers
        self.votes[to] += value * papers

    def _end_stage(
        self, action: str, who: str | None, transfers: dict[str, int], more: dict[str, Any]
    ) -> None:
        """Write the stage down, and see whom it elects (rules 47 and 52)."""
        self.history.append(dict(self.votes))
        step = len(self.history)
        reached = [one for one in self.continuing if self.votes[one] >= self.quota]
        elected = self._by_votes(reached, step)
        for one in elected:
            self.continuing.remove(one)
            if self.votes[one] > self.quota:
                self.surpluses.append(one)
        self.elected += elected
        filled: list[str] = []
        if self.vacancies and len(self.continuing) <= self.vacancies:
            filled = self._by_votes(self.continuing, step)
            self.elected += filled
            self.continuing = []
        self.rounds.append(
            {
                "stage": step,
                "action": action,
                "candidate": who,
                "transfers": {one: _written(votes) for one, votes in transfers.items()},
                "votes": {one: _written(votes) for one, votes in self.votes.items()},
                "nonTransferable": _written(self.not_transferable),
                "lost": _written(self.lost),
                "elected": elected,
                "filled": filled,
                **more,
            }
        )

    def _transfer_surplus(self) -> None:
        """Rules 48 and 49: the largest surplus, to the next preference on every paper."""
        largest = max(self.votes[one] for one in self.surpluses)
        level = [one for one in self.surpluses if self.votes[one] == largest]
        who = self._first(level, "surplus")
        self.surpluses.remove(who)
        total = self.votes[who]
        surplus = total - self.quota
        pile, self.piles[who] = self.piles[who], {}
        moved: list[tuple[tuple[str, ...], int, int]] = []
        values: Counter[tuple[int, int]] = Counter()
        for (rest, value), papers in pile.items():
            worth = surplus * value // total
            values[value, worth] += papers
            moved.append((rest, worth, papers))
        self.votes[who] = self.quota
        transfers, passed = self._pass_on(moved)
        self.lost += surplus - passed
        self._end_stage(
            "surplus",
            who,
            transfers,
            {
                "surplus": _written(surplus),
                "values": [
                    {"from": _written(value), "to": _written(worth), "papers": papers}
                    for (value, worth), papers in sorted(values.items(), reverse=True)
                ],
            },
        )

    def _exclude(self) -> None:
        """Rules 50 and 51: the fewest votes go, each paper at the value it came with."""
        fewest = min(self.votes[one] for one in self.continuing)
        level = [one for one in self.continuing if self.votes[one] == fewest]
        who = self._last(level)
        self.continuing.remove(who)
        pile, self.piles[who] = self.piles[who], {}
        self.votes[who] = 0
        moved = [(rest, value, papers) for (rest, value), papers in pile.items()]
        transfers, _passed = self._pass_on(moved)
        self._end_stage("exclusion", who, transfers, {})

    def _pass_on(self, moved: list[tuple[tuple[str, ...], int, int]]) -> tuple[dict[str, int], int]:
        """Give papers to their next continuing candidate: what each got, and what moved in all."""
        continuing = set(self.continuing)
        got: Counter[str] = Counter()
        passed = 0
        for rest, value, papers in moved:
            passed += value * papers
            for at, option in enumerate(rest):
                if option in continuing:
                    self._credit(option, rest[at + 1 :], value, papers)
                    got[option] += value * papers
                    break
            else:
                self.not_transferable += value * papers
        return dict(got), passed

    def _by_votes(self, level: Sequence[str], step: int) -> list[str]:
        """Those elected at one stage in order of their votes; equal ones as a surplus would go."""
        ordered: list[str] = []
        for votes in sorted({self.votes[one] for one in level}, reverse=True):
            equal = [one for one in level if self.votes[one] == votes]
            while equal:
                first = self._first(equal, "place", step)
                ordered.append(first)
                equal.remove(first)
        return ordered

    def _first(self, level: list[str], where: str, step: int | None = None) -> str:
        return self._break(level, where, step, max)

    def _last(self, level: list[str]) -> str:
        return self._break(level, "exclusion", None, min)

    def _break(self, level: list[str], where: str, step: int | None, pick: Any) -> str:
        """Of those with equal votes the one with most (or fewest) at the latest unequal stage."""
        left = list(level)
        how = EARLIER_STAGE
        for stage in reversed(self.history):
            wanted = pick(stage[one] for one in left)
            left = [one for one in left if stage[one] == wanted]
            if len(left) == 1:
                break
        else:
            if len(left) > 1:
                how = LOT
                left = self.lot.order(left)
        chosen = left[-1] if pick is min else left[0]
        if len(level) > 1:
            others = [one for one in level if one != chosen]
            order = [*others, chosen] if pick is min else [chosen, *others]
            self.ties.append(
                Tie(
                    where,
                    step or len(self.history) + 1,
                    tuple(sorted(level)),
                    how,
                    tuple(order),
                )
            )
        return chosen


def _written(votes: int) -> str:
    return decimals(Fraction(votes, UNIT), PLACES)
