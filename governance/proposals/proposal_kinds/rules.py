"""Change of a decision rule: by two thirds, in force two weeks after the vote."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.proposals import kinds
from governance.proposals.actions.moves import url_of_poll
from governance.proposals.actions.rules import (
    change_rule,
    check_replaces,
    newest_rule,
    restore_rule,
)
from governance.proposals.decision_rules import (
    CHANGE_MAJORITY,
    CHANGE_RULE,
    DecisionRule,
    as_table,
    read_rule,
)
from governance.proposals.kind_forms import RuleEditor
from governance.proposals.kind_serializers import RuleContent
from governance.proposals.kinds import Consequence, Kind, Words, register
from governance.proposals.models import AdoptedRule, Proposal
from kernel.refusal import Refused
from members.models import Author, Person


def _write(*, content: DecisionRule, proposal: Proposal | None, by: Person, at: datetime) -> Words:
    replaces = newest_rule(content.kind)
    if replaces is not None and replaces.rule == content:
        raise Refused("rule-unchanged", _("This is the rule as it already stands."))
    return Words(
        content={
            "kind": content.kind,
            "rule": as_table(content),
            "replaces": str(replaces.pk) if replaces else "",
        }
    )


def rule_of(proposal: Proposal) -> DecisionRule:
    """The rule that a text would adopt."""
    content = proposal.wording.content
    return read_rule(content["kind"], content["rule"])


def replaced_by(proposal: Proposal) -> AdoptedRule | None:
    """The rule that a text would replace; None where a kind had none."""
    replaces = proposal.wording.content["replaces"]
    return AdoptedRule.objects.get(pk=uuid.UUID(replaces)) if replaces else None


def _check(*, proposal: Proposal) -> None:
    check_replaces(proposal.wording.content["kind"], replaced_by(proposal))


def _subjects(*, proposal: Proposal) -> Sequence[str]:
    return [f"rule:{proposal.wording.content['kind']}"]


def _nothing_to_freeze(*, proposal: Proposal, by: Author, at: datetime) -> None:
    """The text holds the whole rule, and the hash is over it."""


def _demand(*, proposal: Proposal, rule: DecisionRule) -> DecisionRule:
    """Two thirds whatever the rule says, and at least the quorum that is being changed."""
    replaced = replaced_by(proposal)
    quorum = replaced.rule.quorum if replaced else rule.quorum
    return rule.demanding(quorum=quorum, majority=CHANGE_MAJORITY)


def _change(*, proposal: Proposal, adoption: dict[str, Any], by: Author, at: datetime) -> None:
    change_rule(
        rule=rule_of(proposal),
        replaces=replaced_by(proposal),
        poll=adoption["poll"],
        by=by,
        at=at,
    )


def _adopted(proposal: Proposal) -> AdoptedRule | None:
    if proposal.poll is None:
        return None
    return AdoptedRule.objects.filter(
        kind=proposal.wording.content["kind"], basis=url_of_poll(proposal.poll)
    ).first()


def _consequences(*, proposal: Proposal) -> Sequence[Consequence]:
    adopted = _adopted(proposal)
    if adopted is None:
        return []
    return [
        Consequence(
            sentence=_("The rule for “%(kind)s” takes effect on %(day)s.")
            % {
                "kind": kinds.get(adopted.kind).label,
                "day": date_format(adopted.effective_from, "j F Y"),
            },
            at=proposal.since,
            url=reverse("decision-rules") + f"#{adopted.kind}",
            record_hash=adopted.record_hash,
        )
    ]


def _undo(*, proposal: Proposal, adoption: dict[str, Any], by: Author, at: datetime) -> None:
    adopted = _adopted(proposal)
    if adopted is not None:
        restore_rule(changed=adopted, poll=adoption["poll"], by=by, at=at)


KIND = register(
    Kind(
        name=CHANGE_RULE,
        label=gettext_lazy("Change a rule by which we decide"),
        promise=gettext_lazy(
            "It takes two thirds, and at least the quorum that is being changed. The rule takes "
            "effect 14 days after the vote; what has begun keeps the rule it began with."
        ),
        editor=RuleEditor,
        editor_template="proposals/kinds/_fields_editor.html",
        text_template="proposals/kinds/_rule_text.html",
        serializer=RuleContent,
        content_help="{kind, rule}: the rule's fields as the rules file has them",
        write=_write,
        check=_check,
        subjects=_subjects,
        freeze=_nothing_to_freeze,
        effect=_change,
        demand=_demand,
        consequences=_consequences,
        undo=_undo,
        if_it_lapses=gettext_lazy(
            "The rule before comes back at once, where no later one has taken its place."
        ),
    )
)
