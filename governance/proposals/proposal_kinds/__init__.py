"""The kinds of proposals that this app brings, each in a module of its subject.

They are offered in the order in which they are named here.
"""

# isort: off
from governance.proposals.proposal_kinds.terms import (
    ADOPT_TERM,
    DEPRECATE_TERM,
    NEW_VERSION,
    WITHDRAW_TERM,
)
from governance.proposals.proposal_kinds.resolutions import RESOLUTION
from governance.proposals.proposal_kinds.rules import KIND as CHANGE_RULE
from governance.proposals.proposal_kinds.elections import (
    ELECT_SCRUTINEERS,
    ELECT_STEWARDS,
    ELECT_TREASURERS,
)
from governance.proposals.proposal_kinds.recalls import RECALL
from governance.proposals.proposal_kinds.ratifications import KIND as RATIFICATION

__all__ = [
    "ADOPT_TERM",
    "CHANGE_RULE",
    "DEPRECATE_TERM",
    "ELECT_SCRUTINEERS",
    "ELECT_STEWARDS",
    "ELECT_TREASURERS",
    "NEW_VERSION",
    "RATIFICATION",
    "RECALL",
    "RESOLUTION",
    "WITHDRAW_TERM",
]
