"""How awards, milestones and payments are held and moved, and how their recipients are told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from funding.dues.actions.cases import close_case_by_itself
from funding.dues.models import BankLine
from funding.grants import award_stages, milestone_stages, payment_stages
from funding.grants.actions.moving import KIND, stage_passed
from funding.grants.mails import Mail
from funding.grants.models import Award, Event, GrantPayment, Milestone
from funding.ledger.models import Entry
from kernel.refusal import Refused
from members.actions import queue_mail
from members.models import Author, Person, subject_of


def hold_award(award: Award) -> Award:
    """``award`` as it stands now; whoever else changes it waits for this transaction."""
    return (
        Award.objects.select_for_update(of=("self",))
        .select_related("application__applicant", "application__round", "application__version")
        .get(pk=award.pk)
    )


def hold_payment(payment: GrantPayment) -> GrantPayment:
    """``payment`` as it stands now; whoever else changes it waits for this transaction."""
    return (
        GrantPayment.objects.select_for_update(of=("self",))
        .select_related("milestone__award__application__applicant", "account")
        .get(pk=payment.pk)
    )


def move_award(
    award: Award, name: str, *, to: str, by: Author, at: datetime, **changes: Any
) -> None:
    """Make the move called ``name``. Raises ``Refused`` ("stage-passed") where there is none."""
    there = Award.objects.filter(pk=award.pk, stage__in=award_stages.sources_of(name))
    if not there.update(stage=to, **changes):
        raise stage_passed()
    award.refresh_from_db()
    Event.record(f"award.{name}", subject=subject_of(award), by=by, at=at)


def move_milestone(
    milestone: Milestone, name: str, *, to: str, by: Author, at: datetime, **changes: Any
) -> None:
    """Make the move called ``name``. Raises ``Refused`` ("stage-passed") where there is none."""
    there = Milestone.objects.filter(pk=milestone.pk, stage__in=milestone_stages.sources_of(name))
    if not there.update(stage=to, **changes):
        raise stage_passed()
    milestone.refresh_from_db()
    verb = f"milestone.{name.replace('_', '-')}"
    Event.record(verb, subject=subject_of(milestone), by=by, at=at)


def move_payment(
    payment: GrantPayment, name: str, *, to: str, by: Author, at: datetime, **changes: Any
) -> None:
    """Make the move called ``name``. Raises ``Refused`` ("stage-passed") where there is none."""
    there = GrantPayment.objects.filter(
        pk=payment.pk, stage__in=payment_stages.sources_of(name), fingerprint=payment.fingerprint
    )
    if not there.update(stage=to, **changes):
        raise stage_passed()
    payment.refresh_from_db()
    Event.record(f"payment.{name}", subject=subject_of(payment), by=by, at=at)


def prepare_again(
    payment: GrantPayment, name: str, *, by: Author, at: datetime, **changes: Any
) -> None:
    """Make a move back to ``requested``: what was approved counts no longer.

    ``payment`` has its new account already. Raises ``Refused`` ("stage-passed").
    """
    approved_of = payment.fingerprint
    payment.preparation += 1
    there = GrantPayment.objects.filter(
        pk=payment.pk, stage__in=payment_stages.sources_of(name), fingerprint=approved_of
    )
    changes = {
        **changes,
        "stage": payment_stages.REQUESTED,
        "preparation": payment.preparation,
        "fingerprint": payment.fingerprint_now(),
    }
    if not there.update(**changes):
        raise stage_passed()
    payment.refresh_from_db()
    Event.record(f"payment.{name}", subject=subject_of(payment), by=by, at=at)


def tell_recipient(award: Award, write: Callable[[], Mail], *, about: str, at: datetime) -> None:
    """Write to who applied, in their language. The same ``about`` again changes nothing."""
    tell_person(award.application.applicant, write, key=f"award:{award.pk}:{about}", at=at)


def tell_person(person: Person, write: Callable[[], Mail], *, key: str, at: datetime) -> None:
    """Write to somebody in their language. The same ``key`` again changes nothing."""
    if not person.is_active:
        return
    with translation.override(person.locale):
        subject, body = write()
    queue_mail(person=person, kind=KIND, key=f"grants:{key}", subject=subject, body=body, at=at)


def explain_line(line: BankLine, *, entry: Entry, by: Author, at: datetime) -> None:
    """Say in the bank's line which entry it is; the case that it opened closes by itself."""
    if not BankLine.objects.filter(pk=line.pk, entry=None, explained="").update(entry=entry):
        raise Refused("line-taken", _("This line of the bank's is something else already."))
    close_case_by_itself(key=f"bank-line:{line.pk}", way="matched", by=by, at=at)
