"""What pages ask about a poll and somebody: may they vote in it, and if not, when first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from governance.voting import roll, stages
from governance.voting.models import IssueMark, Objection, Poll, RollEntry
from kernel import sealed
from members.models import Person
from members.standing import Period


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody's place in a poll.

    ``on_roll``: they are on the roll or, before it opens, would be as things stand. ``first_poll``
    is the first scheduled poll they will be on; without one, ``first_cutoff`` is the first cut-off
    by which they have been a member for long enough. Both are None for whoever is on this roll.
    """

    on_roll: bool
    took_ballot: bool = False
    first_poll: Poll | None = None
    first_cutoff: date | None = None


def place_of(person: Person, poll: Poll, at: datetime) -> Place:
    """Where ``person`` stands in ``poll`` at ``at``."""
    periods = person.standing_periods.as_periods()
    if poll.roll_size is None:
        if _would_be_on(poll, periods):
            return Place(on_roll=True)
    elif RollEntry.objects.filter(poll=poll, person=person).exists():
        taken = IssueMark.objects.filter(entry__poll=poll, entry__person=person).exists()
        return Place(on_roll=True, took_ballot=taken)
    scheduled = Poll.objects.filter(stage=stages.SCHEDULED).exclude(pk=poll.pk)
    first = next(
        (one for one in scheduled.order_by("opens_at", "pk") if _would_be_on(one, periods)), None
    )
    cutoff = None if first else roll.first_cutoff(periods, at.date(), min_days=poll.min_days)
    return Place(on_roll=False, first_poll=first, first_cutoff=cutoff)


def objections(poll: Poll) -> int:
    """How many have objected to what ``poll`` says of their ballot."""
    return Objection.objects.filter(entry__poll=poll).count()


def has_objected(person: Person, poll: Poll) -> bool:
    """Whether ``person`` did: for their eyes alone."""
    return Objection.objects.filter(entry__poll=poll, entry__person=person).exists()


def verify_command(poll: Poll) -> str:
    """The command that checks ``poll`` from anywhere."""
    return f"python manage.py verify_poll {settings.PUBLIC_ORIGIN}{reverse('poll', args=[poll.pk])}"


def voter_tag(person: Person, poll: Poll) -> str:
    """A name for ``person`` in ``poll`` that tells nothing: their browser keeps the pass by it."""
    return sealed.fingerprint(b"voting.voter\x00" + poll.pk.bytes + person.pk.bytes)[:16].hex()


def _would_be_on(poll: Poll, periods: list[Period]) -> bool:
    return roll.is_on_roll(
        periods, roll_from=poll.roll_from, cutoff=poll.cutoff, min_days=poll.min_days
    )
