"""Asking members, once the founding is over, whether what it decided shall hold."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from governance.proposals import provisional_stages, stages
from governance.proposals.actions import moves
from governance.proposals.actions.texts import compose, index
from governance.proposals.kinds import Words
from governance.proposals.models import Event, Proposal, Provisional, Step, founding_on
from kernel.refusal import Refused
from members.models import Author, subject_of

RATIFICATION = "ratification"


@transaction.atomic
def ask_to_ratify(*, decision: Proposal, by: Author, at: datetime) -> Proposal:
    """Open the proposal that asks whether a decision of the founding holds; discussion begins.

    It needs no sponsors, and whoever proposed the decision is its author. Raises ``Refused``:
    "founding-lasts", "not-provisional" where it was settled or is being asked already, "no-rule".
    """
    if founding_on(at.date()):
        raise Refused("founding-lasts", _("Members are asked to ratify once the founding is over."))
    waiting = Provisional.objects.select_for_update().filter(
        decision=decision, stage=provisional_stages.PROVISIONAL, ratification=None
    )
    if not waiting.exists():
        raise Refused("not-provisional", _("This decision is not waiting to be ratified."))
    adopted = moves.rule_in_force(RATIFICATION, at)
    told = decision.wording
    wording = compose(
        title=_("Ratify: %(title)s") % {"title": told.title[:100]},
        summary=told.summary,
        problem=_(
            "This was decided while we were so few that a decision could only be provisional. "
            "It lapses unless members ratify it now."
        ),
        words=Words(content={"decision": str(decision.pk), "textSha256": told.sha256}),
        number=1,
        by=decision.author,
        at=at,
    )
    opened = Proposal.objects.create(
        kind=RATIFICATION,
        author=decision.author,
        stage=stages.IDEA,
        wording_id=wording.pk,
        sponsors_needed=0,
        opened_at=at,
        since=at,
        ends_at=at + adopted.rule.idea_lapses_after,
    )
    wording.proposal = opened
    wording.save(force_insert=True)
    opened.wording = wording
    index(opened, wording)
    Step.objects.create(proposal=opened, stage=stages.IDEA, at=at)
    Event.record("proposal.idea", subject=subject_of(opened), by=by, at=at)
    waiting.update(ratification=opened)
    return moves.begin_discussion(proposal=opened, by=by, at=at)
