"""What the database and the folders of a test hold, kept to be put back: told once, had often."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

from kernel import immutability
from kernel.immutability import Trigger


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table as the database gives them, by their columns."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def fill(self) -> None:
        names = ", ".join(map(connection.ops.quote_name, self.columns))
        marks = ", ".join(["%s"] * len(self.columns))
        table = connection.ops.quote_name(self.name)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of ours
            cursor.executemany(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - names of ours
                self.rows,
            )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every table, and a copy of each folder in ``kept``, in the order they were named."""

    tables: list[Table]
    kept: list[Path]

    @classmethod
    def take(cls, *, folders: Sequence[Path], into: Path) -> Snapshot:
        """Keep what is there now; the folders are copied ``into`` one that lasts."""
        kept = []
        for number, folder in enumerate(folders):
            kept.append(into / str(number))
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copytree(folder, kept[-1])
        return cls(tables=list(_tables()), kept=kept)

    def put_back(self, *, folders: Sequence[Path], triggers: Sequence[Trigger]) -> None:
        """Have exactly this again, in the same folders or in others in their place."""
        for kept, folder in zip(self.kept, folders, strict=True):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(kept, folder)
        with transaction.atomic():
            immutability.remove(connection, triggers)
            for table in self.tables:
                table.fill()
            # What is checked at commit is checked now: no trigger may be made before.
            connection.check_constraints()
            immutability.install(connection, triggers)
        with connection.cursor() as cursor:
            for sql in connection.ops.sequence_reset_sql(no_style(), _models()):
                cursor.execute(sql)


def _models() -> list[type[models.Model]]:
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def _tables() -> Iterator[Table]:
    for model in _models():
        fields = [field for field in model._meta.local_concrete_fields if not field.generated]
        columns = tuple(str(field.column) for field in fields)
        names = ", ".join(map(connection.ops.quote_name, columns))
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {names} FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows = [tuple(map(_plain, row)) for row in cursor.fetchall()]
        yield Table(table, columns, rows)


def _plain(value: Any) -> Any:
    """PostgreSQL answers with bytes that last only as long as their row."""
    return bytes(value) if isinstance(value, memoryview) else value
