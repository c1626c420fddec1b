"""Who may propose, sponsor, comment, change, withdraw and hide. Not: in which stage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.proposals.models import AdoptedRule, Comment, Proposal, founding_on
from kernel.refusal import Refused
from members.models import Person, RoleGrant


def check_can_propose(by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may propose something."""
    _check_standing(by, at)


def can_propose(by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may propose something."""
    return _allows(check_can_propose, by, at=at)


def check_can_support(proposal: Proposal, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may sponsor ``proposal``, naming the day they may from."""
    if proposal.author_id == by.pk:
        raise Refused(
            "own-proposal",
            _("You cannot sponsor your own proposal. Ask other members to stand behind it."),
        )
    standing = by.standing_on(at.date())
    if standing is None:
        raise _no_standing()
    rule = proposal.rule or AdoptedRule.objects.for_kind(proposal.kind, at)
    if rule is None or not rule.sponsor_min_days:
        return
    first_day = standing.since + timedelta(days=rule.sponsor_min_days - 1)
    if at.date() < first_day and not founding_on(at.date()):
        raise Refused(
            "too-new-to-sponsor",
            _("You can sponsor from %(day)s on. Until then you can read and comment.")
            % {"day": date_format(first_day, "j F Y")},
        )


def can_support(proposal: Proposal, by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may sponsor ``proposal``."""
    return _allows(check_can_support, proposal, by, at=at)


def check_can_comment(by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may comment."""
    _check_standing(by, at)


def can_comment(by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may comment."""
    return _allows(check_can_comment, by, at=at)


def check_can_change(proposal: Proposal, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may change the text of ``proposal``."""
    if proposal.author_id != by.pk:
        raise Refused("not-the-author", _("Only its author can change a proposal."))
    _check_standing(by, at)


def can_change(proposal: Proposal, by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may change the text of ``proposal``."""
    return _allows(check_can_change, proposal, by, at=at)


def check_can_withdraw(proposal: Proposal, by: Person) -> None:
    """Raises ``Refused`` unless ``by`` may withdraw ``proposal``."""
    if proposal.author_id != by.pk:
        raise Refused("not-the-author", _("Only its author can withdraw a proposal."))


def can_withdraw(proposal: Proposal, by: Person) -> bool:
    """Whether ``by`` may withdraw ``proposal``."""
    return _allows(check_can_withdraw, proposal, by)


def check_can_moderate(proposal: Proposal, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` is a steward with no cause of their own in ``proposal``."""
    if not by.holds(RoleGrant.Role.STEWARD, at.date()):
        raise Refused("not-a-steward", _("Only stewards can hide comments."))
    if proposal.author_id == by.pk:
        raise Refused("own-cause", _("This is your proposal: another steward has to decide."))
    if proposal.supports.filter(person=by).exists():
        raise Refused("own-cause", _("You sponsor this proposal: another steward has to decide."))


def can_moderate(proposal: Proposal, by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may hide what others say about ``proposal``."""
    return _allows(check_can_moderate, proposal, by, at=at)


def check_can_hide(comment: Comment, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may hide this comment: never one of their own."""
    check_can_moderate(comment.proposal, by, at=at)
    if comment.author_id == by.pk:
        raise Refused("own-cause", _("You wrote this comment: another steward has to decide."))


def can_hide(comment: Comment, by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may hide ``comment``."""
    return _allows(check_can_hide, comment, by, at=at)


def _check_standing(by: Person, at: datetime) -> None:
    if by.standing_on(at.date()) is None:
        raise _no_standing()


def _no_standing() -> Refused:
    return Refused(
        "not-in-standing",
        _("Only members whose membership is current can do that. Join, or renew your dues, first."),
    )


def _allows(check: Callable[..., None], *args: Any, **kwargs: Any) -> bool:
    try:
        check(*args, **kwargs)
    except Refused:
        return False
    return True
