"""What every test stands on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction

from governance.record.public_files import REMEMBERED
from governance.record.signing import make_keys
from kernel import immutability
from members import actions
from members.models import Person, Program, RoleGrant
from tests.triggers import declared_triggers

pytest_plugins = ["tests.browser", "tests.migrated", "tests.order", "tests.world"]

# A busy machine is no reason for a property test to fail.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SINCE = NOW.date() - timedelta(days=200)
UNTIL = NOW.date() + timedelta(days=165)
TEST = Program("test")


@pytest.fixture(scope="session", autouse=True)
def _flush_past_append_only(django_db_setup: None) -> None:
    """Let ``transactional_db`` empty append-only tables: the suite alone has this door."""
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def execute_sql_flush(self: Any, sql_list: Iterable[str]) -> None:
        triggers = declared_triggers()
        with transaction.atomic(using=self.connection.alias):
            immutability.remove(self.connection, triggers)
            if self.connection.vendor == "postgresql":
                _delete_all(self.connection)
            else:
                flush(self, sql_list)
            immutability.install(self.connection, triggers)

    operations.execute_sql_flush = execute_sql_flush  # type: ignore[method-assign]


def _delete_all(connection: Any) -> None:
    """Delete every row there is: TRUNCATE makes new files for every table, and most are empty."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = [connection.ops.quote_name(name) for name in names]
    some = " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM {t})" for t in tables)  # noqa: S608 - names of tables
    with connection.cursor() as cursor:
        cursor.execute(some)
        for (table,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - the name of a table
        # Keys are checked now, not when the triggers are put back on tables that wait for it.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture(scope="session", autouse=True)
def _keys() -> None:
    """The keys that ``manage.py keys`` would make, in the suite's scratch folder."""
    make_keys(Path(settings.KEYS_DIR))


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _own_public_root(tmp_path: Path, settings: Any) -> None:
    """Published files of one test are not there in the next: what is published never changes."""
    settings.PUBLIC_ROOT = tmp_path / "public"
    Path(settings.KEYS_DIR, REMEMBERED).unlink(missing_ok=True)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def make_person(db: None) -> Callable[..., Person]:
    """A person by name: ``make_person("Ada")``; in standing unless ``standing=False``."""

    def make(
        name: str = "Ada",
        *,
        standing: bool = True,
        since: date = SINCE,
        until: date = UNTIL,
        role: str = "",
    ) -> Person:
        email = f"{name.lower().replace(' ', '.')}@example.org"
        person = Person.objects.create_user(email, display_name=name)
        if standing:
            actions.extend_standing(
                person=person,
                starts_on=since,
                ends_on=until,
                kind="dues",
                source=f"test:{email}",
                by=TEST,
                at=NOW,
            )
        if role:
            RoleGrant.objects.create(
                person=person, role=role, starts_on=NOW.date() - timedelta(days=30), basis="test"
            )
        return person

    return make


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of published test vectors, named by ``CONFORMANCE_VECTORS``."""
    named = os.environ.get("CONFORMANCE_VECTORS", "")
    if not named:
        if os.environ.get("CI"):
            pytest.fail("CONFORMANCE_VECTORS is unset, and CI requires the published vectors")
        pytest.skip("no published vectors here: CONFORMANCE_VECTORS is unset")
    folder = Path(named).resolve()
    if not folder.is_dir():
        pytest.fail(f"CONFORMANCE_VECTORS names {folder}, which is not a folder")
    return folder
