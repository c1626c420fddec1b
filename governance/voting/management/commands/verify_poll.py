"""``manage.py verify_poll URL-or-file``: check a closed poll and count it again, trusting nobody.

Needs no database. Ends with 0 if everything holds, 1 if something does not, 2 if there was nothing
that could be checked.
"""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.record.sources import Unreadable
from governance.voting import published
from governance.voting.findings import SENTENCES, Faults
from governance.voting.recorded import Recorded
from governance.voting.recount import Recount, recount_files

NOTHING_TO_CHECK = 2
# Of each kind of fault so many places are printed.
PLACES = 3


class Command(BaseCommand):
    help = (
        "Check what is published of a closed poll, every signature and every commitment of the "
        "public record, and count its ballots again."
    )
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "poll",
            help="the address of the poll's page, its ballots.json, or a folder with its files",
        )
        parser.add_argument(
            "--record",
            default="",
            metavar="URL-or-folder",
            help="the public record to hold it to: a site, or a copy that `record export` made",
        )
        parser.add_argument(
            "--manifest-sha256",
            default="",
            help="the hash of the manifest as you know it from elsewhere",
        )
        parser.add_argument("--json", action="store_true", dest="as_json", help="answer in JSON")

    def handle(
        self, *, poll: str, record: str, manifest_sha256: str, as_json: bool, **options: Any
    ) -> None:
        faults = Faults()
        try:
            checked, recorded = _check(poll, record, manifest_sha256, faults)
        except Unreadable as unreadable:
            sentence = f"This vote cannot be checked: {unreadable}."
            if as_json:
                self.stdout.write(json.dumps({"holds": None, "sentence": sentence}))
            raise CommandError(sentence, returncode=NOTHING_TO_CHECK) from unreadable
        sentence = _verdict(checked, recorded)
        if as_json:
            described = _described(checked, recorded, sentence)
            self.stdout.write(json.dumps(described, indent=2, ensure_ascii=False))
        else:
            for code, times in sorted(checked.counts.items()):
                self.stderr.write(f"{code}: {SENTENCES[code]}{_places(checked, code, times)}")
            if checked.holds:
                self.stdout.write(self.style.SUCCESS(sentence))
        if not checked.holds:
            raise CommandError(sentence)


def _check(
    poll: str, record: str, manifest_sha256: str, faults: Faults
) -> tuple[Recount, Recorded | None]:
    copy = published.find(poll)
    manifest = copy.json("manifest.json")
    source = published.open_record(record) if record else copy.record
    name = str(manifest.get("poll", "")) if isinstance(manifest, dict) else ""
    recorded = None
    if source is not None and name:
        recorded = published.read_record(source, name, faults, _Progress("entries of the record"))
    try:
        checked = recount_files(
            copy.ballots(),
            manifest,
            result=copy.read("result.json"),
            recorded=recorded,
            manifest_sha256=manifest_sha256,
            faults=faults,
            progress=_Progress("ballots"),
        )
    except Unreadable as unreadable:
        if recorded and recorded.opened and not recorded.closed:
            raise Unreadable("it has not closed, so its ballots are not published") from unreadable
        raise
    return checked, recorded


class _Progress:
    """A line on standard error that says how far it is, about once a second."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = time.monotonic() + 1

    def __call__(self, done: int, _size: int) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 1
        end = "\r" if sys.stderr.isatty() else "\n"
        sys.stderr.write(f"Checked {done:,} {self._what}.{end}")
        sys.stderr.flush()


def _verdict(checked: Recount, recorded: Recorded | None) -> str:
    if not checked.holds:
        codes = ", ".join(sorted(checked.counts))
        number = sum(checked.counts.values())
        things = "1 thing does" if number == 1 else f"{number:,} things do"
        return f"{things} not hold: {codes}."
    held_to = recorded.sentence if recorded else "the files alone: no record was given (--record)"
    return f"Everything holds: {_result(checked)}, held to {held_to}."


def _result(checked: Recount) -> str:
    result = checked.result or {}
    said = ", ".join(f"{name} {votes}" for name, votes in result.get("counts", {}).items())
    said = said or ", ".join(result.get("winners", [])) or "nobody"
    return (
        f"{checked.ballots:,} ballots, {result['outcome']}: {said} "
        f"({result['cast']:,} of {result['eligible']:,} on the roll)"
    )


def _places(checked: Recount, code: str, times: int) -> str:
    found = [fault for fault in checked.faults if fault.code == code][:PLACES]
    places = [" ".join(filter(None, (fault.where, fault.detail))) for fault in found]
    places = [place for place in places if place]
    more = times - len(places)
    if not places:
        return f" ({times:,} times)" if times > 1 else ""
    return "".join(f"\n  {place}" for place in places) + (f"\n  and {more:,} more" * (more > 0))


def _described(checked: Recount, recorded: Recorded | None, sentence: str) -> dict[str, Any]:
    return {
        "holds": checked.holds,
        "sentence": sentence,
        "result": checked.result,
        "checked": {
            "ballots": checked.ballots,
            "commitments": recorded.commitments if recorded else None,
            "record": recorded.sentence if recorded else None,
        },
        "counts": dict(sorted(checked.counts.items())),
        "faults": [
            {
                "code": fault.code,
                "sentence": SENTENCES[fault.code],
                "where": fault.where,
                "detail": fault.detail,
            }
            for fault in checked.faults
        ],
    }
