"""The kind of proposal that this app brings: open a grant round."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.grants import actions, round_plans
from funding.grants.actions import Call, seed_fund
from funding.grants.kind_forms import RoundEditor
from funding.grants.models import Round
from funding.grants.round_plans import RoundPlan
from funding.grants.serializers import RoundContent
from governance.proposals.kinds import Consequence, Kind, Words, register
from governance.proposals.models import Proposal
from members.models import Author, Person


def _write(*, content: RoundPlan, proposal: Proposal | None, by: Person, at: datetime) -> Words:
    actions.check_call(_call(content, at))
    return Words(content=content.as_content())


def _check(*, proposal: Proposal) -> None:
    """Whether the dues that have settled cover the budget: members vote on money that is there."""
    seed_fund.check_covers(round_plans.read(proposal.wording.content).budget)


def _subjects(*, proposal: Proposal) -> Sequence[str]:
    return [f"grant-round:{proposal.pk}"]


def _nothing(**about: Any) -> None:
    """The text is all there is to freeze."""


def _adopt(*, proposal: Proposal, adoption: dict[str, Any], by: Author, at: datetime) -> None:
    """There is a round from now on; it opens by itself on its day."""
    plan = round_plans.read(proposal.wording.content)
    actions.open_round(call=_call(plan, at), basis=proposal.public_url, by=by, at=at)


def _followed(*, proposal: Proposal) -> Sequence[Consequence]:
    return [
        Consequence(
            sentence=_("The grant round “%(title)s” was set up.") % {"title": round.title},
            at=round.adopted_at,
            url=round.get_absolute_url(),
        )
        for round in Round.objects.filter(basis=proposal.public_url)
    ]


def _call(plan: RoundPlan, adopted_at: datetime) -> Call:
    """The call that the plan comes to where it is adopted at that time."""
    return Call(
        title=plan.title,
        purpose=plan.purpose,
        small=plan.small,
        budget=plan.budget,
        smallest=plan.smallest,
        largest=plan.largest,
        criteria=plan.criteria,
        hold_back=plan.hold_back,
        opens_at=plan.opens_at(adopted_at),
        closes_at=plan.closes_at(adopted_at),
        hear_by=plan.hear_by(adopted_at),
        vote_days=plan.vote_days,
        vote_quorum=plan.vote_quorum,
        sponsors_needed=plan.sponsors_needed,
    )


def _title(content: RoundPlan) -> str:
    return content.title


OPEN_ROUND = register(
    Kind(
        name="open_round",
        label=gettext_lazy("Open a grant round"),
        promise=gettext_lazy(
            "If members adopt it, the round opens on its day with this budget, these dates and "
            "these criteria, and none of them changes afterwards."
        ),
        editor=RoundEditor,
        editor_template="grants/kinds/_round_editor.html",
        text_template="grants/kinds/_round_text.html",
        serializer=RoundContent,
        write=_write,
        check=_check,
        subjects=_subjects,
        freeze=_nothing,
        effect=_adopt,
        own_title=_title,
        consequences=_followed,
    )
)
