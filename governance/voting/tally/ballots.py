"""Ballots as they are counted: merged, each pattern with how many cast it. Pure.

A *ranking* is a tuple of groups, the first group preferred to the second and so on; options within
a group are ranked equal, and options in no group are unranked. An *approval* is the set of options
approved of. Every method counts merged ballots, so that a million ballots over six options are at
most a few thousand patterns, and the order in which ballots came cannot matter.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from governance.record.merkle import EMPTY_ROOT, leaf_hash, node_hash

Ranking = tuple[tuple[str, ...], ...]
Approval = frozenset[str]
Rankings = Mapping[Ranking, int]
Approvals = Mapping[Approval, int]


def ranking(groups: Iterable[Iterable[str]]) -> Ranking:
    """The one way to write a ranking: groups sorted inside, empty ones left out."""
    return tuple(tuple(sorted(group)) for group in groups if group)


def without(ballots: Rankings, withdrawn: Collection[str]) -> dict[Ranking, int]:
    """The rankings with the options that withdrew taken out; those below move up."""
    merged: Counter[Ranking] = Counter()
    gone = set(withdrawn)
    for pattern, cast in ballots.items():
        kept = (tuple(option for option in group if option not in gone) for group in pattern)
        merged[tuple(group for group in kept if group)] += cast
    return merged


def approved(ballots: Rankings) -> dict[Approval, int]:
    """Rankings as approvals: every option that a ballot ranks, wherever, is approved."""
    merged: Counter[Approval] = Counter()
    for pattern, cast in ballots.items():
        merged[frozenset(option for group in pattern for option in group)] += cast
    return merged


def canonical_lines(ballots: Rankings | Approvals) -> list[bytes]:
    """Merged ballots written in one way: a line of JSON, ``[how many, pattern]``, each; sorted.

    The same ballots give the same lines, in whatever order and however grouped they came.
    """
    lines = []
    for pattern, cast in ballots.items():
        written: object = sorted(pattern) if isinstance(pattern, frozenset) else pattern
        lines.append(
            json.dumps([cast, written], ensure_ascii=False, separators=(",", ":")).encode()
        )
    return sorted(lines)


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """The RFC 6962 root of the tree over ``leaves``, in the order given."""
    level = [leaf_hash(leaf) for leaf in leaves]
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        paired = [node_hash(*level[at : at + 2]) for at in range(0, len(level) - 1, 2)]
        # An odd one out stands for itself a level higher (RFC 6962, section 2.1).
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]


def default_seed(lines: Iterable[bytes]) -> bytes:
    """The seed of ballots that came without one: SHA-256 of their canonical lines, joined."""
    return hashlib.sha256(b"\n".join(lines)).digest()
