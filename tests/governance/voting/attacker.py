"""Somebody who has copies of everything, and looks for whose ballot is whose.

A :class:`Dump` is all that is stored at one moment: every table in the order in which it lies on
disk, with what the database itself keeps of each row, the file's bytes, public files, logs, cache.
:func:`joins` tries to line up members with ballots by everything that has an order or a value.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp
from typing import Any

from django.db import connection

# Where so few ballots lie in a place, the newest of anything else are tried on them.
FEW = 2

Link = tuple[str, str]
Row = Mapping[str, Any]
_HASH = re.compile(rb"[0-9a-f]{64}")
_PERSON = re.compile(rb"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Dump:
    """Everything at one moment. A row has ``place`` (``ctid`` or ``rowid``) and, where the database
    keeps it, ``xmin``; ``blobs`` are bytes by name: files, logs, cache."""

    tables: Mapping[str, Sequence[Row]]
    blobs: Mapping[str, bytes]


def take_dump(blobs: Mapping[str, bytes]) -> Dump:
    """Every table of this database as it lies on disk."""
    hidden = "ctid::text, xmin::text::bigint" if _postgresql() else "rowid, 0"
    place = "ctid" if _postgresql() else "rowid"
    tables: dict[str, list[Row]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT {hidden}, t.* FROM "{table}" AS t ORDER BY t.{place}')  # noqa: S608
            names = ["place", "xmin", *[column[0] for column in (cursor.description or [])[2:]]]
            tables[table] = [
                {**dict(zip(names, row, strict=True)), "place": number}
                for number, row in enumerate(cursor.fetchall())
            ]
        sequences = b""
        if _postgresql():
            cursor.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
            sequences = repr(cursor.fetchall()).encode()
    return Dump(tables, {**blobs, "sequences": sequences})


def _postgresql() -> bool:
    return connection.vendor == "postgresql"


def _orders(rows: Sequence[Row], identify: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Those whom ``rows`` name, in every order that a column of theirs gives them."""
    named = []
    for row in rows:
        for value in row.values():
            who = identify.get(_text(value))
            if who is not None:
                named.append((who, row))
                break
    if not named:
        return
    for column in named[0][1]:
        values = [(row[column], who) for who, row in named]
        if any(value is None or isinstance(value, dict | list) for value, _who in values):
            continue
        yield column, [who for _value, who in sorted(values, key=lambda one: _text(one[0], pad=20))]


def _text(value: object, *, pad: int = 0) -> str:
    if isinstance(value, int):
        return str(value).zfill(pad)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value).replace("-", "") if len(str(value)) == 36 else str(value)


@dataclass(frozen=True, slots=True)
class Known:
    """What the attacker can tell apart: how tables and files name members and ballots."""

    members: Mapping[str, str]
    ballots: Mapping[str, str]


def known_from(dump: Dump) -> Known:
    """Members by their id and by their entry on the roll; ballots by hash and by token."""
    members = {_text(row["id"]): _text(row["id"]) for row in dump.tables["members_person"]}
    ballots = {}
    for table in ("voting_intake", "voting_ballot"):
        for row in dump.tables[table]:
            ballots[row["hash"]] = ballots[row["token"]] = row["hash"]
    return Known(members, ballots)


def joins(dump: Dump, earlier: Dump | None = None) -> Iterator[tuple[str, list[Link], int]]:
    """Each way to line members up with ballots: its name, the links, how many could have been.

    With ``earlier``, only what is new since then is lined up.
    """
    known = known_from(dump)
    entries = {_text(row["id"]): _text(row["person_id"]) for row in dump.tables["voting_rollentry"]}
    of_marks = [
        {**row, "person": entries[_text(row["entry_id"])]}
        for row in dump.tables["voting_issuemark"]
    ]
    old_members: set[str] = set()
    old_ballots: set[str] = set()
    if earlier:
        old_members = {entries[_text(r["entry_id"])] for r in earlier.tables["voting_issuemark"]}
        old_ballots = set(known_from(earlier).ballots.values())
    taken = {row["person"] for row in of_marks} - old_members
    members: dict[str, list[str]] = {}
    ballots: dict[str, list[str]] = {}
    fingerprints = {_text(r["fingerprint"]): r["person"] for r in of_marks if r["fingerprint"]}
    for table, rows in dump.tables.items():
        named = of_marks if table == "voting_issuemark" else rows
        for column, order in _orders(named, known.members):
            members[f"{table}.{column}"] = [one for one in order if one in taken]
        for column, order in _orders(rows, known.ballots):
            ballots[f"{table}.{column}"] = [one for one in order if one not in old_ballots]
    for name, blob in dump.blobs.items():
        hashes = dict.fromkeys(one.decode() for one in _HASH.findall(blob))
        ballots[name] = [h for h in hashes if h in known.ballots and h not in old_ballots]
        people = dict.fromkeys(one.decode().replace("-", "") for one in _PERSON.findall(blob))
        members[name] = [one for one in people if one in taken]
        members[f"{name} by its marks"] = [
            fingerprints[one] for one in _marks_in(blob, fingerprints) if fingerprints[one] in taken
        ]
    most = max(len(taken), len(set(known.ballots.values()) - old_ballots), 1)
    for of_members, people_ in members.items():
        for of_ballots, cast in ballots.items():
            for way, links in _aligned(people_, cast):
                yield f"{of_members} ~ {of_ballots} {way}", links, most
    yield from _equal(dump, of_marks, most)


def _marks_in(blob: bytes, fingerprints: Iterable[str]) -> list[str]:
    """The marks whose bytes stand in a file, in the order in which they stand there."""
    places = ((blob.find(bytes.fromhex(one)), one) for one in fingerprints)
    return [one for place, one in sorted(places) if place >= 0]


def _aligned(people: Sequence[str], cast: Sequence[str]) -> Iterator[tuple[str, list[Link]]]:
    """First to first, last to last, first to last, stretched out; and the last few alone."""
    if not people or not cast:
        return
    yield "from the first", list(zip(people, cast, strict=False))
    yield "from the last", list(zip(reversed(people), reversed(cast), strict=False))
    yield "turned round", list(zip(people, reversed(cast), strict=False))
    if len(cast) <= FEW < len(people):
        yield "few", list(zip(reversed(people), reversed(cast), strict=False))
    if len(people) != len(cast):
        step = len(cast) / len(people)
        yield "stretched", [(one, cast[int(at * step)]) for at, one in enumerate(people)]


def _equal(dump: Dump, of_marks: Sequence[Row], most: int) -> Iterator[tuple[str, list[Link], int]]:
    """Rows of a mark and of a ballot that hold the same value: a transaction, a time, a hash.

    Where several hold it, each ballot is given to one of them in turn.
    """
    for table in ("voting_intake", "voting_ballot"):
        by_value: dict[str, list[str]] = defaultdict(list)
        for row in dump.tables[table]:
            for column, value in row.items():
                if value is not None and column not in ("poll_id", "sequence", "place"):
                    by_value[_named(column, value)].append(row["hash"])
        links = []
        turns: dict[str, int] = defaultdict(int)
        for mark in of_marks:
            for column, value in mark.items():
                key = _named(column, value)
                if value is not None and key in by_value:
                    cast = by_value[key]
                    links.append((mark["person"], cast[turns[key] % len(cast)]))
                    turns[key] += 1
        yield f"a value of a mark ~ the same of {table}", links, most


def _named(column: str, value: object) -> str:
    """Small numbers are equal by chance in columns of different names; everything else is not."""
    return f"{column}={_text(value)}" if isinstance(value, int) else _text(value)


@dataclass
class Score:
    """How often one way of joining was right, and how often chance alone would be."""

    seen: set[Link] = field(default_factory=set)
    hits: int = 0
    by_chance: float = 0.0

    def add(self, links: Iterable[Link], most: int, truth: Mapping[str, str]) -> None:
        for link in links:
            if link not in self.seen:
                self.seen.add(link)
                self.hits += truth.get(link[0]) == link[1]
                self.by_chance += 1 / most

    @property
    def limit(self) -> int:
        """More hits than this are no chance: a Poisson variable passes it once in 10^8 times."""
        hits, term = 0, exp(-self.by_chance)
        left = 1 - term
        while left > 1e-8 and hits < 10 * self.by_chance + 20:
            hits += 1
            term *= self.by_chance / hits
            left -= term
        return hits

    def votes_guessed(
        self, choices: Mapping[str, str], truth: Mapping[str, str]
    ) -> tuple[int, int]:
        """Of how many members it guesses the vote, and how many rightly: most links decide."""
        guesses: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for member, ballot in sorted(self.seen):
            if ballot in choices:
                guesses[member][choices[ballot]] += 1
        right = sum(
            max(votes, key=lambda choice: votes[choice]) == choices.get(truth.get(member, ""))
            for member, votes in guesses.items()
        )
        return len(guesses), right
