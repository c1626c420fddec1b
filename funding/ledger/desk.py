"""What the books bring to the desk: vouchers to approve or put right, and a month to close."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from funding.ledger import stages
from funding.ledger.calendar_months import month_after, month_of
from funding.ledger.models import Entry, Month, Voucher
from funding.ledger.permissions import can_lock_months, can_read_books
from members.desk import Item, Place, Source
from members.models import Person


def of_the_books(person: Person, at: datetime) -> Iterable[Item]:
    """Vouchers of others and a month that is over for a steward; what came back to its author."""
    if not can_read_books(person, at=at):
        return
    if can_lock_months(person, at=at):
        waiting = Voucher.objects.filter(state=stages.PREPARED).exclude(prepared_by=person)
        for pk, description, since in waiting.values_list("pk", "description", "prepared_at"):
            yield Item(
                key=f"voucher:{pk}",
                what=_("Approve “%(what)s”, or send it back") % {"what": description},
                url=reverse("books-voucher", args=[pk]),
                since=since,
            )
        yield from _month(at)
    back = Voucher.objects.filter(state=stages.REJECTED, prepared_by=person)
    for pk, description, since in back.values_list("pk", "description", "prepared_at"):
        yield Item(
            key=f"voucher-back:{pk}",
            what=_("Put “%(what)s” right, or withdraw it") % {"what": description},
            url=reverse("books-voucher", args=[pk]),
            since=since,
            personal=True,
        )


def places(person: Person, at: datetime) -> Iterable[Place]:
    if can_read_books(person, at=at):
        about = _("vouchers, statements, the journal, months to close")
        yield Place(_("Books"), about, reverse("books"))


def _month(at: datetime) -> Iterable[Item]:
    """The oldest month that is over, has entries, and is not closed."""
    open_from = Month.objects.open_from()
    first = (
        Entry.objects.within(open_from, month_of(at.date()))
        .order_by("effective_on")
        .values_list("effective_on", flat=True)
        .first()
    )
    if first is None:
        return
    month = month_of(first)
    yield Item(
        key=f"month:{month:%Y-%m}",
        what=_("Close the books of %(month)s") % {"month": date_format(month, "F Y")},
        url=reverse("books-month", args=[f"{month:%Y-%m}"]),
        since=datetime.combine(month_after(month), time.min, UTC),
    )


SOURCE = Source(
    "books",
    {
        "voucher": gettext_lazy("voucher"),
        "voucher-back": gettext_lazy("voucher that came back"),
        "month": gettext_lazy("month to close"),
    },
    of_the_books,
)
