"""Append-only tables refuse every change, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction

from kernel import immutability
from kernel.immutability import Install, Remove, append_only, refuse_change, refuse_removal

pytestmark = pytest.mark.django_db

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="only PostgreSQL has TRUNCATE"
)


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def rows() -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, word FROM a_table ORDER BY id")
        return list(cursor.fetchall())


def refuses(sql: str, why: str = "append-only") -> None:
    with pytest.raises(IntegrityError, match=f"refused: {why}"), transaction.atomic():
        execute(sql)


@pytest.fixture(autouse=True)
def a_table() -> Iterator[None]:
    execute("CREATE TABLE a_table (id integer PRIMARY KEY, word varchar(20))")
    execute("INSERT INTO a_table VALUES (1, 'first')")
    yield
    execute("DROP TABLE a_table")


def test_rows_of_an_append_only_table_stay() -> None:
    immutability.install(connection, append_only("a_table"))
    execute("INSERT INTO a_table VALUES (2, 'second')")
    refuses("UPDATE a_table SET word = 'other'")
    refuses("DELETE FROM a_table WHERE id = 2")
    assert rows() == [(1, "first"), (2, "second")]


def test_a_row_cannot_be_replaced_either() -> None:
    immutability.install(connection, append_only("a_table"))
    if connection.vendor == "postgresql":
        refuses("INSERT INTO a_table VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET word = 'x'")
    else:
        refuses("REPLACE INTO a_table VALUES (1, 'x')")
    assert rows() == [(1, "first")]


@on_postgresql
def test_an_append_only_table_cannot_be_emptied_at_a_stroke() -> None:
    immutability.install(connection, append_only("a_table"))
    refuses("TRUNCATE a_table")
    assert rows() == [(1, "first")]


def test_a_change_may_be_refused_for_some_rows_alone() -> None:
    frozen = refuse_change("a_table", when="OLD.word <> NEW.word AND OLD.id > 1", why="frozen")
    immutability.install(connection, frozen)
    execute("INSERT INTO a_table VALUES (2, 'second')")
    execute("UPDATE a_table SET word = 'changed' WHERE id = 1")
    refuses("UPDATE a_table SET word = 'changed' WHERE id = 2", why="frozen")
    execute("UPDATE a_table SET word = word WHERE id = 2")
    assert rows() == [(1, "changed"), (2, "second")]


def test_removal_may_be_refused_where_change_is_not() -> None:
    immutability.install(connection, refuse_removal("a_table", why="kept"))
    execute("UPDATE a_table SET word = 'changed'")
    refuses("DELETE FROM a_table", why="kept")
    assert rows() == [(1, "changed")]


def test_what_is_installed_can_be_read_and_installed_again() -> None:
    triggers = append_only("a_table")
    expected = {(t.table, t.name) for t in triggers if t.sqlite or connection.vendor != "sqlite"}
    for _time in range(2):
        immutability.install(connection, triggers)
        assert {pair for pair in immutability.installed(connection) if pair[0] == "a_table"} == (
            expected
        )
    for _time in range(2):
        immutability.remove(connection, triggers)
        assert not {pair for pair in immutability.installed(connection) if pair[0] == "a_table"}


def test_migrations_take_triggers_off_and_put_them_back() -> None:
    triggers = append_only("a_table")
    editor = SimpleNamespace(connection=connection)
    install, remove = Install(triggers), Remove(triggers)
    for step, held in (
        (install.database_forwards, True),
        (install.database_backwards, False),
        (remove.database_backwards, True),
        (remove.database_forwards, False),
    ):
        step("an_app", editor)  # type: ignore[arg-type]
        if held:
            refuses("DELETE FROM a_table")
    assert install.describe().startswith("Install triggers: a_table_no_update")
    assert remove.describe().startswith("Remove triggers: a_table_no_update")
