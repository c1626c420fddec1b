"""Who may take a ballot and call off a vote. In which state of a poll: see ``actions``."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.voting.models import Event, NamedFault, Poll, RollEntry
from kernel.refusal import Refused
from members.models import Author, Person, RoleGrant, subject_of


def can_take_ballot(poll: Poll, person: Person) -> bool:
    """Whether ``person`` is on the poll's roll."""
    return RollEntry.objects.filter(poll=poll, person=person).exists()


def check_can_take_ballot(poll: Poll, person: Person) -> None:
    """Raises ``Refused`` ("not-on-roll") unless ``person`` is on the poll's roll."""
    if not can_take_ballot(poll, person):
        raise Refused(
            "not-on-roll",
            _(
                "You are not on the roll of this vote. It lists everyone who was a member on "
                "%(first)s and on %(cutoff)s."
            )
            % {
                "first": date_format(poll.roll_from, "j F Y"),
                "cutoff": date_format(poll.cutoff, "j F Y"),
            },
        )


def can_call_off(poll: Poll, by: Author) -> bool:
    """Whether ``by`` is the person or the program that scheduled ``poll``."""
    made = Event.objects.filter(subject=subject_of(poll), verb="poll.scheduled")
    return made.filter(**({"by": by} if isinstance(by, Person) else {"program": by.name})).exists()


def check_can_call_off(poll: Poll, by: Author) -> None:
    """Raises ``Refused`` ("not-the-proposer") unless ``by`` scheduled ``poll``."""
    if not can_call_off(poll, by):
        raise Refused("not-the-proposer", _("Only whoever set up a vote can call it off."))


def check_can_name_fault(poll: Poll, by: Person, *, at: datetime) -> None:
    """Raises ``Refused`` unless ``by`` is a scrutineer whose own cause ``poll`` is not.

    "not-a-scrutineer", or "own-cause" for whoever the vote concerns.
    """
    if not by.holds(RoleGrant.Role.SCRUTINEER, at.date()):
        raise Refused(
            "not-a-scrutineer", _("Only scrutineers can cancel a vote that is open, two together.")
        )
    if poll.concerns.filter(person=by).exists():
        raise Refused("own-cause", _("This vote concerns you: other scrutineers have to decide."))


def can_name_fault(poll: Poll, by: Person, *, at: datetime) -> bool:
    """Whether ``by`` is a scrutineer whose own cause ``poll`` is not."""
    try:
        check_can_name_fault(poll, by, at=at)
    except Refused:
        return False
    return True


def check_can_confirm_fault(named: NamedFault, by: Person, *, at: datetime) -> None:
    """As for naming one; and raises ``Refused`` ("same-person") for whoever named this fault."""
    check_can_name_fault(named.poll, by, at=at)
    if named.proposed_by_id == by.pk:
        raise Refused(
            "same-person",
            _("You named this fault yourself. Another scrutineer has to confirm it."),
        )
