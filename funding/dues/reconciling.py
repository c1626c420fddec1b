"""One walk over what Stripe has: every event, every line of its balance. By a sweep, or by hand.

It asks Stripe, so never inside a transaction; each thing it finds is an action of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings

from funding.dues import actions, stripe_gateway, webhook
from funding.dues.actions import Walk
from funding.dues.models import BalanceTransaction, Reconciliation
from funding.dues.webhook import BadWebhook, Notice
from members.models import Author

# Stripe lists what happened a little later than it did, and delivers for three days.
_OVERLAP = timedelta(days=3)
_AT_A_TIME = 100
_BEGINNING = datetime(2010, 1, 1, tzinfo=UTC)


def walk(*, by: Author, at: datetime) -> Reconciliation:
    """Take what no webhook brought, find what is not booked, and compare the totals.

    Raises ``stripe_gateway.Unavailable``, and ``WrongAccount`` for the key of another account.
    """
    stripe_gateway.check_account()
    last = Reconciliation.objects.order_by("-at").first()
    since = last.seen_until - _OVERLAP if last else _BEGINNING
    newest = last.seen_until if last else _BEGINNING
    before = stripe_gateway.balance()
    events = missed = movements = 0
    bodies = stripe_gateway.events(since=since)
    while batch := list(islice(bodies, _AT_A_TIME)):
        events += len(batch)
        newest = max(newest, *(_happened(body) for body in batch))
        missed += actions.take_missed(notices=list(_notices(batch)), at=at)
    for movement in stripe_gateway.movements(since=since):
        movements += 1
        newest = max(newest, movement.at)
        actions.take_movement(movement=movement, by=by, at=at)
    for line in BalanceTransaction.objects.unbooked():
        charge = _charge_of(line.source_id)
        actions.ask_for_unbooked(line=line, charge=charge, by=by, at=at)
    actions.ask_for_renewals(at=at)
    after = stripe_gateway.balance()
    found = Walk(
        events=events,
        missed_events=missed,
        movements=movements,
        seen_until=newest,
        balance=after if before == after else None,
    )
    return actions.finish_walk(walk=found, by=by, at=at)


def _notices(bodies: list[dict[str, Any]]) -> Iterator[Notice]:
    """What these events are about; what is no event of ours is left out."""
    live = stripe_gateway.is_live(settings.STRIPE_API_KEY)
    for body in bodies:
        try:
            yield webhook.read_event(body, live=live, account=settings.STRIPE_ACCOUNT)
        except BadWebhook:
            continue


def _happened(body: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(body["created"], UTC)


def _charge_of(source: str) -> str:
    """The charge that a line of the balance belongs to; empty where it belongs to none."""
    match source.partition("_")[0]:
        case "ch" | "py":
            return source
        case "re" | "pyr":
            return stripe_gateway.fetch_refund(source).charge
        case "dp" | "du":
            return stripe_gateway.fetch_dispute(source).charge
    return ""
