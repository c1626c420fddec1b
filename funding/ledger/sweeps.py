"""What the worker does for the books: tell the record of each day."""

from __future__ import annotations

from datetime import datetime, timedelta

from funding.ledger import actions
from kernel.sweeps import sweep
from members.models import Program

# A year and a month: what a site that was asleep has to catch up with, and no more in one turn.
_AT_A_TIME = 400


@sweep("ledger.digest", every=timedelta(minutes=5))
def digest(at: datetime) -> int:
    """Tell the public record of every finished day with entries, in order, each once."""
    by = Program("sweep:ledger.digest")
    made = 0
    while made < _AT_A_TIME and actions.digest_next_day(by=by, at=at):
        made += 1
    return made
