"""What is published when a poll has closed: every ballot, and the count that follows. Pure.

The bundle is one canonical JSON document, the same bytes whoever makes it from the same ballots::

    {"type": "PollBallots", "poll", "manifestSha256", "issued", "seed",
     "ballots": [{"hash", "superseded", "ballot": {…}, "proof"}, …]}

Ballots stand in the order of their hashes. Of those of one token, the one with the highest sequence
counts and the others are marked superseded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from governance.voting.ballots import SignedBallot
from governance.voting.manifest import Manifest
from governance.voting.rule import ABSTAIN, NO, YES
from governance.voting.tally import yes_no

TYPE = "PollBallots"


def build(
    manifest: Manifest, ballots: Iterable[SignedBallot], *, issued: int, seed: bytes
) -> dict[str, Any]:
    """The bundle of a poll's ballots as a JSON value; ``issued`` counts the ballots taken."""
    by_hash = sorted(ballots, key=lambda signed: signed.ballot.hash)
    counted = live(by_hash)
    return {
        "type": TYPE,
        "poll": manifest.poll,
        "manifestSha256": manifest.sha256,
        "issued": issued,
        "seed": seed.hex(),
        "ballots": [
            {
                "hash": signed.ballot.hash,
                "superseded": signed.ballot.hash not in counted,
                **signed.as_json(),
            }
            for signed in by_hash
        ],
    }


def live(ballots: Iterable[SignedBallot]) -> dict[str, SignedBallot]:
    """The ballots that count, by hash: for each token the one with the highest sequence.

    Two ballots of one token with the same sequence are a fault that :mod:`recount` names; which of
    them counts is then the lower hash, so that every count agrees.
    """
    highest: dict[bytes, SignedBallot] = {}
    for signed in ballots:
        there = highest.get(signed.ballot.token)
        if there is None or _rank(signed) > _rank(there):
            highest[signed.ballot.token] = signed
    return {signed.ballot.hash: signed for signed in highest.values()}


def result(manifest: Manifest, ballots: Iterable[SignedBallot], *, issued: int) -> dict[str, Any]:
    """The poll's result as a JSON value, counted from its ballots.

    ``{"method", "eligible", "issued", "cast", "counts": {"yes", "no", "abstain"}, "outcome",
    "explanation"}``: outcome and explanation as the method's tally describes them; ``cast`` counts
    the ballots that count.
    """
    counted = live(ballots)
    merged = Counter(signed.ballot.choices[0] for signed in counted.values())
    outcome = yes_no.count(
        yes=merged[YES],
        no=merged[NO],
        abstain=merged[ABSTAIN],
        eligible=manifest.roll_size,
        rule=manifest.rule,
    )
    return {
        "method": manifest.rule.method,
        "eligible": manifest.roll_size,
        "issued": issued,
        "cast": len(counted),
        "counts": {choice: merged[choice] for choice in (YES, NO, ABSTAIN)},
        "outcome": outcome.outcome,
        "explanation": outcome.explanation,
    }


def choices_fit(choices: tuple[str, ...], manifest: Manifest) -> bool:
    """Whether the choices are what the poll's method takes: for yes/no, one of its options."""
    return len(choices) == 1 and choices[0] in manifest.options


def _rank(signed: SignedBallot) -> tuple[int, int]:
    # Negative, so that the lower hash ranks higher.
    return signed.ballot.sequence, -int(signed.ballot.hash, 16)
