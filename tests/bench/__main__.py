"""``make bench``: how fast we are beside something named, in the same run on the same machine.

Each pair is measured in turns, many times; what is printed is the median of the ratios and how far
they spread. Answers are counted against the processor time that their server had for them: what a
busy machine or this program takes away is taken from neither. Ends with 1 where a goal is missed.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table: ratios of ``what`` to ``beside``, and the least that will do."""

    what: str
    beside: str
    ratios: list[float]
    goal: float | None
    note: str = ""

    @property
    def met(self) -> bool:
        return self.goal is None or statistics.median(self.ratios) >= self.goal

    def __str__(self) -> str:
        low, _middle, high = (
            statistics.quantiles(self.ratios, n=4) if len(self.ratios) > 1 else self.ratios * 3
        )
        goal = f"{self.goal:.2f} or more" if self.goal else "none"
        said = "" if self.goal is None else ("met" if self.met else "MISSED")
        return (
            f"{self.what:<34} {self.beside:<34} {statistics.median(self.ratios):>6.2f}"
            f"   {low:.2f} to {high:.2f}   {len(self.ratios):>3}   {goal:<13} {said:<6} {self.note}"
        )


def in_turns(ours: Callable[[], float], theirs: Callable[[], float], *, turns: int) -> list[float]:
    """The ratio of each turn, who goes first changing from one to the next."""
    ratios = []
    for turn in range(turns):
        if turn % 2:
            other = theirs()
            ratios.append(ours() / other)
        else:
            own = ours()
            ratios.append(own / theirs())
    return ratios


def per_processor_second(
    connect: Callable[[], socket.socket],
    path: str,
    pids: list[int],
    *,
    seconds: float,
    clients: int,
    batch: int = 1,
) -> float:
    """How many answers the processes ``pids`` give for a second of processor time."""
    used, begun = servers.busy(pids), time.perf_counter()
    rate = load.per_second(connect, path, seconds=seconds, clients=clients, batch=batch)
    return rate * (time.perf_counter() - begun) / max(servers.busy(pids) - used, 0.01)


def documents(folder: Path, tree: Path, document: Path) -> Result:
    """A document through nginx as deployed, Django stopped, beside nginx with a plain file."""
    plain = folder / "plain"
    plain.mkdir()
    shutil.copyfile(document, plain / "document.json")
    with servers.nginx(tree, folder, plain) as (ours, theirs, pids):
        address = f"/{document.relative_to(tree)}"

        def ask(port: int, path: str) -> float:
            return per_processor_second(
                load.tcp(port), path, pids, seconds=0.7, clients=2, batch=48
            )

        used, begun = servers.busy(pids), time.perf_counter()
        ratios = in_turns(
            lambda: ask(ours, address), lambda: ask(theirs, "/document.json"), turns=16
        )
        share = (servers.busy(pids) - used) / (time.perf_counter() - begun)
    note = f"nginx had {share:.0%} of a processor"
    return Result("documents, Django stopped", "nginx, a plain file", ratios, 0.95, note)


def lists(folder: Path) -> Result:
    """The list of terms beside the plain one, both under gunicorn."""
    with servers.gunicorn(folder) as (connect, pids):
        ours, theirs = "/api/v1/terms/", "/api/v1/plain/"
        own, other = (load.answer(connect, path) for path in (ours, theirs))
        assert own.partition(b"\r\n\r\n")[2].replace(b"/plain/", b"/terms/") == other.partition(
            b"\r\n\r\n"
        )[2].replace(b"/plain/", b"/terms/"), "the two lists are not the same"

        def ask(path: str) -> float:
            return per_processor_second(connect, path, pids, seconds=2, clients=4)

        for path in (ours, theirs):
            ask(path)
        ratios = in_turns(lambda: ask(ours), lambda: ask(theirs), turns=10)
    return Result("list of terms", "plain ModelSerializer list", ratios, 2.5)


def sequencing() -> Result:
    """Giving 10,000 entries their places, beside inserting the same rows and no more."""
    ratios = []
    for turn in range(3):
        inserted = content.wait_for_the_record(turn, 10_000)
        begun = time.perf_counter()
        content.sequence()
        ratios.append(inserted / (time.perf_counter() - begun))
    return Result("sequencing 10,000 entries", "a bare bulk insert of them", ratios, None)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="customer-commons-bench-") as scratch:
        os.environ |= {
            "VAR_DIR": f"{scratch}/var",
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        }
        import django

        django.setup()
        from tests.bench import casting, content, load, servers, tally, verify_poll

        folder, tree = Path(scratch), Path(scratch, "var/public")
        folder.joinpath("var/static").mkdir(parents=True)
        version = content.fill()
        results = []
        if servers.NGINX:
            results.append(
                documents(folder, tree, tree / f"terms/{version.term_id}/{version.version}.json")
            )
        else:
            sys.stdout.write("skipped: documents, because nginx is not installed\n")
        results += [lists(folder), sequencing()]
    results += [
        Result(f"{name}, a million ballots", "a bare GROUP BY of them", ratios, tally.GOAL)
        for name, ratios in tally.ranked_ratios().items()
    ]
    results += [
        Result(f"{name}, merged ballots", "pref_voting", ratios, 1.0)
        for name, ratios in (tally.reference_ratios() or {}).items()
    ]
    results.append(Result("Equal Shares, 100,000 voters", *tally.budget_ratios()))
    if (cast := casting.ratios()) is not None:
        results.append(
            Result("casting over HTTP, durable", "pgbench, the same statement", cast, casting.GOAL)
        )
    results += [
        Result(
            f"{what} of one of 100,000 ballots", "one of 10,000, verified", found, verify_poll.FLAT
        )
        for what, found in verify_poll.ratios().items()
    ]
    heading = f"{'what':<34} {'beside':<34} {'median':>6}   half of them   turns goal"
    sys.stdout.write("\n".join(["", heading, *map(str, results), ""]))
    sys.exit(0 if all(result.met for result in results) else 1)
