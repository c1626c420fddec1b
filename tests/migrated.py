"""A SQLite database that is migrated once for each set of migrations, not once for each run.

A plugin that ``tests/conftest.py`` names. What was migrated is kept in the system's folder for
scratch, under a digest of every migration and of every trigger; a run begins with a copy.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.conf import settings

from tests.triggers import declared_triggers


@pytest.fixture(scope="session")
def _migrated(django_db_modify_db_settings: None) -> Path | None:
    """Where this set of migrations is kept, or would be; None where the database is no file."""
    if settings.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3":
        return None
    return Path(tempfile.gettempdir(), f"customer-commons-migrated-{_digest()}.sqlite3")


@pytest.fixture(scope="session")
def django_db_keepdb(_migrated: Path | None) -> bool:
    """Whether a database was put in its place: it is then not made anew."""
    if _migrated is None or not _migrated.exists():
        return False
    _copy(_migrated, Path(settings.DATABASES["default"]["TEST"]["NAME"]))
    return True


@pytest.fixture(scope="session", autouse=True)
def _keep_migrated(_migrated: Path | None, django_db_keepdb: bool, django_db_setup: None) -> None:
    """Keep what had to be migrated; a run beside this one sees all of it or nothing."""
    if _migrated and not django_db_keepdb:
        unfinished = _migrated.with_suffix(f".{os.getpid()}")
        _copy(Path(settings.DATABASES["default"]["TEST"]["NAME"]), unfinished)
        unfinished.rename(_migrated)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _digest() -> str:
    digest = hashlib.sha256(f"{django.VERSION} {sys.version_info}".encode())
    for app in apps.get_app_configs():
        for source in sorted(Path(app.path, "migrations").glob("*.py")):
            digest.update(str(source).encode() + b"\0" + source.read_bytes())
    for trigger in declared_triggers():
        digest.update(f"{trigger}\0".encode())
    return digest.hexdigest()[:32]
