"""What dues look at before a month of the books is closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from funding.dues.models import BankLine, Case, Deferral, Reconciliation
from funding.ledger import month_checks
from funding.ledger.calendar_months import month_after
from funding.ledger.month_checks import Finding


def _is_earned(first: date, at: datetime) -> Finding:
    waiting = Deferral.objects.to_earn(first).exists()
    return Finding(
        label=_("Dues of the month are earned"),
        sentence=_("The program posts them within the hour.") if waiting else _("They are."),
        good=not waiting,
    )


def _is_reconciled(first: date, at: datetime) -> Finding:
    ends = datetime.combine(month_after(first), time.min, UTC)
    last = Reconciliation.objects.filter(seen_until__gte=ends).order_by("at").last()
    if last is None:
        sentence = _("Not since the month ended. It runs by itself, or by manage.py reconcile.")
    elif last.unbooked or last.differences:
        sentence = _("It found differences, which wait as cases.")
    else:
        sentence = _("It is, to the cent.")
    return Finding(
        label=_("Reconciled with Stripe"),
        sentence=sentence,
        good=last is not None and not last.unbooked and not last.differences,
    )


def _cases_are_closed(first: date, at: datetime) -> Finding:
    ends = datetime.combine(month_after(first), time.min, UTC)
    waiting = Case.objects.open().filter(opened_at__lt=ends).count()
    return Finding(
        label=_("No case is open"),
        sentence=ngettext("%(count)s waits.", "%(count)s wait.", waiting) % {"count": waiting}
        if waiting
        else _("None is."),
        good=not waiting,
        # A dispute lasts for months. What comes of it is posted when it does.
        needed=False,
    )


def _bank_is_matched(first: date, at: datetime) -> Finding:
    left = BankLine.objects.unmatched().filter(booked_on__lt=month_after(first)).count()
    return Finding(
        label=_("Every line of the bank is explained"),
        sentence=ngettext("%(count)s line is not.", "%(count)s lines are not.", left)
        % {"count": left}
        if left
        else _("It is."),
        good=not left,
        needed=False,
    )


month_checks.register("earned", _is_earned, place=3)
month_checks.register("reconciled", _is_reconciled, place=4)
month_checks.register("bank", _bank_is_matched, place=8)
month_checks.register("cases", _cases_are_closed, place=9)
