"""Writes of the desk: take something in hand, let it go, hand it over, be away.

None of these gives a permission: whoever may do a thing may do it whether or not somebody has
claimed it.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel.refusal import Refused
from members import desk, desk_reads
from members.desk import Row
from members.models import Author, Away, Claim, Event, Person, SweepRun

LONGEST_AWAY = timedelta(days=366)


@transaction.atomic
def claim_item(*, key: str, by: Person, at: datetime) -> Claim:
    """Take in hand what ``by`` sees on their desk as ``key``. Having it already changes nothing.

    What somebody claimed who is away or holds no office any more is free. Raises ``Refused``:
    "no-office", "not-on-your-desk", "yours-alone", "claimed-already".
    """
    return _take(_check_shared(key, by, at), by, at, verb="desk.claimed", by=by)


@transaction.atomic
def release_item(*, key: str, by: Person, at: datetime) -> None:
    """Let go of what ``by`` claimed, or has as a stand-in. Raises ``Refused`` ("not-claimed")."""
    row = desk_reads.row_of(key, by, at)
    whose = row.claimed_by if row and row.mine else by.pk
    if not Claim.objects.filter(key=key, person=whose).delete()[0]:
        raise Refused("not-claimed", _("You have not taken this in hand."))
    _note("desk.released", key, by=by, at=at)


@transaction.atomic
def hand_over(*, key: str, to: Person, by: Person, at: datetime) -> Claim:
    """Give what ``by`` has in hand, or what nobody has, to a colleague who may see it.

    Raises ``Refused`` as claiming does, and "not-for-them" for whoever is not in office, is away,
    may not see it, or is ``by``.
    """
    row = _check_shared(key, by, at)
    if row.holder is not None and not row.mine:
        raise _claimed_already()
    office = desk_reads.colleagues(at)
    takes = office.has(to.pk) and to.pk not in office.away and to != by
    if not takes or desk.find_one(key, to, at) is None:
        raise not_for_them()
    return _take(row, to, at, verb="desk.handed-over", by=by)


@transaction.atomic
def go_away(
    *, first_on: date, last_on: date, stand_in: Person | None = None, by: Person, at: datetime
) -> Away:
    """Say that one is away from ``first_on`` to ``last_on``, and who stands in.

    What one has in hand goes to the stand-in meanwhile as far as they may see it, and is free
    otherwise. Raises ``Refused``: "no-office", "days-not-in-order", "day-passed", "away-too-long",
    "away-already", "not-a-colleague".
    """
    _check_office(by, at)
    if last_on < first_on:
        raise Refused("days-not-in-order", _("The last day is before the first."))
    if last_on < at.date():
        raise Refused("day-passed", _("Please name a day that is still to come."))
    if last_on - first_on > LONGEST_AWAY:
        raise Refused("away-too-long", _("Please name a year at most. You can also resign."))
    if stand_in is not None and (stand_in == by or not desk_reads.colleagues(at).has(stand_in.pk)):
        raise not_a_colleague()
    # Two of one's own windows do not both find the days free.
    Person.objects.select_for_update().get(pk=by.pk)
    if Away.objects.filter(person=by, first_on__lte=last_on, last_on__gte=first_on).exists():
        raise Refused(
            "away-already", _("You said already that you are away on some of these days.")
        )
    away = Away.objects.create(person=by, first_on=first_on, last_on=last_on, stand_in=stand_in)
    Event.record(
        "desk.away", subject=f"away:{away.pk}", by=by, at=at, first=f"{first_on}", last=f"{last_on}"
    )
    return away


@transaction.atomic
def come_back(*, away: uuid.UUID, by: Person, at: datetime) -> None:
    """Take back that one is away. Raises ``Refused`` ("not-away") for another's."""
    if not Away.objects.filter(pk=away, person=by).delete()[0]:
        raise Refused("not-away", _("You have not said that you are away then."))
    Event.record("desk.back", subject=f"away:{away}", by=by, at=at)


@transaction.atomic
def drop_claims(*, by: Author, at: datetime) -> int:
    """Let go of claims of what waits no longer, or of what who claimed it may not see any more."""
    office = desk_reads.colleagues(at)
    dropped = 0
    claimants = Claim.objects.order_by().values_list("person_id", flat=True).distinct()
    for number in list(claimants):
        person = office.people.get(number)
        there = {item.key for item in desk.gather(person, at)} if person else set()
        for claim in Claim.objects.filter(person_id=number, claimed_at__lt=at):
            if claim.key not in there:
                dropped += Claim.objects.filter(
                    pk=claim.pk, person_id=number, claimed_at=claim.claimed_at
                ).delete()[0]
    if dropped:
        Event.record("desk.tidied", subject="desk", by=by, at=at, claims=dropped)
    return dropped


@transaction.atomic
def note_sweep(*, name: str, fault: str = "", at: datetime) -> None:
    """Write down that a sweep ran to its end, or that it failed with a ``fault`` of this kind."""
    known, _new = SweepRun.objects.select_for_update().get_or_create(name=name)
    if fault:
        known.failing_since = known.failing_since or at
        known.failures += 1
        known.fault = fault[:80]
    else:
        known.ran_at, known.failing_since, known.failures, known.fault = at, None, 0, ""
    known.save()


def forget_desk(person: Person) -> None:
    """Erase what ``person`` had in hand, when they were away, and for whom they stood in."""
    Claim.objects.filter(person=person).delete()
    Away.objects.filter(person=person).delete()
    Away.objects.filter(stand_in=person).update(stand_in=None)


def _take(row: Row, person: Person, at: datetime, *, verb: str, by: Person) -> Claim:
    """Make the claim ``person``'s, as long as it is as ``row`` says: free, or in ``by``'s hand."""
    key = row.item.key
    if row.claimed_by == row.holder == person.pk:
        return Claim.objects.get(key=key)
    if row.holder not in (None, by.pk):
        raise _claimed_already()
    if row.claimed_by is None:
        try:
            with transaction.atomic():
                Claim.objects.create(key=key, person=person, claimed_at=at)
        except IntegrityError:
            raise _claimed_already() from None
    else:
        there = Claim.objects.filter(key=key, person=row.claimed_by)
        if not there.update(person=person, claimed_at=at):
            raise _claimed_already()
    _note(verb, key, by=by, at=at, to=person)
    return Claim.objects.get(key=key)


def _check_shared(key: str, by: Person, at: datetime) -> Row:
    """The row on the desk of ``by``. Raises ``Refused`` for none, and for what is theirs alone."""
    _check_office(by, at)
    row = desk_reads.row_of(key, by, at)
    if row is None:
        raise Refused("not-on-your-desk", _("Nothing of this waits on your desk any more."))
    if row.item.personal:
        raise Refused("yours-alone", _("Nobody else can do this for you, so it is not claimed."))
    return row


def _check_office(by: Person, at: datetime) -> None:
    if not desk_reads.holds_office(by, at):
        raise no_office()


def no_office() -> Refused:
    return Refused("no-office", _("The desk is for those who hold an office."))


def not_for_them() -> Refused:
    return Refused("not-for-them", _("They cannot take this over. Please choose somebody else."))


def not_a_colleague() -> Refused:
    return Refused("not-a-colleague", _("Somebody else in office can stand in for you."))


def _claimed_already() -> Refused:
    return Refused("claimed-already", _("A colleague has taken this in hand."))


def _note(verb: str, key: str, *, by: Person, at: datetime, to: Person | None = None) -> None:
    details = {"to": str(to.pk)} if to is not None and to != by else {}
    Event.record(verb, subject=f"desk:{key}"[:120], by=by, at=at, **details)
