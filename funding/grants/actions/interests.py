"""Writes of what somebody says of their own interest, before they open anything."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from funding.grants import permissions, recusal
from funding.grants.models import Application, Event, Interest, PayoutMark, TeamMember
from kernel.refusal import Refused
from members.models import Author, Person, subject_of

LONGEST_WHY = 400


def declare_interest(
    *, application: Application, conflicted: bool, why: str, by: Person, at: datetime
) -> Interest:
    """Say whether one has an interest in an application one looks after, once, before opening it.

    Who has none may open it from now on. Who finds one later says so, and is out from then on; who
    has one stays out. Raises ``Refused``: "not-a-steward", "conflict-of-interest" where the program
    knows of one, "interest-declared" for the same again or the way back.
    """
    permissions.check_is_on_panel(application, by, at)
    # Their account is known from now on, whatever address they have later: also where they are
    # refused for it, so not in one transaction with what follows.
    TeamMember.objects.unlinked_of(by).update(person=by)
    return _declare(application, conflicted, why, by=by, at=at)


@transaction.atomic
def _declare(
    application: Application, conflicted: bool, why: str, *, by: Person, at: datetime
) -> Interest:
    before = Interest.objects.filter(application=application, person=by).first()
    if before is None:
        recusal.check_not_conflicted(by, application)
        try:
            with transaction.atomic():
                said = Interest.objects.create(
                    application=application,
                    person=by,
                    conflicted=conflicted,
                    why=why.strip()[:LONGEST_WHY] if conflicted else "",
                    declared_at=at,
                )
        except IntegrityError:
            raise _declared() from None
    else:
        free = Interest.objects.filter(pk=before.pk, conflicted=False)
        changes = {"conflicted": True, "why": why.strip()[:LONGEST_WHY], "declared_at": at}
        if not conflicted or not free.update(**changes):
            raise _declared()
        said = Interest.objects.get(pk=before.pk)
    Event.record(
        "interest.declared", subject=subject_of(application), by=by, at=at, conflicted=conflicted
    )
    return said


@transaction.atomic
def mark_payout(*, person: Person, fingerprint: str, by: Author, at: datetime) -> None:
    """Note that ``person`` is paid into the account of this fingerprint. Again changes nothing.

    Whoever shares it decides nothing about what concerns the other.
    """
    PayoutMark.objects.get_or_create(
        person=person, fingerprint=fingerprint, defaults={"marked_at": at}
    )


def _declared() -> Refused:
    return Refused(
        "interest-declared",
        _("You have said this already. Whoever has an interest stays out of the application."),
    )
