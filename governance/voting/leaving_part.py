"""Voting's part of leaving: being on a roll stays, and how anybody voted was never here."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.voting.models import Concern, Event, NamedFault, RollEntry
from members import leaving
from members.leaving import Part
from members.models import Person


def export(person: Person) -> dict[str, Any]:
    """The rolls ``person`` is on, and what else polls hold about them."""
    entries = (
        RollEntry.objects.filter(person=person)
        .select_related("poll", "issue_mark", "objection")
        .order_by("poll__opens_at", "poll")
    )
    faults = NamedFault.objects.filter(Q(proposed_by=person) | Q(confirmed_by=person))
    return {
        "rolls": [
            {
                "poll": str(entry.poll_id),
                "title": entry.poll.title,
                "took_ballot": hasattr(entry, "issue_mark"),
                "objection": entry.objection.kind if hasattr(entry, "objection") else None,
            }
            for entry in entries
        ],
        "concerned_in": [
            str(poll)
            for poll in Concern.objects.filter(person=person)
            .order_by("pk")
            .values_list("poll", flat=True)
        ],
        "faults_named": [
            {
                "poll": str(fault.poll_id),
                "fault": fault.fault,
                "sentence": fault.sentence,
                "confirmed": fault.confirmed_by_id == person.pk,
            }
            for fault in faults.order_by("proposed_at", "pk")
        ],
        "events": [
            {"verb": event.verb, "subject": event.subject, "at": event.at.isoformat()}
            for event in Event.objects.filter(by=person).order_by("at", "pk")
        ],
    }


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
_TRUTH = {"type": "boolean"}
_FIELDS: dict[str, Any] = {
    "rolls": _rows(
        poll={"type": "string", "format": "uuid"},
        title=_TEXT,
        took_ballot=_TRUTH,
        objection={"type": ["string", "null"]},
    ),
    "concerned_in": {"type": "array", "items": {"type": "string", "format": "uuid"}},
    "faults_named": _rows(
        poll={"type": "string", "format": "uuid"}, fault=_TEXT, sentence=_TEXT, confirmed=_TRUTH
    ),
    "events": _rows(verb=_TEXT, subject=_TEXT, at={"type": "string", "format": "date-time"}),
}

leaving.register(
    Part(
        name="voting",
        label=_("Your votes"),
        export=export,
        schema={
            "type": "object",
            "properties": _FIELDS,
            "required": list(_FIELDS),
            "additionalProperties": False,
        },
        stays=_(
            "That the row without a name was on the roll of a vote, and whether a ballot was taken "
            "for it: otherwise nobody could check that no vote was added. How anybody voted is not "
            "kept here, of nobody, so it can be neither shown nor erased."
        ),
    )
)
