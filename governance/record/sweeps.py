"""What the worker runs for the record."""

from __future__ import annotations

from datetime import datetime, timedelta

from governance.record import actions
from kernel.sweeps import sweep


@sweep("record.keys", every=timedelta(minutes=1))
def keys(at: datetime) -> int:
    """Have the record list each of our keys that it does not list yet; answers how many.

    The first ones, those that a key rotation was stopped before listing, and those whose files an
    operator put there.
    """
    return actions.list_keys(at=at)


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
