"""What is published of a poll of each method, whole and honest, ready to be tampered with."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
from typing import Any

from governance.record.canonical import canonical_bytes
from governance.record.merkle import leaf_hash
from governance.voting import ballots, bundle
from governance.voting.actions.life import _opened
from governance.voting.ballots import SignedBallot
from governance.voting.findings import Faults
from governance.voting.recorded import read_entries
from governance.voting.recount import Recount, recount_files
from governance.voting.rule import Option, PollRule, text_sha256
from tests.governance.voting.conftest import OPTIONS, RULE, PaperPoll

Document = dict[str, Any]


def options(*ids: str, cost: int | None = None) -> list[Option]:
    return [Option(one, f"Option {one}", text_sha256(one), cost=cost) for one in ids]


@dataclasses.dataclass(frozen=True)
class Kind:
    """A poll of one method: its rule, its options, and the ballots of its voters."""

    rule: PollRule
    options: list[Option]
    ballots: list[list[str]]
    # What the one who changes their mind chooses, first and last.
    first: list[str]
    last: list[str]
    # A vote that nobody cast.
    other: list[str]


KINDS = {
    "yes_no": Kind(RULE, OPTIONS, [["yes"], ["yes"], ["no"], ["abstain"]], ["no"], ["yes"], ["no"]),
    "approval": Kind(
        PollRule(method="approval", quorum="1/10", majority="1/2", seats=2),
        options("a", "b", "10", "2"),
        [["a", "b"], ["a"], ["b", "10"], ["abstain"], ["10"], ["b"]],
        ["2"],
        ["10", "2"],
        ["a", "10"],
    ),
    # A circle of three, an equal rank, and a tie that the lot breaks.
    "schulze": Kind(
        PollRule(method="schulze", quorum="1/10", majority="1/2", default="further"),
        options("a", "b", "c", "10", "further"),
        [["a", "b", "c"], ["b", "c=further", "a"], ["c", "a", "b"], ["10", "a=b"], ["abstain"]],
        ["further"],
        ["c", "10", "a", "further"],
        ["b"],
    ),
    "stv": Kind(
        PollRule(method="stv", quorum="1/10", seats=2),
        options("a", "b", "c"),
        [["a"], ["a", "b"], ["b", "c"], ["abstain"]],
        ["c"],
        ["a", "c"],
        ["c", "b"],
    ),
    "equal_shares": Kind(
        PollRule(method="equal_shares", quorum="1/10", budget=7000, currency="EUR"),
        options("a", "b", "c", cost=3000),
        [["a", "b"], ["a"], ["b", "c"], ["abstain"]],
        ["c"],
        ["a", "b"],
        ["c"],
    ),
}


class Published:
    """What is published of a poll in which one changed their mind; ready to be tampered with."""

    def __init__(self, paper: PaperPoll, kind: Kind) -> None:
        self.paper, self.kind = paper, kind
        self.undecided = paper.voter()
        written = [
            *(paper.cast(*choices) for choices in kind.ballots),
            *(self.undecided.ballot(*kind.first), self.undecided.ballot(*kind.last)),
        ]
        signed = [ballots.parse(one) for one in written]
        self.manifest: Document = copy.deepcopy(paper.document)
        issued = len(kind.ballots) + 2
        self.bundle: Document = bundle.build(paper.manifest, signed, issued=issued, seed=paper.seed)
        self.result = bundle.result(paper.manifest, signed, issued=issued, seed=paper.seed)
        hashes = sorted(one.ballot.hash for one in signed)
        poll = paper.manifest.poll
        opened = _opened(self.manifest, paper.manifest.sha256)
        self.record: list[tuple[str, bytes]] = [
            self.entry("poll.opened", opened),
            self.entry("poll.ballots-committed", {"poll": poll, "hashes": hashes[:3]}),
            self.entry("poll.ballots-committed", {"poll": poll, "hashes": hashes[3:]}),
        ]
        self.close()

    def copy(self) -> Published:
        """One of its own to spoil; what signs is shared."""
        other = copy.copy(self)
        for name in ("manifest", "bundle", "result", "record"):
            setattr(other, name, copy.deepcopy(getattr(self, name)))
        return other

    @staticmethod
    def entry(kind: str, body: Document) -> tuple[str, bytes]:
        data = canonical_bytes({"type": kind, "at": "2026-11-23T12:00:00Z", **body})
        return leaf_hash(data).hex(), data

    def close(self, **changes: Any) -> None:
        """Write the record's entry on the close as the files are now."""
        self.record = [one for one in self.record if b'"poll.closed"' not in one[1]]
        named = ("eligible", "issued", "cast", "counts", "winners", "outcome")
        body = {
            "poll": self.paper.manifest.poll,
            "manifestSha256": self.paper.manifest.sha256,
            **{name: self.result[name] for name in named if name in self.result},
            "resultSha256": sha256(self.result),
            "bundleSha256": sha256(self.bundle),
            "keysDestroyed": True,
        }
        self.record.append(self.entry("poll.closed", {**body, **changes}))

    def recommit(self, hashes: list[str]) -> None:
        """Write the record as if it had committed to these ballots."""
        poll = self.paper.manifest.poll
        kept = [one for one in self.record if b"ballots-committed" not in one[1]]
        entry = self.entry("poll.ballots-committed", {"poll": poll, "hashes": hashes})
        self.record = [kept[0], entry, *kept[1:]]

    @property
    def entries(self) -> list[Document]:
        entries: list[Document] = self.bundle["ballots"]
        return entries

    def named(self, choices: list[str]) -> Document:
        """The entry of a ballot that chose exactly this."""
        return next(one for one in self.entries if one["ballot"]["choices"] == choices)

    def rehash(self, entry: Document) -> None:
        """Give an entry the hash of what it holds now, and put it in its place."""
        entry["hash"] = signed_of(entry).ballot.hash
        self.entries.sort(key=lambda one: str(one["hash"]))

    def add(self, written: Document) -> None:
        entry = {"hash": "", "superseded": False, **copy.deepcopy(written)}
        self.entries.append(entry)
        self.rehash(entry)

    def files(self) -> Document:
        """The files as texts: what the page's program is given."""
        return {
            "manifest": canonical_bytes(self.manifest).decode(),
            "ballots": canonical_bytes(self.bundle).decode(),
            "result": canonical_bytes(self.result).decode(),
            "entries": [{"hash": named, "text": data.decode()} for named, data in self.record],
        }

    def recount(self) -> Recount:
        """What the command makes of the same files."""
        files = self.files()
        faults = Faults()
        poll = str(self.manifest.get("poll", ""))
        recorded = read_entries(poll, self.record, faults)
        text = files["ballots"].encode()
        return recount_files(
            [text[at : at + 1000] for at in range(0, len(text), 1000)],
            json.loads(files["manifest"]),
            result=files["result"].encode(),
            recorded=recorded,
            faults=faults,
        )

    def codes(self) -> set[str]:
        return set(self.recount().counts)


def sha256(document: Document) -> str:
    return hashlib.sha256(canonical_bytes(document)).hexdigest()


def signed_of(entry: Document) -> SignedBallot:
    return ballots.parse({"ballot": entry["ballot"], "proof": entry["proof"]})
