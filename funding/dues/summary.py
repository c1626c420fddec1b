"""The money in a few figures, as the page and the API show it to everybody. Reads only.

Every amount is of the books and nothing else: ``tests/funding/dues/test_money_page.py`` makes them
again from the export alone. Who paid is counted, and never so few that a figure is somebody's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, Sum

from funding.dues.models import Case, Payment
from funding.ledger.calendar_months import month_of
from funding.ledger.chart import AccountType
from funding.ledger.figures import Balance, Month, months_of
from funding.ledger.models import ChainHead, Digest, Leg
from kernel.money import Money
from members.models import Attestation

YEAR = timedelta(days=365)
# Of fewer payers than this, neither the median nor the largest share is told.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Payers:
    """Who paid in the year past. ``median`` and ``largest_permille`` are None for too few.

    ``largest_permille`` is one person's share in all that was paid, in thousandths, rounded up.
    """

    people: int
    median: Money | None
    largest_permille: int | None

    @property
    def largest_percent(self) -> str:
        """As in "3.1"."""
        permille = self.largest_permille or 0
        return f"{permille // 10}.{permille % 10}"


@dataclass(frozen=True, slots=True)
class Checks:
    """What "attested and checked" means, in numbers."""

    attested: int
    opened: int
    solved: int


@dataclass(frozen=True, slots=True)
class Told:
    """A digest in the public record: its day, and the hash that it is found by there."""

    day: date
    leaf_hash: str


@dataclass(frozen=True, slots=True)
class ToldMonth:
    """A month with the last digest of its days; None where the record was told of none yet."""

    month: Month
    digest: Told | None


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything so far, in one currency; ``months`` has no gaps."""

    currency: str
    months: list[ToldMonth]
    balances: list[Balance]
    payers: Payers
    checks: Checks
    digest: Told | None
    entries: int
    chain_head: str

    @property
    def came_in(self) -> Money:
        return self._sum(month.came_in for month in self._months)

    @property
    def returned(self) -> Money:
        return self._sum(month.returned for month in self._months)

    @property
    def fees(self) -> Money:
        return self._sum(month.fees for month in self._months)

    @property
    def spent(self) -> Money:
        return self._sum(month.spent for month in self._months)

    @property
    def went_out(self) -> Money:
        return self.returned + self.fees + self.spent

    @property
    def held(self) -> Money:
        return self._sum(b.natural for b in self.by_type[AccountType.ASSET.value])

    @property
    def owed(self) -> Money:
        """What of it is owed: dues for months to come, the pot, what was promised."""
        return self._sum(b.natural for b in self.by_type[AccountType.LIABILITY.value])

    @property
    def by_type(self) -> dict[str, list[Balance]]:
        """The accounts that anything was posted to, under each type of account."""
        return {
            kind.value: [balance for balance in self.balances if balance.type is kind]
            for kind in AccountType
        }

    @property
    def _months(self) -> list[Month]:
        return [told.month for told in self.months]

    def _sum(self, amounts: Iterable[Money]) -> Money:
        return Money(sum(amount.minor for amount in amounts), self.currency)


def summarise(currency: str, *, at: datetime) -> Summary:
    """As many queries, however long the books are."""
    told = [Told(*row) for row in Digest.objects.order_by("day").values_list("day", "leaf_hash")]
    last_of = {month_of(digest.day): digest for digest in told}
    entries, chain_head = ChainHead.objects.at()
    return Summary(
        currency=currency,
        months=[
            ToldMonth(month, last_of.get(month.first))
            for month in months_of(Leg.objects.by_month(), currency)
        ],
        balances=[
            balance
            for balance in Leg.objects.trial_balance()
            if balance.amount.currency == currency
        ],
        payers=_payers(currency, since=at - YEAR),
        checks=Checks(
            attested=Attestation.objects.filter(attested_at__gt=at - YEAR)
            .values("person")
            .distinct()
            .count(),
            **Case.objects.aggregate(
                opened=Count("pk"), solved=Count("pk", filter=Q(closed_at__isnull=False))
            ),
        ),
        digest=told[-1] if told else None,
        entries=entries,
        chain_head=chain_head,
    )


def _payers(currency: str, *, since: datetime) -> Payers:
    """From the sums of each person, of whom the database tells the middle and the last alone."""
    paid = (
        Payment.objects.filter(currency=currency, paid_at__gt=since)
        .values("person")
        .annotate(paid=Sum("gross_minor"))
        .order_by("paid")
    )
    people = paid.count()
    if people < FEWEST:
        return Payers(people, None, None)
    sums = paid.values_list("paid", flat=True)
    middle = list(sums[(people - 1) // 2 : people // 2 + 1])
    total = Payment.objects.total(currency=currency, since=since).minor
    largest = sums.last() or 0
    return Payers(
        people=people,
        median=Money(int(sum(middle)) // len(middle), currency),
        largest_permille=-(-1000 * int(largest) // total),
    )
