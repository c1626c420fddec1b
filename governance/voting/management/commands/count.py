"""``manage.py count FILE --method stv``: count ballots from a standard file. Needs no database.

Reads ``.blt``, PrefLib's ``.soc .soi .toc .toi``, Pabulib's ``.pb``, and our own ``ballots.json``
with ``manifest.json`` beside it. ``docs/counting.md`` says how each method counts.
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.voting.formats import blt, pabulib, preflib, published
from governance.voting.formats.reading import BadFile
from governance.voting.rule import share
from governance.voting.tally import report
from governance.voting.tally.conduct import METHODS, CannotCount, Counted, conduct
from governance.voting.tally.election import Election, Terms

# Progress is told of work that takes longer than this, and as often.
SECONDS = 1.0
# How many lines are read between two looks at the clock.
BLOCK = 20_000


class Command(BaseCommand):
    help = (
        "Count the ballots of a file: .blt, PrefLib's .soc .soi .toc .toi, Pabulib's .pb, or our "
        "own ballots.json with manifest.json beside it. An id is what the file calls a "
        "candidate, as text: the number in .blt and PrefLib, the project_id in .pb, the option's "
        "id in ours."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--method", required=True, choices=METHODS)
        parser.add_argument(
            "--seats", type=int, help="how many are elected, where not as the file says"
        )
        parser.add_argument(
            "--default", default="", metavar="ID", help="schulze: the option others must defeat"
        )
        parser.add_argument(
            "--quorum",
            type=int,
            help="least votes in favour (yes_no, approval, schulze) or ballots cast (the others)",
        )
        parser.add_argument(
            "--majority", type=_majority, metavar="P/Q", help="a share of at least a half, as 2/3"
        )
        parser.add_argument(
            "--seed",
            type=_seed,
            metavar="HEX",
            help="what ties are drawn with; else the SHA-256 of the merged ballots",
        )
        parser.add_argument("--json", action="store_true", help="the whole count as JSON")

    def handle(self, *, file: Path, method: str, **options: Any) -> None:
        terms = Terms(
            **{name: options[name] for name in ("seats", "default", "quorum", "majority", "seed")}
        )
        said = _Progress(self)
        try:
            election = said.read(file)
            counted = conduct(election, method, terms, said.raised)
        except BadFile as bad:
            where = f"{file}, line {bad.line}" if bad.line else str(file)
            raise CommandError(f"{where}: {bad.reason}.") from bad
        except CannotCount as cannot:
            raise CommandError(str(cannot)) from cannot
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(election, counted), ensure_ascii=False, indent=1))
            return
        for line in _lines(election, counted):
            self.stdout.write(line)


def _majority(written: str) -> Fraction:
    try:
        return share(written)
    except ValueError:
        raise ArgumentTypeError(
            f"{written!r} is no share written P/Q; a ratio of 3:1 is the share 3/4"
        ) from None


def _seed(written: str) -> bytes:
    try:
        return bytes.fromhex(written)
    except ValueError:
        raise ArgumentTypeError(f"{written!r} is not hexadecimal") from None


class _Progress:
    """Reads a file and tells on standard error how far that, or the count, has come."""

    def __init__(self, command: BaseCommand) -> None:
        self.command = command
        self.last = time.monotonic()

    def read(self, file: Path) -> Election:
        """The election in ``file``. Raises ``BadFile``, and ``CommandError`` if there is none."""
        kind = file.suffix.lower().removeprefix(".")
        try:
            if kind == "json":
                return published.read(_json(file), _json(file.with_name("manifest.json")))
            with file.open("rb") as opened:
                lines = self._lines(opened, file.stat().st_size)
                if kind == "blt":
                    return blt.read(lines)
                if kind in preflib.TYPES:
                    return preflib.read(lines, kind)
                if kind == "pb":
                    return pabulib.read(lines)
        except OSError as fault:
            raise CommandError(f"{file} cannot be read: {fault.strerror}.") from fault
        raise CommandError(f"{file}: files end in .blt .soc .soi .toc .toi .pb or .json.")

    def raised(self, percent: int, spent: Fraction) -> None:
        if self._is_time():
            self._tell(f"shares raised by {percent} %: {int(spent * 100)} % of the budget is spent")

    def _lines(self, opened: Any, size: int) -> Iterator[bytes]:
        done = 0
        for number, line in enumerate(opened, 1):
            done += len(line)
            if number % BLOCK == 0 and self._is_time():
                self._tell(f"{number} lines read, {100 * done // max(size, 1)} %")
            yield line

    def _is_time(self) -> bool:
        now = time.monotonic()
        if now - self.last < SECONDS:
            return False
        self.last = now
        return True

    def _tell(self, sentence: str) -> None:
        self.command.stderr.write(sentence, style_func=str)


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except json.JSONDecodeError as fault:
        raise BadFile(fault.lineno, f"this is not JSON: {fault.msg}") from fault
    except UnicodeDecodeError as fault:
        raise BadFile(None, "this is not JSON: it is not UTF-8") from fault
    except OSError as fault:
        raise CommandError(f"{file} cannot be read: {fault.strerror}.") from fault


def _as_json(election: Election, counted: Counted) -> dict[str, Any]:
    names = {one.id: one.name for one in election.candidates}
    count = counted.count.as_json()
    return {
        **count,
        "winners": [{"id": id, "name": names[id]} for id in counted.count.winners],
        "candidates": [
            {"id": one.id, "name": one.name, "withdrawn": one.id in election.withdrawn}
            for one in election.candidates
        ],
        "title": election.title,
        "notes": list(counted.notes),
        "lot": {
            "seed": counted.lot.seed.hex(),
            "seedGiven": counted.seed_given,
            "ballotsRoot": counted.lot.root.hex(),
        },
    }


def _lines(election: Election, counted: Counted) -> Iterator[str]:
    if election.title:
        yield election.title
    for note in counted.notes:
        yield f"Note: {note}"
    yield from report.lines(counted.count, {one.id: one.name for one in election.candidates})
    if any(tie.how == "lot" for tie in counted.count.ties):
        whose = "the seed" if counted.seed_given else "the SHA-256 of the merged ballots"
        yield f"  Lots were drawn with {whose}, {counted.lot.seed.hex()},"
        yield f"  and the ballots' Merkle root, {counted.lot.root.hex()}."
