"""The pot as everybody may see it: from the books, so that nobody can tell when it was used."""

from __future__ import annotations

from dataclasses import dataclass

from funding.dues.actions.waivers import waiver_cost
from funding.dues.models import Scale
from funding.ledger import chart
from funding.ledger.models import Leg
from kernel.money import Money


@dataclass(frozen=True, slots=True)
class PotFigures:
    """What is in the pot by the books, how many memberships that pays for, and the year's most.

    Gifts are in the books at once, waivers when their month is over.
    """

    held: Money
    cost: Money | None
    each_year: int

    @property
    def funds(self) -> int:
        """How many memberships of a year it pays for."""
        return max(self.held.minor, 0) // self.cost.minor if self.cost else 0


def current(currency: str) -> PotFigures:
    """As the books have it now."""
    held = next(
        (
            balance.natural
            for balance in Leg.objects.trial_balance()
            if balance.code == chart.POT and balance.amount.currency == currency
        ),
        Money(0, currency),
    )
    scale = Scale.objects.in_force()
    return PotFigures(held, waiver_cost(), scale.waivers_each_year if scale else 0)
