"""Publishing a term, which only an adoption does: its bytes are made here, once."""

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
from governance.terms import comparison, document, renditions, stages, versions
from governance.terms.actions.drafts import check_place, same_rules
from governance.terms.models import (
    Draft,
    Event,
    PublishedRule,
    Rendition,
    Status,
    Term,
    Version,
)
from governance.terms.rulebook import DraftContent
from kernel.refusal import Refused
from members.models import Author


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
    Rendition.objects.bulk_create(
        Rendition.of(version, part) for part in _renditions(version, site)
    )
    PublishedRule.objects.bulk_create(
        PublishedRule(version=version, position=position, **rule.as_dict())
        for position, rule in enumerate(content.rules)
    )
    Status.objects.create(
        version=version, status=Status.Name.ACTIVE, at=at, record_hash=entry.leaf_hash
    )
    if old and stages.allows(_status_of(old), stages.SUPERSEDED):
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


@transaction.atomic
def add_missing_renditions(*, version: Version, by: Author, at: datetime) -> list[str]:
    """Render what a version was published without, because this program could not make it then.

    What is there stays as it is. Made from the published bytes alone, so that the same version
    gets the same bytes everywhere. Answers the names of what was added; again adds nothing.
    """
    Term.objects.select_for_update().get(pk=version.term_id)
    there = set(version.renditions.values_list("name", flat=True))
    site = document.Site(settings.PUBLIC_ORIGIN)
    missing = [part for part in _renditions(version, site) if part.name not in there]
    if missing:
        Rendition.objects.bulk_create(Rendition.of(version, part) for part in missing)
        Event.record(
            "term.rendered",
            subject=f"term:{version.term_id}",
            by=by,
            at=at,
            version=version.version,
            names=[part.name for part in missing],
        )
    here = f"terms/{version.term_id}/{version.version}"
    for part in missing:
        transaction.on_commit(partial(write_public, document.path(here, part.name), part.body))
    return [part.name for part in missing]


def _renditions(version: Version, site: document.Site) -> tuple[document.Bytes, ...]:
    """Everything that is made of a version once, beside its document.

    The Turtle is made of the published bytes themselves.
    """
    content = version.revision.content
    parts = document.parts(content, site)
    there = version.renditions.filter(name="policy.jsonld").first()
    policy = bytes(there.body) if there else parts[0].body
    return (
        *parts,
        *renditions.turtles(bytes(version.document), policy, site=site),
        *renditions.whole(content, site=site, digest=version.sha256),
    )


def _status_of(version: Version) -> str:
    return Status.objects.filter(version=version).latest("pk").status


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
    """Point the term at its new version. Of two that mean the same, one is refused here."""
    try:
        with transaction.atomic():
            Term.objects.filter(pk=term.pk).update(
                latest=version, rules_in_force=comparison.identity(content.rules)
            )
    except IntegrityError:
        raise same_rules(Term.objects.with_rules_of_another(content).get()) from None
