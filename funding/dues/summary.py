"""The books in a few figures, as the page and the API show them. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

from funding.dues.models import Payment
from funding.ledger.chart import AccountType
from funding.ledger.figures import Balance, Month, without_gaps
from funding.ledger.models import ChainHead, Leg
from kernel.money import Money


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything so far, in one currency; ``months`` has no gaps."""

    currency: str
    income: Money
    expense: Money
    held: Money
    balances: list[Balance]
    months: list[Month]
    payers: int
    entries: int
    chain_head: str

    @property
    def by_type(self) -> dict[str, list[Balance]]:
        """The accounts that anything was posted to, under each type of account."""
        return {
            kind.value: [balance for balance in self.balances if balance.type is kind]
            for kind in AccountType
        }


def summarise(currency: str) -> Summary:
    """Four queries, however long the books are."""
    balances = [b for b in Leg.objects.trial_balance() if b.amount.currency == currency]

    def total(kind: AccountType) -> Money:
        return Money(sum(b.natural.minor for b in balances if b.type is kind), currency)

    entries, chain_head = ChainHead.objects.at()
    return Summary(
        currency=currency,
        income=total(AccountType.INCOME),
        expense=total(AccountType.EXPENSE),
        held=total(AccountType.ASSET),
        balances=balances,
        months=without_gaps(Leg.objects.months(currency)),
        payers=Payment.objects.payers(),
        entries=entries,
        chain_head=chain_head,
    )
