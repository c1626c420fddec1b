"""What the books themselves look at before a month is closed, in the order to see to it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from funding.ledger import month_checks
from funding.ledger.calendar_months import Period, month_after, month_of
from funding.ledger.models import Digest, Entry, Month, Seal, Voucher
from funding.ledger.month_checks import Finding
from funding.ledger.reads import statements_of


def _is_over(first: date, at: datetime) -> Finding:
    ends_on = month_after(first)
    good = at.date() >= ends_on
    return Finding(
        label=_("The month is over"),
        sentence=_("It is.")
        if good
        else _("It lasts until %(day)s.")
        % {"day": date_format(ends_on - timedelta(days=1), "j F Y")},
        good=good,
    )


def _earlier_are_closed(first: date, at: datetime) -> Finding:
    earlier = Entry.objects.within(Month.objects.open_from(), first)
    oldest = earlier.order_by("effective_on").values_list("effective_on", flat=True).first()
    if oldest is None:
        return Finding(_("The months before it are closed"), _("They are."), good=True)
    return Finding(
        label=_("The months before it are closed"),
        sentence=_("%(month)s is still open.") % {"month": date_format(oldest, "F Y")},
        good=False,
        url=reverse("books-month", args=[f"{month_of(oldest):%Y-%m}"]),
    )


def _nothing_waits(first: date, at: datetime) -> Finding:
    waiting = Voucher.objects.waiting().filter(on__lt=month_after(first)).count()
    return Finding(
        label=_("Nothing waits for approval"),
        sentence=ngettext(
            "%(count)s voucher of this month waits.",
            "%(count)s vouchers of this month wait.",
            waiting,
        )
        % {"count": waiting}
        if waiting
        else _("Nothing does."),
        good=not waiting,
        url=reverse("books-vouchers"),
    )


def _digests_are_published(first: date, at: datetime) -> Finding:
    last = Digest.objects.order_by("-day").values_list("last_position", flat=True).first() or 0
    missing = Seal.objects.filter(
        position__gt=last, entry__posted_at__date__lt=month_after(first)
    ).exists()
    return Finding(
        label=_("The public record has a digest of every day"),
        sentence=_("The program writes the next one within minutes.") if missing else _("It has."),
        good=not missing,
    )


def _statements_balance(first: date, at: datetime) -> Finding:
    found = statements_of(Period(first, month_after(first)), settings.CURRENCY)
    return Finding(
        label=_("The statements balance"),
        sentence=_("They do, to the cent.")
        if found.balances
        else _("They do not. Run check_books before anything else."),
        good=found.balances,
    )


month_checks.register("over", _is_over, place=1)
month_checks.register("earlier", _earlier_are_closed, place=2)
month_checks.register("vouchers", _nothing_waits, place=5)
month_checks.register("digests", _digests_are_published, place=6)
month_checks.register("balance", _statements_balance, place=7)
