"""Leaving: what one applied for is exported; names, drafts and files go, decisions stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.db import connection

from funding.grants import actions, leaving_part
from funding.grants.actions import Member
from funding.grants.models import Application, ApplicationVersion, Correction, Round
from members import leaving
from members.models import Person
from tests.conftest import NOW, TEST
from tests.funding.grants.conftest import OPEN, READING, Sent, declare, end_call

pytestmark = pytest.mark.django_db
CANARY = "quetzal"


@pytest.fixture
def left(
    pia: Person, sam: Person, sent: Sent, round: Round, tmp_path: Path, settings: Any
) -> Application:
    """An application full of canaries, which was found not eligible."""
    settings.GRANTS_DIR = tmp_path
    begun = actions.begin_application(round=round, by=pia, at=OPEN)
    actions.withdraw_application(application=begun, by=pia, at=OPEN)
    application = sent(pia, title=f"The {CANARY}", how=f"As a {CANARY} does.")
    actions.save_team(
        application=application,
        members=[Member(f"Tom {CANARY}", f"tom.{CANARY}@example.org", CANARY)],
        related={sam: f"the {CANARY} club"},
        by=pia,
        at=OPEN,
    )
    actions.attach_file(
        application=application, name=f"{CANARY}.pdf", data=b"%PDF-1", by=pia, at=OPEN
    )
    end_call(round)
    return application


def found() -> set[str]:
    """The tables of this app in which the canary is."""
    tables = [
        table for table in connection.introspection.table_names() if table.startswith("grants_")
    ]
    hits = set()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            if any(CANARY in repr(row) for row in cursor.fetchall()):
                hits.add(table)
    return hits


def test_everything_that_is_held_is_exported_and_fits_its_schema(
    left: Application, pia: Person, sam: Person, rex: Person
) -> None:
    declare(left, rex)
    for person in (pia, sam, rex):
        held = leaving_part.export(person)
        [part] = [part for part in leaving.parts() if part.name == "grants"]
        jsonschema.validate(held, part.schema)
    held = leaving_part.export(pia)
    assert CANARY in held["applications"][1]["versions"][0]["content"]["title"]
    assert leaving_part.export(sam)["related_to"][0]["what"] == f"the {CANARY} club"


def test_nobody_leaves_while_an_application_waits(left: Application, pia: Person) -> None:
    [duty] = leaving_part.duties(pia, READING)
    assert CANARY in duty
    actions.withdraw_application(application=left, by=pia, at=READING)
    assert leaving_part.duties(pia, READING) == []


def test_of_what_was_never_named_nothing_but_a_hash_stays(
    left: Application,
    pia: Person,
    sam: Person,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    actions.withdraw_application(application=left, by=pia, at=READING)
    Correction.objects.create(
        application=left,
        of="declined",
        text=CANARY,
        at=READING,
        upheld=False,
        answer="No.",
        answered_by=sam,
        answered_at=READING,
    )
    assert "grants_applicationversion" in found()
    assert "grants_teammember" in found()
    assert any(path.is_file() for path in tmp_path.rglob("*"))
    with django_capture_on_commit_callbacks(execute=True):
        for _again in range(2):
            leaving_part.erase(person=pia, by=TEST, at=READING)
    assert found() == set()
    assert ApplicationVersion.objects.get().sha256
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_what_was_named_in_public_stays_without_a_name(left: Application, pia: Person) -> None:
    Application.objects.filter(pk=left.pk).update(stage="not_chosen", named_at=NOW)
    leaving_part.erase(person=pia, by=TEST, at=READING)
    assert found() == {"grants_applicationversion"}
