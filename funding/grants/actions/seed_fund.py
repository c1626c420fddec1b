"""What there is for grants in all: settled, owed to nobody, and not wanted for a round already."""

from __future__ import annotations

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from funding.grants import fund_arithmetic as arithmetic
from funding.grants.models import Fund, Round
from funding.ledger import chart
from funding.ledger.chart import AccountType
from funding.ledger.models import Leg
from kernel.money import Money
from kernel.refusal import Refused


def settled_and_free(currency: str) -> int:
    """What the bank holds by the books, less every debt, less what funds have set aside."""
    balances = [
        balance for balance in Leg.objects.trial_balance() if balance.amount.currency == currency
    ]
    return arithmetic.fundable(
        bank=sum(balance.amount.minor for balance in balances if balance.code == chart.BANK),
        debts=[
            max(balance.natural.minor, 0)
            for balance in balances
            if balance.type is AccountType.LIABILITY
        ],
        set_aside_elsewhere=Fund.objects.all().set_aside(currency),
    )


def left_for_new_rounds(currency: str) -> Money:
    """What a new round could be given today: rounds that members adopted before come first."""
    missing = Fund.objects.filter(currency=currency, closed_at=None).aggregate(
        sum=Sum(F("budget_minor") - F("funded_minor"))
    )
    unopened = Round.objects.filter(currency=currency, fund=None).aggregate(sum=Sum("budget_minor"))
    wanted = int(missing["sum"] or 0) + int(unopened["sum"] or 0)
    return Money(max(settled_and_free(currency) - wanted, 0), currency)


def check_covers(budget: Money) -> None:
    """Raise ``Refused`` ("budget-not-covered") unless there is so much for a new round today."""
    left = left_for_new_rounds(budget.currency)
    if left.minor < budget.minor:
        raise Refused(
            "budget-not-covered",
            _(
                "Of the dues that have settled, {left} are promised to nobody, and this round asks "
                "for {budget}. It goes to the vote once there is enough, or with a smaller budget."
            ).format(left=left.format(), budget=budget.format()),
        )
