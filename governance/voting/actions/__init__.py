"""The only writes to polls and ballots.

``issue`` and ``cast`` are the only writes with no author, no time and no event: nothing they leave
behind may join a ballot to a member.
"""

from governance.voting.actions.cancelling import conclude_cancellation, confirm_fault, name_fault
from governance.voting.actions.casting import cast, issue
from governance.voting.actions.closing import (
    close_poll,
    commit_ballots,
    public_files,
    publish_bundle,
    publish_exports,
)
from governance.voting.actions.life import cancel_poll, open_poll, schedule_poll
from governance.voting.actions.objecting import count_objections, object_to
from governance.voting.actions.reminding import remind

__all__ = [
    "cancel_poll",
    "cast",
    "close_poll",
    "commit_ballots",
    "conclude_cancellation",
    "confirm_fault",
    "count_objections",
    "issue",
    "name_fault",
    "object_to",
    "open_poll",
    "public_files",
    "publish_bundle",
    "publish_exports",
    "remind",
    "schedule_poll",
]
