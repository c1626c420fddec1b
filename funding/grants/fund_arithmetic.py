"""What a round's fund holds, and what may still be promised of it. Pure.

A budget is what members adopted. Of it, only as much can be promised as is *funded*: what the bank
holds by its own statements, less every debt in the books, less what other rounds have set aside and
not promised yet. So dues count towards a budget once they are settled and earned, and not before.
Always ``0 ≤ paid ≤ committed ≤ funded ≤ budget``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from funding.ledger import chart
from funding.ledger.entries import LegSpec
from kernel.money import Money


class Kind(StrEnum):
    """What moves a fund."""

    COMMITMENT = "commitment"
    RELEASE = "release"
    PAYMENT = "payment"
    REVERSAL = "reversal"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a movement of one unit adds to what is committed and to what is paid."""

    committed: int
    paid: int


# A return is money that a project gives back: it was paid, and is promised to nobody now.
EFFECTS: dict[Kind, Effect] = {
    Kind.COMMITMENT: Effect(committed=1, paid=0),
    Kind.RELEASE: Effect(committed=-1, paid=0),
    Kind.PAYMENT: Effect(committed=0, paid=1),
    Kind.REVERSAL: Effect(committed=0, paid=-1),
    Kind.RETURN: Effect(committed=-1, paid=-1),
}

# Debit and credit of each movement.
_ACCOUNTS: dict[Kind, tuple[str, str]] = {
    Kind.COMMITMENT: (chart.AWARDS, chart.AWARDS_PAYABLE),
    Kind.RELEASE: (chart.AWARDS_PAYABLE, chart.AWARDS),
    Kind.PAYMENT: (chart.AWARDS_PAYABLE, chart.BANK),
    Kind.REVERSAL: (chart.BANK, chart.AWARDS_PAYABLE),
    Kind.RETURN: (chart.BANK, chart.AWARDS),
}


@dataclass(frozen=True, slots=True)
class Holdings:
    """A fund in minor units of one currency."""

    budget: int
    funded: int = 0
    committed: int = 0
    paid: int = 0

    @property
    def is_sound(self) -> bool:
        return 0 <= self.paid <= self.committed <= self.funded <= self.budget

    @property
    def free(self) -> int:
        """What can still be promised today."""
        return self.funded - self.committed

    @property
    def owed(self) -> int:
        """What is promised and not paid."""
        return self.committed - self.paid

    def after(self, kind: Kind, minor: int) -> Holdings:
        """The fund after a movement. Raises ``ValueError`` where it would not be sound."""
        effect = EFFECTS[kind]
        moved = Holdings(
            budget=self.budget,
            funded=self.funded,
            committed=self.committed + effect.committed * minor,
            paid=self.paid + effect.paid * minor,
        )
        if minor <= 0 or not moved.is_sound:
            raise ValueError(f"{kind} of {minor} does not fit {self}")
        return moved


def legs(kind: Kind, amount: Money) -> list[LegSpec]:
    """The two legs that a movement is posted with."""
    debit, credit = _ACCOUNTS[kind]
    return [LegSpec(debit, amount), LegSpec(credit, -amount)]


def fundable(*, bank: int, debts: Iterable[int], set_aside_elsewhere: int) -> int:
    """What can be set aside, in minor units: what the bank holds, less debts, less other rounds'.

    ``debts`` are balances of liabilities as they grow (positive), what awards are owed among them;
    ``set_aside_elsewhere`` is what all funds have set aside and not promised. Never below zero.
    """
    return max(bank - sum(debts) - set_aside_elsewhere, 0)


def to_set_aside(holdings: Holdings, *, fundable_now: int) -> int:
    """How much more of the budget can be set aside now."""
    return min(holdings.budget - holdings.funded, fundable_now)


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the fund and the books do not say the same: ``what`` names it."""

    what: str
    fund: int
    books: int


def differences(
    holdings: Holdings, *, awards: int, payable: int, bank: int
) -> tuple[Difference, ...]:
    """What is not equal between a fund and the legs of its own entries, summed by account.

    ``awards``, ``payable`` and ``bank`` are signed as the books sign them: debit positive.
    """
    pairs = (
        Difference("committed", holdings.committed, awards),
        Difference("owed", holdings.owed, -payable),
        Difference("paid", holdings.paid, -bank),
    )
    return tuple(pair for pair in pairs if pair.fund != pair.books)
