"""Recount a poll from what is published, trusting nobody. Pure: documents in, faults out.

What can be checked from the bundle and the manifest alone is checked from these; with the record's
entries on the poll and the result as it was published, those too. Of each ballot a few hundred
bytes are kept, so that the size of a poll is no matter.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from governance.voting import ballots, bundle
from governance.voting.ballots import Malformed, SignedBallot
from governance.voting.bundle_stream import BundleStream, BundleUnreadable
from governance.voting.findings import Fault, Faults
from governance.voting.manifest import Manifest, ManifestInvalid, read
from governance.voting.recorded import Recorded

# How far it has come: ballots, and bytes of the file.
Progress = Callable[[int, int], None]

_HEX32 = re.compile("[0-9a-f]{64}")
_OF_RESULT = ("eligible", "issued", "cast", "counts", "winners", "outcome")
_ENTRY = {"hash", "superseded", "ballot", "proof"}


@dataclass(frozen=True, slots=True)
class Recount:
    """The result that the ballots give, None if none follows, and everything found wrong.

    ``counts`` says how many faults of each code there are; ``faults`` names the first of each.
    ``ballots`` are those that were read.
    """

    result: dict[str, Any] | None
    faults: tuple[Fault, ...]
    counts: Mapping[str, int]
    ballots: int = 0

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
    return recount_files(
        [json.dumps(document).encode()],
        manifest_document,
        manifest_sha256=manifest_sha256,
        committed=committed,
        result=None if recorded_result is None else json.dumps(recorded_result).encode(),
    )


def recount_files(
    chunks: Iterable[bytes],
    manifest_document: object,
    *,
    result: bytes | None = None,
    recorded: Recorded | None = None,
    manifest_sha256: str = "",
    committed: Collection[str] | None = None,
    faults: Faults | None = None,
    progress: Progress = lambda count, size: None,
) -> Recount:
    """Check ballots.json, which comes as ``chunks``, and count it again.

    ``result`` is result.json; ``recorded`` what the record's entries say, and ``faults`` what was
    found wrong in reading them. The rest as in :func:`recount`.
    """
    faults = faults or Faults()
    try:
        if not isinstance(manifest_document, Mapping):
            raise ManifestInvalid("it is no JSON object")
        manifest = read(manifest_document)
    except ManifestInvalid as invalid:
        faults = Faults()
        faults.add("manifest-unreadable", detail=str(invalid))
        return Recount(None, tuple(faults.found), faults.counts)
    if manifest_sha256 and manifest.sha256 != manifest_sha256:
        faults.add("manifest-altered")
    if recorded is not None:
        _check_opened(recorded, manifest, manifest_document, faults)
        committed = recorded.committed
    stream = BundleStream(chunks)
    ballot_faults = Faults()
    tallied = _Ballots(manifest, ballot_faults)
    try:
        for entry in stream.entries():
            tallied.take(entry)
            if not tallied.listed % 500:
                progress(tallied.listed, stream.bytes_read)
        readable = stream.has_list and stream.head.get("type") == bundle.TYPE
    except BundleUnreadable as unreadable:
        readable = False
        ballot_faults = Faults()
        ballot_faults.add("bundle-unreadable", detail=str(unreadable))
    else:
        if not readable:
            ballot_faults = Faults()
            ballot_faults.add("bundle-unreadable")
        elif recorded and recorded.closed and recorded.closed.get("bundleSha256") != stream.sha256:
            faults.add("bundle-altered")
    faults.extend(ballot_faults)
    if not readable:
        return Recount(None, tuple(faults.found), faults.counts)
    progress(tallied.listed, stream.bytes_read)
    counted = tallied.conclude(stream.head, faults, committed)
    if result is not None:
        _check_result(result, counted, recorded, faults)
    if recorded is not None:
        _check_closed(recorded, counted, manifest, faults)
    return Recount(counted, tuple(faults.found), faults.counts, tallied.listed)


def _check_opened(
    recorded: Recorded, manifest: Manifest, document: Mapping[str, Any], faults: Faults
) -> None:
    """The record's entry on the opening says what the manifest says."""
    opened = recorded.opened
    if opened is None:
        return
    if opened.get("manifestSha256") != manifest.sha256:
        faults.add("manifest-altered")
    if (opened.get("rollSize"), opened.get("rollRoot")) != (manifest.roll_size, manifest.roll_root):
        faults.add("roll-altered")
    rule = document["rule"]
    said = {name: rule.get(name) for name in ("quorum", "majority", "seats")}
    said |= {name: document.get(name) for name in ("method", "opensAt", "closesAt", "seedSha256")}
    said["issuerKeys"] = list(manifest.issuers)
    for name, value in said.items():
        if opened.get(name) != value:
            faults.add("opened-differs", detail=name)


def _check_result(
    published: bytes, counted: Mapping[str, Any] | None, recorded: Recorded | None, faults: Faults
) -> None:
    closed = recorded.closed if recorded else None
    if closed and closed.get("resultSha256") != hashlib.sha256(published).hexdigest():
        faults.add("result-altered")
    try:
        same = counted is not None and json.loads(published) == counted
    except (ValueError, RecursionError):
        same = False
    if not same:
        faults.add("result-differs")


def _check_closed(
    recorded: Recorded, counted: Mapping[str, Any] | None, manifest: Manifest, faults: Faults
) -> None:
    """The record's entry on the close says what follows from the ballots."""
    closed = recorded.closed
    if closed is None:
        faults.add("closed-missing")
        return
    if closed.get("keysDestroyed") is not True:
        faults.add("keys-kept")
    if closed.get("manifestSha256") != manifest.sha256:
        faults.add("manifest-altered")
    for name in _OF_RESULT if counted is not None else ():
        if closed.get(name) != (counted or {}).get(name):
            faults.add("closed-differs", detail=name)


class _Ballots:
    """The ballots of one file, taken one after another."""

    def __init__(self, manifest: Manifest, faults: Faults) -> None:
        self._manifest, self._faults = manifest, faults
        self.listed = 0
        self._last = ""
        self._seen: set[str] = set()
        self._in_order = True
        # token, sequence, hash, choices (None where they do not fit), marked superseded
        self._rows: list[tuple[bytes, int, bytes, tuple[str, ...] | None, object]] = []
        self._known: dict[tuple[str, ...], tuple[str, ...] | None] = {}

    def take(self, entry: object) -> None:
        """Check one entry by itself, and keep what the rest takes."""
        self.listed += 1
        where = ""
        if isinstance(entry, dict):
            listed = entry.get("hash")
            where = listed if isinstance(listed, str) else ""
            if where and where in self._seen:
                self._faults.add("ballot-twice", where)
            self._seen.add(where)
            self._in_order = self._in_order and self._last <= where
            self._last = where
        if not isinstance(entry, dict) or entry.keys() != _ENTRY:
            self._faults.add("ballot-malformed", where)
            return
        try:
            signed = ballots.parse({"ballot": entry["ballot"], "proof": entry["proof"]})
        except Malformed as malformed:
            self._faults.add("ballot-malformed", where, str(malformed))
            return
        if signed.ballot.hash != where:
            self._faults.add("hash-wrong", where)
        self._check(signed)
        ballot = signed.ballot
        self._rows.append(
            (
                ballot.token,
                ballot.sequence,
                bytes.fromhex(ballot.hash),
                self._fitting(ballot.choices),
                entry["superseded"],
            )
        )

    def _check(self, signed: SignedBallot) -> None:
        ballot, found = signed.ballot, self._faults.add
        if ballot.poll != self._manifest.poll:
            found("ballot-of-another-poll", ballot.hash)
        if self._fitting(ballot.choices) is None:
            found("unknown-choice", ballot.hash)
        if not ballots.token_is_issued(ballot, self._manifest.issuers):
            found("token-not-issued", ballot.hash)
        if not ballots.proof_holds(signed):
            found("proof-wrong", ballot.hash)

    def _fitting(self, choices: tuple[str, ...]) -> tuple[str, ...] | None:
        """The one object that stands for these choices; None where they are no vote here."""
        if choices not in self._known:
            fits = bundle.choices_fit(choices, self._manifest)
            self._known[choices] = choices if fits else None
        return self._known[choices]

    def conclude(
        self, head: Mapping[str, Any], faults: Faults, committed: Collection[str] | None
    ) -> dict[str, Any] | None:
        """Check what concerns all of them; the result that follows, or None."""
        manifest, issued, seed = self._manifest, head.get("issued"), head.get("seed")
        if (head.get("poll"), head.get("manifestSha256")) != (manifest.poll, manifest.sha256):
            faults.add("other-poll")
        seed = bytes.fromhex(seed) if isinstance(seed, str) and _HEX32.fullmatch(seed) else b""
        if hashlib.sha256(seed).hexdigest() != manifest.seed_sha256:
            faults.add("seed-altered")
        if not self._in_order:
            faults.add("order-wrong")
        live = self._live(faults)
        for token, _sequence, own, _choices, superseded in self._rows:
            if superseded is not (live[token] != own):
                faults.add("superseded-wrong", own.hex())
        if type(issued) is not int or issued < 0:
            faults.add("issued-unreadable")
        else:
            if len(live) > issued:
                faults.add("more-than-issued")
            if issued > manifest.roll_size:
                faults.add("more-than-roll")
        if committed is not None:
            self._check_committed(committed, faults)
        if type(issued) is not int or not seed:
            faults.add("count-impossible")
            return None
        return self._count(issued, seed, faults)

    def _live(self, faults: Faults) -> dict[bytes, bytes]:
        """Of each token the ballot that counts, by its hash."""
        used: dict[tuple[bytes, int], bytes] = {}
        highest: dict[bytes, tuple[int, bytes]] = {}
        for token, sequence, own, _choices, _superseded in self._rows:
            there = highest.get(token)
            if there is None:
                highest[token] = (sequence, own)
                continue
            # Only now: most tokens have one ballot.
            used.setdefault((token, there[0]), there[1])
            if used.setdefault((token, sequence), own) != own:
                faults.add("sequence-twice", own.hex())
            if (sequence, _lower(own)) > (there[0], _lower(there[1])):
                highest[token] = (sequence, own)
        return {token: own for token, (_sequence, own) in highest.items()}

    def _check_committed(self, committed: Collection[str], faults: Faults) -> None:
        there = {own.hex() for _token, _sequence, own, _choices, _superseded in self._rows}
        promised: set[str] = set()
        for one in committed:
            if one in promised:
                faults.add("committed-twice", one)
            promised.add(one)
        for one in sorted(promised - there):
            faults.add("ballot-dropped", one)
        for one in sorted(there - promised):
            faults.add("ballot-added", one)

    def _count(self, issued: int, seed: bytes, faults: Faults) -> dict[str, Any] | None:
        votes: dict[bytes, tuple[int, int, tuple[str, ...]]] = {}
        hashes = []
        for token, sequence, own, choices, _superseded in self._rows:
            if choices is None:
                continue
            hashes.append(own)
            there = votes.get(token)
            if there is None or (sequence, _lower(own)) > there[:2]:
                votes[token] = (sequence, _lower(own), choices)
        try:
            return bundle.count(
                self._manifest,
                Counter(choices for _sequence, _low, choices in votes.values()),
                sorted(hashes),
                issued=issued,
                seed=seed,
            )
        except ValueError as impossible:
            faults.add("count-impossible", detail=str(impossible))
            return None


def _lower(own: bytes) -> int:
    """Of two ballots with one number the lower hash counts."""
    return -int.from_bytes(own, "big")
