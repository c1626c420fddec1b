"""What the worker runs for the record."""

from __future__ import annotations

from datetime import datetime, timedelta

from governance.record import actions
from kernel.sweeps import sweep


@sweep("record.sequence", every=timedelta(seconds=2))
def sequence(at: datetime) -> int:
    """Give every entry that waits now its place, sign the tree and publish the checkpoint.

    Answers how many waited. Two at once are harmless, and so is stopping anywhere. Raises
    ``actions.WouldFork``.
    """
    upto, taken = actions.newest_waiting(), 0
    while upto and (count := actions.integrate(upto=upto)):
        taken += count
    actions.sign(at=at)
    actions.publish()
    return taken
