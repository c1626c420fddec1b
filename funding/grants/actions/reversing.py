"""Writes of reversals: a payment that came back is undone in the books by two people."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from funding.dues.models import BankLine
from funding.grants import (
    award_mails,
    award_stages,
    milestone_stages,
    payment_stages,
    permissions,
    record_types,
    recusal,
)
from funding.grants.actions.award_moves import (
    explain_line,
    hold_award,
    hold_payment,
    move_milestone,
    tell_recipient,
)
from funding.grants.actions.funds import move_fund, note_movement
from funding.grants.actions.moving import stage_passed
from funding.grants.award_permissions import check_can_prepare
from funding.grants.fund_arithmetic import Kind
from funding.grants.models import Event, GrantPayment, Reversal
from funding.ledger import actions as ledger
from governance.record.actions import submit
from kernel.refusal import Refused
from members.models import Person, subject_of


@transaction.atomic
def propose_reversal(
    *, payment: GrantPayment, line: BankLine, reason: str, by: Person, at: datetime
) -> Reversal:
    """Propose to undo a payment that came back, as a line of the bank's shows.

    ``reason`` is published with the entry: never a name. Raises ``Refused`` for who may not
    prepare, for a payment that was not paid or is undone, and for a line that does not fit.
    """
    held = hold_payment(payment)
    check_can_prepare(held.milestone.award.application, by, at)
    if held.stage != payment_stages.PAID:
        raise stage_passed()
    if line.minor != held.minor or line.currency != held.currency or line.entry_id:
        raise Refused(
            "line-does-not-fit", _("This line of the bank's is not this payment coming back.")
        )
    if not reason.strip() or len(reason.strip()) > 200:
        raise Refused("no-reason", _("Please say why in a line: it is published."))
    if held.milestone.award.stage != award_stages.AGREED:
        raise Refused(
            "award-ended", _("The award has ended: take the money back as money given back.")
        )
    try:
        with transaction.atomic():
            proposed = Reversal.objects.create(
                payment=held, line=line, reason=reason.strip(), proposed_by=by, proposed_at=at
            )
    except IntegrityError:
        raise Refused("reversed-already", _("This is undone already, or about to be.")) from None
    Event.record("payment.reversal-proposed", subject=subject_of(held), by=by, at=at)
    return proposed


@transaction.atomic
def confirm_reversal(*, reversal: Reversal, by: Person, at: datetime) -> GrantPayment:
    """Undo the payment in the books, as the second person; its milestone can be paid anew.

    Raises ``Refused`` for who proposed it, who does not decide about the project, and afterwards.
    """
    held = hold_payment(reversal.payment)
    award = hold_award(held.milestone.award)
    permissions.check_can_decide(award.application, by, at)
    if reversal.proposed_by_id == by.pk:
        raise Refused("second-person", _("You proposed this. Another person confirms it."))
    current = Reversal.objects.select_for_update().select_related("line").get(pk=reversal.pk)
    if current.confirmed_at or held.entry is None or award.stage != award_stages.AGREED:
        raise stage_passed()
    move_fund(award, Kind.REVERSAL, held.amount)
    milestone = held.milestone
    move_milestone(milestone, "unpay", to=milestone_stages.ACCEPTED, by=by, at=at)
    milestone.award = award
    write = partial(award_mails.came_back, award, milestone=milestone)
    tell_recipient(award, write, about=f"back:{held.pk}", at=at)
    entry = ledger.reverse(
        entry=held.entry,
        description=current.reason,
        effective_on=current.line.booked_on,
        by=by,
        at=at,
    )
    note_movement(award, Kind.REVERSAL, held.amount, entry=entry, at=at)
    open_still = Reversal.objects.filter(pk=current.pk, confirmed_at=None)
    if not open_still.update(confirmed_by=by, confirmed_at=at, entry=entry):
        raise stage_passed()
    explain_line(current.line, entry=entry, by=by, at=at)
    submit(
        type=record_types.AWARD_REVERSED.name,
        body={"award": str(award.pk), "payment": str(held.pk), "entry": entry.seal.hash},
        at=at,
    )
    Event.record("payment.reversed", subject=subject_of(held), by=by, at=at)
    return held


@transaction.atomic
def withdraw_reversal(*, reversal: Reversal, by: Person, at: datetime) -> None:
    """Take back what one proposed to undo, or turn it down: another line can be named then.

    Raises ``Refused`` for who neither proposed it nor decides about the project, and once it is
    confirmed.
    """
    held = hold_payment(reversal.payment)
    if reversal.proposed_by_id != by.pk:
        permissions.check_can_decide(held.milestone.award.application, by, at)
    else:
        recusal.check_not_conflicted(by, held.milestone.award.application)
    if not Reversal.objects.filter(pk=reversal.pk, confirmed_at=None).delete()[0]:
        raise stage_passed()
    Event.record("payment.reversal-withdrawn", subject=subject_of(held), by=by, at=at)
