"""Deprecating, withdrawing, translating: what is decided after publication changes no byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from governance.record.models import Pending
from governance.terms import actions, document, stages
from governance.terms.models import (
    Event,
    Rendition,
    Status,
    Term,
    Translation,
    Version,
)
from governance.terms.rulebook import LONGEST
from kernel.refusal import Refused
from tests.conftest import NOW, TEST
from tests.governance.terms.conftest import Publish
from tests.governance.terms.rules import NO_PROFILE, content

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)
REASON = "A court read point 2 otherwise than we meant it."
GERMAN = {
    "language": "de",
    "title": "Kein Tracking",
    "plain": "Lauf mir nicht hinterher.",
    "legal": "1. Die Organisation verfolgt die Person nicht.",
}


def entry_of(record_hash: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(Pending.objects.get(leaf_hash=record_hash).data))
    return found


def status_of(version: Version) -> str:
    return Version.objects.with_status().get(pk=version.pk).status


def bytes_of_everything() -> dict[tuple[Any, str], bytes]:
    found = {(one.pk, "document"): bytes(one.document) for one in Version.objects.all()}
    return found | {(one.version_id, one.name): bytes(one.body) for one in Rendition.objects.all()}


# Deprecating and withdrawing


def test_deprecating_says_why_and_frees_the_rules(
    publish: Publish, frozen: Callable[..., Any]
) -> None:
    version = publish()
    other = publish(content("no-profile", rules=(NO_PROFILE,)))
    before = bytes_of_everything()
    status = actions.deprecate(version=version, reason=REASON, successor=other, by=TEST, at=LATER)
    assert status_of(version) == "deprecated"
    assert bytes_of_everything() == before
    shown = Version.objects.to_show().get(pk=version.pk)
    assert (shown.reason, shown.since, shown.outdated_since) == (REASON, LATER, LATER)
    assert shown.successor == ("no-profile", "1.0.0")
    assert entry_of(status.record_hash) == {
        "type": "term.status",
        "at": "2026-11-21T12:00:00Z",
        "slug": "no-tracking",
        "version": "1.0.0",
        "status": "deprecated",
        "successor": "1.0.0",
        "successorSlug": "no-profile",
        "reasonSha256": document.sha256(REASON.encode()),
    }
    event = Event.objects.get(verb="term.deprecated")
    assert event.details == {"version": "1.0.0", "reason": REASON}
    term = Term.objects.get(pk="no-tracking")
    assert (term.latest, term.rules_in_force) == (version, None)
    # Another term may have the rules now.
    actions.publish(
        draft=frozen(content("not-followed")), adoption=version.adoption, by=TEST, at=LATER
    )


def test_withdrawing_says_why_and_keeps_the_successor_that_was_named(publish: Publish) -> None:
    version = publish()
    other = publish(content("no-profile", rules=(NO_PROFILE,)))
    actions.deprecate(version=version, reason="First.", successor=other, by=TEST, at=LATER)
    status = actions.withdraw(version=version, reason=REASON, by=TEST, at=LATER + timedelta(days=1))
    shown = Version.objects.to_show().get(pk=version.pk)
    assert (shown.status, shown.reason, shown.successor) == (
        "withdrawn",
        REASON,
        ("no-profile", "1.0.0"),
    )
    assert (shown.since, shown.outdated_since) == (status.at, LATER)
    assert entry_of(status.record_hash)["status"] == "withdrawn"
    assert [one.status for one in version.statuses.order_by("pk")] == [
        "active",
        "deprecated",
        "withdrawn",
    ]


def test_an_old_version_can_be_withdrawn_and_the_one_in_force_stays(publish: Publish) -> None:
    old = publish()
    new = publish(content(version="1.1.0"), at=LATER)
    actions.withdraw(version=old, reason=REASON, by=TEST, at=LATER)
    assert (status_of(old), status_of(new)) == ("withdrawn", "active")
    assert Term.objects.get().rules_in_force is not None
    assert Version.objects.to_show().get(pk=old.pk).successor == ("no-tracking", "1.1.0")


def test_a_new_version_over_a_deprecated_one_leaves_its_status_as_decided(
    publish: Publish,
) -> None:
    old = publish()
    actions.deprecate(version=old, reason=REASON, by=TEST, at=NOW)
    new = publish(content(version="2.0.0"), at=LATER)
    assert (status_of(old), status_of(new)) == ("deprecated", "active")
    assert Term.objects.get().rules_in_force is not None
    assert Version.objects.to_show().get(pk=old.pk).successor == ("no-tracking", "2.0.0")


@pytest.mark.parametrize(("source", "target"), list(product(stages.STAGES, repeat=2)))
def test_only_the_moves_of_the_table_can_be_made(
    publish: Publish, source: str, target: str
) -> None:
    """Through the actions, and in SQL."""
    version = publish()
    if source == "superseded":
        publish(content(version="1.1.0"), at=LATER)
    elif source == "deprecated":
        actions.deprecate(version=version, reason="Before.", by=TEST, at=LATER)
    elif source == "withdrawn":
        actions.withdraw(version=version, reason="Before.", by=TEST, at=LATER)
    assert status_of(version) == source
    made = {"deprecated": actions.deprecate, "withdrawn": actions.withdraw}.get(target)
    if made and not stages.allows(source, target):
        entries = Pending.objects.count()
        with pytest.raises(Refused) as refusal:
            made(version=version, reason=REASON, by=TEST, at=LATER)
        assert refusal.value.code == "status-cannot-change"
        assert (status_of(version), Pending.objects.count()) == (source, entries)
    sql = (
        "INSERT INTO terms_status (version_id, status, successor_id, reason, at, record_hash) "
        "VALUES (%s, %s, %s, %s, %s, %s)"
    )
    key = version.pk if connection.vendor == "postgresql" else version.pk.hex
    other = publish(content("no-profile", rules=(NO_PROFILE,)))
    successor = other.pk if connection.vendor == "postgresql" else other.pk.hex
    reason = REASON if target in ("deprecated", "withdrawn") else ""
    row = [key, target, successor if target == "superseded" else None, reason, LATER, "0" * 64]

    def insert() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, row)

    if stages.allows(source, target):
        insert()
        assert status_of(version) == target
    else:
        with pytest.raises(IntegrityError):
            insert()


def test_the_first_status_is_active_and_nothing_else(publish: Publish) -> None:
    """A version without a status gets no other one first: shown on a row that never was."""
    version = publish()
    with pytest.raises(IntegrityError), transaction.atomic():
        Status.objects.create(version=version, status="active", at=NOW, record_hash="0" * 64)
    for row in (
        {"status": "deprecated", "reason": ""},
        {"status": "withdrawn", "reason": ""},
        {"status": "superseded", "successor": None},
        {"status": "deprecated", "reason": REASON, "successor": version},
        {"status": "gone", "reason": REASON},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Status.objects.create(version=version, at=LATER, record_hash="0" * 64, **row)


@pytest.mark.parametrize(
    ("reason", "code"),
    [("", "reason-missing"), (" \n ", "reason-missing"), ("x" * 501, "reason-too-long")],
)
def test_a_reason_is_given(publish: Publish, reason: str, code: str) -> None:
    version = publish()
    for act in (actions.deprecate, actions.withdraw):
        with pytest.raises(Refused) as refusal:
            act(version=version, reason=reason, by=TEST, at=LATER)
        assert refusal.value.code == code
    assert status_of(version) == "active"


def test_a_successor_is_another_version_in_force(publish: Publish) -> None:
    version = publish()
    gone = publish(content("no-profile", rules=(NO_PROFILE,)))
    actions.withdraw(version=gone, reason=REASON, by=TEST, at=LATER)
    for successor in (version, gone):
        with pytest.raises(Refused) as refusal:
            actions.deprecate(
                version=version, reason=REASON, successor=successor, by=TEST, at=LATER
            )
        assert refusal.value.code == "successor-not-in-force"
    assert status_of(version) == "active"


# Translating


def test_a_translation_is_published_beside_the_version(
    publish: Publish,
    public_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    version = publish()
    before = bytes_of_everything()
    with django_capture_on_commit_callbacks(execute=True):
        made = actions.add_translation(version=version, **GERMAN, by=TEST, at=LATER)
    after = bytes_of_everything()
    assert {name: body for name, body in after.items() if name in before} == before
    here = public_root / "terms/no-tracking/1.0.0"
    assert (here / "plain.de").read_bytes() == b"Lauf mir nicht hinterher.\n"
    assert (here / "legal.de").read_bytes() == bytes(made.legal.body)
    assert entry_of(made.record_hash) == {
        "type": "term.translation",
        "at": "2026-11-21T12:00:00Z",
        "slug": "no-tracking",
        "version": "1.0.0",
        "language": "de",
        "titleSha256": document.sha256(b"Kein Tracking"),
        "plainSha256": made.plain.sha256,
        "legalSha256": made.legal.sha256,
    }
    assert Event.objects.get(verb="term.translated").details == {
        "version": "1.0.0",
        "language": "de",
    }
    assert [path for path, _body in version.public_files() if path.endswith("plain.de")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"language": "en"}, "language-authoritative"),
        ({"language": "xx"}, "language-unknown"),
        ({"language": "DE"}, "language-unknown"),
        ({"language": "de-AT"}, "language-unknown"),
        ({"language": ""}, "language-unknown"),
        ({"title": " "}, "translation-problems"),
        ({"plain": ""}, "translation-problems"),
        ({"legal": "x" * (LONGEST["legal"] + 1)}, "translation-problems"),
    ],
)
def test_a_translation_that_cannot_be_is_refused(
    publish: Publish, changes: dict[str, str], code: str
) -> None:
    version = publish()
    entries = Pending.objects.count()
    with pytest.raises(Refused) as refusal:
        actions.add_translation(version=version, **(GERMAN | changes), by=TEST, at=LATER)
    assert refusal.value.code == code
    assert not Translation.objects.exists()
    assert Pending.objects.count() == entries


def test_a_version_is_translated_once_into_each_language(publish: Publish) -> None:
    version, other = publish(), publish(content(version="1.1.0"), at=LATER)
    actions.add_translation(version=version, **GERMAN, by=TEST, at=LATER)
    with pytest.raises(Refused) as refusal:
        actions.add_translation(
            version=version, **(GERMAN | {"title": "Andere Worte"}), by=TEST, at=LATER
        )
    assert refusal.value.code == "translated-already"
    actions.add_translation(version=version, **(GERMAN | {"language": "fr"}), by=TEST, at=LATER)
    actions.add_translation(version=other, **GERMAN, by=TEST, at=LATER)
    assert Translation.objects.count() == 3


def test_the_database_refuses_what_is_no_translation(publish: Publish) -> None:
    version = publish()
    made = actions.add_translation(version=version, **GERMAN, by=TEST, at=LATER)
    texts = list(version.renditions.filter(name__in=["plain.en", "legal.en"]).order_by("name"))
    row = {"version": version, "title": "x", "at": LATER, "record_hash": "0" * 64}
    for wrong in (
        {"language": "en", "legal": texts[0], "plain": texts[1]},
        {"language": "", "legal": texts[0], "plain": texts[1]},
        {"language": "de", "legal": texts[0], "plain": texts[1]},
        {"language": "fr", "legal": texts[0], "plain": texts[0]},
        {"language": "fr", "legal": made.legal, "plain": texts[1]},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Translation.objects.create(**row, **wrong)
    for statement in ("UPDATE terms_translation SET title = 'y'", "DELETE FROM terms_translation"):
        refused = pytest.raises(IntegrityError, match="refused")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# Nothing of it changes a published byte


def test_no_action_changes_a_published_byte(
    publish: Publish,
    public_root: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    version = publish()
    rows = bytes_of_everything()
    files = {path: path.read_bytes() for path in public_root.rglob("*") if path.is_file()}
    with django_capture_on_commit_callbacks(execute=True):
        actions.add_translation(version=version, **GERMAN, by=TEST, at=LATER)
        actions.add_missing_renditions(version=version, by=TEST, at=LATER)
        publish(content(version="1.1.0"), at=LATER)
        newest = Version.objects.get(version="1.1.0")
        actions.deprecate(version=newest, reason=REASON, by=TEST, at=LATER)
        actions.withdraw(version=version, reason=REASON, by=TEST, at=LATER)
    assert bytes_of_everything().items() >= rows.items()
    assert {path: path.read_bytes() for path in files} == files
