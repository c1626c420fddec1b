"""What a proposal's page shows of its decision: before the vote, while it runs, and afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.proposals import actions, kinds, permissions, provisional_stages, stages
from governance.proposals.elections import candidates_needed
from governance.proposals.models import Proposal, founding_on
from governance.proposals.timeline import consequences, timeline
from governance.voting import stages as poll_stages
from governance.voting import words
from governance.voting.models import RollEntry
from governance.voting.roll import is_on_roll
from members.models import Person

_BEFORE_THE_VOTE = (stages.IDEA, stages.DISCUSSION, stages.FINAL)


def decision(found: Proposal, me: Person | None, at: datetime) -> dict[str, Any]:
    """The context of ``_decision.html``, ``_outcome.html`` and ``_timeline.html``."""
    kind = kinds.get(found.kind)
    declared = found.interests.select_related("person").order_by("at", "pk")
    shown: dict[str, Any] = {
        "interests": declared,
        "note": getattr(found, "advisory_note", None),
        "timeline": timeline(found),
        "can_declare": me is not None
        and found.stage in _BEFORE_THE_VOTE
        and found.sponsors_needed != 0
        and permissions.can_declare(found, me),
        "can_advise": me is not None
        and found.stage == stages.FINAL
        and permissions.can_advise(found, me, at=at),
    }
    if found.rule is not None:
        shown["deciding"] = actions.deciding_rule(found)
    if found.stage == stages.FINAL:
        shown["ballot"] = actions.plan_of(found)
    if found.stage in (stages.DISCUSSION, stages.FINAL, stages.VOTING) and me is not None:
        shown["my_vote"] = vote_of(found, me, at)
    if kind.elects:
        shown |= {
            "candidates": found.nominations.standing().select_related("nominee"),
            "candidates_needed": candidates_needed(found.wording.content["seats"]),
            "nominations_open": found.stage == stages.DISCUSSION,
        }
    poll = found.poll
    if poll is not None and poll.stage == poll_stages.CLOSED:
        shown["answer"] = words.answer(poll)
        shown["consequences"] = consequences(found)
        shown["provisional"] = _provisional(found)
    return shown


def vote_of(found: Proposal, me: Person, at: datetime) -> str:
    """Whether ``me`` can vote on ``found``, or will be able to, and why."""
    began = found.steps.get(stage=stages.DISCUSSION).at.date()
    poll = found.poll
    if poll is not None and poll.stage == poll_stages.OPEN:
        if RollEntry.objects.filter(poll=poll, person=me).exists():
            return _("You can vote: you are on the roll.")
        return _("You cannot vote on this: you are not on the roll of %(day)s.") % {
            "day": _day(poll.cutoff)
        }
    periods = list(me.standing_periods.as_periods())
    ends_at = found.ends_at or at
    cutoff = ends_at.date() if found.stage == stages.FINAL else max(ends_at, at).date()
    days = 0 if founding_on(at.date()) else actions.deciding_rule(found).min_days
    named = {"began": _day(began), "cutoff": _day(cutoff), "days": days}
    if is_on_roll(periods, roll_from=began, cutoff=cutoff, min_days=days):
        return (
            _("As things stand you can vote: a member on %(began)s, and still one on %(cutoff)s.")
            % named
        )
    if me.standing_on(began) is None:
        return (
            _("You cannot vote on this: you were no member on %(began)s, when discussion began.")
            % named
        )
    if me.standing_on(cutoff) is None:
        return (
            _("You can vote if your membership lasts until %(cutoff)s. Renew it in time.") % named
        )
    return (
        _("You cannot vote on this: by %(cutoff)s voters have been members for %(days)d days.")
        % named
    )


def _provisional(found: Proposal) -> dict[str, Any] | None:
    provisional = getattr(found, "provisional", None)
    if provisional is None:
        return None
    return {
        "waits": provisional.stage == provisional_stages.PROVISIONAL,
        "ratified": provisional.stage == provisional_stages.RATIFIED,
        "ratification": provisional.ratification,
        "if_it_lapses": kinds.get(found.kind).if_it_lapses,
    }


def _day(day: Any) -> str:
    return date_format(day, "j F Y")
