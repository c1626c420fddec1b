"""Our own files: the published ballots of a closed poll, and its manifest beside them. Pure.

This reads what is to be counted and checks no signature: ``manage.py verify_poll`` does that. Of
the ballots of one token the one with the highest sequence counts. What their ``choices`` mean is in
:mod:`governance.voting.choices`.

The lot's Merkle root is the RFC 6962 root over the hashes of *all* published ballots, as 32 bytes
each, in ascending order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import Any

from governance.voting.choices import fit, groups
from governance.voting.formats.reading import BadFile
from governance.voting.rule import RANKED, YES_NO, share
from governance.voting.tally.ballots import Approval, Ranking, merkle_root, ranking
from governance.voting.tally.election import Candidate, Election, Terms


def read(document: Mapping[str, Any], manifest: Mapping[str, Any]) -> Election:
    """The election in ``ballots.json`` and ``manifest.json``. Raises ``BadFile``."""
    try:
        return _read(document, manifest)
    except BadFile:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise BadFile(None, f"these are not the published files of a poll: {fault!r}") from fault


def _read(document: Mapping[str, Any], manifest: Mapping[str, Any]) -> Election:
    if document["type"] != "PollBallots" or manifest["type"] != "PollManifest":
        raise BadFile(None, "these are not the published files of a poll")
    if document["poll"] != manifest["poll"]:
        raise BadFile(None, "ballots and manifest are of different polls")
    rule, method = manifest["rule"], manifest["method"]
    size = int(manifest["roll"]["size"])
    options = [option["id"] for option in manifest["options"]]
    patterns = _patterns(document["ballots"], method, options)
    costs = {
        option["id"]: Fraction(option["cost"]) for option in manifest["options"] if "cost" in option
    }
    ranked = method in RANKED
    needed = max(ceil(share(rule["quorum"]) * size), rule.get("foundingMinimum") or 0)
    return Election(
        candidates=tuple(Candidate(id, id) for id in options),
        rankings=_rankings(patterns) if ranked else None,
        approvals=None if ranked else _approvals(patterns),
        costs=costs or None,
        budget=Fraction(rule["budget"]) if "budget" in rule else None,
        eligible=size if method == YES_NO else None,
        method=method,
        terms=Terms(
            seats=rule.get("seats"),
            default=rule.get("default", ""),
            quorum=needed,
            majority=share(rule["majority"]) if "majority" in rule else None,
            seed=bytes.fromhex(document["seed"]),
        ),
        root=merkle_root(sorted(bytes.fromhex(one["hash"]) for one in document["ballots"])),
    )


def _patterns(
    entries: list[dict[str, Any]], method: str, options: list[str]
) -> Counter[tuple[str, ...]]:
    """What the ballots that count chose, merged."""
    live: dict[str, tuple[int, int, dict[str, Any]]] = {}
    for entry in entries:
        ballot = entry["ballot"]
        # Of two with one number, which is a fault that verify_poll names, the lower hash counts.
        rank = int(ballot["sequence"]), -int(entry["hash"], 16)
        there = live.get(ballot["token"])
        if there is None or rank > there[:2]:
            live[ballot["token"]] = (*rank, entry)
    merged: Counter[tuple[str, ...]] = Counter()
    for _sequence, _hash, entry in live.values():
        choices = tuple(entry["ballot"]["choices"])
        if not fit(choices, method, options):
            raise BadFile(None, f"the ballot {entry['hash']} chooses what it cannot")
        merged[choices] += 1
    return merged


def _rankings(patterns: Counter[tuple[str, ...]]) -> dict[Ranking, int]:
    merged: Counter[Ranking] = Counter()
    for choices, cast in patterns.items():
        merged[ranking(groups(choices))] += cast
    return merged


def _approvals(patterns: Counter[tuple[str, ...]]) -> dict[Approval, int]:
    merged: Counter[Approval] = Counter()
    for choices, cast in patterns.items():
        merged[frozenset(option for rank in groups(choices) for option in rank)] += cast
    return merged
