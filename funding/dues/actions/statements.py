"""Bank statements: imported once, each line matched to a payout or to an entry, or else a case."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from funding.dues import bank_files, case_kinds
from funding.dues.actions.cases import close_case_by_itself, open_case
from funding.dues.models import BankLine, BankStatement, Event, Payout
from funding.dues.steward_permissions import check_can_import
from funding.ledger import actions as ledger
from funding.ledger import chart
from funding.ledger.entries import LegSpec
from funding.ledger.models import Entry, Leg
from kernel.refusal import Refused
from members.models import Author, Person, subject_of

# How far apart the day that Stripe or a voucher names and the day of the bank may be.
_NEAR = timedelta(days=10)


@transaction.atomic
def import_statement(*, body: bytes, by: Person, at: datetime) -> BankStatement:
    """Keep the lines of a bank's file that are not here yet, and match them. Again changes nothing.

    Raises ``Refused`` for who may not, for a file that cannot be read, and for a line that says
    something else than the line we have under its reference.
    """
    check_can_import(by, at)
    digest = hashlib.sha256(body).hexdigest()
    if known := BankStatement.objects.filter(sha256=digest).first():
        return known
    try:
        read = bank_files.read(body)
    except bank_files.BadFile as bad:
        raise Refused("bad-statement", str(bad)) from None
    days = [line.booked_on for line in read.lines]
    statement, created = BankStatement.objects.get_or_create(
        sha256=digest,
        defaults={
            "format": read.format,
            "first_on": min(days),
            "last_on": max(days),
            "imported_at": at,
            "imported_by": by,
        },
    )
    if not created:
        return statement
    known_lines = BankLine.objects.in_bulk(
        [line.reference for line in read.lines], field_name="reference"
    )
    new = []
    for line in read.lines:
        if old := known_lines.get(line.reference):
            if (old.amount, old.booked_on) != (line.amount, line.booked_on):
                raise Refused(
                    "statement-changed",
                    _(
                        "The bank's line {reference} is here with another amount or day. Nothing "
                        "was imported."
                    ).format(reference=line.reference),
                )
            continue
        new.append(
            BankLine(
                statement=statement,
                reference=line.reference,
                booked_on=line.booked_on,
                minor=line.amount.minor,
                currency=line.amount.currency,
                text=line.text,
            )
        )
    BankLine.objects.bulk_create(new)
    Event.record("statement.imported", subject=subject_of(statement), by=by, at=at, lines=len(new))
    for bank_line in new:
        match_line(line=bank_line, by=by, at=at)
    return statement


@transaction.atomic
def match_line(*, line: BankLine, by: Author, at: datetime) -> bool:
    """Find what a line of the bank's is: a payout, or an entry in the books; else open a case."""
    if line.entry_id or line.explained:
        return True
    matched = _match_payout(line, by=by, at=at) or _match_entry(line)
    key = f"bank-line:{line.pk}"
    if matched:
        Event.record("bank-line.matched", subject=subject_of(line), by=by, at=at)
        close_case_by_itself(key=key, way="matched", by=by, at=at)
    else:
        open_case(
            kind=case_kinds.BANK_LINE,
            key=key,
            day=f"{line.booked_on}",
            amount=line.amount.format(),
            by=by,
            at=at,
        )
    return matched


@transaction.atomic
def explain_line(*, line: BankLine, reason: str, by: Person, at: datetime) -> None:
    """Say what a line is that nothing in the books is."""
    if BankLine.objects.filter(pk=line.pk, entry=None, explained="").update(explained=reason):
        Event.record("bank-line.explained", subject=subject_of(line), by=by, at=at)


def _match_payout(line: BankLine, *, by: Author, at: datetime) -> bool:
    """The oldest payout of this amount that no statement shows, and that arrived about then."""
    payouts = Payout.objects.in_transit().filter(
        minor=line.minor,
        currency=line.currency,
        arrives_on__gte=line.booked_on - _NEAR,
        arrives_on__lte=line.booked_on + _NEAR,
    )
    payout = payouts.order_by("arrives_on", "pk").first()
    if payout is None or not payouts.filter(pk=payout.pk).update(bank_line=line):
        return False
    entry = ledger.post(
        source_key=f"bank:{line.pk}",
        description="A payout reached the bank",
        legs=[LegSpec(chart.BANK, line.amount), LegSpec(chart.IN_TRANSIT, -line.amount)],
        effective_on=line.booked_on,
        by=by,
        at=at,
    )
    BankLine.objects.filter(pk=line.pk).update(entry=entry)
    close_case_by_itself(key=f"payout-late:{payout.stripe_id}", way="arrived", by=by, at=at)
    return True


def _match_entry(line: BankLine) -> bool:
    """The one entry of about that day that moved this amount in the bank, and is no other line."""
    taken = BankLine.objects.filter(entry__isnull=False).values("entry")
    legs = Leg.objects.filter(
        account_id=chart.BANK,
        minor=line.minor,
        currency=line.currency,
        entry__effective_on__gte=line.booked_on - _NEAR,
        entry__effective_on__lte=line.booked_on + _NEAR,
        entry__reverses=None,
    ).exclude(entry__in=taken)
    entries = Entry.objects.filter(pk__in=legs.values("entry"), reversed_by=None)
    found = list(entries.order_by("effective_on", "pk")[:2])
    return len(found) == 1 and bool(
        BankLine.objects.filter(pk=line.pk, entry=None).update(entry=found[0])
    )
