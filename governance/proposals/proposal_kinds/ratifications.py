"""Ratification: whether what the founding decided shall hold. The program asks, once it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.proposals import kinds
from governance.proposals.actions.ratifying import RATIFICATION
from governance.proposals.decision_rules import DecisionRule
from governance.proposals.kind_forms import NothingEditor
from governance.proposals.kind_serializers import NothingInput
from governance.proposals.kinds import Consequence, Kind, Words, register
from governance.proposals.models import Proposal, Provisional
from kernel.refusal import Refused
from members.models import Person


def _write(*, content: Any, proposal: Proposal | None, by: Person, at: datetime) -> Words:
    raise Refused(
        "by-program",
        _("Nobody has to propose this: once there are 25 members we ask them all by ourselves."),
    )


def _nothing_to_check(*, proposal: Proposal) -> None:
    """What was decided stands, and can always be asked about."""


def _subjects(*, proposal: Proposal) -> Sequence[str]:
    return [f"ratify:{proposal.wording.content['decision']}"]


def _nothing_to_do(**about: Any) -> None:
    """Whether the decision holds is settled when the vote is taken over, whatever its outcome."""


def decision_of(proposal: Proposal) -> Proposal:
    """What members are asked to ratify."""
    return Proposal.objects.to_show().get(pk=proposal.wording.content["decision"])


def _demand(*, proposal: Proposal, rule: DecisionRule) -> DecisionRule:
    """At least what the decision itself asked for."""
    decision = decision_of(proposal)
    if decision.rule is None:
        raise ValueError("a decision keeps the rule it was taken by: a constraint says so")
    asked = kinds.get(decision.kind).demand(proposal=decision, rule=decision.rule.rule)
    return rule.demanding(quorum=asked.quorum, majority=asked.majority)


def _consequences(*, proposal: Proposal) -> Sequence[Consequence]:
    settled = Provisional.objects.filter(ratification=proposal).select_related("decision__wording")
    return [
        Consequence(
            sentence=_("“%(title)s” holds for good.") % {"title": one.decision.wording.title},
            at=proposal.since,
            url=one.decision.get_absolute_url(),
            record_hash=one.record_hash,
        )
        for one in settled
    ]


KIND = register(
    Kind(
        name=RATIFICATION,
        label=gettext_lazy("Ratify a decision of the founding"),
        promise=gettext_lazy(
            "It was decided while we were fewer than 25, so it was provisional. If members adopt "
            "this it holds for good; if not, it lapses."
        ),
        editor=NothingEditor,
        editor_template="proposals/kinds/_fields_editor.html",
        text_template="proposals/kinds/_ratification_text.html",
        serializer=NothingInput,
        write=_write,
        check=_nothing_to_check,
        subjects=_subjects,
        freeze=_nothing_to_do,
        effect=_nothing_to_do,
        demand=_demand,
        consequences=_consequences,
        by_program=True,
    )
)
