"""Tell the public record of a day that is over."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Sum

from funding.ledger import digests
from funding.ledger.models import Digest, Event, Leg, Seal, tree_between
from funding.ledger.record_types import DIGEST
from governance.record.actions import submit
from members.models import Author, subject_of

# What began before midnight may commit after it.
PATIENCE = timedelta(minutes=5)


def digest_next_day(*, by: Author, at: datetime) -> Digest | None:
    """Tell the record of the first finished UTC day that it does not know; None where none is left.

    A digest goes on in the chain where the last one ended, so that no entry is left out, whatever
    the clocks say. Two at once: one of them writes, the other answers None.
    """
    known = Digest.objects.count()
    try:
        with transaction.atomic():
            return _digest(by=by, at=at)
    except IntegrityError:
        if Digest.objects.count() > known:
            return None
        raise


def _digest(*, by: Author, at: datetime) -> Digest | None:
    previous = Digest.objects.order_by("-day").first()
    first = previous.last_position + 1 if previous else 1
    begins = Seal.objects.filter(position=first).values_list("entry__posted_at", flat=True).first()
    if begins is None:
        return None
    day = begins.date()
    if previous:
        day = max(day, previous.day + timedelta(days=1))
    if day >= (at - PATIENCE).date():
        return None
    last = Seal.objects.filter(position__gte=first, entry__posted_at__date__lte=day).latest(
        "position"
    )
    tree = tree_between(first, last.position)
    body = digests.body_of(
        day=day,
        first=first,
        last=last.position,
        head=last.hash,
        totals=_totals(last.position),
        tree=tree,
    )
    pending = submit(type=DIGEST.name, body=body, at=at)
    digest = Digest.objects.create(
        day=day,
        first_position=first,
        last_position=last.position,
        chain_head=last.hash,
        root=tree.root.hex(),
        payments=len(tree.leaves),
        content=json.loads(bytes(pending.data)),
        leaf_hash=pending.leaf_hash,
        made_at=at,
    )
    Event.record("digest.made", subject=subject_of(digest), by=by, at=at)
    return digest


def _totals(position: int) -> list[tuple[str, str, int]]:
    rows = (
        Leg.objects.filter(entry__seal__position__lte=position)
        .values_list("account_id", "currency")
        .annotate(total=Sum("minor"))
        .order_by("account_id", "currency")
    )
    return [(code, currency, int(total)) for code, currency, total in rows]
