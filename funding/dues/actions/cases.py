"""Cases: opened by programs, asked about at Stripe, settled by a steward whose own they are not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from funding.dues import case_kinds, mails_money
from funding.dues.case_kinds import KINDS, Way
from funding.dues.models import Case, Event, InboxEvent, InboxObject, Payment
from funding.dues.steward_permissions import check_can_settle
from kernel import sweeps
from kernel.refusal import Refused
from members.actions import queue_mail
from members.models import Author, Person, subject_of


@transaction.atomic
def open_case(
    *,
    kind: str,
    key: str,
    by: Author,
    at: datetime,
    people: Iterable[Person] = (),
    payment: Payment | None = None,
    stripe_id: str = "",
    **details: Any,
) -> Case:
    """Open a case of ``case_kinds.KINDS``, once for each ``key``; again changes nothing.

    ``details`` are what the kind's sentence names; never a name or an address.
    """
    case, created = Case.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "stripe_id": stripe_id,
            "payment": payment,
            "details": details,
            "opened_at": at,
        },
    )
    if created:
        case.people.set(people)
        Event.record("case.opened", subject=subject_of(case), by=by, at=at, kind=kind)
    return case


@transaction.atomic
def close_case_by_itself(*, key: str, way: str, by: Author, at: datetime) -> None:
    """Close an open case whose cause has gone away; what is not open stays as it is."""
    case = Case.objects.open().filter(key=key).first()
    if case and Case.objects.filter(pk=case.pk, closed_at=None).update(closed_at=at, way=way):
        Event.record("case.closed", subject=subject_of(case), by=by, at=at, way=way)


@transaction.atomic
def ask_about_case(*, case: Case, by: Person, at: datetime) -> None:
    """Have Stripe asked what it says now; a sweep asks, and the case shows the answer.

    Raises ``Refused`` for a case about ``by``, and where there is nothing to ask.
    """
    check_can_settle(case, by, at)
    if not case.stripe_id:
        raise Refused("nothing-to-ask", _("This case is not about anything at Stripe."))
    Case.objects.filter(pk=case.pk).update(asked_at=at, answered_at=None, claimed_until=None)
    Event.record("case.asked", subject=subject_of(case), by=by, at=at)


@transaction.atomic
def answer_case(*, case: Case, answer: dict[str, Any], by: Author, at: datetime) -> None:
    """Keep what Stripe said. Raises ``ClaimLost`` without the claim."""
    sweeps.settle(case, answer=answer, answered_at=at, attempts=0)
    Event.record("case.answered", subject=subject_of(case), by=by, at=at)


def postpone_case(*, case: Case, until: datetime) -> None:
    """Keep a claimed case that Stripe could not be asked about, and leave it ``until`` then."""
    held = Case.objects.filter(pk=case.pk, claim_token=case.claim_token)
    held.update(claimed_until=until)


def way_of(case: Case, name: str) -> Way:
    """One of the things that can be done about a case. Raises ``Refused`` for another."""
    for way in KINDS[case.kind].ways:
        if way.name == name:
            return way
    raise Refused("no-such-way", _("That is not among what can be done about this case."))


@transaction.atomic
def settle_case(*, case: Case, way: Way, reason: str, by: Person, at: datetime) -> None:
    """Do one of the things that can be done, and say why. Effects of their own come before this.

    Raises ``Refused`` for a case about ``by``, for one that is closed, and without a reason.
    """
    check_can_settle(case, by, at)
    if not reason.strip():
        raise Refused("no-reason", _("Please say why, in a sentence."))
    if way.closes:
        closed = Case.objects.filter(pk=case.pk, closed_at=None).update(
            closed_at=at, closed_by=by, way=way.name, reason=reason
        )
        if not closed:
            raise _closed()
    elif not Case.objects.open().filter(pk=case.pk).exists():
        raise _closed()
    event = Event.record(f"case.{way.name}", subject=subject_of(case), by=by, at=at, reason=reason)
    if way.mails:
        for person in case.people.all():
            with translation.override(person.locale):
                subject, body = mails_money.question(reason)
            key = f"case:{event.pk}:{person.pk}"
            queue_mail(person=person, kind="dues", key=key, subject=subject, body=body, at=at)


@transaction.atomic
def revive_object(*, stripe_id: str, by: Author, at: datetime) -> bool:
    """Have an object of the inbox tried again now; whether there was one that waits or was dead."""
    waiting = InboxEvent.objects.filter(done_at=None).values("object")
    found = InboxObject.objects.filter(stripe_id=stripe_id, pk__in=waiting)
    if not found.update(given_up_at=None, claimed_until=None, claim_token=None, attempts=0):
        return False
    Event.record("inbox.replayed", subject=f"inboxobject:{stripe_id}", by=by, at=at)
    close_dead_letter(stripe_id=stripe_id, by=by, at=at)
    return True


def close_dead_letter(*, stripe_id: str, by: Author, at: datetime) -> None:
    """Close the cases that said it could not be applied, in the caller's transaction."""
    dead = Case.objects.open().filter(kind=case_kinds.DEAD_LETTER, stripe_id=stripe_id)
    for key in dead.values_list("key", flat=True):
        close_case_by_itself(key=key, way="try-again", by=by, at=at)


def _closed() -> Refused:
    return Refused("case-closed", _("This case has been closed already."))
