"""Recall: enough members sign a petition, and a vote ends somebody's office."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.proposals.actions.offices import held_seat, recall
from governance.proposals.kind_forms import RecallEditor
from governance.proposals.kind_serializers import RecallInput
from governance.proposals.kinds import Consequence, Kind, Words, register
from governance.proposals.models import Proposal, Seat
from kernel.refusal import Refused
from members.models import Author, Person


def _write(*, content: str, proposal: Proposal | None, by: Person, at: datetime) -> Words:
    seat = held_seat(content, at)
    return Words(content={"seat": str(seat.pk), "role": seat.grant.role})


def _seat(proposal: Proposal) -> Seat:
    return Seat.objects.to_show().get(pk=proposal.wording.content["seat"])


def _check(*, proposal: Proposal) -> None:
    if _seat(proposal).grant.ends_on is not None:
        raise Refused("seat-empty", _("Nobody sits in that office any more."))


def _subjects(*, proposal: Proposal) -> Sequence[str]:
    return [f"seat:{proposal.wording.content['seat']}"]


def _nothing_to_freeze(*, proposal: Proposal, by: Author, at: datetime) -> None:
    """Who is in office is settled by elections, not by this text."""


def _recall(*, proposal: Proposal, adoption: dict[str, Any], by: Author, at: datetime) -> None:
    recall(seat=_seat(proposal), proposal=proposal, poll=adoption["poll"], by=by, at=at)


def _holder(*, proposal: Proposal) -> Iterable[Person]:
    return [_seat(proposal).grant.person]


def _consequences(*, proposal: Proposal) -> Sequence[Consequence]:
    seat = _seat(proposal)
    if seat.recall_id != proposal.pk:
        return [
            Consequence(
                sentence=_("The office had ended already: nothing was left to recall."),
                at=proposal.since,
                url=reverse("offices"),
            )
        ]
    return [
        Consequence(
            sentence=_("%(name)s is in office no longer.") % {"name": seat.grant.person},
            at=proposal.since,
            url=reverse("offices"),
            record_hash=seat.ended_record_hash,
        )
    ]


RECALL = register(
    Kind(
        name="recall",
        label=gettext_lazy("Recall somebody from office"),
        promise=gettext_lazy(
            "If enough members sign it, all vote. If they adopt it, the office ends at once."
        ),
        editor=RecallEditor,
        editor_template="proposals/kinds/_fields_editor.html",
        text_template="proposals/kinds/_recall_text.html",
        serializer=RecallInput,
        content_help="{seat}: its id in the list of offices",
        write=_write,
        check=_check,
        subjects=_subjects,
        freeze=_nothing_to_freeze,
        effect=_recall,
        concerned=_holder,
        consequences=_consequences,
        if_it_lapses=gettext_lazy(
            "The office stays ended: nobody is put back into it without an election."
        ),
    )
)
