"""Close a month for good."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from funding.ledger import month_checks, report
from funding.ledger.calendar_months import Period, month_after
from funding.ledger.models import ChainHead, Entry, Event, Month
from funding.ledger.permissions import check_can_lock_months
from funding.ledger.reads import statements_of
from funding.ledger.record_types import MONTH
from governance.record.actions import submit
from kernel.refusal import Refused
from members.models import Person, subject_of


@transaction.atomic
def lock_month(*, first: date, by: Person, at: datetime) -> Month:
    """Close the month that begins on ``first``: nothing is posted into it or before it any more.

    Its report is printed with that, kept byte for byte, and its hash goes to the public record.
    Raises ``Refused`` for anybody but a steward, for a month that is closed, and where something on
    the checklist stands in the way.
    """
    check_can_lock_months(by, at=at)
    period = Period(first, month_after(first))
    # Whoever seals an entry holds the chain's head: from here on nobody does.
    ChainHead.objects.select_for_update().first()
    if Month.objects.open_from() > first:
        raise Refused("month-closed", _("This month is closed already."))
    found = month_checks.findings(first, at)
    if missing := month_checks.stand_in_the_way(found):
        raise Refused(
            "month-not-ready",
            _("This month cannot be closed yet: %(what)s") % {"what": missing[0].sentence},
        )
    _position, chain_head = ChainHead.objects.at()
    entries = Entry.objects.within(period.first, period.until).count()
    page = report.render(
        statements=statements_of(period, settings.CURRENCY),
        findings=found,
        entries=entries,
        chain_head=chain_head,
        at=at,
    )
    sha256 = hashlib.sha256(page).hexdigest()
    pending = submit(
        type=MONTH.name,
        body={
            "month": first.isoformat(),
            "entries": entries,
            "chainHead": chain_head,
            "reportSha256": sha256,
        },
        at=at,
    )
    try:
        with transaction.atomic():
            month = Month.objects.create(
                first=first,
                ends_on=period.until,
                locked_at=at,
                locked_by=by,
                entries=entries,
                chain_head=chain_head,
                report=page,
                report_sha256=sha256,
                leaf_hash=pending.leaf_hash,
            )
    except IntegrityError:
        raise Refused("month-closed", _("This month is closed already.")) from None
    Event.record("month.locked", subject=subject_of(month), by=by, at=at)
    return month
