"""Grants' part of leaving: what one applied for, and what of it stays."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.grants import actions
from funding.grants import application_stages as stages
from funding.grants.models import (
    Application,
    ApplicationVersion,
    Attachment,
    Correction,
    Draft,
    Interest,
    Relation,
    Remark,
    Review,
    Reviewer,
    Sponsorship,
    TeamMember,
)
from funding.ledger import documents
from members import leaving
from members.leaving import Part
from members.models import Author, Person

# Whoever waits for an answer takes the application back first, or waits for it.
_UNDER_WAY = (
    *(stages.SUBMITTED, stages.SCREENING, stages.ASKED_MORE, stages.IN_REVIEW),
    *(stages.SHORTLISTED, stages.BALLOTED),
)


def export(person: Person) -> dict[str, Any]:
    """Everything about grants that is held of ``person``, but for what belongs to awards."""
    return {
        "applications": [
            {
                "id": str(application.pk),
                "round": str(application.round_id),
                "stage": application.stage,
                "begun_at": application.begun_at.isoformat(),
                "draft": draft.content if (draft := getattr(application, "draft", None)) else {},
                "versions": [
                    {
                        "number": version.number,
                        "sent_at": version.sent_at.isoformat(),
                        "sha256": version.sha256,
                        "content": version.content,
                    }
                    for version in application.versions.order_by("number")
                ],
                "files": [
                    {"name": file.name, "sha256": file.sha256, "size": file.size}
                    for file in application.files.order_by("added_at")
                ],
                "told": [
                    {"at": found.at.isoformat(), "what": found.name, "reasons": found.reasons}
                    for found in application.findings.order_by("at", "pk")
                ],
            }
            for application in Application.objects.filter(applicant=person)
            .select_related("draft")
            .order_by("begun_at")
        ],
        "on_teams": [
            {"application": str(member.application_id), "name": member.name, "role": member.role}
            for member in TeamMember.objects.filter(person=person).order_by("pk")
        ],
        "related_to": [
            {"application": str(relation.application_id), "what": relation.what}
            for relation in Relation.objects.filter(person=person).order_by("pk")
        ],
        "interests": [
            {
                "application": str(said.application_id),
                "conflicted": said.conflicted,
                "why": said.why,
                "at": said.declared_at.isoformat(),
            }
            for said in Interest.objects.filter(person=person).order_by("declared_at", "pk")
        ],
        "reviewing": [
            str(reviewer.round_id)
            for reviewer in Reviewer.objects.filter(person=person).order_by("pk")
        ],
        "reviews": [
            {
                "application": str(review.application_id),
                "scores": review.scores,
                "comment": review.comment,
                "at": review.at.isoformat(),
            }
            for review in Review.objects.filter(reviewer=person).order_by("at", "pk")
        ],
        "remarks": [
            {"application": str(said.application_id), "text": said.text, "at": said.at.isoformat()}
            for said in Remark.objects.filter(by=person).order_by("at", "pk")
        ],
        "sponsored": [
            {"application": str(each.application_id), "at": each.at.isoformat()}
            for each in Sponsorship.objects.filter(person=person).order_by("at", "pk")
        ],
    }


def duties(person: Person, at: datetime) -> list[str]:
    """Applications that wait for an answer."""
    waiting = Application.objects.filter(applicant=person, stage__in=_UNDER_WAY)
    return [
        _(
            "Your application “{title}” waits for its answer. Take it back first, on its page, or "
            "wait until it is decided."
        ).format(title=application.title)
        for application in waiting.with_version().order_by("begun_at", "pk")
    ]


@transaction.atomic
def erase(*, person: Person, by: Author, at: datetime) -> None:
    """Forget drafts, names, addresses, files, and the words of what was never named in public."""
    TeamMember.objects.filter(person=person).update(name="", email="", role="")
    TeamMember.objects.filter(application__applicant=person).update(name="", email="", role="")
    Relation.objects.filter(person=person).update(what="")
    Relation.objects.filter(application__applicant=person).update(what="")
    Interest.objects.filter(person=person).update(why="")
    mine = Application.objects.filter(applicant=person)
    Draft.objects.filter(application__in=mine).update(content={})
    Correction.objects.filter(application__in=mine).update(text="")
    ApplicationVersion.objects.filter(
        application__in=mine.filter(named_at=None), erased_at=None
    ).update(title="", summary="", content={}, erased_at=at)
    files = Attachment.objects.filter(application__in=mine)
    for digest in set(files.values_list("sha256", flat=True)):
        if not Attachment.objects.filter(sha256=digest).exclude(application__in=mine).exists():
            transaction.on_commit(partial(_forget, digest))
    files.update(name="")
    Reviewer.objects.filter(person=person, ended_at=None).update(ended_at=at)


def _forget(digest: str) -> None:
    documents.forget(digest, folder=actions.files_folder())


def _rows(**fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": fields,
            "required": list(fields),
            "additionalProperties": False,
        },
    }


_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_TIME = {"type": "string", "format": "date-time"}
_ANY = {"type": "object"}
_FIELDS: dict[str, Any] = {
    "applications": _rows(
        id=_TEXT,
        round=_TEXT,
        stage=_TEXT,
        begun_at=_TIME,
        draft=_ANY,
        versions=_rows(number=_WHOLE, sent_at=_TIME, sha256=_TEXT, content=_ANY),
        files=_rows(name=_TEXT, sha256=_TEXT, size=_WHOLE),
        told=_rows(at=_TIME, what=_TEXT, reasons=_TEXT),
    ),
    "on_teams": _rows(application=_TEXT, name=_TEXT, role=_TEXT),
    "related_to": _rows(application=_TEXT, what=_TEXT),
    "interests": _rows(application=_TEXT, conflicted={"type": "boolean"}, why=_TEXT, at=_TIME),
    "reviewing": {"type": "array", "items": _TEXT},
    "reviews": _rows(application=_TEXT, scores=_ANY, comment=_TEXT, at=_TIME),
    "remarks": _rows(application=_TEXT, text=_TEXT, at=_TIME),
    "sponsored": _rows(application=_TEXT, at=_TIME),
}

leaving.register(
    Part(
        name="grants",
        label=gettext_lazy("Grants"),
        export=export,
        schema={
            "type": "object",
            "properties": _FIELDS,
            "required": list(_FIELDS),
            "additionalProperties": False,
        },
        duties=duties,
        erase=erase,
        stays=gettext_lazy(
            "What a project that was named in public had sent, and how it was decided, at a row "
            "without a name. Of what projects that were never named had sent only a fingerprint "
            "stays, and what the panel wrote to decide about them. What somebody reviewed stays at "
            "a row without a name, as decisions stand on it."
        ),
    )
)
