"""The sandbox's memory: one SQLite file, one connection, one lock."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from funding.stripe_sandbox.errors import missing

Json = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  created INTEGER NOT NULL,
  parent TEXT,
  body TEXT NOT NULL,
  private TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS object_newest ON object (kind, created, seq);
CREATE INDEX IF NOT EXISTS object_parent ON object (parent, kind);
CREATE INDEX IF NOT EXISTS object_customer ON object (kind, json_extract(body, '$.customer'));
CREATE TABLE IF NOT EXISTS delivery (
  event TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0,
  due REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due);
CREATE TABLE IF NOT EXISTS attempt (
  event TEXT NOT NULL,
  at REAL NOT NULL,
  status INTEGER,
  error TEXT
);
CREATE TABLE IF NOT EXISTS idempotent (
  key TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  created INTEGER NOT NULL,
  body TEXT NOT NULL
);
"""


_SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL over the ``object`` table, with its values."""

    sql: str
    values: tuple[Any, ...] = ()


def equals(path: str, value: Any) -> Condition:
    """The object's body holds ``value`` at ``path`` (dots between keys)."""
    return Condition(f"json_extract(body, '$.{path}') = ?", (value,))


def kept(path: str, value: Any) -> Condition:
    """What is kept about the object and not shown holds ``value`` at ``path``."""
    return Condition(f"json_extract(private, '$.{path}') = ?", (value,))


def among(path: str, values: Sequence[Any]) -> Condition:
    """The object's body holds one of ``values`` at ``path``."""
    marks = ", ".join("?" * len(values))
    return Condition(f"json_extract(body, '$.{path}') IN ({marks})", tuple(values))


def bounds(path: str, limits: dict[str, int]) -> list[Condition]:
    """The object's body holds a number within ``limits`` at ``path``."""
    return [
        Condition(f"json_extract(body, '$.{path}') {_SIGNS[bound]} ?", (limit,))
        for bound, limit in limits.items()
    ]


def within(limits: dict[str, int]) -> list[Condition]:
    """Created within these bounds (``gt``, ``gte``, ``lt``, ``lte``)."""
    return [Condition(f"created {_SIGNS[bound]} ?", (at,)) for bound, at in limits.items()]


class Store:
    """Objects as Stripe shows them, with what it does not show beside them (``private``).

    ``path`` is a file, or ``:memory:``. Every use holds the lock; :meth:`transaction` holds it for
    longer and writes all or nothing.
    """

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # NORMAL outlives a killed process; only a power cut could lose the last writes.
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is written, or nothing is. May be nested; the outermost decides."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")

    def run(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row that a statement answers with."""
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    # Objects

    def add(self, body: Json, *, parent: str | None = None, private: Json | None = None) -> Json:
        """Keep a new object."""
        self.run(
            "INSERT INTO object (id, kind, created, parent, body, private) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (
                body["id"],
                body["object"],
                body.get("created", body.get("date", 0)),
                parent,
                json.dumps(body),
                json.dumps(private or {}),
            ),
        )
        return body

    def change(self, body: Json, **changes: Any) -> Json:
        """The object with ``changes``, kept in place of what was."""
        return self.replace({**body, **changes})

    def replace(self, body: Json) -> Json:
        """The object as it is from now on."""
        self.run(
            "UPDATE object SET body = ?, created = ? WHERE id = ?",
            (json.dumps(body), body.get("created", body.get("date", 0)), body["id"]),
        )
        return body

    def remember(self, id: str, **private: Any) -> None:
        """Keep more about an object that Stripe does not show."""
        kept = json.dumps({**self.private(id), **private})
        self.run("UPDATE object SET private = ? WHERE id = ?", (kept, id))

    def private(self, id: str) -> Json:
        """What is kept about an object and not shown."""
        rows = self.run("SELECT private FROM object WHERE id = ?", (id,))
        return dict(json.loads(rows[0][0])) if rows else {}

    def find(self, kind: str, id: str) -> Json | None:
        """The object, or None."""
        rows = self.run("SELECT body FROM object WHERE id = ? AND kind = ?", (id, kind))
        return dict(json.loads(rows[0][0])) if rows else None

    def any(self, id: str) -> Json | None:
        """The object, of whatever kind, or None."""
        rows = self.run("SELECT body FROM object WHERE id = ?", (id,))
        return dict(json.loads(rows[0][0])) if rows else None

    def get(self, kind: str, id: str, *, param: str = "id", status: int = 404) -> Json:
        """The object. Raises ``ApiError`` resource_missing."""
        found = self.find(kind, id)
        if found is None:
            raise missing(kind, id, param=param, status=status)
        return found

    def children(self, parent: str, kind: str) -> list[Json]:
        """The objects that belong to another, oldest first."""
        rows = self.run(
            "SELECT body FROM object WHERE parent = ? AND kind = ? ORDER BY seq", (parent, kind)
        )
        return [json.loads(body) for (body,) in rows]

    def page(
        self,
        kind: str,
        conditions: Sequence[Condition] = (),
        *,
        limit: int = 10,
        starting_after: str | None = None,
        ending_before: str | None = None,
    ) -> tuple[list[Json], bool]:
        """Up to ``limit`` objects, newest first, and whether there are more in that direction."""
        conditions = list(conditions)
        backwards = ending_before is not None
        cursor = ending_before or starting_after
        if cursor is not None:
            param = "ending_before" if backwards else "starting_after"
            self.get(kind, cursor, param=param, status=400)
            sign = ">" if backwards else "<"
            place = "(SELECT created, seq FROM object WHERE id = ?)"
            conditions.append(Condition(f"(created, seq) {sign} {place}", (cursor,)))
        where = " AND ".join(["kind = ?", *(condition.sql for condition in conditions)])
        order = "ASC" if backwards else "DESC"
        # The pieces of SQL are this program's own; what was asked for is bound.
        rows = self.run(
            f"SELECT body FROM object WHERE {where} "  # noqa: S608
            f"ORDER BY created {order}, seq {order} LIMIT ?",
            (kind, *(v for condition in conditions for v in condition.values), limit + 1),
        )
        found = [json.loads(body) for (body,) in rows[:limit]]
        return (found[::-1] if backwards else found), len(rows) > limit

    def every(self, kind: str, conditions: Sequence[Condition] = ()) -> list[Json]:
        """All objects that meet the conditions, newest first."""
        return self.page(kind, conditions, limit=2**31)[0]
