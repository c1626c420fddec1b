"""The only writes to proposals, support, comments and decision rules."""

from governance.proposals.actions.moves import (
    begin_discussion,
    check_ready_to_freeze,
    decide,
    freeze,
    lapse,
    open_vote,
    vote_again,
)
from governance.proposals.actions.rules import adopt_founding_rules
from governance.proposals.actions.talk import comment, hide_comment
from governance.proposals.actions.words import (
    propose,
    revise,
    support,
    withdraw,
    withdraw_support,
)

__all__ = [
    "adopt_founding_rules",
    "begin_discussion",
    "check_ready_to_freeze",
    "comment",
    "decide",
    "freeze",
    "hide_comment",
    "lapse",
    "open_vote",
    "propose",
    "revise",
    "support",
    "vote_again",
    "withdraw",
    "withdraw_support",
]
