"""What waits for stewards in the scene: a case, a refund, an ending, a statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from funding.dues import actions, refund_stages
from funding.dues.models import BankStatement, Case, Ending, Payment, Refund
from members.models import Person, Program, RoleGrant

STATEMENT = b"date,amount,currency,reference,text\n2026-11-20,12.00,EUR,R1,Somebody\n"


@dataclass(frozen=True, slots=True)
class StewardsWork:
    """About ``payment``, which the steward did not pay; proposed by another steward."""

    case: Case
    payment: Payment
    refund: Refund
    ending: Ending
    statement: BankStatement


def make(payment: Payment, *, member: Person, colleague: Person, now: datetime) -> StewardsWork:
    RoleGrant.objects.get_or_create(
        person=colleague, role="steward", basis="test", defaults={"starts_on": now.date()}
    )
    by = Program("test")
    case = actions.open_case(
        kind="business", key="scene", stripe_id="cus_1", payment=payment, by=by, at=now
    )
    refund = Refund.objects.create(
        payment=payment,
        cause=Refund.Cause.STEWARD,
        minor=1,
        currency=payment.currency,
        reason="A mistake",
        state=refund_stages.PROPOSED,
        proposed_by=colleague,
        proposed_at=now,
    )
    ending = Ending.objects.create(
        person=member, reason="A business pays.", proposed_by=colleague, proposed_at=now
    )
    statement = actions.import_statement(body=STATEMENT, by=colleague, at=now)
    return StewardsWork(case, payment, refund, ending, statement)
