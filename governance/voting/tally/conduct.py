"""Count an election by a named method, or say why it cannot be counted so. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from governance.voting.rule import ABSTAIN, NO, YES, YES_NO, PollRule
from governance.voting.tally import approval, equal_shares, greedy, schulze, stv, yes_no
from governance.voting.tally.ballots import (
    Approvals,
    Rankings,
    approved,
    canonical_lines,
    default_seed,
    merkle_root,
    without,
)
from governance.voting.tally.election import Election, Terms
from governance.voting.tally.outcome import Count
from governance.voting.tally.ties import Lot

# Which of the terms each method takes.
TAKES: Mapping[str, frozenset[str]] = {
    YES_NO: frozenset({"quorum", "majority"}),
    approval.METHOD: frozenset({"seats", "quorum", "majority"}),
    schulze.METHOD: frozenset({"default", "quorum", "majority"}),
    stv.METHOD: frozenset({"seats", "quorum"}),
    equal_shares.METHOD: frozenset({"quorum"}),
    greedy.METHOD: frozenset({"quorum"}),
}
METHODS = tuple(TAKES)


class CannotCount(ValueError):
    """These ballots cannot be counted in this way; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A count, with what anybody needs to draw its lots again."""

    count: Count
    lot: Lot
    seed_given: bool
    notes: tuple[str, ...]


def conduct(
    election: Election,
    method: str,
    terms: Terms,
    progress: equal_shares.Progress | None = None,
) -> Counted:
    """Count ``election`` by ``method``. What ``terms`` leaves open is as the file says.

    Raises ``CannotCount`` for terms the method does not take, ballots it cannot count, more seats
    than candidates, or a default that does not stand.
    """
    _check_terms(method, terms)
    if not _standing(election):
        raise CannotCount("There is nobody and nothing to vote for: all have withdrawn.")
    notes = list(election.notes)
    lines = _lines(election)
    root = election.root if election.root is not None else merkle_root(lines)
    seed = terms.seed if terms.seed is not None else election.terms.seed
    lot = Lot(default_seed(lines) if seed is None else seed, root)
    merged = _merged(election, method, terms, notes)
    if method == YES_NO:
        count = _yes_no(election, merged)
    elif method == approval.METHOD:
        count = approval.count(
            _approvals(election),
            _standing(election),
            lot=lot,
            seats=_seats(election, merged),
            quorum=merged.quorum or 0,
            majority=merged.majority,
        )
    elif method == schulze.METHOD:
        count = _schulze(election, merged, lot)
    elif method == stv.METHOD:
        count = stv.count(
            _rankings(election, method),
            _standing(election),
            lot=lot,
            seats=_seats(election, merged),
            quorum=merged.quorum or 0,
        )
    else:
        count = _allocation(election, method, merged, lot, progress)
    return Counted(count, lot, seed is not None, tuple(notes))


def _check_terms(method: str, terms: Terms) -> None:
    given = {
        "seats": terms.seats is not None,
        "default": bool(terms.default),
        "quorum": terms.quorum is not None,
        "majority": terms.majority is not None,
    }
    for name, is_given in given.items():
        if is_given and name not in TAKES[method]:
            if (method, name) == (schulze.METHOD, "seats") and terms.seats == 1:
                continue
            raise CannotCount(f"{method} takes no --{name}: {_WHY_NOT[name]}")
    if terms.seats is not None and terms.seats < 1:
        raise CannotCount("There is at least one seat.")
    if terms.quorum is not None and terms.quorum < 0:
        raise CannotCount("A quorum is not below nothing.")
    if terms.majority is not None and not Fraction(1, 2) <= terms.majority <= 1:
        raise CannotCount("A majority is a share from 1/2 to 1/1; a ratio of 3:1 is the share 3/4.")


_WHY_NOT = {
    "seats": "it does not fill seats.",
    "default": "only schulze measures options against one of them.",
    "quorum": "it has none.",
    "majority": "only yes_no, approval and schulze ask for one.",
}


def _merged(election: Election, method: str, terms: Terms, notes: list[str]) -> Terms:
    """The terms given, and for the rest those of the file that the method takes."""
    takes, own = TAKES[method], election.terms
    if own.seats not in (None, 1) and "seats" not in takes:
        notes.append(f"The file speaks of {own.seats} seats; {method} does not fill seats.")

    def pick(name: str) -> bool:
        return name in takes

    return Terms(
        seats=terms.seats if terms.seats is not None or not pick("seats") else own.seats,
        default=terms.default or (own.default if pick("default") else ""),
        quorum=terms.quorum if terms.quorum is not None or not pick("quorum") else own.quorum,
        majority=(
            terms.majority if terms.majority is not None or not pick("majority") else own.majority
        ),
    )


def _lines(election: Election) -> list[bytes]:
    ballots = election.rankings if election.rankings is not None else election.approvals
    return canonical_lines(ballots or {})


def _standing(election: Election) -> list[str]:
    return [one.id for one in election.candidates if one.id not in election.withdrawn]


def _seats(election: Election, terms: Terms) -> int:
    seats, standing = terms.seats or 1, len(_standing(election))
    if seats > standing:
        raise CannotCount(f"There are {seats} seats and only {standing} candidates who stand.")
    return seats


def _rankings(election: Election, method: str) -> Rankings:
    if election.rankings is None:
        raise CannotCount(f"{method} counts rankings, and these ballots are none.")
    if not election.withdrawn:
        return election.rankings
    return without(election.rankings, election.withdrawn)


def _approvals(election: Election) -> Approvals:
    if election.approvals is not None:
        return election.approvals
    if election.complete:
        raise CannotCount(
            "Every ballot of this file ranks every option, so that none approves of fewer than all."
        )
    return approved(_rankings(election, approval.METHOD))


def _schulze(election: Election, terms: Terms, lot: Lot) -> Count:
    standing = _standing(election)
    if terms.default and terms.default not in standing:
        raise CannotCount(f"The default option {terms.default} is none of those who stand.")
    if not terms.default and (terms.quorum or terms.majority not in (None, schulze.HALF)):
        raise CannotCount(
            "Quorum and majority are measured against a default option: name it with --default."
        )
    return schulze.count(
        _rankings(election, schulze.METHOD),
        standing,
        lot=lot,
        default=terms.default or None,
        quorum=terms.quorum or 0,
        majority=schulze.HALF if terms.majority is None else terms.majority,
    )


def _yes_no(election: Election, terms: Terms) -> Count:
    ids = {}
    for one in election.candidates:
        for meaning in (YES, NO, ABSTAIN):
            if meaning in (one.id.casefold(), one.name.strip().casefold()):
                ids[one.id] = meaning
    if len(ids) < len(election.candidates) or not {YES, NO} <= set(ids.values()):
        raise CannotCount("yes_no needs options called yes and no (and abstain, if there is one).")
    counts = Counter({YES: 0, NO: 0, ABSTAIN: 0})
    for first, cast in _first_choices(election).items():
        counts[ids[first] if first else ABSTAIN] += cast
    majority = schulze.HALF if terms.majority is None else terms.majority
    outcome = yes_no.count(
        yes=counts[YES],
        no=counts[NO],
        abstain=counts[ABSTAIN],
        eligible=counts.total() if election.eligible is None else election.eligible,
        rule=PollRule(
            method=YES_NO,
            quorum="0/1",
            majority=f"{majority.numerator}/{majority.denominator}",
            founding_minimum=terms.quorum or None,
        ),
    )
    yes = next(option for option, meaning in ids.items() if meaning == YES)
    return Count(
        method=YES_NO,
        outcome=outcome.outcome,
        winners=(yes,) if outcome.outcome == yes_no.ADOPTED else (),
        rounds=outcome.explanation,
        figures={"cast": counts.total(), "counts": dict(counts)},
    )


def _first_choices(election: Election) -> dict[str, int]:
    """How many ballots chose each option; the empty id is no choice."""
    chosen: Counter[str] = Counter()
    if election.approvals is not None:
        for approval_, cast in election.approvals.items():
            if len(approval_) > 1:
                raise CannotCount("yes_no takes one choice on each ballot; one here has several.")
            chosen["".join(approval_)] += cast
        return chosen
    for ranking, cast in _rankings(election, YES_NO).items():
        if ranking and len(ranking[0]) > 1:
            raise CannotCount("yes_no takes one first choice; a ballot here ranks several first.")
        chosen[ranking[0][0] if ranking else ""] += cast
    return chosen


def _allocation(
    election: Election,
    method: str,
    terms: Terms,
    lot: Lot,
    progress: Callable[[int, Fraction], None] | None,
) -> Count:
    if election.costs is None or election.budget is None or election.approvals is None:
        raise CannotCount(f"{method} divides a budget, and this file has no costs and no budget.")
    quorum = terms.quorum or 0
    if method == equal_shares.METHOD:
        return equal_shares.count(
            election.approvals,
            election.costs,
            budget=election.budget,
            lot=lot,
            quorum=quorum,
            progress=progress,
        )
    votes = election.points
    if votes is None:
        votes = approval.votes_of(election.approvals, list(election.costs))
    return greedy.count(
        votes,
        election.costs,
        budget=election.budget,
        lot=lot,
        cast=sum(election.approvals.values()),
        quorum=quorum,
    )
