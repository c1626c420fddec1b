"""What is published when a poll has closed: every ballot, and the count that follows. Pure.

The bundle is one canonical JSON document, the same bytes whoever makes it from the same ballots::

    {"type": "PollBallots", "poll", "manifestSha256", "issued", "seed",
     "ballots": [{"hash", "superseded", "ballot": {…}, "proof"}, …]}

Ballots stand in the order of their hashes. Of those of one token, the one with the highest sequence
counts and the others are marked superseded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from fractions import Fraction
from typing import Any

from governance.voting.ballots import SignedBallot
from governance.voting.choices import fit, groups
from governance.voting.manifest import Manifest
from governance.voting.rule import ABSTAIN, APPROVAL, NO, RANKED, STV, YES, YES_NO, share
from governance.voting.tally import yes_no
from governance.voting.tally.ballots import Approval, Ranking, merkle_root, ranking
from governance.voting.tally.conduct import conduct
from governance.voting.tally.election import Candidate, Election, Terms

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


def result(
    manifest: Manifest, ballots: Collection[SignedBallot], *, issued: int, seed: bytes
) -> dict[str, Any]:
    """The poll's result as a JSON value, counted from its ballots; superseded ones are among them.

    ``{"method", "eligible", "issued", "cast", "outcome", …}``, where ``cast`` counts the ballots
    that count. For yes/no then ``counts`` (yes, no, abstain) and ``explanation``; for the others
    ``abstained``, ``winners``, and how it came about as :class:`~.tally.outcome.Count` has it.
    Ties are broken by ``seed`` and the Merkle root over the hashes of all ballots.

    Raises ``ValueError`` for what cannot be counted: more ballots than people on the roll.
    """
    votes = Counter(signed.ballot.choices for signed in live(ballots).values())
    hashes = sorted(bytes.fromhex(signed.ballot.hash) for signed in ballots)
    return count(manifest, votes, hashes, issued=issued, seed=seed)


def count(
    manifest: Manifest,
    votes: Counter[tuple[str, ...]],
    hashes: Iterable[bytes],
    *,
    issued: int,
    seed: bytes,
) -> dict[str, Any]:
    """The result of merged ``votes``: how many ballots that count chose what.

    ``hashes`` are those of all ballots, superseded ones too, in ascending order. Raises
    ``ValueError`` as :func:`result` does.
    """
    cast = votes.total()
    if cast > manifest.roll_size:
        raise ValueError("there cannot be more ballots than people on the roll")
    head = {
        "method": manifest.rule.method,
        "eligible": manifest.roll_size,
        "issued": issued,
        "cast": cast,
    }
    if manifest.rule.method == YES_NO:
        return {**head, **_yes_no(manifest, votes)}
    election = _election(manifest, votes, seed, merkle_root(hashes))
    counted = conduct(election, manifest.rule.method, Terms())
    return {**counted.count.as_json(), **head, "abstained": votes[(ABSTAIN,)]}


def _yes_no(manifest: Manifest, votes: Counter[tuple[str, ...]]) -> dict[str, Any]:
    merged = {choice: votes[(choice,)] for choice in (YES, NO, ABSTAIN)}
    outcome = yes_no.count(**merged, eligible=manifest.roll_size, rule=manifest.rule)
    return {
        "counts": merged,
        "outcome": outcome.outcome,
        "explanation": outcome.explanation,
    }


def _election(
    manifest: Manifest, votes: Counter[tuple[str, ...]], seed: bytes, root: bytes
) -> Election:
    """The poll as the counting engine takes it."""
    rule = manifest.rule
    rankings: Counter[Ranking] = Counter()
    approvals: Counter[Approval] = Counter()
    for choices, cast in votes.items():
        ranks = groups(choices)
        rankings[ranking(ranks)] += cast
        approvals[frozenset(option for rank in ranks for option in rank)] += cast
    ranked = rule.method in RANKED
    return Election(
        candidates=tuple(Candidate(option, option) for option in manifest.options),
        rankings=rankings if ranked else None,
        approvals=None if ranked else approvals,
        costs={option: Fraction(cost) for option, cost in manifest.costs.items()} or None,
        budget=None if rule.budget is None else Fraction(rule.budget),
        method=rule.method,
        terms=Terms(
            seats=rule.seats if rule.method in (APPROVAL, STV) else None,
            default=rule.default,
            quorum=rule.needed(manifest.roll_size),
            majority=share(rule.majority) if rule.majority else None,
            seed=seed,
        ),
        root=root,
    )


def choices_fit(choices: tuple[str, ...], manifest: Manifest) -> bool:
    """Whether the choices are a vote of the poll's method among its options."""
    return fit(choices, manifest.rule.method, manifest.options)


def _rank(signed: SignedBallot) -> tuple[int, int]:
    # Negative, so that the lower hash ranks higher.
    return signed.ballot.sequence, -int(signed.ballot.hash, 16)
