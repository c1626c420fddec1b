"""Dues in the books: received, returned, earned month by month.

Each posts last: until the caller's transaction ends, nobody else can post.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from funding.dues import earning
from funding.dues.models import Deferral
from funding.ledger import actions as ledger
from funding.ledger import chart
from funding.ledger.calendar_months import month_after
from funding.ledger.models import Entry
from kernel.money import Money
from members.models import Author


@transaction.atomic
def receive(
    *,
    source_key: str,
    description: str,
    gross: Money,
    fee: Money,
    to: str,
    months: int,
    starts_on: date | None,
    effective_on: date,
    by: Author,
    at: datetime,
) -> Entry:
    """Post what one person paid. The same ``source_key`` again changes nothing.

    ``to`` is the account that it is for: ``chart.DUES``, ``chart.GIFTS`` or ``chart.POT``. Dues and
    gifts that cover more than one of ``months``, or whose months have not begun (``starts_on`` is
    None, for a gift that is not accepted yet), are owed until they are earned.
    """
    deferred = to != chart.POT and (months > 1 or starts_on is None)
    entry = ledger.post(
        source_key=source_key,
        description=description,
        legs=earning.legs_received(gross, fee, to=chart.DEFERRED_DUES if deferred else to),
        effective_on=effective_on,
        by=by,
        at=at,
        paid=gross,
    )
    if deferred:
        Deferral.objects.get_or_create(
            entry=entry,
            defaults={
                "income": to,
                "total_minor": gross.minor,
                "currency": gross.currency,
                "starts_on": starts_on,
                "months": months,
            },
        )
    return entry


@transaction.atomic
def return_dues(
    *,
    source_key: str,
    description: str,
    received: Entry,
    amount: Money,
    effective_on: date,
    by: Author,
    at: datetime,
    out_of: str = chart.STRIPE,
) -> Entry:
    """Post that ``amount`` of what was ``received`` went back; again changes nothing.

    What had not been earned yet is taken back first, the last months before the others. ``out_of``
    is the account that the money left: ``chart.DISPUTED`` for a dispute that was lost.
    """
    if posted := Entry.objects.filter(source_key=source_key).first():
        return posted
    deferral = Deferral.objects.select_for_update().filter(entry=received).first()
    unearned, earned_as = Money(0, amount.currency), chart.DUES
    if deferral:
        unearned = earning.unearned_part(
            amount, total=deferral.total, earned=deferral.earned, taken_back=deferral.taken_back
        )
        earned_as = deferral.income
        _take_back(deferral, unearned)
    return ledger.post(
        source_key=source_key,
        description=description,
        legs=earning.legs_returned(amount, unearned=unearned, earned_as=earned_as, out_of=out_of),
        effective_on=effective_on,
        by=by,
        at=at,
    )


@transaction.atomic
def return_failed(
    *,
    returned: Entry,
    received: Entry,
    description: str,
    effective_on: date,
    by: Author,
    at: datetime,
) -> Entry:
    """Undo ``return_dues``: the money came back to us, and what was taken back is owed again."""
    if undone := Entry.objects.filter(reverses=returned).first():
        return undone
    released = sum(
        leg.minor for leg in returned.legs.all() if leg.account_id == chart.DEFERRED_DUES
    )
    Deferral.objects.filter(entry=received).update(
        taken_back_minor=F("taken_back_minor") - released
    )
    return ledger.reverse(
        entry=returned, description=description, effective_on=effective_on, by=by, at=at
    )


@transaction.atomic
def start_earning(*, received: Entry, starts_on: date) -> None:
    """A gift was accepted: it is earned from that day on. The first time alone counts."""
    Deferral.objects.filter(entry=received, starts_on=None).update(starts_on=starts_on)


@transaction.atomic
def pass_to_pot(
    *,
    source_key: str,
    description: str,
    received: Entry,
    effective_on: date,
    by: Author,
    at: datetime,
) -> Entry | None:
    """Put what is left of a gift into the pot; None where nothing is left of it."""
    if posted := Entry.objects.filter(source_key=source_key).first():
        return posted
    deferral = Deferral.objects.select_for_update().get(entry=received)
    left = deferral.total - deferral.earned - deferral.taken_back
    if not left:
        return None
    _take_back(deferral, left)
    return ledger.post(
        source_key=source_key,
        description=description,
        legs=earning.legs_to_pot(left),
        effective_on=effective_on,
        by=by,
        at=at,
    )


@transaction.atomic
def earn_month(*, month: date, by: Author, at: datetime) -> Entry | None:
    """Post what is earned by the end of ``month`` (its first day), once; None where nothing is.

    One entry for each month, ``earned:YYYY-MM``, and one for each further currency. What is booked
    late is earned with the next month.
    """
    waiting = Deferral.objects.to_earn(month).select_for_update().order_by("pk")
    by_currency: dict[str, list[Deferral]] = {}
    for deferral in waiting:
        by_currency.setdefault(deferral.currency, []).append(deferral)
    entry = None
    for currency, deferrals in sorted(by_currency.items()):
        source_key = f"earned:{month:%Y-%m}:{currency}"
        if Entry.objects.filter(source_key=source_key).exists():
            continue
        parts: dict[str, Money] = {}
        for deferral in deferrals:
            due = deferral.due_in(month)
            Deferral.objects.filter(pk=deferral.pk).update(
                earned_minor=F("earned_minor") + due.minor, earned_through=month
            )
            parts[deferral.income] = parts.get(deferral.income, Money(0, currency)) + due
        if legs := earning.legs_earned(parts):
            entry = ledger.post(
                source_key=source_key,
                description=f"Dues earned in {month:%B %Y}",
                legs=legs,
                effective_on=month_after(month) - timedelta(days=1),
                by=by,
                at=at,
            )
    return entry


def _take_back(deferral: Deferral, amount: Money) -> None:
    Deferral.objects.filter(pk=deferral.pk).update(
        taken_back_minor=F("taken_back_minor") + amount.minor
    )
