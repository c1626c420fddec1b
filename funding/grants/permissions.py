"""Who may do what with rounds and applications: pairs that raise and that answer.

Which stage something has to be in is not asked here: the actions' conditional updates say that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from funding.grants import application_stages, recusal
from funding.grants.models import Application, Reviewer, Round
from kernel.refusal import Refused
from members.models import Person, RoleGrant


def check_is_applicant(application: Application, by: Person) -> None:
    """Raise ``Refused`` unless ``by`` applies: the team reads, the applicant writes."""
    if application.applicant_id != by.pk:
        raise Refused("not-the-applicant", _("Only who applies can do this."))


def can_apply_as(application: Application, by: Person) -> bool:
    return allows(check_is_applicant, application, by)


def is_reviewer(round: Round, person: Person) -> bool:
    """Whether ``person`` is named as a reviewer of the round, now."""
    return Reviewer.objects.filter(round=round, person=person, ended_at=None).exists()


def check_can_look_after(round: Round, by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` looks after the whole round.

    A steward whom nothing in it concerns; where there is none, a scrutineer of whom that is true.
    """
    day = at.date()
    if not by.holds(RoleGrant.Role.STEWARD, day):
        if not by.holds(RoleGrant.Role.SCRUTINEER, day):
            raise not_a_steward()
        if any(not recusal.conflicted_in(each, round) for each in _stewards(day)):
            raise _not_deputising()
    recusal.check_unconflicted_in(by, round)


def can_look_after(round: Round, by: Person, at: datetime) -> bool:
    return allows(check_can_look_after, round, by, at)


def rounds_looked_after(by: Person, day: date) -> QuerySet[Round]:
    """The rounds that ``by`` looks after as a whole: as :func:`check_can_look_after` of one."""
    if not by.is_active:
        return Round.objects.none()
    free = Round.objects.exclude(pk__in=_concerning(by))
    if by.holds(RoleGrant.Role.STEWARD, day):
        return free
    if not by.holds(RoleGrant.Role.SCRUTINEER, day):
        return Round.objects.none()
    for steward in _stewards(day):
        free = free.filter(pk__in=_concerning(steward))
    return free


def check_can_decide(application: Application, by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` decides about the application.

    A steward whom it does not concern and who said so before reading it. What counts is decided by
    two, so where fewer than two stewards are free scrutineers of whom that is true stand in.
    """
    day = at.date()
    recusal.check_not_conflicted(by, application)
    if not by.holds(RoleGrant.Role.STEWARD, day):
        if not by.holds(RoleGrant.Role.SCRUTINEER, day):
            raise not_a_steward()
        if len(recusal.free_stewards(application, day)) >= application_stages.DECIDE_TOGETHER:
            raise _not_deputising()
    recusal.check_declared(by, application)


def can_decide(application: Application, by: Person, at: datetime) -> bool:
    return allows(check_can_decide, application, by, at)


def check_can_review(application: Application, by: Person) -> None:
    """Raise ``Refused`` unless ``by`` is named as a reviewer of the round and free to read it."""
    if not is_reviewer(application.round, by):
        raise Refused("not-a-reviewer", _("The reviewers named for this round score it."))
    recusal.check_declared(by, application)


def can_review(application: Application, by: Person) -> bool:
    return allows(check_can_review, application, by)


def check_is_on_panel(application: Application, by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` looks after the application, conflicted or not."""
    mine = Application.objects.filter(pk=application.pk).on_panel_of(by, at.date())
    if not mine.exists():
        raise not_a_steward()


def check_can_sponsor(application: Application, by: Person, at: datetime) -> None:
    """Raise ``Refused`` unless ``by`` is a member in standing whom it does not concern."""
    if by.standing_on(at.date()) is None:
        raise Refused("not-in-standing", _("Members in standing put projects on the ballot."))
    recusal.check_not_conflicted(by, application)


def can_sponsor(application: Application, by: Person, at: datetime) -> bool:
    return allows(check_can_sponsor, application, by, at)


def allows(check: Callable[..., None], *about: Any) -> bool:
    """Whether a check has nothing against it."""
    try:
        check(*about)
    except Refused:
        return False
    return True


def not_a_steward() -> Refused:
    return Refused("not-a-steward", _("Stewards look after these."))


def _not_deputising() -> Refused:
    return Refused(
        "steward-is-free",
        _("Stewards are free to do this, so nobody has to stand in for them."),
    )


def _concerning(person: Person) -> QuerySet[Application, Any]:
    """The rounds in which something that was sent concerns ``person``."""
    sent = Application.objects.all().in_the_running()
    return sent.conflicting(person).values("round")


def _stewards(day: date) -> list[Person]:
    return list(Person.objects.holding(RoleGrant.Role.STEWARD, day))
