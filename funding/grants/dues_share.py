"""“Your dues went here”: the share of one member's dues in one payment, by one rule. Pure.

The rule: a payment to a project is shared out over everybody whose dues had settled by then in the
round's period, in proportion to what each paid. What rounds down is given out a cent at a time, the
largest remainders first, so that the shares of a payment sum to the payment to the cent.

A payment of more than was paid in dues (from what earlier years left) is shared out in the same
way: the share says where money went, not how much of it was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Who = TypeVar("Who")


def shares(minor: int, *, paid: Mapping[Who, int]) -> dict[Who, int]:
    """How ``minor`` is shared out by what each has ``paid``; the shares sum to ``minor``.

    Equal remainders are decided by the order of ``paid``, which has to be the same every time.
    Nobody gets a share who paid nothing, and where nobody paid there are no shares.
    """
    total = sum(paid.values())
    if total <= 0:
        return {}
    given = {who: minor * part // total for who, part in paid.items()}
    left = minor - sum(given.values())
    by_remainder = sorted(paid, key=lambda who: -(minor * paid[who] % total))
    for who in by_remainder[:left]:
        given[who] += 1
    return {who: part for who, part in given.items() if part}
