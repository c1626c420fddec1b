"""Who may take a ballot. In which state of a poll: see ``actions``."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.voting.models import Poll, RollEntry
from kernel.refusal import Refused
from members.models import Person


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
