"""The only writes to drafts and terms. One verb each, with a named author."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.record import actions as record
from governance.record import signing
from governance.record.canonical import canonical_bytes, timestamp
from governance.record.public_files import write_public
from governance.terms import document, rulebook, versions
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
from governance.terms.rulebook import DraftContent
from kernel.refusal import Refused
from members.models import Author, Person, subject_of


@transaction.atomic
def create_draft(*, content: DraftContent, by: Person, at: datetime) -> Draft:
    """Start a draft of ``by`` with its first revision.

    Raises ``Refused``: "draft-problems" (``rulebook.problems_with`` names them all), "same-rules",
    "version-not-newer".
    """
    _check(content)
    draft = Draft.objects.create(author=by, created_at=at)
    _revise(draft, 1, content, by, at)
    Event.record("draft.created", subject=subject_of(draft), by=by, at=at)
    return draft


@transaction.atomic
def revise_draft(*, draft: Draft, content: DraftContent, by: Person, at: datetime) -> Revision:
    """Give the draft a new text. The same text again changes nothing and answers the latest.

    Raises ``Refused`` as :func:`create_draft`, and "draft-frozen", "draft-changed-meanwhile".
    """
    _check(content)
    held = Draft.objects.select_for_update().get(pk=draft.pk)
    if held.frozen:
        raise Refused(
            "draft-frozen",
            _("This text is fixed now, so that everybody decides on the same words."),
        )
    latest = held.latest_revision
    if latest.sha256 == document.revision_digest(content):
        return latest
    revision = _revise(held, latest.number + 1, content, by, at)
    Event.record("draft.revised", subject=subject_of(draft), by=by, at=at, revision=revision.number)
    return revision


@transaction.atomic
def freeze_draft(*, draft: Draft, by: Author, at: datetime) -> None:
    """From now on the text of this draft stays as it is. Again changes nothing."""
    if Draft.objects.filter(pk=draft.pk, frozen_at=None).update(frozen_at=at):
        draft.frozen_at = at
        Event.record("draft.frozen", subject=subject_of(draft), by=by, at=at)


@transaction.atomic
def publish(*, draft: Draft, adoption: Mapping[str, Any], by: Author, at: datetime) -> Version:
    """Publish a frozen draft's text, as the members decided: nothing else publishes.

    ``adoption`` is that block of the document: ``poll`` (its URL under ``PUBLIC_ORIGIN``),
    ``method``, ``eligible``, ``cast``, ``result`` (an object), ``manifestSha256``,
    ``resultSha256``. Everything is rendered here, once, and served from then on as it is.

    Raises ``Refused``: "draft-not-frozen", "already-published", "version-not-newer", "same-rules".
    Raises ``ValueError`` for an ``adoption`` that the document's schema does not allow.
    """
    if not draft.frozen:
        raise Refused("draft-not-frozen", _("Only a text that can no longer change is published."))
    revision = draft.latest_revision
    content = revision.content
    # Whoever publishes a version of this term holds its row, so that versions come one by one.
    term, _new = Term.objects.select_for_update().get_or_create(slug=content.slug)
    if Version.objects.filter(revision=revision).exists():
        raise Refused("already-published", _("This text has been published already."))
    check_place(content)
    old = Version.objects.filter(latest_of=term).first()
    site = document.Site(settings.PUBLIC_ORIGIN)
    signed = signing.sign_document(
        document.unsigned(
            content,
            site=site,
            issued=timestamp(at),
            replaces=old.version if old else "",
            adoption=adoption,
        ),
        at=at,
    )
    document.check(signed)
    body = canonical_bytes(signed)
    digest = document.sha256(body)
    entry = record.submit(
        type="term.published",
        body={
            "slug": content.slug,
            "version": content.version,
            "url": signed["id"],
            "sha256": digest,
            **({"replaces": signed["replaces"]} if old else {}),
            "poll": adoption["poll"],
            "manifestSha256": adoption["manifestSha256"],
            "resultSha256": adoption["resultSha256"],
        },
        at=at,
    )
    number = versions.parse(content.version)
    version = Version.objects.create(
        term=term,
        version=content.version,
        major=number.major,
        minor=number.minor,
        patch=number.patch,
        revision=revision,
        replaces=old,
        document=body,
        sha256=digest,
        adoption=dict(adoption),
        issued=at,
        record_hash=entry.leaf_hash,
    )
    renditions = (
        *document.parts(content, site),
        *document.whole(content, site=site, digest=digest),
    )
    Rendition.objects.bulk_create(
        Rendition(
            version=version,
            name=part.name,
            media_type=part.media_type,
            body=part.body,
            sha256=part.sha256,
        )
        for part in renditions
    )
    PublishedRule.objects.bulk_create(
        PublishedRule(version=version, position=position, **rule.as_dict())
        for position, rule in enumerate(content.rules)
    )
    Status.objects.create(
        version=version, status=Status.Name.ACTIVE, at=at, record_hash=entry.leaf_hash
    )
    if old:
        _supersede(old, version, at)
    _put_in_force(term, version, content)
    Event.record(
        "term.published",
        subject=f"term:{content.slug}",
        by=by,
        at=at,
        version=content.version,
        sha256=digest,
    )
    for path, published in version.public_files():
        transaction.on_commit(partial(write_public, path, published))
    return version


def check_place(content: DraftContent) -> None:
    """Whether the roster has room for it: newer than its last version, unlike every other term.

    Raises ``Refused``: "version-not-newer", "same-rules".
    """
    latest = Version.objects.filter(latest_of=content.slug).first()
    if latest and versions.parse(content.version) <= latest.number:
        raise _not_newer()
    if Term.objects.with_rules_of_another(content).exists():
        raise _same_rules()


def _supersede(old: Version, version: Version, at: datetime) -> None:
    entry = record.submit(
        type="term.status",
        body={
            "slug": old.term_id,
            "version": old.version,
            "status": Status.Name.SUPERSEDED.value,
            "successor": version.version,
        },
        at=at,
    )
    Status.objects.create(
        version=old,
        status=Status.Name.SUPERSEDED,
        successor=version,
        at=at,
        record_hash=entry.leaf_hash,
    )


def _put_in_force(term: Term, version: Version, content: DraftContent) -> None:
    """Point the term at its new version. Of two that have the same rules, one is refused here."""
    try:
        with transaction.atomic():
            Term.objects.filter(pk=term.pk).update(
                latest=version, rules_in_force=rulebook.identity(content.rules)
            )
    except IntegrityError:
        raise _same_rules() from None


def _revise(draft: Draft, number: int, content: DraftContent, by: Person, at: datetime) -> Revision:
    try:
        with transaction.atomic():
            return Revision.objects.create(
                draft=draft,
                number=number,
                slug=content.slug,
                version=content.version,
                title=content.title,
                plain=content.plain,
                legal=content.legal,
                rules=[rule.as_dict() for rule in content.rules],
                aliases=list(content.aliases),
                sha256=document.revision_digest(content),
                by=by,
                at=at,
            )
    except IntegrityError:
        raise Refused(
            "draft-changed-meanwhile",
            _("This text was changed while you wrote. Look at the new text, then save yours."),
        ) from None


def _check(content: DraftContent) -> None:
    for problem in rulebook.problems_with(content):
        raise Refused("draft-problems", _(problem.message).format(**problem.values))
    check_place(content)


def _not_newer() -> Refused:
    return Refused(
        "version-not-newer",
        _("The term already has this version or a later one. Choose a higher number."),
    )


def _same_rules() -> Refused:
    return Refused(
        "same-rules",
        _("Another term has exactly these rules. Propose a new version of that one instead."),
    )
