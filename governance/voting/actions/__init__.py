"""The only writes to polls and ballots.

``issue`` and ``cast`` are the only writes with no author, no time and no event: nothing they leave
behind may join a ballot to a member.
"""

from governance.voting.actions.life import cancel_poll, schedule_poll

__all__ = ["cancel_poll", "schedule_poll"]
