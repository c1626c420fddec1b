"""Which entry books which line of Stripe's balance: exactly one for each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from funding.dues.actions import earning
from funding.dues.actions.pot import is_in_pot
from funding.dues.models import BalanceTransaction, Payment
from funding.dues.remote import Movement, Unexpected
from funding.ledger import actions as ledger
from funding.ledger import chart
from funding.ledger.entries import LegSpec
from funding.ledger.models import Entry
from kernel.money import Money
from members.models import Author


def source_key(movement: Movement) -> str:
    """What the entry for a line of Stripe's balance is known by."""
    return f"stripe:{movement.id}"


@transaction.atomic
def note_movement(*, movement: Movement, entry: Entry | None, at: datetime) -> BalanceTransaction:
    """Write down a line of Stripe's balance and the entry that books it, if there is one.

    Again changes nothing. Raises ``Unexpected`` where another entry books it.
    """
    line, _created = BalanceTransaction.objects.get_or_create(
        stripe_id=movement.id,
        defaults={
            "category": movement.category,
            "minor": movement.amount.minor,
            "fee_minor": movement.fee.minor,
            "currency": movement.amount.currency,
            "source_id": movement.source,
            "happened_at": movement.at,
            "seen_at": at,
            "entry": entry,
        },
    )
    if entry is None or line.entry_id == entry.pk:
        return line
    if not BalanceTransaction.objects.filter(pk=line.pk, entry=None).update(entry=entry):
        raise Unexpected(f"{movement.id} is booked by another entry")
    line.entry = entry
    return line


@transaction.atomic
def book_movement(
    *,
    movement: Movement,
    description: str,
    legs: Sequence[LegSpec],
    by: Author,
    at: datetime,
) -> Entry:
    """Post the one entry for a line of Stripe's balance; again changes nothing.

    ``legs`` without amount are left out. The account ``stripe`` must change by what the line says.
    """
    entry = ledger.post(
        source_key=source_key(movement),
        description=description,
        legs=[leg for leg in legs if leg.amount],
        effective_on=movement.at.date(),
        by=by,
        at=at,
    )
    note_movement(movement=movement, entry=entry, at=at)
    return entry


@transaction.atomic
def post_returned(
    *,
    payment: Payment,
    amount: Money,
    source_key: str,
    out_of: str,
    effective_on: date,
    by: Author,
    at: datetime,
) -> Entry:
    """Post that ``amount`` of a payment went back: out of the dues, or out of the pot.

    Again changes nothing.
    """
    if posted := Entry.objects.filter(source_key=source_key).first():
        return posted
    if is_in_pot(payment):
        return ledger.post(
            source_key=source_key,
            description="A payment to the pot returned",
            legs=[LegSpec(chart.POT, amount), LegSpec(out_of, -amount)],
            effective_on=effective_on,
            by=by,
            at=at,
        )
    return earning.return_dues(
        source_key=source_key,
        description="Dues returned",
        received=payment.entry,
        amount=amount,
        effective_on=effective_on,
        out_of=out_of,
        by=by,
        at=at,
    )
