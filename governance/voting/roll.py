"""Who is on a poll's roll, and the Merkle tree over it. Pure: periods, days and salts in.

The roll is everyone in standing both when discussion began and at the cut-off, and at the cut-off
for enough days in a row. Each entry is hidden under a random salt of its own, so that the tree's
root, which is published, tells nothing, and a member can check their own entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from governance.record.canonical import canonical_bytes
from governance.record.merkle import leaf_hash, node_hash, tree_root
from members.standing import Period, days_in_standing, standing_on, stretches

SALT_BYTES = 32


def is_on_roll(periods: Iterable[Period], *, roll_from: date, cutoff: date, min_days: int) -> bool:
    """Whether somebody with these periods of standing is on the roll.

    Standing may have lapsed between the two days; ``min_days`` counts the unbroken days up to the
    cut-off, the cut-off included.
    """
    periods = list(periods)
    return (
        standing_on(periods, roll_from) is not None
        and standing_on(periods, cutoff) is not None
        and days_in_standing(periods, cutoff) >= min_days
    )


def first_cutoff(periods: Iterable[Period], day: date, *, min_days: int) -> date | None:
    """The first cut-off, on or after ``day``, by which somebody has been a member for long enough.

    None where their standing ends before, or they have none. Discussion has to have begun while
    they were a member, too.
    """
    for stretch in stretches(periods):
        reached = max(stretch.starts_on + timedelta(days=max(min_days, 1) - 1), day)
        if reached < stretch.ends_on:
            return reached
    return None


def leaf(*, poll: str, person: str, salt: bytes) -> bytes:
    """A roll entry's hash: the RFC 6962 leaf of ``{"member", "poll", "salt"}``, canonical JSON."""
    return leaf_hash(canonical_bytes({"poll": poll, "member": person, "salt": salt.hex()}))


def root(leaves: Sequence[bytes]) -> bytes:
    """The RFC 6962 root of the tree over the leaves in ascending order."""
    complete = levels(sorted(leaves))
    return tree_root(len(leaves), lambda height, number: complete[height][number])


def levels(leaves: Sequence[bytes]) -> list[Sequence[bytes]]:
    """The roots of the complete subtrees over the leaves, by their height."""
    found = [leaves]
    while len(below := found[-1]) > 1:
        found.append(
            [node_hash(*below[at : at + 2]) for at in range(0, len(below) - len(below) % 2, 2)]
        )
    return found
