"""Append-only means it: triggers refuse UPDATE, DELETE and TRUNCATE on SQLite and PostgreSQL.

An app declares its triggers in ``triggers.py`` as ``TRIGGERS`` and installs them in a migration
with :class:`Install`. SQLite drops a table's triggers when a later migration remakes the table (any
``AlterField``): put :class:`Remove` before and :class:`Install` after it. A test compares what is
installed with what is declared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

# A check violation (SQLSTATE 23514), so that Django sees an IntegrityError on both databases.
_POSTGRESQL_REFUSE = """
CREATE OR REPLACE FUNCTION kernel_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: %', TG_OP, TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = '23514';
END $$
"""


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger by name, with its SQL for each database. An empty text: not on that database."""

    name: str
    table: str
    sqlite: str
    postgresql: str


def append_only(table: str) -> tuple[Trigger, ...]:
    """The triggers that let rows of ``table`` be inserted and read, and nothing else."""
    return (*refuse_change(table), *refuse_removal(table))


def refuse_change(table: str, *, when: str = "", why: str = "append-only") -> tuple[Trigger, ...]:
    """Refuse UPDATE of ``table``; ``when`` is a condition on OLD and NEW, in SQL for both."""
    name = f"{table}_no_update"
    condition = f"WHEN ({when})" if when else ""
    return (
        Trigger(
            name=name,
            table=table,
            sqlite=f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} {condition} "
            f"BEGIN SELECT RAISE(ABORT, 'UPDATE on {table} is refused: {why}'); END",
            postgresql=f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW {condition} "
            f"EXECUTE FUNCTION kernel_refuse('{why}')",
        ),
    )


def refuse_removal(table: str, *, when: str = "", why: str = "append-only") -> tuple[Trigger, ...]:
    """Refuse DELETE and TRUNCATE of ``table``; ``when`` is a condition on OLD for DELETE alone."""
    name = f"{table}_no_delete"
    truncate = f"{table}_no_truncate"
    condition = f"WHEN ({when})" if when else ""
    return (
        Trigger(
            name=name,
            table=table,
            sqlite=f"CREATE TRIGGER {name} BEFORE DELETE ON {table} {condition} "
            f"BEGIN SELECT RAISE(ABORT, 'DELETE on {table} is refused: {why}'); END",
            postgresql=f"CREATE TRIGGER {name} BEFORE DELETE ON {table} FOR EACH ROW {condition} "
            f"EXECUTE FUNCTION kernel_refuse('{why}')",
        ),
        Trigger(
            name=truncate,
            table=table,
            sqlite="",
            postgresql=f"CREATE TRIGGER {truncate} BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse('{why}')",
        ),
    )


def install(connection: BaseDatabaseWrapper, triggers: Sequence[Trigger]) -> None:
    """Create the triggers, replacing any of the same name."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL_REFUSE)
        for trigger in triggers:
            sql = trigger.postgresql if connection.vendor == "postgresql" else trigger.sqlite
            if sql:
                cursor.execute(_drop(connection, trigger))
                cursor.execute(sql)


def remove(connection: BaseDatabaseWrapper, triggers: Sequence[Trigger]) -> None:
    """Drop the triggers that are there."""
    with connection.cursor() as cursor:
        for trigger in triggers:
            cursor.execute(_drop(connection, trigger))


def installed(connection: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    """The (table, trigger) pairs the database has now."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE NOT t.tgisinternal AND n.nspname = current_schema()"
            )
        else:
            cursor.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")
        return {(table, name) for table, name in cursor.fetchall()}


def _drop(connection: BaseDatabaseWrapper, trigger: Trigger) -> str:
    if connection.vendor == "postgresql":
        return f"DROP TRIGGER IF EXISTS {trigger.name} ON {trigger.table}"
    return f"DROP TRIGGER IF EXISTS {trigger.name}"


class Install(Operation):
    """Migration operation: create the triggers; reversed, drop them."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, triggers: Sequence[Trigger]) -> None:
        self.triggers = tuple(triggers)

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are not part of Django's model state."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        install(schema_editor.connection, self.triggers)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        remove(schema_editor.connection, self.triggers)

    def describe(self) -> str:
        return "Install triggers: " + ", ".join(trigger.name for trigger in self.triggers)


class Remove(Install):
    """Migration operation: drop the triggers before a table is remade; reversed, create them."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        remove(schema_editor.connection, self.triggers)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        install(schema_editor.connection, self.triggers)

    def describe(self) -> str:
        return "Remove triggers: " + ", ".join(trigger.name for trigger in self.triggers)
