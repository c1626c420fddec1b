"""Writing a term: drafts, their revisions, and whether the roster has room for one."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance.terms import document, rulebook, versions
from governance.terms.models import Draft, Event, Revision, Term, Version
from governance.terms.rulebook import DraftContent
from governance.terms.tidy_text import tidy, tidy_line
from kernel.refusal import Refused
from members.models import Author, Person, subject_of


@transaction.atomic
def create_draft(*, content: DraftContent, by: Person, at: datetime) -> Draft:
    """Start a draft of ``by`` with its first revision.

    Raises ``Refused``: "draft-problems" (``rulebook.problems_with`` names them all), "same-rules",
    "version-not-newer".
    """
    content = _checked(content)
    draft = Draft.objects.create(author=by, created_at=at)
    _revise(draft, 1, content, by, at)
    Event.record("draft.created", subject=subject_of(draft), by=by, at=at)
    return draft


@transaction.atomic
def revise_draft(*, draft: Draft, content: DraftContent, by: Person, at: datetime) -> Revision:
    """Give the draft a new text. The same text again changes nothing and answers the latest.

    Raises ``Refused`` as :func:`create_draft`, and "draft-frozen", "draft-changed-meanwhile".
    """
    content = _checked(content)
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


def check_place(content: DraftContent) -> None:
    """Whether the roster has room for it: newer than its last version, unlike every other term.

    Raises ``Refused``: "version-not-newer", "same-rules".
    """
    latest = Version.objects.filter(latest_of=content.slug).first()
    if latest and versions.parse(content.version) <= latest.number:
        raise not_newer()
    other = Term.objects.with_rules_of_another(content).select_related("latest__revision").first()
    if other:
        raise same_rules(other)


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


def _checked(content: DraftContent) -> DraftContent:
    """``content`` as it is kept: its texts without signs that nobody sees."""
    for problem in rulebook.problems_with(content):
        raise Refused("draft-problems", problem.said(_))
    check_place(content)
    return dataclasses.replace(
        content,
        title=tidy_line(content.title),
        plain=tidy(content.plain),
        legal=tidy(content.legal),
    )


def not_newer() -> Refused:
    return Refused(
        "version-not-newer",
        _("The term already has this version or a later one. Choose a higher number."),
    )


def same_rules(other: Term) -> Refused:
    """``other`` is active and means the same, whether or not its rules are written alike."""
    if other.latest is None:
        raise ValueError(f"{other} was never published")
    return Refused(
        "same-rules",
        _("“{title}” ({slug}) means exactly the same. Propose a new version of that one.").format(
            title=other.latest.revision.title, slug=other.pk
        ),
    )
