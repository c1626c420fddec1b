"""Our own files: the published ballots of a closed poll, and its manifest beside them. Pure.

This reads what is to be counted and checks no signature: ``manage.py verify_poll`` does that. Of
the ballots of one token the one with the highest sequence counts. ``choices`` are option ids: for
approvals and allocations those approved of, for rankings in order of preference; a single
``abstain`` that is no option of the poll is an empty ballot.

The lot's Merkle root is the RFC 6962 root over the hashes of *all* published ballots, as 32 bytes
each, in ascending order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from math import ceil
from typing import Any

from governance.voting.formats.reading import BadFile
from governance.voting.rule import ABSTAIN, YES_NO, share
from governance.voting.tally import schulze, stv
from governance.voting.tally.ballots import Approval, Ranking, merkle_root
from governance.voting.tally.election import Candidate, Election, Terms

RANKED = (schulze.METHOD, stv.METHOD)


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
    patterns = _patterns(document["ballots"], set(options))
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
            majority=share(rule["majority"]),
            seed=bytes.fromhex(document["seed"]),
        ),
        root=merkle_root(sorted(bytes.fromhex(one["hash"]) for one in document["ballots"])),
    )


def _patterns(entries: list[dict[str, Any]], options: set[str]) -> Counter[tuple[str, ...]]:
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
        if choices == (ABSTAIN,) and ABSTAIN not in options:
            choices = ()
        if not options.issuperset(choices) or len(set(choices)) < len(choices):
            raise BadFile(None, f"the ballot {entry['hash']} chooses what it cannot")
        merged[choices] += 1
    return merged


def _rankings(patterns: Counter[tuple[str, ...]]) -> dict[Ranking, int]:
    return {tuple((one,) for one in choices): cast for choices, cast in patterns.items()}


def _approvals(patterns: Counter[tuple[str, ...]]) -> dict[Approval, int]:
    merged: Counter[Approval] = Counter()
    for choices, cast in patterns.items():
        merged[frozenset(choices)] += cast
    return merged
