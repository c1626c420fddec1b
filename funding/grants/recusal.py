"""Nobody reads, reviews, decides or pays what concerns themselves: the one place that says so.

Everything that shows or does something about an application asks here. The reads behind it are two
methods of ``ApplicationQuerySet``: ``conflicting`` (about whom the program or their own word says
so) and ``visible_to`` (what somebody may read the inside of).
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from funding.grants.models import Application, Interest, Round
from kernel.refusal import Refused
from members.models import Person, RoleGrant


def is_conflicted(person: Person, application: Application) -> bool:
    """Whether the application concerns ``person``, by the program's knowledge or their own word."""
    return Application.objects.filter(pk=application.pk).conflicting(person).exists()


def check_not_conflicted(person: Person, application: Application) -> None:
    """Raise ``Refused`` ("conflict-of-interest") where the application concerns ``person``."""
    if is_conflicted(person, application):
        raise Refused(
            "conflict-of-interest",
            _("This application concerns you, so somebody else looks after it."),
        )


def check_declared(person: Person, application: Application) -> None:
    """Raise ``Refused`` unless ``person`` said, before opening it, that they have no interest."""
    check_not_conflicted(person, application)
    said = Interest.objects.filter(application=application, person=person, conflicted=False)
    if not said.exists():
        raise Refused(
            "interest-undeclared",
            _("First say whether you have an interest in this application."),
        )


def may_see(person: Person, application: Application, day: date) -> bool:
    """Whether ``person`` may read the inside of the application on ``day``."""
    return Application.objects.filter(pk=application.pk).visible_to(person, day).exists()


def check_may_see(person: Person, application: Application, day: date) -> None:
    """Raise ``Refused`` unless ``person`` may read the inside of the application on ``day``."""
    if not may_see(person, application, day):
        check_not_conflicted(person, application)
        raise Refused("application-not-yours", _("This application is not yours to read."))


def check_open_to(person: Person, application: Application, day: date) -> None:
    """Raise ``Refused`` unless ``person`` may read what the panel says of the application."""
    if not Application.objects.filter(pk=application.pk).open_to(person, day).exists():
        check_not_conflicted(person, application)
        raise Refused("application-not-yours", _("This application is not yours to read."))


def free_stewards(application: Application, day: date) -> list[Person]:
    """The stewards whom the application does not concern."""
    stewards = Person.objects.holding(RoleGrant.Role.STEWARD, day)
    return [steward for steward in stewards if not is_conflicted(steward, application)]


def conflicted_in(person: Person, round: Round) -> bool:
    """Whether anything that was sent in the round concerns ``person``."""
    return Application.objects.filter(round=round).in_the_running().conflicting(person).exists()


def check_unconflicted_in(person: Person, round: Round) -> None:
    """Raise ``Refused`` where anything that was sent in the round concerns ``person``."""
    if conflicted_in(person, round):
        raise Refused(
            "conflict-of-interest",
            _("An application in this round concerns you, so somebody else looks after the round."),
        )
