"""What a steward can do about a case, with the effects that some of these have."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from funding.dues import case_kinds
from funding.dues.actions.booking import book_movement
from funding.dues.actions.cases import revive_object, settle_case, way_of
from funding.dues.actions.inbox import question
from funding.dues.actions.statements import explain_line, match_line
from funding.dues.models import BalanceTransaction, BankLine, Case, InboxObject
from funding.dues.remote import Movement
from funding.dues.steward_permissions import check_can_settle
from funding.ledger import chart
from funding.ledger.entries import LegSpec
from kernel.refusal import Refused
from members.models import Person


@transaction.atomic
def do_about_case(*, case: Case, way: str, reason: str, by: Person, at: datetime) -> None:
    """Do one of the things that can be done about a case, and say why.

    Raises ``Refused`` for a case about ``by``, for what is not among them, without a reason, and
    for a case that is closed.
    """
    check_can_settle(case, by, at)
    chosen = way_of(case, way)
    settle_case(case=case, way=chosen, reason=reason, by=by, at=at)
    match case.kind, way:
        case case_kinds.DEAD_LETTER, "try-again":
            revive_object(stripe_id=case.stripe_id, by=by, at=at)
        case case_kinds.UNBOOKED, "try-again":
            _ask_again(case, at)
        case case_kinds.UNBOOKED, "book-as-fee":
            _book_as_fee(case, by, at)
        case case_kinds.BANK_LINE, "match":
            match_line(line=_line(case), by=by, at=at)
        case case_kinds.BANK_LINE, "explained":
            explain_line(line=_line(case), reason=reason, by=by, at=at)


def _ask_again(case: Case, at: datetime) -> None:
    source = _unbooked(case).source_id
    kinds = {"ch": InboxObject.CHARGE, "py": InboxObject.CHARGE, "po": InboxObject.PAYOUT}
    if kind := kinds.get(source.partition("_")[0]):
        event_id = f"unbooked_{case.stripe_id}"
        question(event_id=event_id, kind=kind, object_id=source, at=at)


def _book_as_fee(case: Case, by: Person, at: datetime) -> None:
    """What left the balance and is no payment, refund or payout is a cost of taking payments."""
    line = _unbooked(case)
    movement = Movement(
        id=line.stripe_id,
        category=line.category,
        amount=line.amount,
        fee=line.fee,
        source=line.source_id,
        at=line.happened_at,
    )
    if movement.net.minor >= 0:
        raise Refused("not-a-fee", _("Money came in here, so it cannot be a fee."))
    book_movement(
        movement=movement,
        description="A fee of the payment provider",
        legs=[LegSpec(chart.STRIPE, movement.net), LegSpec(chart.PAYMENT_FEES, -movement.net)],
        by=by,
        at=at,
    )


def _unbooked(case: Case) -> BalanceTransaction:
    line = BalanceTransaction.objects.filter(stripe_id=case.stripe_id, entry=None).first()
    if line is None:
        raise Refused("booked-already", _("This is in the books by now."))
    return line


def _line(case: Case) -> BankLine:
    return BankLine.objects.get(pk=case.key.removeprefix("bank-line:"))
