"""Writes at the end of an award: it is finished, ended by two people, or gives money back."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from funding.dues.actions.cases import close_case_by_itself
from funding.dues.models import BankLine
from funding.grants import (
    award_mails,
    award_stages,
    milestone_stages,
    payment_stages,
    permissions,
    record_types,
)
from funding.grants.actions.award_moves import hold_award, move_award, tell_recipient
from funding.grants.actions.funds import move_fund, post_movement, release
from funding.grants.actions.moving import stage_passed
from funding.grants.award_reads import paid_of
from funding.grants.fund_arithmetic import Kind
from funding.grants.models import Award, Event, GrantPayment, MoneyReturned, Termination
from governance.record.actions import submit
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Author, Person, subject_of


@transaction.atomic
def close_if_done(award: Award, *, by: Author, at: datetime) -> bool:
    """Close an award whose every milestone is accepted and paid; answers whether it was."""
    if award.milestones.unfinished().exists():
        return False
    move_award(award, "close", to=award_stages.CLOSED, by=by, at=at, ended_at=at)
    _record_end(award, "closed", Money(0, award.currency), at)
    tell_recipient(award, partial(award_mails.closed, award), about="closed", at=at)
    return True


@transaction.atomic
def propose_termination(*, award: Award, reason: str, by: Person, at: datetime) -> Termination:
    """Propose to end an award before its time, for a reason that becomes public.

    Raises ``Refused`` for who does not decide about the project, without a reason, while a payment
    is on its way, and where it is proposed already.
    """
    held = hold_award(award)
    permissions.check_can_decide(held.application, by, at)
    if held.stage not in award_stages.sources_of("terminate"):
        raise stage_passed()
    if not reason.strip():
        raise Refused("no-reason", _("Please give the reason: it becomes public."))
    try:
        with transaction.atomic():
            proposed = Termination.objects.create(
                award=held, reason=reason.strip(), proposed_by=by, proposed_at=at
            )
    except IntegrityError:
        raise Refused("proposed-already", _("Somebody has proposed this already.")) from None
    Event.record("termination.proposed", subject=subject_of(held), by=by, at=at)
    return proposed


@transaction.atomic
def withdraw_termination(*, termination: Termination, by: Person, at: datetime) -> None:
    """Take the proposal back, or turn it down. Raises ``Refused`` once it is confirmed."""
    held = hold_award(termination.award)
    permissions.check_can_decide(held.application, by, at)
    open_still = Termination.objects.filter(pk=termination.pk, withdrawn_at=None, confirmed_at=None)
    if not open_still.update(withdrawn_at=at):
        raise stage_passed()
    Event.record("termination.withdrawn", subject=subject_of(held), by=by, at=at)


@transaction.atomic
def confirm_termination(*, termination: Termination, by: Person, at: datetime) -> Award:
    """End the award, as the second person: what was not paid is free again.

    Raises ``Refused`` for who proposed it, for who does not decide about the project, while a
    payment is on its way to the bank, and afterwards. What only waits for approval is cancelled.
    """
    held = hold_award(termination.award)
    permissions.check_can_decide(held.application, by, at)
    if termination.proposed_by_id == by.pk:
        raise Refused("second-person", _("You proposed this. Another person confirms it."))
    payments = GrantPayment.objects.filter(milestone__award=held)
    if payments.sent().exists():
        raise Refused("payment-on-its-way", _("A payment is on its way. Wait until it arrived."))
    open_still = Termination.objects.filter(pk=termination.pk, withdrawn_at=None, confirmed_at=None)
    if not open_still.update(confirmed_by=by, confirmed_at=at):
        raise stage_passed()
    payments.filter(stage__in=payment_stages.sources_of("cancel")).update(
        stage=payment_stages.CANCELLED
    )
    move_award(held, "terminate", to=award_stages.TERMINATED, by=by, at=at, ended_at=at)
    held.milestones.filter(stage__in=milestone_stages.sources_of("drop")).update(
        stage=milestone_stages.DROPPED
    )
    write = partial(award_mails.ended, held, reason=termination.reason)
    tell_recipient(held, write, about="terminated", at=at)
    left = held.minor - int(sum(payment.minor for payment in payments.paid()))
    _record_end(held, "terminated", Money(left, held.currency), at)
    release(award=held, by=by, at=at)
    return held


@transaction.atomic
def take_back(*, award: Award, line: BankLine, by: Person, at: datetime) -> MoneyReturned:
    """Note that a line of the bank's is money that a project gave back: it is free again.

    Raises ``Refused`` for who does not decide about the project, for a line that is something else
    already or that went out, and for more than the project was paid.
    """
    held = hold_award(award)
    permissions.check_can_decide(held.application, by, at)
    free = BankLine.objects.select_for_update().filter(pk=line.pk, entry=None, explained="")
    if not free.exists():
        raise Refused("line-taken", _("This line of the bank's is something else already."))
    if line.minor <= 0 or line.currency != held.currency:
        raise Refused("line-does-not-fit", _("This line of the bank's is not money that came in."))
    if line.minor > paid_of(held).minor:
        raise Refused("more-than-paid", _("The project was not paid so much."))
    amount = Money(line.minor, line.currency)
    move_fund(held, Kind.RETURN, amount)
    Event.record("award.gave-back", subject=subject_of(held), by=by, at=at, minor=amount.minor)
    entry = post_movement(
        held,
        Kind.RETURN,
        amount,
        source_key=f"award-return:{line.pk}",
        on=line.booked_on,
        by=by,
        at=at,
    )
    free.update(entry=entry)
    close_case_by_itself(key=f"bank-line:{line.pk}", way="matched", by=by, at=at)
    return MoneyReturned.objects.create(
        award=held,
        line=line,
        minor=amount.minor,
        currency=amount.currency,
        entry=entry,
        by=by,
        at=at,
    )


def _record_end(award: Award, how: str, released: Money, at: datetime) -> None:
    submit(
        type=record_types.AWARD_ENDED.name,
        body={
            "award": str(award.pk),
            "how": how,
            "releasedMinor": released.minor,
            "currency": released.currency,
        },
        at=at,
    )
