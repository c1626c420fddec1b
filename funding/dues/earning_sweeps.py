"""What the worker does for dues that cover more than a month: earn each month once it is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from funding.dues.actions.earning import earn_month
from funding.dues.models import Deferral
from funding.ledger.calendar_months import month_after, month_of
from kernel.sweeps import sweep
from members.models import Program


@sweep("dues.earn", every=timedelta(hours=1))
def earn(at: datetime) -> int:
    """Post what was earned in every month that is over, the oldest first, each once."""
    by = Program("sweep:dues.earn")
    month = Deferral.objects.first_to_earn()
    posted = 0
    while month and month_after(month) <= month_of(at.date()):
        posted += 1 if earn_month(month=month, by=by, at=at) else 0
        month = month_after(month)
    return posted
