"""What waivers are paid from: filled by gifts, emptied by waivers and by what goes back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from funding.dues import gift_stages
from funding.dues.models import Gift, OneOff, Payment, Pot, Waiver
from funding.ledger import actions as ledger
from funding.ledger import chart
from funding.ledger.entries import LegSpec
from funding.ledger.models import Entry
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Author


def is_in_pot(payment: Payment) -> bool:
    """Whether what was paid is in the pot: paid to it, or a gift that nobody accepted."""
    if payment.one_off is None:
        return False
    passed_on = Gift.objects.filter(one_off=payment.one_off, state=gift_stages.PASSED_ON)
    return payment.one_off.purpose == OneOff.POT or passed_on.exists()


def fill_pot(amount: Money) -> None:
    """Let waivers be taken from so much more, in the caller's transaction."""
    Pot.objects.get_or_create(currency=amount.currency)
    Pot.objects.filter(currency=amount.currency).update(free_minor=F("free_minor") + amount.minor)


def take_from_pot(amount: Money) -> bool:
    """Take so much out in the caller's transaction, if it is there: one statement, no overdraft."""
    enough = Pot.objects.filter(currency=amount.currency, free_minor__gte=amount.minor)
    return bool(enough.update(free_minor=F("free_minor") - amount.minor))


def check_take_from_pot(amount: Money) -> None:
    """As :func:`take_from_pot`. Raises ``Refused`` where it is not there any more."""
    if not take_from_pot(amount):
        raise Refused("pot-spent", _("This has been spent already: others are members by it."))


def lose_from_pot(amount: Money) -> None:
    """So much went back, whether it is still there or not."""
    fill_pot(-amount)


def follow_books(entry: Entry) -> None:
    """Let what is free change by as much as ``entry`` changed the pot in the books, if it did."""
    for leg in entry.legs.filter(account=chart.POT):
        lose_from_pot(leg.amount)


@transaction.atomic
def post_waivers(*, month: date, currency: str, by: Author, at: datetime) -> Entry | None:
    """Post the waivers of the ``month`` (its first day) as one sum; None where there were none.

    Again changes nothing. Only once the month is over: the books show nothing finer.
    """
    after = (month + timedelta(days=31)).replace(day=1)
    cost = Waiver.objects.cost_between(month, after, currency)
    if at.date() < after or not cost:
        return None
    return ledger.post(
        source_key=f"waivers:{month:%Y-%m}:{currency}",
        description=f"Dues paid by the pot in {month:%B %Y}",
        legs=[LegSpec(chart.POT, cost), LegSpec(chart.WAIVERS, -cost)],
        effective_on=after - timedelta(days=1),
        by=by,
        at=at,
    )
