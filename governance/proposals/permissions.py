"""Who may propose, sponsor, comment, change, withdraw and hide. Not: in which stage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.proposals import kinds
from governance.proposals.models import (
    AdoptedRule,
    Amendment,
    CoAuthor,
    Comment,
    Flag,
    Manuscript,
    Nomination,
    Proposal,
    founding_on,
)
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
    if writes(proposal, by):
        raise Refused(
            "own-proposal",
            _("You cannot sponsor your own proposal. Ask other members to stand behind it."),
        )
    _check_can_sponsor(proposal, by, at)


def can_support(proposal: Proposal, by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may sponsor ``proposal``."""
    return _allows(check_can_support, proposal, by, at=at)


def check_can_support_amendment(amendment: Amendment, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may sponsor ``amendment``, naming the day they may from."""
    if amendment.author_id == by.pk:
        raise Refused(
            "own-amendment",
            _("You cannot sponsor your own amendment. Ask other members to stand behind it."),
        )
    _check_can_sponsor(amendment.proposal, by, at)


def check_can_echo(proposal: Proposal, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may say that they have the problem too."""
    if proposal.author_id == by.pk:
        raise Refused("own-proposal", _("You wrote it: you have this problem already."))
    _check_standing(by, at)


def _check_can_sponsor(proposal: Proposal, by: Person, at: datetime) -> None:
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


def check_can_comment(by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may comment."""
    _check_standing(by, at)


def can_comment(by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may comment."""
    return _allows(check_can_comment, by, at=at)


def check_can_edit(comment: Comment, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may change what ``comment`` says."""
    if comment.author_id != by.pk:
        raise Refused("not-the-author", _("Only whoever wrote a comment can change it."))
    if comment.hidden:
        raise Refused("comment-hidden", _("This comment is hidden and stays as it is."))
    _check_standing(by, at)


def can_edit(comment: Comment, by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may change what ``comment`` says."""
    return _allows(check_can_edit, comment, by, at=at)


def writes(proposal: Proposal, by: Person) -> bool:
    """Whether ``by`` is the author of ``proposal`` or one of its co-authors."""
    if proposal.author_id == by.pk:
        return True
    return CoAuthor.objects.filter(manuscript__proposal=proposal, person=by).exists()


def check_can_change(proposal: Proposal, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may change the text of ``proposal``."""
    if not writes(proposal, by):
        raise Refused("not-the-author", _("Only its authors can change a proposal."))
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


def concerned_in(proposal: Proposal) -> list[Person]:
    """Whose own cause it is: its authors, its sponsors, and whom its kind names. Each once."""
    people = {proposal.author_id: proposal.author}
    for person in Person.objects.filter(
        Q(supports__proposal=proposal) | Q(co_authored__manuscript__proposal=proposal)
    ):
        people[person.pk] = person
    for person in kinds.get(proposal.kind).concerned(proposal=proposal):
        people[person.pk] = person
    return list(people.values())


def check_is_steward(by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` holds the office of a steward."""
    if not by.holds(RoleGrant.Role.STEWARD, at.date()):
        raise Refused("not-a-steward", _("Only stewards can hide what others wrote."))


def is_steward(by: Person, *, at: datetime) -> bool:
    """Whether ``by`` holds the office of a steward."""
    return _allows(check_is_steward, by, at=at)


def check_can_moderate(proposal: Proposal, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` is a steward with no cause of their own in ``proposal``."""
    check_is_steward(by, at=at)
    if writes(proposal, by):
        raise Refused("own-cause", _("This is your proposal: another steward has to decide."))
    if proposal.supports.filter(person=by).exists():
        raise Refused("own-cause", _("You sponsor this proposal: another steward has to decide."))
    if by in kinds.get(proposal.kind).concerned(proposal=proposal):
        raise Refused("own-cause", _("This is about you: another steward has to decide."))


def can_moderate(proposal: Proposal, by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may hide what others say about ``proposal``."""
    return _allows(check_can_moderate, proposal, by, at=at)


def check_can_hide(comment: Comment, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may hide this comment: never in a cause of their own."""
    check_can_moderate(comment.proposal, by, at=at)
    if comment.author_id == by.pk:
        raise Refused("own-cause", _("You wrote this comment: another steward has to decide."))
    if comment.amendment is not None and _backs(comment.amendment, by):
        raise Refused("own-cause", _("This amendment is yours: another steward has to decide."))
    if comment.flags.filter(person=by).exists():
        raise Refused("own-cause", _("You flagged this comment: another steward has to decide."))


def _backs(amendment: Amendment, person: Person) -> bool:
    return amendment.author_id == person.pk or amendment.supports.filter(person=person).exists()


def can_hide(comment: Comment, by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may hide ``comment``."""
    return _allows(check_can_hide, comment, by, at=at)


def check_can_hide_idea(proposal: Proposal, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may hide this idea: not one they wrote, back or flagged."""
    check_can_moderate(proposal, by, at=at)
    if proposal.flags.filter(person=by, comment=None).exists():
        raise Refused("own-cause", _("You flagged this idea: another steward has to decide."))


def check_can_settle(flag: Flag, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may decide on ``flag``."""
    if flag.comment is None:
        check_can_hide_idea(flag.proposal, by, at=at)
    else:
        check_can_hide(flag.comment, by, at=at)


def check_can_write(manuscript: Manuscript, by: Person) -> None:
    """Raises ``Refused`` unless ``by`` writes ``manuscript``, alone or with others."""
    if not can_write(manuscript, by):
        raise Refused("not-yours", _("Only those who write a draft can open it."))


def can_write(manuscript: Manuscript, by: Person) -> bool:
    """Whether ``by`` writes ``manuscript``, alone or with others."""
    return manuscript.author_id == by.pk or manuscript.co_authors.filter(person=by).exists()


def check_can_nominate(by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may ask others to stand in an election."""
    _check_standing(by, at)


def check_can_stand(proposal: Proposal, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may stand: a member for as long as its voters have to be."""
    _check_standing(by, at)
    rule = proposal.rule or AdoptedRule.objects.for_kind(proposal.kind, at)
    days = rule.min_days if rule else 0
    if by.days_in_standing(at.date()) < days and not founding_on(at.date()):
        raise Refused(
            "too-new-to-stand",
            _("Whoever stands has been a member for %(days)d days in a row.") % {"days": days},
        )


def can_stand(proposal: Proposal, by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may stand in an election."""
    return _allows(check_can_stand, proposal, by, at=at)


def check_can_answer(nomination: Nomination, by: Person) -> None:
    """Raises ``Refused`` unless ``by`` is the nominee."""
    if nomination.nominee_id != by.pk:
        raise Refused("not-the-nominee", _("Only whoever was nominated can answer."))


def check_can_proffer(by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may declare that they proffer a term."""
    _check_standing(by, at)


def can_proffer(by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may declare that they proffer a term."""
    return _allows(check_can_proffer, by, at=at)


def check_can_ask(by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may ask an organisation to accept a term."""
    _check_standing(by, at)


def check_can_advise(proposal: Proposal, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` may enter a lawyer's note: a steward, not in their cause."""
    if not by.holds(RoleGrant.Role.STEWARD, at.date()):
        raise Refused("not-a-steward", _("Only stewards can enter a lawyer's note."))
    if by in concerned_in(proposal):
        raise Refused("own-cause", _("This concerns you: another steward has to enter the note."))


def can_advise(proposal: Proposal, by: Person, *, at: datetime) -> bool:
    """Whether ``by`` may enter a lawyer's note on ``proposal``."""
    return _allows(check_can_advise, proposal, by, at=at)


def check_can_declare(proposal: Proposal, by: Person) -> None:
    """Raises ``Refused`` unless ``by`` wrote or sponsors ``proposal``."""
    if not writes(proposal, by) and not proposal.supports.filter(person=by).exists():
        raise Refused(
            "not-involved",
            _("Its authors and sponsors declare their interests. You are neither."),
        )


def can_declare(proposal: Proposal, by: Person) -> bool:
    """Whether ``by`` wrote or sponsors ``proposal``."""
    return _allows(check_can_declare, proposal, by)


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
