"""How often we look whether an organisation still says what it said, and when we believe not. Pure.

A site that cannot be read for a while has not changed its mind. A file that can be read and no
longer names a term has.
"""

from __future__ import annotations

from datetime import datetime, timedelta

# Between two looks at what is as it should be.
EVERY = timedelta(days=1)
# A site that cannot be read for so long no longer accepts anything.
PATIENCE = timedelta(days=3)
# One that never accepted anything, or has ended it, is looked at again for so long.
HOPE = timedelta(days=14)
# Whoever submits it again is heard after so long.
AGAIN_AFTER = timedelta(minutes=2)
_FIRST_WAIT = timedelta(minutes=10)


def after_failure(at: datetime, failures: int) -> datetime:
    """When to look again after the ``failures``-th failure in a row: 10, 20, 40 minutes, a day."""
    wait: timedelta = _FIRST_WAIT * 2 ** min(failures - 1, 10)
    return at + min(wait, EVERY)


def has_ended(failing_since: datetime, at: datetime) -> bool:
    """Whether what was accepted at a site counts as ended, which fails since then."""
    return at - failing_since >= PATIENCE


def gives_up(failing_since: datetime, at: datetime) -> bool:
    """Whether we look no longer, until somebody submits it again."""
    return at - failing_since >= HOPE
