"""Somebody who has copies of everything, and looks for whose ballot is whose.

A :class:`Dump` is all that is stored at one moment: every table in the order in which it lies on
disk, with what the database itself keeps of each row, the file's bytes, public files, logs, cache.
Of each, :func:`read` keeps the orders in which members and ballots stand in it, and lets the rest
go. :func:`attempts` tries to line up members with ballots by all of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp
from sys import intern
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


@dataclass(frozen=True, slots=True)
class Copy:
    """What one dump tells: members who took a ballot and ballots, in every order they stand in.

    ``equal`` are links of a mark to a ballot that hold the same value.
    """

    members: Mapping[str, Sequence[str]]
    ballots: Mapping[str, Sequence[str]]
    equal: Mapping[str, Sequence[Link]]
    taken: frozenset[str]
    cast: frozenset[str]


def read(dump: Dump) -> Copy:
    known = known_from(dump)
    entries = {_text(row["id"]): _text(row["person_id"]) for row in dump.tables["voting_rollentry"]}
    of_marks = [
        {**row, "person": intern(entries[_text(row["entry_id"])])}
        for row in dump.tables["voting_issuemark"]
    ]
    taken = frozenset(row["person"] for row in of_marks)
    members: dict[str, Sequence[str]] = {}
    ballots: dict[str, Sequence[str]] = {}
    fingerprints = {_text(r["fingerprint"]): r["person"] for r in of_marks if r["fingerprint"]}
    for table, rows in dump.tables.items():
        named = of_marks if table == "voting_issuemark" else rows
        for column, order in _orders(named, known.members):
            members[f"{table}.{column}"] = [intern(one) for one in order if one in taken]
        for column, order in _orders(rows, known.ballots):
            ballots[f"{table}.{column}"] = [intern(one) for one in order]
    for name, blob in dump.blobs.items():
        ballots[name] = [intern(one) for one in hashes_in(blob) if one in known.ballots]
        people = dict.fromkeys(one.decode().replace("-", "") for one in _PERSON.findall(blob))
        members[name] = [intern(one) for one in people if one in taken]
        members[f"{name} by its marks"] = [
            fingerprints[one] for one in marks_in(blob, fingerprints)
        ]
    equal = dict(_equal(dump, of_marks))
    return Copy(members, ballots, equal, taken, frozenset(known.ballots.values()))


Tries = Iterator[tuple[Iterable[Link], int]]


def attempts(copies: Sequence[Copy], *, compared: bool = False) -> Iterator[tuple[str, Tries]]:
    """Each way to line members up with ballots: its name, and what it gives of each copy.

    That is links, and how many each member's ballot could have been. Orders that are alike in
    every copy are tried once, under all their names. With ``compared``, only what is new in a copy
    since the one before is lined up.
    """
    earlier = [None, *copies] if compared else [None] * len(copies)
    pairs = list(zip(earlier, copies, strict=False))[1 if compared else 0 :]
    of_members = _alike(
        [_new(c.members, b.taken if b else frozenset()) for b, c in pairs],
    )
    of_ballots = _alike([_new(c.ballots, b.cast if b else frozenset()) for b, c in pairs])
    most = [
        max(
            len(c.taken - (b.taken if b else frozenset())),
            len(c.cast - (b.cast if b else frozenset())),
            1,
        )
        for b, c in pairs
    ]
    for people_named, people in of_members.items():
        for cast_named, cast in of_ballots.items():
            for way in WAYS:
                links = (WAYS[way](one, other) for one, other in zip(people, cast, strict=True))
                yield f"{people_named} ~ {cast_named} {way}", zip(links, most, strict=True)
    for name in dict.fromkeys(name for _before, copy in pairs for name in copy.equal):
        yield name, zip((copy.equal.get(name, ()) for _b, copy in pairs), most, strict=True)


def _new(orders: Mapping[str, Sequence[str]], old: frozenset[str]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(one for one in order if one not in old) for name, order in orders.items()}


def _alike(
    copies: Sequence[Mapping[str, tuple[str, ...]]],
) -> dict[str, list[tuple[str, ...]]]:
    """The orders of every name through all copies; names whose orders never differ as one."""
    names = dict.fromkeys(name for copy in copies for name in copy)
    together: dict[tuple[tuple[str, ...], ...], list[str]] = defaultdict(list)
    for name in names:
        together[tuple(copy.get(name, ()) for copy in copies)].append(name)
    return {" = ".join(alike): list(orders) for orders, alike in together.items() if any(orders)}


def hashes_in(blob: bytes) -> list[str]:
    """What may be ballots' hashes, in the order in which they first stand in a file."""
    return list(dict.fromkeys(one.decode() for one in _HASH.findall(blob)))


def marks_in(blob: bytes, fingerprints: Iterable[str]) -> list[str]:
    """The marks whose bytes stand in a file, in the order in which they stand there."""
    places = ((blob.find(bytes.fromhex(one)), one) for one in fingerprints)
    return [one for place, one in sorted(places) if place >= 0]


Order = Sequence[str]


def _from_the_first(people: Order, cast: Order) -> Iterable[Link]:
    return zip(people, cast, strict=False)


def _from_the_last(people: Order, cast: Order) -> Iterable[Link]:
    return zip(reversed(people), reversed(cast), strict=False)


def _turned_round(people: Order, cast: Order) -> Iterable[Link]:
    return zip(people, reversed(cast), strict=False)


def _few(people: Order, cast: Order) -> Iterable[Link]:
    return _from_the_last(people, cast) if len(cast) <= FEW < len(people) else ()


def _stretched(people: Order, cast: Order) -> Iterable[Link]:
    if not cast or len(people) == len(cast):
        return ()
    step = len(cast) / len(people) if people else 0
    return ((one, cast[int(at * step)]) for at, one in enumerate(people))


WAYS: Mapping[str, Callable[[Order, Order], Iterable[Link]]] = {
    "from the first": _from_the_first,
    "from the last": _from_the_last,
    "turned round": _turned_round,
    "few": _few,
    "stretched": _stretched,
}


def _equal(dump: Dump, of_marks: Sequence[Row]) -> Iterator[tuple[str, list[Link]]]:
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
                    links.append((mark["person"], intern(cast[turns[key] % len(cast)])))
                    turns[key] += 1
        yield f"a value of a mark ~ the same of {table}", links


def _named(column: str, value: object) -> str:
    """Small numbers are equal by chance in columns of different names; everything else is not."""
    return f"{column}={_text(value)}" if isinstance(value, int) else _text(value)


@dataclass(frozen=True, slots=True)
class Found:
    """How one way of joining ended: hits, those by chance, and the most that may be chance; of how
    many members it guesses the vote, and of how many rightly."""

    hits: int
    by_chance: float
    limit: int
    guessed: int
    right: int


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

    def ends(self, choices: Mapping[str, str], truth: Mapping[str, str]) -> Found:
        """What came of it, without the links."""
        return Found(self.hits, self.by_chance, self.limit, *self.votes_guessed(choices, truth))

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
