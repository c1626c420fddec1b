"""Decisions of the founding: noted as provisional, and settled when members have voted on them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.proposals import kinds, provisional_stages, record_types, stages
from governance.proposals.models import Event, Proposal, Provisional
from governance.record.actions import submit
from kernel.refusal import Refused
from members.models import Author, subject_of


@transaction.atomic
def note_provisional(*, proposal: Proposal, by: Author, at: datetime) -> Provisional | None:
    """Note that the founding took this decision: it lapses unless members ratify it later.

    None for a ratification, which is no decision of its own.
    """
    if kinds.get(proposal.kind).by_program or proposal.poll is None:
        return None
    entry = submit(
        type=record_types.PROVISIONAL.name,
        body={
            "proposal": proposal.public_url,
            "kind": proposal.kind,
            "poll": settings.PUBLIC_ORIGIN + reverse("poll", args=[proposal.poll.pk]),
        },
        at=at,
    )
    noted = Provisional.objects.create(
        decision=proposal,
        stage=provisional_stages.PROVISIONAL,
        decided_at=at,
        record_hash=entry.leaf_hash,
    )
    Event.record("decision.provisional", subject=subject_of(proposal), by=by, at=at)
    return noted


@transaction.atomic
def settle_ratification(*, ratification: Proposal, by: Author, at: datetime) -> None:
    """Let what members voted on hold for good, or lapse, once its ratification is finished.

    Does nothing for any other proposal, and for one that is not finished. Where the founding still
    lasted when they voted, nothing is settled by that: members are asked again.
    """
    asked = Provisional.objects.filter(ratification=ratification).first()
    if asked is None or ratification.stage not in stages.FINISHED:
        return
    if ratification.poll is not None and ratification.poll.founding_minimum is not None:
        Provisional.objects.filter(pk=asked.pk).update(ratification=None)
        return
    if ratification.stage == stages.ADOPTED:
        _settle(asked, provisional_stages.RATIFIED, record_types.RATIFIED.name, by=by, at=at)
        return
    _settle(asked, provisional_stages.LAPSED, record_types.UNRATIFIED.name, by=by, at=at)
    kind = kinds.get(asked.decision.kind)
    if kind.undo is not None:
        kind.undo(proposal=asked.decision, adoption=_because(ratification), by=by, at=at)


def _settle(asked: Provisional, stage: str, entry_type: str, *, by: Author, at: datetime) -> None:
    decision, ratification = asked.decision, asked.ratification
    if ratification is None:
        raise ValueError("a decision is settled by its ratification: a constraint says so")
    entry = submit(
        type=entry_type,
        body={
            "proposal": decision.public_url,
            "kind": decision.kind,
            "ratification": ratification.public_url,
        },
        at=at,
    )
    waiting = Provisional.objects.filter(pk=asked.pk, stage=provisional_stages.PROVISIONAL)
    if not waiting.update(stage=stage, settled_at=at, record_hash=entry.leaf_hash):
        raise Refused("settled-already", _("This decision was settled meanwhile."))
    Event.record(f"decision.{stage}", subject=subject_of(decision), by=by, at=at)


def _because(ratification: Proposal) -> dict[str, Any]:
    """What an effect is told of the vote that did not ratify it, or of the proposal that lapsed."""
    poll = ratification.poll
    if poll is None:
        return {"poll": ratification.public_url}
    return {"poll": settings.PUBLIC_ORIGIN + reverse("poll", args=[poll.pk])}
