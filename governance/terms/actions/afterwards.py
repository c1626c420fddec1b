"""What may happen to a version once it is published: its status, and translations of its texts.

Its document and every other byte stay as they are: all of this stands in its status document.
"""

from __future__ import annotations

import dataclasses
import re
from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.record import actions as record
from governance.record.public_files import write_public
from governance.terms import document, languages, rulebook, stages
from governance.terms.models import Event, Rendition, Status, Term, Translation, Version
from kernel.refusal import Refused
from members.models import Author

LONGEST_REASON = 500
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


@transaction.atomic
def deprecate(
    *, version: Version, reason: str, successor: Version | None = None, by: Author, at: datetime
) -> Status:
    """Advise against the version in force, for a public reason; ``successor`` is of another term.

    It stays readable, and its rules are free for another term. Raises ``Refused``:
    "status-cannot-change", "reason-missing", "reason-too-long", "successor-not-in-force".
    """
    reason = _checked_reason(reason)
    old = _held_status(version, stages.DEPRECATED)
    if successor is not None and (
        successor.pk == version.pk or _current(successor).status != stages.ACTIVE
    ):
        raise Refused(
            "successor-not-in-force",
            _("What people should use instead has to be another version, and in force."),
        )
    return _move(old, stages.DEPRECATED, reason=reason, successor=successor, by=by, at=at)


@transaction.atomic
def withdraw(*, version: Version, reason: str, by: Author, at: datetime) -> Status:
    """Take a version back, for a public reason. Its bytes and addresses stay for ever.

    A successor that was named stays named. Raises ``Refused``: "status-cannot-change",
    "reason-missing", "reason-too-long".
    """
    reason = _checked_reason(reason)
    old = _held_status(version, stages.WITHDRAWN)
    return _move(old, stages.WITHDRAWN, reason=reason, successor=old.successor, by=by, at=at)


@transaction.atomic
def add_translation(
    *,
    version: Version,
    language: str,
    title: str,
    plain: str,
    legal: str,
    by: Author,
    at: datetime,
) -> Translation:
    """Publish the texts of a version in another language, beside it; its document stays as it is.

    ``language`` is two letters that CLDR has a name for. Raises ``Refused``: "language-unknown",
    "language-authoritative", "translated-already", "translation-problems".
    """
    if language not in languages.codes():
        raise Refused(
            "language-unknown", _("Name the language by its two letters, such as “de” or “fr”.")
        )
    if language == document.AUTHORITATIVE:
        raise Refused(
            "language-authoritative",
            _("The term is written in this language: its words are the ones that count."),
        )
    content = dataclasses.replace(
        version.revision.content, title=title.strip(), plain=plain, legal=legal
    )
    for problem in rulebook.problems_with(content):
        raise Refused("translation-problems", problem.said(_))
    texts = document.texts(content, language)
    try:
        with transaction.atomic():
            renditions = [Rendition.of(version, text) for text in texts]
            for rendition in renditions:
                rendition.save()
    except IntegrityError:
        raise Refused(
            "translated-already", _("This version has a translation into this language already.")
        ) from None
    entry = record.submit(
        type="term.translation",
        body={
            "slug": version.term_id,
            "version": version.version,
            "language": language,
            "titleSha256": document.sha256(content.title.encode()),
            "plainSha256": renditions[0].sha256,
            "legalSha256": renditions[1].sha256,
        },
        at=at,
    )
    translation = Translation.objects.create(
        version=version,
        language=language,
        title=content.title,
        plain=renditions[0],
        legal=renditions[1],
        at=at,
        record_hash=entry.leaf_hash,
    )
    Event.record(
        "term.translated",
        subject=f"term:{version.term_id}",
        by=by,
        at=at,
        version=version.version,
        language=language,
    )
    here = f"terms/{version.term_id}/{version.version}"
    for text in texts:
        transaction.on_commit(partial(write_public, document.path(here, text.name), text.body))
    return translation


def _checked_reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason or _UNPRINTABLE.search(reason):
        raise Refused("reason-missing", _("Give the reason in words: it is shown to everybody."))
    if len(reason) > LONGEST_REASON:
        raise Refused(
            "reason-too-long",
            _("The reason has {length} characters; at most {most} fit.").format(
                length=len(reason), most=LONGEST_REASON
            ),
        )
    return reason


def _held_status(version: Version, target: str) -> Status:
    """The version's status, which nobody else changes now. Refuses what the table does not list."""
    Term.objects.select_for_update().get(pk=version.term_id)
    status = _current(version)
    if not stages.allows(status.status, target):
        raise _cannot_change(status.status, target)
    return status


def _current(version: Version) -> Status:
    return Status.objects.filter(version=version).latest("pk")


def _move(
    old: Status, target: str, *, reason: str, successor: Version | None, by: Author, at: datetime
) -> Status:
    version = old.version
    named = {}
    if successor is not None:
        named = {"successor": successor.version}
        if successor.term_id != version.term_id:
            named["successorSlug"] = successor.term_id
    entry = record.submit(
        type="term.status",
        body={
            "slug": version.term_id,
            "version": version.version,
            "status": target,
            "reasonSha256": document.sha256(reason.encode()),
            **named,
        },
        at=at,
    )
    try:
        with transaction.atomic():
            status = Status.objects.create(
                version=version,
                status=target,
                successor=successor,
                reason=reason,
                at=at,
                record_hash=entry.leaf_hash,
            )
    except IntegrityError:
        raise _cannot_change(old.status, target) from None
    # Its rules are free for another term, unless a newer version is in force with rules of its own.
    Term.objects.filter(pk=version.term_id, latest=version).update(rules_in_force=None)
    Event.record(
        f"term.{target}",
        subject=f"term:{version.term_id}",
        by=by,
        at=at,
        version=version.version,
        reason=reason,
    )
    return status


def _cannot_change(source: str, target: str) -> Refused:
    if source == target:
        sentences = {
            stages.DEPRECATED: _("Members advise against this version already."),
            stages.WITHDRAWN: _("This version has been withdrawn already."),
        }
        return Refused("status-cannot-change", sentences[target])
    if source == stages.SUPERSEDED:
        return Refused(
            "status-cannot-change",
            _("A newer version has taken the place of this one. Choose the one in force."),
        )
    return Refused(
        "status-cannot-change", _("This version has been withdrawn, and nothing leads back.")
    )
