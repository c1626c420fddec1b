"""Leaving: what proposals hold about somebody, and what becomes of it when they go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.proposals import stages
from governance.proposals.actions import erase_candidacies
from governance.proposals.models import (
    Amendment,
    AmendmentSupport,
    CoAuthorInvitation,
    Comment,
    Echo,
    Flag,
    Interest,
    Manuscript,
    ManuscriptSave,
    Nomination,
    Proposal,
    Reaction,
    Support,
)
from members.leaving import Part
from members.models import Author, Person


def _export(person: Person) -> dict[str, Any]:
    """Everything they wrote, stand behind, or said of others' words."""
    return {
        "proposals": [
            {
                "id": str(one.pk),
                "kind": one.kind,
                "stage": one.stage,
                "opened": one.opened_at.isoformat(),
                "text": one.wording.as_json(),
            }
            for one in Proposal.objects.filter(author=person).select_related("wording__revision")
        ],
        "supports": _rows(Support.objects.filter(person=person), "proposal_id", "text_sha256"),
        "echoes": _rows(Echo.objects.filter(person=person), "proposal_id"),
        "amendments": [
            {"proposal": str(one.proposal_id), "reason": one.reason, "text": one.wording.as_json()}
            for one in Amendment.objects.filter(author=person).select_related("wording__revision")
        ],
        "amendmentSupports": _rows(AmendmentSupport.objects.filter(person=person), "amendment_id"),
        "comments": _rows(
            Comment.objects.filter(author=person),
            "id",
            "proposal_id",
            "amendment_id",
            "stance",
            "body",
        ),
        "helpful": _rows(Reaction.objects.filter(person=person), "comment_id"),
        "flags": _rows(
            Flag.objects.filter(person=person), "proposal_id", "comment_id", "reason", "words"
        ),
        "drafts": [
            {"kind": one.kind, "saved": one.saved_at.isoformat(), "fields": one.data}
            for one in Manuscript.objects.filter(
                Q(author=person) | Q(co_authors__person=person)
            ).distinct()
        ],
        "candidacies": [
            {
                "proposal": str(one.proposal_id),
                "stage": one.stage,
                "at": one.asked_at.isoformat(),
                "statement": one.statement,
                "interests": one.interests,
            }
            for one in Nomination.objects.filter(nominee=person).order_by("asked_at", "pk")
        ],
        "interests": _rows(Interest.objects.filter(person=person), "proposal_id", "text"),
    }


def _duties(person: Person, at: datetime) -> list[str]:
    """An office is the members' part to name; standing for one, while one can step back, is ours.

    Once the nominations have closed nobody is held back: the seat of a winner who has left goes to
    nobody, and what they wrote is erased.
    """
    standing = Nomination.objects.standing().filter(
        nominee=person, proposal__stage=stages.DISCUSSION
    )
    return [
        gettext("You stand in “%(title)s”. Step back there first.")
        % {"title": one.proposal.wording.title}
        for one in standing.select_related("proposal__wording")
    ]


def _rows(found: Any, *columns: str) -> list[dict[str, Any]]:
    return [
        {name.removesuffix("_id"): _plain(value) for name, value in row.items()}
        for row in found.order_by("at").values("at", *columns)
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value and str(value)


def _erase(*, person: Person, by: Author, at: datetime) -> None:
    """Drafts nobody else writes or has read go, and so do small signs; published words stay."""
    alone = Manuscript.objects.filter(author=person, proposal=None, co_authors=None)
    ManuscriptSave.objects.filter(manuscript__in=alone).delete()
    CoAuthorInvitation.objects.filter(Q(manuscript__in=alone) | Q(person=person)).delete()
    alone.delete()
    Echo.objects.filter(person=person).delete()
    Reaction.objects.filter(person=person).delete()
    erase_candidacies(person=person, by=by, at=at)


PART = Part(
    name="proposals",
    label=_("Proposals and what you said"),
    export=_export,
    duties=_duties,
    erase=_erase,
    stays=_(
        "What you proposed and said stays where others answered it and voted on it, as written by "
        "somebody who has left. Drafts that only you wrote are deleted, and so is what you found "
        "helpful. Where you stood for an office your name and what you wrote are erased."
    ),
)
