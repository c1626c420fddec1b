"""Published bytes are the same from a backup, on another machine, and whoever writes SQL."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from governance.record import actions as record
from governance.record import sweeps
from governance.record.models import Checkpoint, Entry
from governance.terms import actions
from governance.terms.models import Version
from tests.conftest import NOW, TEST
from tests.governance.terms.conftest import Publish
from tests.governance.terms.rules import content

ROOT = Path(__file__).resolve().parents[2]

# Tables whose rows are published, or are what published bytes are made of.
PUBLISHED = [
    *("record_entry", "record_tile", "record_checkpoint"),
    *("terms_revision", "terms_version", "terms_rendition", "terms_publishedrule"),
    *("terms_status", "terms_translation", "terms_event"),
    *("voting_ballot", "voting_commitment", "voting_rollentry", "voting_event"),
]


@pytest.fixture
def whole(
    transactional_db: None,
    tree: Path,
    publish: Publish,
    django_capture_on_commit_callbacks: Any,
) -> Path:
    """The public tree, with a version that replaced another, a translation, and full tiles."""
    version = publish(content(version="1.1.0"))
    with django_capture_on_commit_callbacks(execute=True):
        actions.add_translation(
            version=version,
            language="de",
            title="Kein Tracking",
            plain="Lauf mir nicht hinterher.",
            legal="Die zweite Partei verfolgt die erste nicht.",
            by=TEST,
            at=NOW,
        )
    for number in range(300):
        body = {"slug": "filler", "version": f"{number}.0.0", "status": "withdrawn"}
        record.submit(type="term.status", body=body, at=NOW)
    sweeps.keys(NOW)
    sweeps.sequence(NOW)
    return tree


def files(root: Path) -> dict[str, str]:
    """The hash of each published file, by path."""
    return {
        path.relative_to(root).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
    }


def run(code: str, *arguments: str, **environment: str) -> str:
    """What a fresh process of Python prints."""
    done = subprocess.run(
        [sys.executable, *code.split(" ", 1), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# From a backup


@pytest.fixture
def restored(whole: Path, tmp_path: Path) -> Iterator[str]:
    """The name of a database that was restored from a backup of this one, by its own tools."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        copy = tmp_path / "restored.sqlite3"
        with closing(sqlite3.connect(name)) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)
        yield str(copy)
        return
    if not shutil.which("pg_dump"):
        pytest.skip("no pg_dump here")
    host = {
        "PGHOST": connection.settings_dict["HOST"],
        "PGPORT": str(connection.settings_dict["PORT"] or 5432),
        "PGUSER": connection.settings_dict["USER"],
        "PGPASSWORD": connection.settings_dict["PASSWORD"],
    }

    def tool(*command: str) -> None:
        subprocess.run(command, env={**os.environ, **host}, check=True)

    copy_name = f"{name}_restored"
    tool("dropdb", "--if-exists", copy_name)
    tool("createdb", copy_name)
    tool("pg_dump", "--format=custom", f"--file={tmp_path / 'dump'}", name)
    tool("pg_restore", "--exit-on-error", f"--dbname={copy_name}", str(tmp_path / "dump"))
    yield copy_name
    tool("dropdb", copy_name)


PUBLISH = """
import sys
from pathlib import Path
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.SEALING_KEYS = [sys.argv[2]]
settings.PUBLIC_ROOT, settings.KEYS_DIR, settings.VAR_DIR = map(Path, sys.argv[3:])
django.setup()
from django.core.management import call_command
call_command("publish")
"""


def test_a_restored_database_publishes_the_same_bytes(
    whole: Path, restored: str, tmp_path: Path, settings: Any
) -> None:
    anew = tmp_path / "anew"
    keys = shutil.copytree(settings.KEYS_DIR, tmp_path / "keys-restored")
    said = run(
        f"-c {PUBLISH}",
        *(restored, settings.SEALING_KEYS[0], str(anew), str(keys), str(tmp_path / "var")),
    )
    assert files(anew) == files(whole)
    assert f"{len(files(whole))} of them were missing" in said


# On another machine


@pytest.mark.parametrize(
    ("language", "environment"),
    [
        ("en", {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}),
        ("de", {"TZ": "Pacific/Kiritimati", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "1"}),
        (
            "tr",
            {"TZ": "America/St_Johns", "LC_ALL": "tr_TR", "PYTHONHASHSEED": "4242"},
        ),
    ],
)
def test_rendered_again_elsewhere_every_byte_is_the_same(
    language: str, environment: dict[str, str], whole: Path, settings: Any
) -> None:
    answer = json.loads(
        run(
            "-m tests.deploy.rendering",
            *(str(connection.settings_dict["NAME"]), str(whole), str(settings.KEYS_DIR), language),
            **environment,
        )
    )
    assert answer["language"] == language
    made = answer["made"]
    published = {
        path: sha256(body).hexdigest()
        for version in Version.objects.all()
        for path, body in version.public_files()
    }
    assert {path: made.get(path) for path in published} == published
    assert {path for path in made if path.startswith("terms/")} == set(published)
    for checkpoint in Checkpoint.objects.all():
        note = sha256(checkpoint.note.encode()).hexdigest()
        assert made.pop(f"checkpoint of {checkpoint.size}") == note
    on_disk = files(whole)
    assert {path: on_disk[path] for path in made} == made
    assert len(published) >= 20
    assert [path for path in published if path.endswith("plain.de")]


# By SQL


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [
            column.name for column in connection.introspection.get_table_description(cursor, table)
        ]


def rows(table: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608 - one of ours
        return [tuple(map(bytes_of, row)) for row in cursor.fetchall()]


def bytes_of(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def refused(sql: str) -> None:
    with (
        pytest.raises(IntegrityError, match="refused"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_what_is_published_is_neither_changed_nor_deleted_by_sql(whole: Path) -> None:
    """Every column of every such table; by REPLACE too, which is a DELETE in disguise."""
    on_disk = files(whole)
    for table in PUBLISHED:
        before = rows(table)
        assert before, f"{table} is empty, and nothing is shown of it"
        for column in columns(table):
            refused(f'UPDATE {table} SET "{column}" = "{column}"')  # noqa: S608
        refused(f"DELETE FROM {table}")  # noqa: S608
        if connection.vendor == "sqlite":
            refused(f"REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608
        else:
            refused(f"TRUNCATE {table} CASCADE")
        assert rows(table) == before, table
    assert files(whole) == on_disk


def test_an_entry_that_waits_is_not_changed_by_sql(whole: Path) -> None:
    record.submit(
        type="term.status", body={"slug": "a", "version": "1.0.0", "status": "withdrawn"}, at=NOW
    )
    for column in columns("record_pending"):
        refused(f'UPDATE record_pending SET "{column}" = "{column}"')  # noqa: S608
    assert Entry.objects.size() > 256


# And where a backup is older than what was published


def test_an_older_backup_publishes_nothing_over_a_lost_tree(
    whole: Path, restored: str, tmp_path: Path, settings: Any
) -> None:
    """The restored database lacks what was published since; the keys remember how much."""
    keys = shutil.copytree(settings.KEYS_DIR, tmp_path / "keys-kept")
    size = Entry.objects.size()
    for number in range(3):
        body = {"slug": "later", "version": f"{number}.0.0", "status": "withdrawn"}
        record.submit(type="term.status", body=body, at=NOW)
    sweeps.sequence(NOW)
    shutil.copy(Path(settings.KEYS_DIR, "published-checkpoint"), keys)
    arguments = [restored, settings.SEALING_KEYS[0]]
    arguments += [str(path) for path in (tmp_path / "anew", keys, tmp_path / "var")]

    def publish(*options: str) -> subprocess.CompletedProcess[str]:
        code = PUBLISH.replace('"publish"', ", ".join(map(repr, ("publish", *options))))
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )

    done = publish()
    assert done.returncode
    assert (
        f"Nothing was written, because the checkpoint published last has {size + 3} entries, "
        f"and this database has {size}" in done.stderr
    )
    assert not (tmp_path / "anew").exists()
    assert "Nothing was given up" in publish(f"--give-up={size}").stderr
    assert not (tmp_path / "anew").exists()
    # Whoever accepts the fork says of which size.
    done = publish(f"--give-up={size + 3}")
    assert done.returncode == 0, done.stderr
    assert f"\n{size}\n" in (tmp_path / "anew/record/checkpoint").read_text()
