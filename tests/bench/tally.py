"""How fast ballots are counted: ``python -m tests.bench.tally``, and a part of ``make bench``.

A million ranked ballots over six options, by Schulze and by STV, beside a bare GROUP BY of the same
rows (SQLite, in memory), and, given the merged ballots, beside pref_voting where it is installed
(``uv sync --group reference``); and Equal Shares over 100,000 voters and 50 projects, with every
raise, beside what pabutools took for a file of that size. pabutools is not installed with us (it is
GPL, and brings a proprietary solver): ``--pb FILE`` writes the file to measure it apart. Ratios are
of speed: more is faster.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from governance.voting.formats import pabulib
from governance.voting.tally import equal_shares, schulze, stv
from governance.voting.tally.ballots import Ranking
from governance.voting.tally.election import Candidate, Election
from governance.voting.tally.outcome import Count
from governance.voting.tally.ties import Lot

BALLOTS = 1_000_000
OPTIONS = ("a", "b", "c", "d", "e", "f")
VOTERS = 100_000
PROJECTS = 50
SEATS = 3
TURNS = 5
# Seconds of pabutools, with completion by raises of 1 %, for a sample of this size (24 to 27).
PABUTOOLS = 24.0
# At least so many times as fast as the GROUP BY.
GOAL = 1.5
LOT = Lot(bytes(32), bytes(32))


def rows() -> list[list[str]]:
    """A million ballots as the published file has them: each a list of choices, in order."""
    drawn = random.Random(1)  # noqa: S311 - a sample, no secret
    return [drawn.sample(OPTIONS, drawn.randint(1, len(OPTIONS))) for _ballot in range(BALLOTS)]


def merged(ballots: list[list[str]]) -> dict[Ranking, int]:
    patterns = Counter(map(tuple, ballots))
    return {tuple((one,) for one in pattern): cast for pattern, cast in patterns.items()}


def group_by(ballots: list[list[str]]) -> Callable[[], float]:
    """Seconds for a bare GROUP BY of the ballots, each one text in a column."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE ballot (ranking TEXT NOT NULL)")
    texts = ((">".join(one),) for one in ballots)
    database.executemany("INSERT INTO ballot VALUES (?)", texts)
    query = "SELECT ranking, count(*) FROM ballot GROUP BY ranking"
    return lambda: seconds(lambda: database.execute(query).fetchall())


def seconds(work: Callable[[], object]) -> float:
    """Processor time, which what else runs on the machine does not lengthen much."""
    began = time.process_time()
    work()
    return time.process_time() - began


def budget(voters: int = VOTERS) -> Election:
    """Voters who approve of three to fifteen projects, the popular ones more often."""
    drawn = random.Random(1)  # noqa: S311 - a sample, no secret
    projects = [str(number) for number in range(1, PROJECTS + 1)]
    costs = {project: Fraction(drawn.randint(10_000, 200_000)) for project in projects}
    liked = [drawn.random() ** 2 + 0.02 for _project in projects]
    return Election(
        candidates=tuple(Candidate(project, f"Project {project}") for project in projects),
        approvals=Counter(
            frozenset(drawn.choices(projects, liked, k=drawn.randint(3, 15)))
            for _voter in range(voters)
        ),
        costs=costs,
        budget=Fraction(int(sum(costs.values())) // 4),
        title="A sample for the bench",
    )


def divide(election: Election) -> Count:
    return equal_shares.count(
        election.approvals or {},
        election.costs or {},
        budget=election.budget or Fraction(0),
        lot=LOT,
    )


def ranked_ratios() -> dict[str, list[float]]:
    """For each ranked method, how many times as fast it is as the GROUP BY, each turn."""
    ballots = rows()
    theirs = group_by(ballots)
    methods: dict[str, Callable[[], object]] = {
        "schulze": lambda: schulze.count(merged(ballots), OPTIONS, lot=LOT),
        "stv": lambda: stv.count(merged(ballots), OPTIONS, seats=SEATS, lot=LOT),
    }
    return {
        name: [theirs() / seconds(method) for _turn in range(TURNS)]
        for name, method in methods.items()
    }


def reference_ratios() -> dict[str, list[float]] | None:
    """How many times as fast each ranked method is as pref_voting's, both given merged ballots.

    None where pref_voting is not installed, which is said. Both have to find the same winners.
    """
    try:
        from pref_voting import margin_based_methods, profiles_with_ties, proportional_methods
    except ImportError:
        sys.stdout.write("skipped: pref_voting, because it is not installed\n")
        return None
    ballots = merged(rows())

    def profile() -> Any:
        made = profiles_with_ties.ProfileWithTies(
            [{one: rank for rank, [one] in enumerate(pattern, 1)} for pattern in ballots],
            list(ballots.values()),
            candidates=list(OPTIONS),
        )
        made.use_extended_strict_preference()
        return made

    pairs: dict[str, tuple[Callable[[], Count], Callable[[], Iterable[str]]]] = {
        "schulze": (
            lambda: schulze.count(ballots, OPTIONS, lot=LOT),
            lambda: margin_based_methods.beat_path(profile()),
        ),
        "stv": (
            lambda: stv.count(ballots, OPTIONS, seats=SEATS, lot=LOT),
            lambda: proportional_methods.stv_scottish(profile(), num_seats=SEATS),
        ),
    }
    found = {}
    for name, (ours, theirs) in pairs.items():
        # Once before: what it compiles is not counted.
        if sorted(theirs()) != sorted(ours().winners):
            raise SystemExit(f"{name}: pref_voting finds other winners")
        found[name] = [seconds(theirs) / seconds(ours) for _turn in range(TURNS)]
    return found


def budget_ratios() -> tuple[str, list[float], float]:
    """What Equal Shares is measured beside, how many times as fast it is, and the goal."""
    sample = budget()
    ratios = [PABUTOOLS / seconds(lambda: divide(sample)) for _turn in range(3)]
    return f"pabutools, {PABUTOOLS:.0f} s, measured apart", ratios, 1.0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pb", type=Path, help="write the sample as a .pb file, and stop")
    given = parser.parse_args(arguments)
    if given.pb:
        given.pb.write_text("".join(pabulib.write(budget())))
        return 0
    measured = [(name, "a bare GROUP BY", ratios, GOAL) for name, ratios in ranked_ratios().items()]
    for name, ratios in (reference_ratios() or {}).items():
        measured.append((f"{name}, merged ballots", "pref_voting", ratios, 1.0))
    measured.append((equal_shares.METHOD, *budget_ratios()))
    for name, beside, ratios, goal in measured:
        sys.stdout.write(
            f"{name}: {statistics.median(ratios):.2f} × {beside} "
            f"({min(ratios):.2f} to {max(ratios):.2f}; goal {goal})\n"
        )
    missed = any(statistics.median(ratios) < goal for _name, _beside, ratios, goal in measured)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
