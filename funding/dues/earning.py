"""When dues count as income: month by month over the time they cover, exact to the cent. Pure.

Dues for one month are income when they are paid. Dues for a year are a debt at first ("dues paid
for months to come"), and a part of them is earned in each month: after ``k`` of ``n`` months,
``total * k // n``, so that the parts sum to the whole. Returning dues takes back what is not earned
yet, the last months first; the members' chart of accounts shows what was returned in full.
"""

from __future__ import annotations

from datetime import date

from funding.ledger import chart
from funding.ledger.calendar_months import month_after
from funding.ledger.entries import LegSpec
from kernel.money import Money

# The days of a month, on average over four years.
_DAYS_OF_A_MONTH = 1461 / 48


def months_covered(starts_on: date, ends_on: date) -> int:
    """How many months these days are, rounded, and one at least; ``ends_on`` is not covered."""
    return max(round((ends_on - starts_on).days / _DAYS_OF_A_MONTH), 1)


def elapsed(starts_on: date, month: date, *, months: int) -> int:
    """How many of ``months`` have been earned at the end of ``month``: that of the start counts."""
    gone = (month.year - starts_on.year) * 12 + month.month - starts_on.month + 1
    return min(max(gone, 0), months)


def earned_by(
    month: date, *, starts_on: date, months: int, total: Money, taken_back: Money
) -> Money:
    """What of ``total`` is earned at the end of ``month``, where some was taken back unearned."""
    parts = total.minor * elapsed(starts_on, month, months=months) // months
    return Money(min(parts, (total - taken_back).minor), total.currency)


def schedule(total: Money, *, starts_on: date, months: int) -> list[tuple[date, Money]]:
    """What is earned in each month, by its first day. The parts sum to ``total``."""
    parts: list[tuple[date, Money]] = []
    before = Money(0, total.currency)
    first = starts_on.replace(day=1)
    for _ in range(months):
        by_then = earned_by(
            first,
            starts_on=starts_on,
            months=months,
            total=total,
            taken_back=Money(0, total.currency),
        )
        parts.append((first, by_then - before))
        first, before = month_after(first), by_then
    return parts


def unearned_part(amount: Money, *, total: Money, earned: Money, taken_back: Money) -> Money:
    """How much of ``amount``, which is returned, had not been earned yet."""
    left = (total - earned - taken_back).minor
    return Money(min(amount.minor, max(left, 0)), amount.currency)


def legs_received(gross: Money, fee: Money, *, to: str, into: str = chart.STRIPE) -> list[LegSpec]:
    """What is held for us now, what was kept of it, and the account it is credited to."""
    return _moving(
        LegSpec(into, gross - fee), LegSpec(chart.PAYMENT_FEES, fee), LegSpec(to, -gross)
    )


def legs_returned(
    amount: Money,
    *,
    unearned: Money,
    earned_as: str = chart.DUES,
    out_of: str = chart.STRIPE,
) -> list[LegSpec]:
    """The whole amount as returned; what of it was not earned yet stops being a debt.

    ``earned_as`` is the account that it would have been earned on: it gets in full what was paid,
    and ``returned-dues`` takes off in full what was returned. Raises ``ValueError`` where more
    would be unearned than is returned.
    """
    if not 0 <= unearned.minor <= amount.minor:
        raise ValueError(f"{unearned} of {amount} cannot be unearned")
    return _moving(
        LegSpec(chart.RETURNED_DUES, amount),
        LegSpec(out_of, -amount),
        LegSpec(chart.DEFERRED_DUES, unearned),
        LegSpec(earned_as, -unearned),
    )


def legs_to_pot(amount: Money) -> list[LegSpec]:
    """From what is owed for months to come to the pot."""
    return _moving(LegSpec(chart.DEFERRED_DUES, amount), LegSpec(chart.POT, -amount))


def legs_earned(parts: dict[str, Money]) -> list[LegSpec]:
    """From the debt to income: for each account, what is earned on it."""
    legs = [LegSpec(account, -amount) for account, amount in parts.items()]
    legs += [LegSpec(chart.DEFERRED_DUES, amount) for amount in parts.values()]
    return _moving(*legs)


def _moving(*legs: LegSpec) -> list[LegSpec]:
    return [leg for leg in legs if leg.amount]
