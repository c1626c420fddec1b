"""Reconciliation: what Stripe has, beside what we have. Differences open cases, and change no book.

What is missing is only asked about again: the inbox books it, from what Stripe then says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from funding.dues import case_kinds
from funding.dues.actions.booking import book_movement, note_movement
from funding.dues.actions.cases import close_case_by_itself, open_case
from funding.dues.actions.inbox import question, store_notice
from funding.dues.models import (
    BalanceTransaction,
    BankStatement,
    Case,
    Event,
    InboxEvent,
    InboxObject,
    Payout,
    Reconciliation,
    Subscription,
)
from funding.dues.remote import Movement
from funding.dues.webhook import Notice
from funding.ledger import chart
from funding.ledger.entries import LegSpec
from funding.ledger.models import Leg
from kernel.money import Money
from members.models import Author

# Stripe's own fees, which nothing else of ours is about.
FEE = "fee"
# How long after its end a period is asked about of which we heard nothing.
_QUIET = timedelta(hours=2)
# How long a payout may take to stand on a statement.
_ON_ITS_WAY = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Walk:
    """What one walk over Stripe's lists found: how much there was, and how much of it was new.

    ``balance`` is None where money moved while we looked: then there is nothing to compare.
    """

    events: int
    missed_events: int
    movements: int
    seen_until: datetime
    balance: Money | None


@transaction.atomic
def take_missed(*, notices: Sequence[Notice], at: datetime) -> int:
    """Keep the events among these that no webhook brought; how many."""
    ids = [notice.event_id for notice in notices]
    known = set(InboxEvent.objects.filter(event_id__in=ids).values_list("event_id", flat=True))
    missed = [notice for notice in notices if notice.event_id not in known]
    for notice in missed:
        store_notice(notice=notice, at=at)
    return len(missed)


@transaction.atomic
def take_movement(*, movement: Movement, by: Author, at: datetime) -> None:
    """Write down a line of Stripe's balance. A fee of Stripe's own is booked at once.

    A line that is not what it was opens a case.
    """
    line = note_movement(movement=movement, entry=None, at=at)
    if (line.amount, line.fee) != (movement.amount, movement.fee):
        open_case(
            kind=case_kinds.CHANGED,
            key=f"changed:{movement.id}:{movement.net.minor}",
            stripe_id=movement.id,
            transaction=movement.id,
            before=f"{line.amount.format()} / {line.fee.format()}",
            now=f"{movement.amount.format()} / {movement.fee.format()}",
            by=by,
            at=at,
        )
    elif movement.category == FEE and line.entry_id is None:
        book_fee(movement=movement, by=by, at=at)


@transaction.atomic
def book_fee(*, movement: Movement, by: Author, at: datetime) -> None:
    """Post a line of Stripe's balance as a fee for taking payments."""
    book_movement(
        movement=movement,
        description="A fee of the payment provider",
        legs=[
            LegSpec(chart.STRIPE, movement.net),
            LegSpec(chart.PAYMENT_FEES, -movement.net),
        ],
        by=by,
        at=at,
    )


@transaction.atomic
def ask_for_unbooked(*, line: BalanceTransaction, charge: str, by: Author, at: datetime) -> None:
    """Have what moved the money looked at again; where that was of no use before, open a case.

    ``charge`` is the charge that it belongs to, where it belongs to one.
    """
    if line.seen_at < at or not (charge or line.source_id.startswith("po_")):
        open_case(
            kind=case_kinds.UNBOOKED,
            key=f"unbooked:{line.stripe_id}",
            stripe_id=line.stripe_id,
            category=line.category,
            amount=line.amount.format(),
            by=by,
            at=at,
        )
    kind, about = (InboxObject.CHARGE, charge) if charge else (InboxObject.PAYOUT, line.source_id)
    if charge or line.source_id.startswith("po_"):
        question(event_id=f"unbooked_{line.stripe_id}", kind=kind, object_id=about, at=at)


@transaction.atomic
def ask_for_renewals(*, at: datetime) -> int:
    """Have subscriptions looked at whose period has ended without our hearing what came of it."""
    quiet = Subscription.objects.live().filter(renews_at__lt=at - _QUIET)
    ids = list(quiet.values_list("stripe_id", flat=True))
    for id in ids:
        question(event_id=f"quiet_{id}", kind=InboxObject.SUBSCRIPTION, object_id=id, at=at)
    return len(ids)


@transaction.atomic
def finish_walk(*, walk: Walk, by: Author, at: datetime) -> Reconciliation:
    """Compare the totals, look for late payouts, close what is right again, and write it down."""
    for case in Case.objects.open().filter(kind=case_kinds.UNBOOKED):
        booked = BalanceTransaction.objects.filter(stripe_id=case.stripe_id, entry__isnull=False)
        if booked.exists():
            close_case_by_itself(key=case.key, way="booked", by=by, at=at)
    _look_for_late_payouts(by=by, at=at)
    unbooked = BalanceTransaction.objects.unbooked().count()
    books = Leg.objects.filter(account_id=chart.STRIPE, currency=settings.CURRENCY).aggregate(
        sum=Sum("minor")
    )
    in_books = Money(int(books["sum"] or 0), settings.CURRENCY)
    settled = not unbooked and not InboxObject.objects.waiting().exists()
    if settled and walk.balance is not None and in_books != walk.balance:
        open_case(
            kind=case_kinds.BALANCE,
            key=f"balance:{at.date()}:{(walk.balance - in_books).minor}",
            stripe=walk.balance.format(),
            books=in_books.format(),
            by=by,
            at=at,
        )
    done = Reconciliation.objects.create(
        at=at,
        seen_until=walk.seen_until,
        events=walk.events,
        missed_events=walk.missed_events,
        movements=walk.movements,
        unbooked=unbooked,
        differences=Case.objects.open().filter(kind__in=_DIFFERENCES).count(),
        balance_minor=walk.balance.minor if walk.balance is not None else None,
        books_minor=in_books.minor,
    )
    Event.record("stripe.reconciled", subject=f"reconciliation:{done.pk}", by=by, at=at)
    return done


_DIFFERENCES = [case_kinds.UNBOOKED, case_kinds.CHANGED, case_kinds.BALANCE]


def _look_for_late_payouts(*, by: Author, at: datetime) -> None:
    """Open a case for each payout that a statement should show by now, and does not."""
    newest = BankStatement.objects.order_by("-last_on").values_list("last_on", flat=True).first()
    if newest is None:
        return
    for payout in Payout.objects.late(at).filter(arrives_on__lt=newest - _ON_ITS_WAY):
        open_case(
            kind=case_kinds.PAYOUT_LATE,
            key=f"payout-late:{payout.stripe_id}",
            stripe_id=payout.stripe_id,
            amount=payout.amount.format(),
            day=f"{payout.arrives_on}",
            by=by,
            at=at,
        )
