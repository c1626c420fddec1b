"""The domain's own tables are the queue: sweeps find rows that wait and move them on.

A sweep is a function of the time. It claims rows with a lease, does the work, and settles each row
in the same transaction as its effect, fenced by the claim's token: killed between any two steps it
loses nothing and does nothing twice. What runs the sweeps (``manage.py worker``) is a detail.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import F, Q


@dataclass(frozen=True, slots=True)
class Sweep:
    """``run`` takes the time (aware UTC) and answers how many rows it moved on."""

    name: str
    every: timedelta
    run: Callable[[datetime], int]


_registry: dict[str, Sweep] = {}


def sweep(
    name: str, *, every: timedelta
) -> Callable[[Callable[[datetime], int]], Callable[[datetime], int]]:
    """Register a function of the time as a sweep, to be run about once in ``every``."""

    def register(run: Callable[[datetime], int]) -> Callable[[datetime], int]:
        if name in _registry:
            raise ValueError(f"two sweeps are called {name}")
        _registry[name] = Sweep(name=name, every=every, run=run)
        return run

    return register


def registered() -> tuple[Sweep, ...]:
    """Every sweep, in the order of their registration."""
    return tuple(_registry.values())


class ClaimLost(Exception):
    """The lease ran out and another worker claimed the row: whatever was done must roll back."""


class Claimable(models.Model):
    """A row that a sweep claims with a lease before working on it."""

    claim_token = models.UUIDField(null=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=Claimable)


def claim(
    waiting: models.QuerySet[Row], *, at: datetime, lease: timedelta, limit: int
) -> list[Row]:
    """Claim up to ``limit`` free rows of ``waiting`` until ``at + lease``, in the query's order.

    Two workers never hold the same row: PostgreSQL skips locked rows, SQLite's write transactions
    are immediate. A row whose lease has passed is free again.
    """
    token = uuid.uuid4()
    with transaction.atomic():
        free = waiting.filter(Q(claimed_until=None) | Q(claimed_until__lte=at))
        chosen = list(
            free.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[
                :limit
            ]
        )
        rows = waiting.model._default_manager.filter(pk__in=chosen)
        rows.update(claim_token=token, claimed_until=at + lease, attempts=F("attempts") + 1)
    held = {row.pk: row for row in rows}
    return [held[pk] for pk in chosen]


def settle(row: Claimable, **changes: Any) -> None:
    """Write ``changes`` and give the row back. Raises ``ClaimLost`` if the claim has passed.

    Call it inside the transaction that has the effect, so that both happen or neither does.
    """
    held = type(row)._default_manager.filter(pk=row.pk, claim_token=row.claim_token)
    if not held.update(claim_token=None, claimed_until=None, **changes):
        raise ClaimLost(f"{type(row).__name__} {row.pk} was claimed by another worker")
