"""No member outweighs the others: what one person may give in a year."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils.translation import gettext as _

from funding.dues import plans, refund_stages
from funding.dues.models import Payment, Refund
from kernel.money import Money
from kernel.refusal import Refused
from members.models import Person

_YEAR = timedelta(days=365)


def given(person: Person, *, currency: str, at: datetime) -> Money:
    """What ``person`` paid in the 365 days until ``at``, of which nothing went back to them."""
    paid = Payment.objects.filter(person=person)
    total = paid.total(currency=currency, since=at - _YEAR)
    recent = paid.filter(currency=currency, paid_at__gt=at - _YEAR)
    back = Refund.objects.filter(payment__in=recent, state__in=refund_stages.COUNTING)
    return total - Money(int(back.aggregate(sum=Sum("minor"))["sum"] or 0), currency)


def check_cap(*, person: Person, cost: Money, at: datetime) -> None:
    """Raise ``Refused`` where ``cost`` on top of the year past is more than one may give."""
    paid = given(person, currency=cost.currency, at=at)
    if not plans.over_cap(paid=paid, cost=cost, cap_minor=plans.CAP_MINOR):
        return
    left = plans.CAP_MINOR - paid.minor
    if left < plans.LEAST_MINOR:
        raise Refused(
            "over-cap",
            _("You have given as much this year as one person may. Thank you for that."),
        )
    sentence = _("This is more than one person may give in a year. Up to {amount} works.")
    raise Refused("over-cap", sentence.format(amount=Money(left, cost.currency).format()))
