"""Two elections in which members can stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings

from governance.proposals import actions
from governance.proposals.actions.rules import change_rule, newest_rule
from governance.proposals.decision_rules import CHANGE_TAKES_EFFECT_AFTER
from governance.proposals.kind_forms import ElectionContent
from governance.proposals.models import Proposal
from members.models import Person, Program

_KINDS = ("elect_stewards", "elect_scrutineers")


def set_elections(member: Person, others: list[Person], now: datetime) -> list[Proposal]:
    """Two elections that are discussed: in one the member was asked to stand, in the other does."""
    for kind in _KINDS:
        _ease(kind, now)
    ada, ben = others
    opened = []
    for kind in _KINDS:
        election = actions.propose(
            kind=kind,
            summary="Who does the work.",
            problem="Somebody has to.",
            content=ElectionContent(seats=1, term_days=365),
            by=ada,
            at=now,
        )
        text = election.wording.sha256
        actions.support(proposal=election, text_sha256=text, by=ben, at=now)
        opened.append(election)
    actions.nominate(proposal=opened[0], email=member.email, by=ben, at=now)
    actions.stand(
        proposal=opened[1], statement="I read it all.", interests="None", by=member, at=now
    )
    return opened


def _ease(kind: str, now: datetime) -> None:
    """Let one sponsor be enough from now on, whoever and however new."""
    old = newest_rule(kind)
    assert old is not None
    change_rule(
        rule=replace(old.rule, sponsors=1, min_days=0, sponsor_min_days=0),
        replaces=old,
        poll=f"{settings.PUBLIC_ORIGIN}/polls/",
        by=Program("scene"),
        at=now - CHANGE_TAKES_EFFECT_AFTER,
    )
