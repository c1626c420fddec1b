"""Drafts, and the one way to publish: once, for ever, with everything that follows from it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from governance.record import multikey, proofs, signing
from governance.record.canonical import canonical_bytes
from governance.record.models import Pending
from governance.terms import actions, document, odrl, renditions
from governance.terms.models import (
    Draft,
    Event,
    PublishedRule,
    Rendition,
    Revision,
    Status,
    Term,
    Version,
)
from governance.terms.rulebook import matrix
from kernel.refusal import Refused
from members.models import Person
from tests.conftest import NOW, TEST
from tests.governance.terms.conftest import ADOPTION, Publish
from tests.governance.terms.rules import DELIVER, NO_PROFILE, NO_TRACKING, content

pytestmark = pytest.mark.django_db

SITE = document.Site(settings.PUBLIC_ORIGIN)


# Drafts


def test_a_draft_begins_with_its_first_revision(author: Person) -> None:
    draft = actions.create_draft(content=content(), by=author, at=NOW)
    assert draft.author == author
    assert not draft.frozen
    assert draft.latest_revision.number == 1
    assert draft.latest_revision.content == content()
    assert [event.verb for event in Event.objects.all()] == ["draft.created"]


def test_signs_nobody_sees_are_not_kept(author: Person) -> None:
    seen = content(title="No stalking")
    written = dataclasses.replace(
        seen, title="No\u200b stalking", legal=f"\u2060{seen.legal[:5]}\u202e{seen.legal[5:]}\u202c"
    )
    draft = actions.create_draft(content=written, by=author, at=NOW)
    kept = draft.latest_revision
    assert kept.content == seen
    assert kept.sha256 == document.revision_digest(seen)


def test_a_revision_is_added_and_the_same_text_again_adds_none(author: Person) -> None:
    draft = actions.create_draft(content=content(), by=author, at=NOW)
    changed = content(title="No tracking at all")
    second = actions.revise_draft(draft=draft, content=changed, by=author, at=NOW)
    again = actions.revise_draft(draft=draft, content=changed, by=author, at=NOW)
    assert (second.number, again) == (2, second)
    assert draft.latest_revision == second
    assert Revision.objects.get(number=1).content == content()


def test_the_latest_revision_needs_no_query_where_revisions_were_prefetched(
    author: Person, django_assert_num_queries: Any
) -> None:
    for slug in ("one", "two"):
        actions.create_draft(content=content(slug), by=author, at=NOW)
    with django_assert_num_queries(2):  # drafts, their revisions
        drafts = Draft.objects.prefetch_related("revisions")
        assert {draft.latest_revision.slug for draft in drafts} == {"one", "two"}
    with django_assert_num_queries(1):
        assert Revision.objects.latest_of_each().count() == 2


def test_a_frozen_draft_takes_no_further_text(frozen: Callable[..., Draft], author: Person) -> None:
    draft = frozen()
    assert draft.frozen
    with pytest.raises(Refused) as refusal:
        actions.revise_draft(
            draft=draft, content=content(title="Something else"), by=author, at=NOW
        )
    assert refusal.value.code == "draft-frozen"
    actions.freeze_draft(draft=draft, by=TEST, at=NOW + timedelta(days=1))
    assert Draft.objects.get().frozen_at == NOW


def test_content_that_could_not_be_published_is_refused_with_its_first_problem(
    author: Person,
) -> None:
    with pytest.raises(Refused) as refusal:
        actions.create_draft(content=content(title=""), by=author, at=NOW)
    assert (refusal.value.code, str(refusal.value)) == (
        "draft-problems",
        "Give the term a title.",
    )
    assert not Draft.objects.exists()


def test_a_draft_that_has_no_place_on_the_roster_is_refused_early(
    publish: Publish, author: Person
) -> None:
    publish()
    for written, code in (
        (content("another-name"), "same-rules"),
        (content(version="1.0.0", rules=(NO_PROFILE,)), "version-not-newer"),
        (content(version="0.9.0"), "version-not-newer"),
    ):
        with pytest.raises(Refused) as refusal:
            actions.create_draft(content=written, by=author, at=NOW)
        assert refusal.value.code == code
    # A new version of the same term may keep the rules and change the words.
    assert actions.create_draft(content=content(version="1.0.1"), by=author, at=NOW)


# What is published


def test_the_document_is_canonical_signed_and_named_by_its_hash(publish: Publish) -> None:
    version = publish()
    body = bytes(version.document)
    signed = json.loads(body)
    assert canonical_bytes(signed) == body
    assert document.sha256(body) == version.sha256
    document.check(signed)
    method = signing.did_document()["verificationMethod"]
    keys = {one["id"]: multikey.decode_public(one["publicKeyMultibase"]) for one in method}
    proofs.verify(signed, keys[signed["proof"]["verificationMethod"]])
    with pytest.raises(proofs.ProofInvalid):
        proofs.verify(signed | {"slug": "other"}, keys[signed["proof"]["verificationMethod"]])


def test_the_document_says_what_was_decided(publish: Publish) -> None:
    written = content(
        rules=(NO_TRACKING, DELIVER),
        aliases=("https://w3id.org/dpv/standards/p7012#SD-BASE",),
    )
    signed = json.loads(bytes(publish(written).document))
    here = f"{settings.PUBLIC_ORIGIN}/terms/no-tracking/1.0.0"
    renditions = {one.name: one for one in Rendition.objects.all()}
    signed.pop("proof")
    assert signed == {
        "@context": [f"{settings.PUBLIC_ORIGIN}/ns/terms/v1"],
        "id": here,
        "type": "PublishedTerm",
        "slug": "no-tracking",
        "version": "1.0.0",
        "issued": "2026-11-20T12:00:00Z",
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "parties": {"first": "individual", "second": "organisation"},
        "aliases": ["https://w3id.org/dpv/standards/p7012#SD-BASE"],
        "title": {"en": "No tracking"},
        "text": {
            "en": {
                "plain": {"url": f"{here}/plain.en", "sha256": renditions["plain.en"].sha256},
                "legal": {"url": f"{here}/legal.en", "sha256": renditions["legal.en"].sha256},
            }
        },
        "authoritativeLanguage": "en",
        "rules": [
            {"kind": "prohibition", "party": "second", "action": "track"},
            {"kind": "duty", "party": "second", "action": "deliver_service"},
        ],
        "policy": {
            "url": f"{here}/policy.jsonld",
            "sha256": renditions["policy.jsonld"].sha256,
        },
        "adoption": ADOPTION,
    }


def test_every_rendition_has_the_hash_of_its_bytes_and_the_policy_the_rules(
    publish: Publish,
) -> None:
    version = publish()
    assert {one.name for one in version.renditions.all()} == {
        "policy.jsonld",
        "policy.ttl",
        "plain.en",
        "legal.en",
        "ttl",
        "txt",
        "md",
    }
    assert {one.name for one in version.renditions.all()} == set(renditions.NAMES)
    for one in version.renditions.all():
        assert document.sha256(bytes(one.body)) == one.sha256
    policy = json.loads(bytes(version.renditions.get(name="policy.jsonld").body))
    rules = odrl.rules_of(policy, namespace=SITE.namespace)
    assert matrix(rules) == matrix(content().rules)
    assert policy["uid"] == f"{settings.PUBLIC_ORIGIN}/terms/no-tracking/1.0.0/policy.jsonld"
    sheet = bytes(version.renditions.get(name="txt").body).decode()
    assert version.sha256 in sheet
    assert "1. The organisation may not follow you across sites, apps or devices." in sheet
    assert "CC0-1.0" in sheet


def test_publishing_writes_the_files_that_a_web_server_serves(
    publish: Publish, public_root: Path
) -> None:
    version = publish()
    here = public_root / "terms/no-tracking"
    found = {str(path.relative_to(here)) for path in here.rglob("*") if path.is_file()}
    assert found == {
        "1.0.0.json",
        "1.0.0.jsonld",
        "1.0.0.ttl",
        "1.0.0/policy.ttl",
        "1.0.0.txt",
        "1.0.0.md",
        "1.0.0/policy.jsonld",
        "1.0.0/plain.en",
        "1.0.0/legal.en",
    }
    assert (here / "1.0.0.json").read_bytes() == bytes(version.document)


def test_nothing_is_written_before_the_commit(
    frozen: Callable[..., Draft], public_root: Path
) -> None:
    actions.publish(draft=frozen(), adoption=ADOPTION, by=TEST, at=NOW)
    assert not public_root.exists()


def test_the_record_is_told_and_the_version_links_to_its_entry(publish: Publish) -> None:
    version = publish()
    pending = Pending.objects.get()
    assert pending.leaf_hash == version.record_hash
    assert json.loads(bytes(pending.data)) == {
        "type": "term.published",
        "at": "2026-11-20T12:00:00Z",
        "slug": "no-tracking",
        "version": "1.0.0",
        "url": f"{settings.PUBLIC_ORIGIN}/terms/no-tracking/1.0.0",
        "sha256": version.sha256,
        "poll": ADOPTION["poll"],
        "manifestSha256": "a" * 64,
        "resultSha256": "b" * 64,
    }
    event = Event.objects.get(verb="term.published")
    assert (event.subject, event.program) == ("term:no-tracking", "test")


def test_rules_are_also_columns(publish: Publish) -> None:
    written = content(rules=(DELIVER, NO_TRACKING))
    version = publish(written)
    rows = PublishedRule.objects.filter(version=version).order_by("position")
    assert tuple(row.rule for row in rows) == written.rules


def test_a_new_version_supersedes_the_one_before(publish: Publish) -> None:
    first = publish()
    later = NOW + timedelta(days=1)
    second = publish(content(version="1.1.0", rules=(NO_TRACKING, NO_PROFILE)), at=later)
    signed = json.loads(bytes(second.document))
    assert signed["replaces"] == f"{settings.PUBLIC_ORIGIN}/terms/no-tracking/1.0.0"
    assert second.replaces == first
    assert Term.objects.get().latest == second
    status = {one.version: one.status for one in Version.objects.with_status()}
    assert status == {"1.0.0": "superseded", "1.1.0": "active"}
    superseded = Status.objects.get(status="superseded")
    assert (superseded.version, superseded.successor) == (first, second)
    entry = json.loads(bytes(Pending.objects.get(leaf_hash=superseded.record_hash).data))
    assert entry == {
        "type": "term.status",
        "at": "2026-11-21T12:00:00Z",
        "slug": "no-tracking",
        "version": "1.0.0",
        "status": "superseded",
        "successor": "1.1.0",
    }


# What is refused


def test_only_a_frozen_text_is_published(author: Person) -> None:
    draft = actions.create_draft(content=content(), by=author, at=NOW)
    with pytest.raises(Refused) as refusal:
        actions.publish(draft=draft, adoption=ADOPTION, by=TEST, at=NOW)
    assert refusal.value.code == "draft-not-frozen"


def test_a_text_is_published_once(frozen: Callable[..., Draft]) -> None:
    draft = frozen()
    actions.publish(draft=draft, adoption=ADOPTION, by=TEST, at=NOW)
    with pytest.raises(Refused) as refusal:
        actions.publish(draft=draft, adoption=ADOPTION, by=TEST, at=NOW)
    assert refusal.value.code == "already-published"
    assert Version.objects.count() == 1


def test_two_drafts_with_the_same_rules_cannot_both_win(frozen: Callable[..., Draft]) -> None:
    one, other = frozen(content("one")), frozen(content("other"))
    actions.publish(draft=one, adoption=ADOPTION, by=TEST, at=NOW)
    with pytest.raises(Refused) as refusal:
        actions.publish(draft=other, adoption=ADOPTION, by=TEST, at=NOW)
    assert refusal.value.code == "same-rules"
    assert [term.slug for term in Term.objects.all()] == ["one"]
    assert Pending.objects.count() == 1


def test_the_database_itself_refuses_the_same_rules_twice(publish: Publish) -> None:
    version = publish()
    held = Term.objects.get(pk=version.term_id).rules_in_force
    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.create(slug="other", rules_in_force=held)


def test_two_drafts_of_one_version_cannot_both_win(frozen: Callable[..., Draft]) -> None:
    one, other = frozen(content()), frozen(content(rules=(NO_PROFILE,)))
    actions.publish(draft=one, adoption=ADOPTION, by=TEST, at=NOW)
    with pytest.raises(Refused) as refusal:
        actions.publish(draft=other, adoption=ADOPTION, by=TEST, at=NOW)
    assert refusal.value.code == "version-not-newer"


@pytest.mark.parametrize(
    "adoption",
    [
        {},
        {**ADOPTION, "eligible": -1},
        {**ADOPTION, "manifestSha256": "?"},
        {**ADOPTION, "by": "a name"},
    ],
)
def test_an_adoption_the_schema_does_not_allow_publishes_nothing(
    frozen: Callable[..., Draft], adoption: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="adoption"):
        actions.publish(draft=frozen(), adoption=adoption, by=TEST, at=NOW)
    assert not Version.objects.exists()
    assert not Term.objects.exists()


# What never changes


@pytest.mark.parametrize(
    "table",
    ["version", "rendition", "publishedrule", "status", "revision", "event"],
)
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"]
)
def test_published_rows_can_be_neither_changed_nor_deleted(
    publish: Publish, table: str, statement: str
) -> None:
    publish()
    column = {"version": "document", "rendition": "body"}.get(table, "id")
    sql = statement.format(table=f"terms_{table}", column=column)
    refused = pytest.raises(IntegrityError, match="refused")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_bytes_of_a_version_survive_every_attempt(publish: Publish) -> None:
    version = publish()
    body = bytes(version.document)
    with pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=version.pk).update(document=b"{}")
    version.document = b"{}"
    with pytest.raises(IntegrityError), transaction.atomic():
        version.save()
    assert bytes(Version.objects.get().document) == body
