"""Leaving: what somebody proffers, asks for and follows goes with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from governance.proposals.models import Ask, Follow, Mention, Organisation, Proffer
from members.leaving import Part
from members.models import Author, Person


def _export(person: Person) -> dict[str, Any]:
    """What they proffer, whom they asked, what they chose to follow, where they are mentioned."""
    return {
        "proffers": [
            {"term": one.term_id, "at": one.at.isoformat()}
            for one in Proffer.objects.filter(person=person).order_by("at", "pk")
        ],
        "asks": [
            {"term": one.term_id, "domain": one.domain, "at": one.at.isoformat()}
            for one in Ask.objects.filter(person=person).order_by("at", "pk")
        ],
        "follows": [
            {"proposal": str(one.proposal_id), "on": one.on, "at": one.at.isoformat()}
            for one in Follow.objects.filter(person=person).order_by("at", "pk")
        ],
        "mentions": [
            {"comment": str(one.comment_id), "at": one.at.isoformat()}
            for one in Mention.objects.filter(person=person).order_by("at", "pk")
        ],
        "organisations": [
            {"domain": one.domain, "at": one.submitted_at.isoformat()}
            for one in Organisation.objects.filter(submitted_by=person).order_by("submitted_at")
        ],
    }


def _rows(**properties: Any) -> dict[str, Any]:
    row = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {"type": "array", "items": row}


_TEXT = {"type": "string"}
_TIME = {"type": "string", "format": "date-time"}
_UUID = {"type": "string", "format": "uuid"}
_FIELDS = {
    "proffers": _rows(term=_TEXT, at=_TIME),
    "asks": _rows(term=_TEXT, domain=_TEXT, at=_TIME),
    "follows": _rows(proposal=_UUID, on={"type": "boolean"}, at=_TIME),
    "mentions": _rows(comment=_UUID, at=_TIME),
    "organisations": _rows(domain=_TEXT, at=_TIME),
}


def _erase(*, person: Person, by: Author, at: datetime) -> None:
    for rows in (Proffer.objects, Ask.objects, Follow.objects, Mention.objects):
        rows.filter(person=person).delete()
    Organisation.objects.filter(submitted_by=person).update(submitted_by=None)


PART = Part(
    name="following",
    label=_("What you proffer, ask for and follow"),
    export=_export,
    schema={
        "type": "object",
        "properties": _FIELDS,
        "required": list(_FIELDS),
        "additionalProperties": False,
    },
    erase=_erase,
    stays=_(
        "Nothing. The terms you proffer, the companies you asked and what you follow are deleted, "
        "and the counts go down. A company that you told us about stays listed, without you."
    ),
)
