"""Yes, no or abstain, with a quorum and a majority. Pure, exact: integers and fractions only.

- **Quorum** is counted in votes *in favour*, as a share of the roll: at least ``quorum × roll``,
and
  at least the founding minimum where there is one. Staying away can therefore not defeat what
  voting against could not.
- **Majority** is a share of yes among yes and no: at least that share, and more yes than no. (The
  majority ratio of the Debian Constitution, A.5, is stated the same way.) A tie does not carry.
- Abstaining counts as taking part and changes neither.

A majority that was not reached means *rejected*, whatever the quorum; one that was reached with
too few in favour, or nobody for or against, means *no quorum*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from governance.voting.rule import PollRule, share

ADOPTED = "adopted"
REJECTED = "rejected"
NO_QUORUM = "no_quorum"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, and each rule with its numbers, for the page to draw."""

    outcome: str
    explanation: list[dict[str, Any]]


def count(*, yes: int, no: int, abstain: int, eligible: int, rule: PollRule) -> Outcome:
    """Decide from merged ballots: how many chose each, of how many on the roll.

    Raises ``ValueError`` for negative numbers or more ballots than people on the roll.
    """
    if min(yes, no, abstain) < 0 or yes + no + abstain > eligible:
        raise ValueError("there cannot be more ballots than people on the roll, or fewer than none")
    needed = rule.needed(eligible)
    majority = share(rule.majority)
    quorum_met = yes >= needed
    majority_met = yes > no and yes >= majority * (yes + no)
    if majority_met and quorum_met:
        outcome = ADOPTED
    elif majority_met or yes + no == 0:
        outcome = NO_QUORUM
    else:
        outcome = REJECTED
    quorum: dict[str, Any] = {
        "check": "quorum",
        "share": rule.quorum,
        "eligible": eligible,
        "needed": needed,
        "inFavour": yes,
        "met": quorum_met,
    }
    if rule.founding_minimum is not None:
        quorum["foundingMinimum"] = rule.founding_minimum
    return Outcome(
        outcome=outcome,
        explanation=[
            quorum,
            {
                "check": "majority",
                "share": rule.majority,
                "inFavour": yes,
                "against": no,
                "met": majority_met,
            },
        ],
    )
