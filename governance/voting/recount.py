"""Recount a poll from what is published, trusting nobody. Pure: documents in, faults out.

What can be checked from the bundle and the manifest alone is checked from these; with the hashes
that the public record committed to and the recorded result, those too.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from governance.voting import ballots, bundle
from governance.voting.ballots import Malformed, SignedBallot
from governance.voting.manifest import Manifest, ManifestInvalid, read


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold. ``code`` is stable; ``where`` is the ballot's hash, if any."""

    code: str
    sentence: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Recount:
    """The result that the ballots give, None if none follows, and everything found wrong."""

    result: dict[str, Any] | None
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        return not self.faults


def recount(
    document: Mapping[str, Any],
    manifest_document: Mapping[str, Any],
    *,
    manifest_sha256: str = "",
    committed: Collection[str] | None = None,
    recorded_result: Mapping[str, Any] | None = None,
) -> Recount:
    """Check a bundle against its manifest and count it again.

    ``manifest_sha256`` is what the record says of the manifest, ``committed`` the ballot hashes of
    the record's entries, ``recorded_result`` the result as it was announced: each is compared where
    it is given. Never raises for what the documents hold.
    """
    try:
        manifest = read(manifest_document)
    except ManifestInvalid as invalid:
        return Recount(None, (Fault("manifest-unreadable", f"The manifest is none: {invalid}."),))
    faults: list[Fault] = []
    if manifest_sha256 and manifest.sha256 != manifest_sha256:
        faults.append(
            Fault("manifest-altered", "The manifest is not the one whose hash was recorded.")
        )
    entries = document.get("ballots")
    issued = document.get("issued")
    if document.get("type") != bundle.TYPE or not isinstance(entries, list):
        return Recount(None, (*faults, Fault("bundle-unreadable", "This is no file of ballots.")))
    if document.get("poll") != manifest.poll or document.get("manifestSha256") != manifest.sha256:
        faults.append(Fault("other-poll", "These ballots belong to another poll or manifest."))
    if _sha256_of_hex(document.get("seed")) != manifest.seed_sha256:
        faults.append(Fault("seed-altered", "The seed is not the one the manifest committed to."))

    read_ballots: list[SignedBallot] = []
    marked: dict[str, object] = {}
    for entry in entries:
        signed = _read(entry, faults)
        if signed is not None:
            read_ballots.append(signed)
            marked[signed.ballot.hash] = entry["superseded"]
            faults += _ballot_faults(signed, manifest)
    faults += _order_faults(entries)
    faults += _sequence_faults(read_ballots)
    faults += _superseded_faults(marked, read_ballots)
    faults += _count_faults(read_ballots, issued, manifest)
    if committed is not None:
        faults += _commitment_faults(read_ballots, committed)

    result = None
    if type(issued) is int:
        try:
            fitting = [
                one for one in read_ballots if bundle.choices_fit(one.ballot.choices, manifest)
            ]
            seed = bytes.fromhex(str(document.get("seed")))
            result = bundle.result(manifest, fitting, issued=issued, seed=seed)
        except ValueError as impossible:
            faults.append(Fault("count-impossible", f"This cannot be counted: {impossible}."))
    if recorded_result is not None and (result is None or dict(recorded_result) != result):
        faults.append(Fault("result-differs", "Counted again, the result is another."))
    return Recount(result, tuple(faults))


def _read(entry: object, faults: list[Fault]) -> SignedBallot | None:
    where = str(entry.get("hash", "")) if isinstance(entry, dict) else ""
    if not isinstance(entry, dict) or entry.keys() != {"hash", "superseded", "ballot", "proof"}:
        faults.append(Fault("ballot-malformed", "This is not an entry of a bundle.", where))
        return None
    try:
        signed = ballots.parse({"ballot": entry["ballot"], "proof": entry["proof"]})
    except Malformed as malformed:
        faults.append(Fault("ballot-malformed", f"This is not a ballot: {malformed}.", where))
        return None
    if signed.ballot.hash != where:
        faults.append(Fault("hash-wrong", "The ballot's hash is not what it says.", where))
    return signed


def _ballot_faults(signed: SignedBallot, manifest: Manifest) -> list[Fault]:
    ballot = signed.ballot
    faults = []
    if ballot.poll != manifest.poll:
        faults.append(Fault("ballot-of-another-poll", "It was cast in another poll.", ballot.hash))
    if not bundle.choices_fit(ballot.choices, manifest):
        faults.append(Fault("unknown-choice", "It chooses what is not an option.", ballot.hash))
    if not ballots.token_is_issued(ballot, manifest.issuers):
        faults.append(
            Fault("token-not-issued", "Its token is not signed by the poll's issuer.", ballot.hash)
        )
    if not ballots.proof_holds(signed):
        faults.append(
            Fault("proof-wrong", "It is not signed by the key that is its token.", ballot.hash)
        )
    return faults


def _order_faults(entries: list[Any]) -> list[Fault]:
    listed = [str(entry.get("hash", "")) for entry in entries if isinstance(entry, dict)]
    faults = [
        Fault("ballot-twice", "It is in the file more than once.", one)
        for one, times in Counter(listed).items()
        if times > 1
    ]
    if listed != sorted(listed):
        faults.append(Fault("order-wrong", "The ballots are not in the order of their hashes."))
    return faults


def _sequence_faults(read_ballots: list[SignedBallot]) -> list[Fault]:
    """Two *different* ballots under one token and sequence: only one can have been taken."""
    seen: dict[tuple[bytes, int], str] = {}
    faults = []
    for signed in read_ballots:
        ballot = signed.ballot
        first = seen.setdefault((ballot.token, ballot.sequence), ballot.hash)
        if first != ballot.hash:
            faults.append(
                Fault("sequence-twice", "Its token and sequence were used twice.", ballot.hash)
            )
    return faults


def _superseded_faults(
    marked: Mapping[str, object], read_ballots: list[SignedBallot]
) -> list[Fault]:
    counted = bundle.live(read_ballots)
    return [
        Fault("superseded-wrong", "Whether it counts is marked wrongly.", one)
        for one, superseded in marked.items()
        if superseded is not (one not in counted)
    ]


def _count_faults(
    read_ballots: list[SignedBallot], issued: object, manifest: Manifest
) -> list[Fault]:
    if type(issued) is not int or issued < 0:
        return [Fault("issued-unreadable", "The count of ballots taken is missing.")]
    faults = []
    if len({signed.ballot.token for signed in read_ballots}) > issued:
        faults.append(Fault("more-than-issued", "More people cast a ballot than took one."))
    if issued > manifest.roll_size:
        faults.append(Fault("more-than-roll", "More took a ballot than are on the roll."))
    return faults


def _commitment_faults(read_ballots: list[SignedBallot], committed: Collection[str]) -> list[Fault]:
    there = Counter(signed.ballot.hash for signed in read_ballots)
    promised = Counter(committed)
    faults = [
        Fault("ballot-dropped", "The record committed to it, and it is not in the file.", one)
        for one in sorted(promised - there)
    ]
    faults += [
        Fault("ballot-added", "It is in the file, and the record never committed to it.", one)
        for one in sorted(there - promised)
    ]
    return faults


def _sha256_of_hex(value: object) -> str:
    try:
        return hashlib.sha256(bytes.fromhex(str(value))).hexdigest()
    except ValueError:
        return ""
